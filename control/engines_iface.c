// SPDX-License-Identifier: BSD-3-Clause
/* What engines are told of interfaces. */
#include <string.h>

#include "control/engines.h"
#include "control/interface_conf.h"
#include "control/kernel.h"
#include "control/share.h"
#include "control/spine/log.h"
#include "control/watches.h"

/* Static neighbours that the one has and the other has not. */
static void neighbors_del(const struct iface *iface, const json_t *was, const json_t *now)
{
	json_t *list = json_object_get(was, "neighbors"), *item, *other;
	size_t i, k;

	json_array_foreach(list, i, item) {
		struct addr addr;
		bool stays = false;

		json_array_foreach(json_object_get(now, "neighbors"), k, other)
			stays |= strcmp(conf_str(item, "address"), conf_str(other, "address")) == 0;
		if (!stays && addr_parse(conf_str(item, "address"), &addr) == 0)
			neighbor_static_del(engines_neighbors(), iface, &addr);
	}
}

static int neighbors_set(const struct iface *iface, const json_t *now)
{
	json_t *item;
	int r = 0;
	size_t i;

	json_array_foreach(json_object_get(now, "neighbors"), i, item) {
		struct addr addr;
		uint8_t mac[6];

		if (addr_parse(conf_str(item, "address"), &addr) < 0 || !conf_mac(item, "mac", mac))
			continue;
		r = neighbor_static_set(engines_neighbors(), iface, &addr, mac);
		if (r < 0)
			break;
	}
	return r;
}

int engines_iface_configure(const struct iface *iface, const json_t *was, const json_t *now)
{
	struct neighbor_conf conf;
	int r;

	engines_now();
	if (conf_bool(now, "loopback"))
		return 0;
	interface_neighbor_conf(now, &conf);
	r = neighbor_configure(engines_neighbors(), iface, &conf);
	if (r == 0)
		r = neighbors_set(iface, now);
	if (r == 0) {
		neighbors_del(iface, was, now);
		return 0;
	}
	if (was) {
		neighbors_del(iface, now, was);
		interface_neighbor_conf(was, &conf);
		neighbor_configure(engines_neighbors(), iface, &conf);
	} else {
		neighbor_iface_gone(engines_neighbors(), iface);
	}
	return r;
}

void engines_iface_changed(const struct iface *iface)
{
	int r;

	engines_now();
	rib_iface_changed(engines_env()->rib, iface);
	if (!(iface->flags & IFACE_LOOPBACK)) {
		r = neighbor_iface_changed(engines_neighbors(), iface);
		if (r < 0)
			log_error("interface %s: %s", iface->name, strerror(-r));
	}
	bfd_iface_changed(watches_bfd(), iface);
	for (size_t i = 0; i < ENGINES_MAX; i++) {
		struct instance *instance = engines_instance(i);

		if (instance)
			instance->protocol->iface_changed(instance, iface);
	}
	share_refresh();
	kernel_refresh();
	engines_kick();
}

void engines_iface_going(const struct iface *iface)
{
	engines_now();
	if (!(iface->flags & IFACE_LOOPBACK))
		neighbor_goodbye(engines_neighbors(), iface);
}

void engines_iface_gone(const struct iface *iface)
{
	engines_now();
	for (size_t i = 0; i < ENGINES_MAX; i++) {
		struct instance *instance = engines_instance(i);

		if (instance)
			instance->protocol->iface_gone(instance, iface);
	}
	bfd_iface_gone(watches_bfd(), iface);
	if (!(iface->flags & IFACE_LOOPBACK))
		neighbor_iface_gone(engines_neighbors(), iface);
	host_iface_gone(engines_host(), iface);
	rib_iface_changed(engines_env()->rib, iface);
	share_refresh();
	kernel_refresh();
	engines_kick();
}

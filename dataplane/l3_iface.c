// SPDX-License-Identifier: BSD-3-Clause
/* Interfaces: published values, and their places in ports' and bridges' tables. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "dataplane/l3_own.h"
#include "dataplane/mem.h"
#include "dataplane/retire.h"

_Atomic(const struct l3_iface *) l3_ifaces[L3_IFACE_MAX];

static const struct l3_iface none;
static uint32_t n_ifaces;

void l3_ifaces_init(void)
{
	for (int id = 0; id < L3_IFACE_MAX; id++)
		atomic_store_explicit(&l3_ifaces[id], &none, memory_order_relaxed);
}

void l3_ifaces_fini(void)
{
	for (int id = 1; id < L3_IFACE_MAX; id++)
		l3_iface_del(id);
}

uint64_t l3_ifaces_bytes(void)
{
	return n_ifaces * sizeof(struct l3_iface);
}

/* The table it is in, or NULL for a loopback. */
static _Atomic(const struct l3_vlans *) *table_of(const struct l3_iface *iface)
{
	if (iface->port)
		return &iface->port->l3;
	return iface->bridge ? &iface->bridge->l3 : NULL;
}

static bool same_place(const struct l3_iface *a, const struct l3_iface *b)
{
	return a->port == b->port && a->bridge == b->bridge && a->vlan == b->vlan;
}

static fdb_key key_of(const struct l3_iface *iface)
{
	return iface->mac << 12 | iface->vlan;
}

static bool same_key(const struct l3_iface *a, const struct l3_iface *b)
{
	return a->bridge == b->bridge && key_of(a) == key_of(b);
}

static bool is_valid(uint16_t id, const struct l3_iface_conf *conf)
{
	bool vlan_fits = conf->vlan < VLAN_COUNT - 1 && (conf->vlan || !conf->bridge);

	return id && id < L3_IFACE_MAX && conf->vrf < L3_VRF_MAX && vlan_fits &&
	       !(conf->port && conf->bridge) && !(conf->mac[0] & 1);
}

static struct l3_iface *make(uint16_t id, const struct l3_iface_conf *conf)
{
	struct l3_iface *iface = mem_lines(sizeof(*iface));

	if (!iface)
		return NULL;
	*iface = (struct l3_iface){
		.mac = l3_mac_number(conf->mac),
		.port = conf->port,
		.bridge = conf->bridge,
		.id = id,
		.vrf = conf->vrf,
		.mtu = conf->mtu,
		.vlan = conf->port || conf->bridge ? conf->vlan : 0,
		.record = conf->record,
		.up = conf->up,
		.redirects = conf->redirects,
	};
	memcpy(&iface->ip4, conf->ip4, sizeof(iface->ip4));
	return iface;
}

/* Takes what was's place had and now's has not. */
static void leave(const struct l3_iface *was, const struct l3_iface *now)
{
	if (was->bridge && !same_key(was, now))
		fdb_del(was->bridge, key_of(was));
	if (table_of(was) && !same_place(was, now))
		l3_vlans_put(table_of(was), was->vlan, 0);
}

/* All that can fail, seen by nobody yet but for the MAC address in the bridge. */
static int prepare(const struct l3_iface *iface, const struct l3_iface *was,
		   struct l3_rebuilt *rebuilt)
{
	int err = l3_nexthops_rebuild(iface, rebuilt);

	if (!err && table_of(iface))
		err = l3_vlans_reserve(table_of(iface), iface->vlan);
	if (!err && iface->bridge && !same_key(iface, was)) {
		err = fdb_set(iface->bridge, key_of(iface), PORT_ROUTER, true, 0);
		err = err < 0 ? err : 0;
	}
	if (!err)
		return 0;
	l3_rebuilt_drop(rebuilt);
	if (table_of(iface))
		l3_vlans_trim(table_of(iface));
	return err;
}

static bool is_taken(const struct l3_iface *iface)
{
	_Atomic(const struct l3_vlans *) *table = table_of(iface);
	uint16_t other = table ? l3_vlans_iface(*table, iface->vlan) : 0;

	return other && other != iface->id;
}

int l3_iface_set(uint16_t id, const struct l3_iface_conf *conf)
{
	const struct l3_iface *was;
	struct l3_rebuilt rebuilt;
	struct l3_iface *iface;
	int err;

	if (!is_valid(id, conf))
		return -EINVAL;
	was = l3_iface(id);
	iface = make(id, conf);
	if (!iface)
		return -ENOMEM;
	err = is_taken(iface) ? -EADDRINUSE : prepare(iface, was, &rebuilt);
	if (err) {
		free(iface);
		return err;
	}
	atomic_store_explicit(&l3_ifaces[id], iface, memory_order_release);
	if (table_of(iface))
		l3_vlans_put(table_of(iface), iface->vlan, id);
	l3_rebuilt_publish(&rebuilt, id);
	leave(was, iface);
	if (was == &none)
		n_ifaces++;
	else
		retire_free(was);
	return 0;
}

void l3_iface_del(uint16_t id)
{
	const struct l3_iface *was = id < L3_IFACE_MAX ? l3_iface(id) : &none;

	if (was == &none)
		return;
	leave(was, &none);
	l3_nexthops_cut(id);
	atomic_store_explicit(&l3_ifaces[id], &none, memory_order_release);
	n_ifaces--;
	retire_free(was);
}

void l3_port_gone(const struct port *port)
{
	if (!atomic_load_explicit(&port->l3, memory_order_relaxed))
		return;
	for (int id = 1; id < L3_IFACE_MAX; id++)
		if (l3_iface(id)->port == port)
			l3_iface_del(id);
}

void l3_bridge_gone(const struct bridge *bridge)
{
	if (!atomic_load_explicit(&bridge->l3, memory_order_relaxed))
		return;
	for (int id = 1; id < L3_IFACE_MAX; id++)
		if (l3_iface(id)->bridge == bridge)
			l3_iface_del(id);
}

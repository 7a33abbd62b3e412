// SPDX-License-Identifier: BSD-3-Clause
#include "control/interfaces.h"
#include "control/convergence.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "control/daemon.h"
#include "control/engines.h"
#include "control/fib_sync.h"
#include "control/interface_conf.h"
#include "control/interface_state.h"
#include "control/interface_table.h"
#include "control/route_files.h"
#include "control/spine/field.h"
#include "control/spine/log.h"
#include "control/statics.h"
#include "control/vrfs.h"
#include "dataplane/l3.h"
#include "dataplane/punt.h"

/* For what engines say of an interface that goes: workers need microseconds. */
#define GOODBYE_MS        2
#define GOODBYE_MS_AT_END 200 /* where nobody waits for the loop any more */

/* --- what an interface is, from its configuration and what it is on --- */

static bool same_l3(const struct l3_iface_conf *a, const struct l3_iface_conf *b)
{
	return a->vrf == b->vrf && a->mtu == b->mtu && a->vlan == b->vlan && a->up == b->up &&
	       a->record == b->record && a->redirects == b->redirects && a->port == b->port &&
	       a->bridge == b->bridge && memcmp(a->mac, b->mac, 6) == 0 &&
	       memcmp(a->ip4, b->ip4, 4) == 0;
}

static bool same_addresses(const struct iface *iface, const struct prefix *list, uint16_t n)
{
	if (iface->n_addresses != n)
		return false;
	for (uint16_t i = 0; i < n; i++)
		if (prefix_compare(&iface->addresses[i], &list[i]) != 0)
			return false;
	return true;
}

static void tell_state(const struct iface_entry *entry)
{
	bool up = entry->iface.flags & IFACE_UP;

	convergence_event("interface %s %s", entry->iface.name, up ? "up" : "down");
	daemon_event("interface", entry->iface.name, "state",
		     json_pack("{s:s, s:s}", "state", up ? "up" : "down", "reason", entry->reason));
	log_debug("interface %s is %s%s%s", entry->iface.name, up ? "up" : "down",
		  entry->reason[0] ? ": " : "", entry->reason);
}

/* Takes over what has been published in the dataplane already; true: engines have to hear of it. */
static bool take_state(struct iface_entry *entry, const struct interface_state *now,
		       struct prefix *addresses, uint16_t n)
{
	struct iface *iface = &entry->iface;
	uint8_t flags = (now->l3.up ? IFACE_UP : 0) |
			(conf_bool(entry->conf, "loopback") ? IFACE_LOOPBACK : 0);
	bool was_up = iface->flags & IFACE_UP;
	bool news = flags != iface->flags || now->l3.mtu != iface->mtu ||
		    memcmp(now->l3.mac, iface->mac, 6) != 0 || !same_addresses(iface, addresses, n);
	struct prefix *old = entry->addresses;

	if (was_up != now->l3.up)
		iface->since_us = engines_now().us;
	iface->vrf = now->l3.vrf;
	iface->mtu = now->l3.mtu;
	memcpy(iface->mac, now->l3.mac, 6);
	iface->flags = flags;
	iface->addresses = entry->addresses = addresses;
	iface->n_addresses = n;
	free(old);
	if (was_up != now->l3.up || strcmp(entry->reason, now->reason) != 0) {
		memcpy(entry->reason, now->reason, sizeof(entry->reason));
		tell_state(entry);
	}
	return news;
}

/* Brings the dataplane to a state. 0 or -errno, with nothing changed. */
static int publish(struct iface_entry *entry, const struct interface_state *now)
{
	int r;

	if (same_l3(&entry->published, &now->l3))
		return 0;
	r = l3_iface_set(entry->l3, &now->l3);
	if (r == 0)
		entry->published = now->l3;
	return r;
}

/* Static routes' gateways may belong to another interface now. */
static void announce_addresses(void)
{
	statics_addresses_changed();
	route_files_addresses_changed();
}

/* Takes over a state that is published, and tells whom it concerns. */
static void settle_state(struct iface_entry *entry, const struct interface_state *now)
{
	uint16_t n;
	struct prefix *addresses = interface_addresses(entry->conf, now->l3.mac, &n);
	bool readdressed;

	if (!addresses) {
		log_error("interface %s: no memory for its addresses", entry->iface.name);
		return;
	}
	readdressed = !same_addresses(&entry->iface, addresses, n);
	if (!take_state(entry, now, addresses, n))
		return;
	fib_sync_iface_changed(&entry->iface);
	engines_iface_changed(&entry->iface);
	if (readdressed)
		announce_addresses();
}

/* without: what is about to go, and does not count. */
static void refresh(struct iface_entry *entry, const struct port_entry *without,
		    const struct bridge_entry *without_bridge)
{
	struct interface_state now;
	int r;

	interface_state(entry->iface.name, entry->conf, without, without_bridge, &now);
	r = publish(entry, &now);
	if (r < 0)
		log_error("interface %s: %s", entry->iface.name, strerror(-r));
	else
		settle_state(entry, &now);
}

/* --- news of ports and bridges --- */

static bool is_on(const struct iface_entry *entry, const char *key, const char *name)
{
	const char *on = conf_str(entry->conf, key);

	return on && strcmp(on, name) == 0;
}

static void refresh_bridge(const struct bridge_entry *bridge, const struct bridge_entry *without)
{
	for (struct iface_entry *e = interfaces_first(); e; e = e->next)
		if (is_on(e, "bridge", bridge->name))
			refresh(e, NULL, without);
}

void interfaces_bridge_changed(struct bridge_entry *bridge)
{
	refresh_bridge(bridge, NULL);
}

void interfaces_bridge_closing(struct bridge_entry *bridge)
{
	refresh_bridge(bridge, bridge);
}

static void refresh_port(const struct port_entry *port, const struct port_entry *without)
{
	const struct member *member = port->port ? atomic_load(&port->port->member) : NULL;
	struct bridge_entry *bridge = member ? bridges_by_id(member->bridge->id) : NULL;

	for (struct iface_entry *e = interfaces_first(); e; e = e->next)
		if (is_on(e, "port", port->name))
			refresh(e, without, NULL);
	if (bridge)
		refresh_bridge(bridge, NULL);
}

void interfaces_port_changed(struct port_entry *port)
{
	refresh_port(port, NULL);
}

void interfaces_port_closing(struct port_entry *port)
{
	refresh_port(port, port);
}

/* --- hooks --- */

static int refuse(const char *name, int r, struct errors *errors)
{
	if (r == -EADDRINUSE)
		return errors_add(errors, "", "interface %s: another one is there already", name);
	if (r == -ENOSPC)
		return errors_add(errors, "", "no more than %d interfaces", L3_IFACE_MAX - 1);
	return errors_add(errors, "", "interface %s: %s", name, strerror(-r));
}

static struct iface_entry *entry_create(const char *name, const json_t *conf)
{
	struct iface_entry *entry = calloc(1, sizeof(*entry));

	if (!entry)
		return NULL;
	snprintf(entry->iface.name, sizeof(entry->iface.name), "%s", name);
	entry->conf = json_deep_copy(conf);
	return entry;
}

static void entry_destroy(struct iface_entry *entry)
{
	if (!entry)
		return;
	json_decref(entry->conf);
	free(entry->addresses);
	free(entry);
}

int interfaces_add(const char *name, const json_t *conf, struct errors *errors)
{
	struct iface_entry *entry = entry_create(name, conf);
	struct interface_state now;
	int r = entry ? interface_table_add(entry) : -ENOMEM;

	if (r < 0)
		goto fail;
	interface_state(name, conf, NULL, NULL, &now);
	r = publish(entry, &now);
	if (r < 0)
		goto fail_added;
	r = engines_iface_configure(&entry->iface, NULL, conf);
	if (r < 0)
		goto fail_added;
	settle_state(entry, &now);
	return 0;
fail_added:
	l3_iface_del(entry->l3);
	interface_table_del(entry);
fail:
	entry_destroy(entry);
	return refuse(name, r, errors);
}

int interfaces_change(struct iface_entry *entry, const json_t *conf, struct errors *errors)
{
	struct interface_state now;
	int r = engines_iface_configure(&entry->iface, entry->conf, conf);

	if (r < 0)
		return refuse(entry->iface.name, r, errors);
	interface_state(entry->iface.name, conf, NULL, NULL, &now);
	r = publish(entry, &now);
	if (r < 0) {
		engines_iface_configure(&entry->iface, conf, entry->conf);
		return refuse(entry->iface.name, r, errors);
	}
	json_decref(entry->conf);
	entry->conf = json_deep_copy(conf);
	settle_state(entry, &now);
	return 0;
}

void interfaces_remove(struct iface_entry *entry)
{
	engines_iface_going(&entry->iface);
	inject_settle(GOODBYE_MS);
	/* What leads there is dropped from now on; its number is not used again before nothing
	 * does. */
	l3_iface_del(entry->l3);
	interface_table_del(entry);
	entry->iface.flags &= (uint8_t)~IFACE_UP;
	fib_sync_iface_changed(&entry->iface);
	engines_iface_gone(&entry->iface);
	announce_addresses();
	entry_destroy(entry);
}

void interfaces_fini(void)
{
	for (struct iface_entry *entry = interfaces_first(); entry; entry = entry->next)
		engines_iface_going(&entry->iface);
	inject_settle(GOODBYE_MS_AT_END);
	while (interfaces_first())
		interfaces_remove(interfaces_first());
	interface_table_fini();
}

void interfaces_bound_text(const json_t *conf, char *out, size_t size)
{
	const char *bridge = conf_str(conf, "bridge"), *port = conf_str(conf, "port");
	long long vlan = conf_int(conf, "vlan");

	if (bridge)
		snprintf(out, size, "bridge %s vlan %lld", bridge, vlan ? vlan : 1);
	else if (port && vlan)
		snprintf(out, size, "port %s vlan %lld", port, vlan);
	else if (port)
		snprintf(out, size, "port %s", port);
	else
		snprintf(out, size, "loopback");
}

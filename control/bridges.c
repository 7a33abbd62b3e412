// SPDX-License-Identifier: BSD-3-Clause
#include "control/bridges.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "control/daemon.h"
#include "control/learn.h"
#include "control/share.h"
#include "control/spine/field.h"
#include "control/spine/log.h"

static struct {
	struct bridge_entry *first;
	struct bridge_entry *by_id[BRIDGE_MAX];
	void (*on_change)(struct bridge_entry *entry);
	void (*on_close)(struct bridge_entry *entry);
} bridges;

void bridges_on_news(void (*changed)(struct bridge_entry *entry),
		     void (*closing)(struct bridge_entry *entry))
{
	bridges.on_change = changed;
	bridges.on_close = closing;
}

static void tell_changed(struct bridge_entry *entry)
{
	if (bridges.on_change)
		bridges.on_change(entry);
}

struct bridge_entry *bridges_first(void)
{
	return bridges.first;
}

struct bridge_entry *bridges_find(const char *name)
{
	for (struct bridge_entry *e = bridges.first; e; e = e->next)
		if (strcmp(e->name, name) == 0)
			return e;
	return NULL;
}

struct bridge_entry *bridges_by_id(uint16_t id)
{
	return id < BRIDGE_MAX ? bridges.by_id[id] : NULL;
}

const json_t *bridges_member(const struct bridge_entry *entry, const char *port)
{
	return json_object_get(json_object_get(entry->conf, "ports"), port);
}

uint32_t bridges_mac_limit(const struct bridge_entry *entry, const char *port)
{
	return (uint32_t)conf_int(bridges_member(entry, port), "mac_limit");
}

uint32_t bridges_now_s(void)
{
	return (uint32_t)(daemon_now_ms() / 1000);
}

/* An item of a checked F_VLANS: 10 or "20-29". */
static void add_vlans(const json_t *item, uint64_t *set)
{
	int from = (int)json_integer_value(item), to = from;

	if (json_is_string(item))
		sscanf(json_string_value(item), "%d-%d", &from, &to);
	for (int vlan = from; vlan <= to; vlan++)
		set[vlan / 64] |= UINT64_C(1) << vlan % 64;
}

void bridges_member_conf(const json_t *member, struct member_conf *out)
{
	const json_t *trunk = json_object_get(member, "trunk"), *item;
	size_t i;

	memset(out, 0, sizeof(*out));
	out->is_protected = conf_bool(member, "protected");
	out->storm_pps = (uint32_t)conf_int(member, "storm");
	if (!trunk) {
		int64_t vlan = conf_int(member, "vlan");
		out->untagged = vlan ? (uint16_t)vlan : 1;
		return;
	}
	out->untagged = (uint16_t)conf_int(member, "native");
	json_array_foreach((json_t *)trunk, i, item)
		add_vlans(item, out->tagged);
}

/* One change may move a port between bridges, in either order of the two: the bridge that gets it
 * takes it from the one that is about to lose it. */
static int member_set(struct bridge_entry *entry, struct port_entry *port, const json_t *conf)
{
	const struct member *was = atomic_load(&port->port->member);
	struct member_conf member;

	if (was && was->bridge != entry->bridge)
		bridge_member_del(was->bridge, port->port);
	bridges_member_conf(conf, &member);
	int r = bridge_member_set(entry->bridge, port->port, &member);
	if (r == 0)
		learn_check_limit(entry, port);
	return r;
}

static fdb_key static_key(const json_t *mac)
{
	uint8_t bytes[6] = {0};

	conf_mac(mac, "mac", bytes);
	return fdb_key_make(bytes, (uint16_t)conf_int(mac, "vlan"));
}

/* The static addresses of conf, on one port or (NULL) on all. */
static void statics_set(struct bridge_entry *entry, const json_t *conf, const char *only)
{
	json_t *mac;
	size_t i;

	json_array_foreach(json_object_get(conf, "macs"), i, mac) {
		const char *name = conf_str(mac, "port");
		struct port_entry *port;

		if (only && strcmp(only, name) != 0)
			continue;
		port = ports_find(name);
		if (!port || !port->port)
			continue;
		int r = fdb_set(entry->bridge, static_key(mac), port->port->index, true,
				bridges_now_s());
		if (r < 0)
			log_error("bridge %s: static address %s: %s", entry->name,
				  conf_str(mac, "mac"), strerror(-r));
	}
}

/* Forgets the static addresses of old that are not in new. */
static void statics_del(struct bridge_entry *entry, const json_t *old, const json_t *new)
{
	json_t *by_key = json_object(), *mac;
	char key[24];
	size_t i;

	json_array_foreach(json_object_get(new, "macs"), i, mac) {
		snprintf(key, sizeof(key), "%" PRIx64, (uint64_t)static_key(mac));
		json_object_set(by_key, key, mac);
	}
	json_array_foreach(json_object_get(old, "macs"), i, mac) {
		snprintf(key, sizeof(key), "%" PRIx64, (uint64_t)static_key(mac));
		if (!json_equal(json_object_get(by_key, key), mac))
			fdb_del(entry->bridge, static_key(mac));
	}
	json_decref(by_key);
}

/* Puts the port into the bridge that is configured to have it, unless that is `but`. */
static void put_into_bridge(struct port_entry *port, const struct bridge_entry *but)
{
	for (struct bridge_entry *e = bridges.first; e; e = e->next) {
		const json_t *member = bridges_member(e, port->name);
		if (!member || e == but)
			continue;
		int r = member_set(e, port, member);
		if (r < 0)
			log_error("bridge %s cannot take port %s: %s", e->name, port->name,
				  strerror(-r));
		statics_set(e, e->conf, port->name);
		tell_changed(e);
	}
}

void bridges_port_opened(struct port_entry *port)
{
	put_into_bridge(port, NULL);
	share_refresh();
}

static void members_del(struct bridge_entry *entry, const json_t *old, const json_t *new)
{
	const char *name;
	json_t *member;

	json_object_foreach(json_object_get(old, "ports"), name, member) {
		struct port_entry *port = ports_find(name);
		if (!port || !port->port || json_object_get(json_object_get(new, "ports"), name))
			continue;
		bridge_member_del(entry->bridge, port->port);
		/* Where a move between bridges is undone, the other one still wants it. */
		if (!atomic_load(&port->port->member))
			put_into_bridge(port, entry);
	}
}

static int members_set(struct bridge_entry *entry, const json_t *conf, struct errors *errors)
{
	const char *name;
	json_t *member;

	json_object_foreach(json_object_get(conf, "ports"), name, member) {
		struct port_entry *port = ports_find(name);
		if (!port || !port->port)
			continue; /* once it is open */
		int r = member_set(entry, port, member);
		if (r < 0)
			return errors_add(errors, "", "bridge %s cannot take port %s: %s",
					  entry->name, name, strerror(-r));
	}
	return 0;
}

/* Forgets what was learned in VLANs that a member has left. */
static void flush_left(struct bridge_entry *entry, const json_t *old, const json_t *new)
{
	const char *name;
	json_t *member;

	json_object_foreach(json_object_get(new, "ports"), name, member) {
		struct port_entry *port = ports_find(name);
		json_t *was = json_object_get(json_object_get(old, "ports"), name);
		struct member_conf a, b;

		if (!was || !port || !port->port || json_equal(was, member))
			continue;
		bridges_member_conf(was, &a);
		bridges_member_conf(member, &b);
		if (a.untagged != b.untagged || memcmp(a.tagged, b.tagged, sizeof(a.tagged)) != 0)
			fdb_flush(entry->bridge, port->port->index, 0, false);
	}
}

static void take_conf(struct bridge_entry *entry, const json_t *conf)
{
	json_decref(entry->conf);
	entry->conf = json_deep_copy(conf);
	entry->aging_s = (uint32_t)(conf_ms(conf, "aging") / 1000);
	fdb_limit(entry->bridge, (uint32_t)conf_int(conf, "mac_limit"));
}

int bridges_change(struct bridge_entry *entry, const json_t *conf, struct errors *errors)
{
	json_t *old = json_incref(entry->conf);

	members_del(entry, old, conf);
	take_conf(entry, conf);
	if (members_set(entry, conf, errors) < 0) {
		struct errors ignored;
		errors_init(&ignored);
		members_del(entry, conf, old);
		take_conf(entry, old);
		members_set(entry, old, &ignored);
		errors_fini(&ignored);
		share_refresh();
		tell_changed(entry);
		json_decref(old);
		return -1;
	}
	flush_left(entry, old, conf);
	statics_del(entry, old, conf);
	statics_set(entry, conf, NULL);
	share_refresh();
	tell_changed(entry);
	json_decref(old);
	return 0;
}

static void unlink_free(struct bridge_entry *entry)
{
	struct bridge_entry **at = &bridges.first;

	while (*at && *at != entry)
		at = &(*at)->next;
	if (*at)
		*at = entry->next;
	bridges.by_id[entry->bridge->id] = NULL;
	bridge_destroy(entry->bridge);
	json_decref(entry->conf);
	free(entry);
}

int bridges_add(const char *name, const json_t *conf, struct errors *errors)
{
	struct bridge_entry *entry = calloc(1, sizeof(*entry)), **at = &bridges.first;

	if (!entry)
		return errors_add(errors, "", "bridge %s: no memory", name);
	snprintf(entry->name, sizeof(entry->name), "%s", name);
	entry->bridge = bridge_create((uint32_t)conf_int(conf, "mac_limit"));
	if (!entry->bridge) {
		free(entry);
		return errno == ENOSPC
			       ? errors_add(errors, "", "bridge %s: no more than %d bridges", name,
					    BRIDGE_MAX)
			       : errors_add(errors, "", "bridge %s: %s", name, strerror(errno));
	}
	entry->conf = json_object();
	bridges.by_id[entry->bridge->id] = entry;
	while (*at)
		at = &(*at)->next;
	*at = entry;
	if (bridges_change(entry, conf, errors) == 0)
		return 0;
	unlink_free(entry);
	return -1;
}

void bridges_remove(struct bridge_entry *entry)
{
	if (bridges.on_close)
		bridges.on_close(entry);
	members_del(entry, entry->conf, NULL);
	unlink_free(entry);
	share_refresh();
}

void bridges_fini(void)
{
	while (bridges.first)
		bridges_remove(bridges.first);
}

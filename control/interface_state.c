// SPDX-License-Identifier: BSD-3-Clause
#include "control/interface_state.h"

#include <stdio.h>
#include <string.h>

#include "control/interface_conf.h"
#include "control/spine/field.h"
#include "control/vrfs.h"

#define MTU_DEFAULT 1500

static bool takes(const struct member *member, uint16_t vlan)
{
	return member->conf.untagged == vlan || member->conf.tagged[vlan / 64] >> vlan % 64 & 1;
}

/* What the interface is on may be less than what was asked for: longer packets would be lost there
 * without a word. */
static void limit_mtu(struct interface_state *state, unsigned mtu)
{
	if (mtu && (!state->l3.mtu || mtu < state->l3.mtu))
		state->l3.mtu = (uint16_t)mtu;
}

/* The smallest of its ports in this VLAN; 0: it has none. */
static uint16_t bridge_mtu(const struct bridge *bridge, uint16_t vlan)
{
	const struct members *members = atomic_load(&bridge->members);
	unsigned least = UINT16_MAX;

	for (uint16_t i = 0; members && i < members->n; i++) {
		unsigned frame = atomic_load(&members->list[i]->port->max_frame);

		if (takes(members->list[i], vlan) && frame - 14 < least)
			least = frame - 14;
	}
	return least == UINT16_MAX ? 0 : (uint16_t)least;
}

static bool bridge_is_up(const struct bridge *bridge, uint16_t vlan)
{
	const struct members *members = atomic_load(&bridge->members);

	for (uint16_t i = 0; members && i < members->n; i++)
		if (takes(members->list[i], vlan) && atomic_load(&members->list[i]->port->up))
			return true;
	return false;
}

/* Each looks at what the interface is on: fills in port or bridge and what follows from them. */
static void on_bridge(const json_t *conf, const struct bridge_entry *without,
		      struct interface_state *out)
{
	const char *name = conf_str(conf, "bridge");
	struct bridge_entry *bridge = bridges_find(name);

	if (!out->l3.vlan)
		out->l3.vlan = 1;
	if (!bridge || bridge == without) {
		snprintf(out->reason, sizeof(out->reason), "bridge %s is being made anew", name);
		return;
	}
	out->l3.bridge = bridge->bridge;
	limit_mtu(out, bridge_mtu(bridge->bridge, out->l3.vlan));
	if (!bridge_is_up(bridge->bridge, out->l3.vlan))
		snprintf(out->reason, sizeof(out->reason),
			 "no port of bridge %s that takes VLAN %d is up", name, out->l3.vlan);
}

static void on_port(const char *name, const json_t *conf, const struct port_entry *without,
		    struct interface_state *out)
{
	const char *port_name = conf_str(conf, "port");
	struct port_entry *port = ports_find(port_name);

	if (port == without)
		port = NULL;
	interface_mac(name, conf, port, out->l3.mac);
	if (!port || !port->port) {
		snprintf(out->reason, sizeof(out->reason), "port %s is not open", port_name);
		return;
	}
	out->l3.port = port->port;
	limit_mtu(out, (unsigned)conf_int(port->conf, "mtu"));
	if (!port->status.up)
		snprintf(out->reason, sizeof(out->reason), "port %s is down", port_name);
}

/* Its first address of IPv4: the one that it says of itself. */
static void own_ip4(const json_t *conf, uint8_t out[4])
{
	json_t *item;
	size_t i;

	json_array_foreach(json_object_get(conf, "addresses"), i, item) {
		struct prefix prefix;

		prefix_parse(json_string_value(item), &prefix);
		if (prefix.addr.family != ADDR_IP4)
			continue;
		memcpy(out, prefix.addr.bytes, 4);
		return;
	}
}

void interface_state(const char *name, const json_t *conf, const struct port_entry *without,
		     const struct bridge_entry *without_bridge, struct interface_state *out)
{
	int vrf = vrfs_id(conf_str(conf, "vrf"));

	memset(out, 0, sizeof(*out));
	out->l3.vrf = vrf > 0 ? (uint16_t)vrf : 0;
	out->l3.mtu = (uint16_t)conf_int(conf, "mtu");
	out->l3.vlan = (uint16_t)conf_int(conf, "vlan");
	out->l3.redirects = conf_bool(conf, "redirects");
	out->l3.record = interface_record(conf);
	own_ip4(conf, out->l3.ip4);
	interface_mac(name, conf, NULL, out->l3.mac);
	if (conf_str(conf, "bridge"))
		on_bridge(conf, without_bridge, out);
	else if (conf_str(conf, "port"))
		on_port(name, conf, without, out);
	if (!out->l3.mtu)
		out->l3.mtu = conf_bool(conf, "loopback") ? UINT16_MAX : MTU_DEFAULT;
	if (!conf_bool(conf, "enabled"))
		snprintf(out->reason, sizeof(out->reason), "enabled is false");
	out->l3.up = out->reason[0] == '\0';
}

// SPDX-License-Identifier: BSD-3-Clause
/* interface: where weft has addresses and routes: on a port, in a VLAN, in a bridge, or nowhere. */
#include <string.h>

#include "control/engines.h"
#include "control/interface_check.h"
#include "control/interface_conf.h"
#include "control/interfaces.h"
#include "control/spine/noun.h"
#include "control/vrfs.h"

static const struct field ifaddr = {.type = F_IFADDR};

static const struct field neighbor_fields[] = {
	{.name = "address", .type = F_IP, .flags = FIELD_REQUIRED, .help = "who"},
	{.name = "mac", .type = F_MAC, .flags = FIELD_REQUIRED, .help = "is where"},
	{.name = NULL},
};
static const struct field neighbor = {.type = F_OBJECT, .fields = neighbor_fields};

static const struct field fields[] = {
	{.name = "port",
	 .type = F_REF,
	 .ref = "port",
	 .flags = FIELD_FIXED,
	 .help = "the port that it is on, which is in no bridge"},
	{.name = "bridge",
	 .type = F_REF,
	 .ref = "bridge",
	 .flags = FIELD_FIXED,
	 .help = "the bridge that it is in: a gateway for the hosts there"},
	{.name = "vlan",
	 .type = F_INT,
	 .flags = FIELD_FIXED,
	 .min = 1,
	 .max = 4094,
	 .help = "its VLAN: of a port, tagged (none: untagged frames); of a bridge, 1 where none "
		 "is "
		 "given"},
	{.name = "loopback",
	 .type = F_BOOL,
	 .flags = FIELD_FIXED,
	 .help = "it is on no wire: its addresses answer whatever else is down"},
	{.name = "addresses",
	 .type = F_LIST,
	 .elem = &ifaddr,
	 .help = "its addresses, of both families; a link-local one is made where there are IPv6 "
		 "ones"},
	{.name = "vrf",
	 .type = F_REF,
	 .ref = "vrf",
	 .flags = FIELD_FIXED,
	 .def = VRF_DEFAULT,
	 .help = "whose routes its packets take"},
	{.name = "mtu",
	 .type = F_INT,
	 .min = 68,
	 .max = 9000,
	 .unit = "bytes",
	 .help = "longest IP packet; none: what its port takes, or every port of its bridge"},
	{.name = "mac",
	 .type = F_MAC,
	 .help = "its MAC address; none: the network card's own, or one made of its name"},
	{.name = "enabled", .type = F_BOOL, .def = "true", .help = "false: it is down"},
	{.name = "redirects",
	 .type = F_BOOL,
	 .def = "false",
	 .help = "tells hosts of a better gateway on their wire"},
	{.name = "dad",
	 .type = F_BOOL,
	 .def = "true",
	 .help = "IPv6 addresses are used only when nobody else turns out to have them"},
	{.name = "dad_ipv4",
	 .type = F_BOOL,
	 .def = "false",
	 .help = "IPv4 addresses, too: each is asked for on the wire for six seconds before it is "
		 "used"},
	{.name = "record_options",
	 .type = F_ENUM,
	 .choices = interface_record_words,
	 .def = "fill",
	 .help = "what becomes of IPv4 packets that come in here and ask by option for their route "
		 "or the time to be recorded: fill in, carry as they are, or drop"},
	{.name = "ra",
	 .type = F_OBJECT,
	 .fields = interface_ra_fields,
	 .help = "router advertisements, from which hosts make their IPv6 addresses; ra: {} for "
		 "the "
		 "usual ones"},
	{.name = "neighbors",
	 .type = F_LIST,
	 .elem = &neighbor,
	 .help = "neighbours that are not asked for, each {address, mac}"},
	{.name = "neighbor_limit",
	 .type = F_INT,
	 .min = 16,
	 .max = 65536,
	 .def = "16384",
	 .help = "neighbours known at once"},
	{.name = NULL},
};

static const struct column columns[] = {
	{"name", NULL, "name of the interface"},
	{"state", NULL, "up or down"},
	{"reason", NULL, "why it is down; or which of its addresses somebody else has"},
	{"vrf", NULL, "whose routes its packets take"},
	{"bound_to", NULL, "where it is"},
	{"addresses", NULL, "its addresses"},
	{"mac", NULL, "its MAC address"},
	{"mtu", "bytes", "longest IP packet"},
	{"since", "s", "how long its state has been so", true},
	{NULL},
};

static int add(const char *name, const json_t *value, struct errors *errors)
{
	return interfaces_add(name, value, errors);
}

static int change(const char *name, const json_t *old, const json_t *value, struct errors *errors)
{
	return interfaces_change(interfaces_find(name), value, errors);
}

static int del(const char *name, const json_t *old, struct errors *errors)
{
	interfaces_remove(interfaces_find(name));
	return 0;
}

static json_t *addresses(const struct iface *iface)
{
	json_t *out = json_array();
	char text[PREFIX_TEXT_MAX];

	for (uint16_t i = 0; i < iface->n_addresses; i++)
		json_array_append_new(out, json_string(prefix_print(&iface->addresses[i], text)));
	return out;
}

static const char *const address_states[] = {
	[NEIGHBOR_ADDRESS_UNKNOWN] = "unknown",     [NEIGHBOR_ADDRESS_DOWN] = "down",
	[NEIGHBOR_ADDRESS_TENTATIVE] = "tentative", [NEIGHBOR_ADDRESS_USABLE] = "usable",
	[NEIGHBOR_ADDRESS_DUPLICATE] = "duplicate",
};

static enum neighbor_address state_of(const struct iface *iface, const struct addr *addr)
{
	return iface->flags & IFACE_LOOPBACK
		       ? NEIGHBOR_ADDRESS_USABLE
		       : neighbor_address_state(engines_neighbors(), iface, addr);
}

/* Who else has the address, as text; NULL: nobody. */
static const char *claimant(const struct iface *iface, const struct addr *addr,
			    char text[FIELD_MAC_MAX])
{
	uint8_t mac[6];

	if (!neighbor_address_claimant(engines_neighbors(), iface, addr, mac))
		return NULL;
	field_mac_text(mac, text);
	return text;
}

static json_t *address_rows(const struct iface *iface)
{
	json_t *out = json_array();
	char text[PREFIX_TEXT_MAX], mac[FIELD_MAC_MAX];

	for (uint16_t i = 0; i < iface->n_addresses; i++) {
		const struct addr *addr = &iface->addresses[i].addr;

		json_array_append_new(out, json_pack("{s:s, s:s, s:s*}", "address",
						     prefix_print(&iface->addresses[i], text),
						     "state", address_states[state_of(iface, addr)],
						     "claimed_by", claimant(iface, addr, mac)));
	}
	return out;
}

/* Why it is down; of one that is up, the first of its addresses that is a duplicate. */
static json_t *reason(const struct iface_entry *entry)
{
	const struct iface *iface = &entry->iface;
	char text[ADDR_TEXT_MAX], mac[FIELD_MAC_MAX];

	for (uint16_t i = 0; iface->flags & IFACE_UP && i < iface->n_addresses; i++) {
		const struct addr *addr = &iface->addresses[i].addr;

		if (state_of(iface, addr) == NEIGHBOR_ADDRESS_DUPLICATE &&
		    claimant(iface, addr, mac))
			return json_sprintf("%s is not used: %s has it", addr_print(addr, text),
					    mac);
	}
	return json_string(entry->reason);
}

static json_t *row(struct iface_entry *entry, bool detailed)
{
	const struct iface *iface = &entry->iface;
	char bound[64], mac[FIELD_MAC_MAX];
	int64_t since = (engines_now().us - iface->since_us) / 1000000;

	interfaces_bound_text(entry->conf, bound, sizeof(bound));
	field_mac_text(iface->mac, mac);
	json_t *out =
		json_pack("{s:s, s:s, s:o, s:s, s:s, s:o, s:s, s:i, s:I}", "name", iface->name,
			  "state", iface->flags & IFACE_UP ? "up" : "down", "reason", reason(entry),
			  "vrf", vrfs_name(iface->vrf), "bound_to", bound, "addresses",
			  addresses(iface), "mac", iface->flags & IFACE_LOOPBACK ? "" : mac, "mtu",
			  (int)iface->mtu, "since", (json_int_t)since);
	if (detailed)
		json_object_set_new(out, "address_states", address_rows(iface));
	return out;
}

static json_t *show(struct call *call)
{
	json_t *rows = json_array();

	for (struct iface_entry *e = interfaces_first(); e; e = e->next)
		if (!call->name || strcmp(call->name, e->iface.name) == 0)
			json_array_append_new(rows, row(e, call->name != NULL));
	return rows;
}

const struct noun noun_interface = {
	.name = "interface",
	.key = "interfaces",
	.help = "where weft has addresses: on a port, in a VLAN of it, in a bridge, or on no wire",
	.shape = NOUN_MAP,
	.fields = fields,
	.columns = columns,
	.check = interface_check,
	.check_all = interface_check_all,
	.add = add,
	.change = change,
	.remove = del,
	.show = show,
};

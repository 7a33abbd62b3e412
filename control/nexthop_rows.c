// SPDX-License-Identifier: BSD-3-Clause
#include "control/nexthop_rows.h"

#include <stdio.h>
#include <string.h>

#include "control/engines.h"
#include "control/fib_sync.h"
#include "control/interfaces.h"
#include "control/vrfs.h"

const char *nexthop_kind_name(uint8_t kind)
{
	static const char *const names[] = {
		[NEXTHOP_LOCAL] = "local",         [NEXTHOP_BROADCAST] = "broadcast",
		[NEXTHOP_BLACKHOLE] = "blackhole", [NEXTHOP_UNREACHABLE] = "unreachable",
		[NEXTHOP_PROHIBIT] = "prohibit",   [NEXTHOP_VRF] = "vrf",
		[NEXTHOP_UPLINKS] = "uplinks",
	};

	return kind < sizeof(names) / sizeof(names[0]) ? names[kind] : NULL;
}

static bool same(const struct nexthop *a, const struct nexthop *b)
{
	return a->kind == b->kind && a->iface == b->iface && a->vrf == b->vrf &&
	       addr_compare(&a->gateway, &b->gateway) == 0;
}

static bool is_in(const struct nexthop *hop, const struct nexthop_set *hops)
{
	for (uint32_t i = 0; hops && i < hops->n; i++)
		if (same(hop, &hops->hops[i]))
			return true;
	return false;
}

static bool takes_packets(const struct nexthop *hop, const struct nexthop_set *hops)
{
	return is_in(hop, hops) && fib_sync_takes_part(hop);
}

/* One that is looked up in the RIB is where its route's hops are. */
static bool is_active(uint16_t vrf, const struct nexthop *hop, const struct nexthop_set *hops)
{
	struct rib_best best;

	if (hop->kind != NEXTHOP_GATEWAY || hop->iface)
		return takes_packets(hop, hops);
	if (!rib_lookup(engines_env()->rib, vrf, &hop->gateway, &best))
		return false;
	for (uint32_t i = 0; best.hops && i < best.hops->n; i++) {
		struct nexthop lead = best.hops->hops[i];

		if (lead.kind == NEXTHOP_IFACE) {
			lead.kind = NEXTHOP_GATEWAY;
			lead.gateway = hop->gateway;
		}
		if (takes_packets(&lead, hops))
			return true;
	}
	return false;
}

static json_t *row(const struct nexthop *hop, bool active)
{
	struct iface_entry *entry = interfaces_by_id(hop->iface);
	const char *kind = nexthop_kind_name(hop->kind);
	char text[ADDR_TEXT_MAX];
	json_t *out = json_pack("{s:s, s:s, s:i, s:b}", "gateway", addr_print(&hop->gateway, text),
				"interface", entry ? entry->iface.name : "", "weight",
				(int)hop->weight, "active", active);

	if (kind)
		json_object_set_new(out, "type", json_string(kind));
	if (hop->kind == NEXTHOP_VRF)
		json_object_set_new(out, "vrf", json_string(vrfs_name(hop->vrf)));
	return out;
}

/* "192.0.2.1 on wan0", "on gw10", "local on gw10", "vrf blue"; what is not active in brackets. */
static json_t *text_of(const struct nexthop *hop, bool active)
{
	struct iface_entry *entry = interfaces_by_id(hop->iface);
	const char *kind = nexthop_kind_name(hop->kind);
	char address[ADDR_TEXT_MAX], weight[16] = "";
	const char *what = kind ? kind : addr_print(&hop->gateway, address);

	if (hop->weight != 1)
		snprintf(weight, sizeof(weight), " x%u", hop->weight);
	return json_sprintf("%s%s%s%s%s%s%s%s%s", active ? "" : "(", what,
			    hop->kind == NEXTHOP_VRF ? " " : "",
			    hop->kind == NEXTHOP_VRF ? vrfs_name(hop->vrf) : "",
			    what[0] && entry ? " " : "", entry ? "on " : "",
			    entry ? entry->iface.name : "", weight, active ? "" : ")");
}

json_t *nexthop_rows(uint16_t vrf, const struct nexthop_set *set, const struct nexthop_set *hops,
		     bool readable)
{
	json_t *rows = json_array();

	for (uint32_t i = 0; i < set->n; i++) {
		bool active = is_active(vrf, &set->hops[i], hops);

		json_array_append_new(rows, readable ? text_of(&set->hops[i], active)
						     : row(&set->hops[i], active));
	}
	return rows;
}

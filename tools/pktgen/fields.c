// SPDX-License-Identifier: BSD-3-Clause
#include "tools/pktgen/fields.h"

#include <stddef.h>
#include <string.h>

#define VLAN_LAST 4094
#define BOTH      (FIELD_IN_IP_SUM | FIELD_IN_L4_SUM)

/* At the same place over IPv4 and IPv6. */
#define ALIKE(...) .ip4 = {__VA_ARGS__}, .ip6 = {__VA_ARGS__}

/*
 * Layer, offset, width of the word, shift, bits, sums. Of addresses the lower four bytes. IPv6's
 * next header is the lower half of a word that begins with half of the length, so that its value is
 * the word that the sum of UDP wants.
 */
const struct field_kind field_kinds[N_FIELDS] = {
	[FIELD_MAC_DST] = {"mac-dst", FIELD_MAC_SRC, "dst-mac", ALIKE(LAYER_MACS, 2, 4, 0, 32, 0)},
	[FIELD_MAC_SRC] = {"mac-src", FIELD_MAC_DST, "src-mac", ALIKE(LAYER_MACS, 8, 4, 0, 32, 0)},
	[FIELD_OUTER_TPID] = {"outer-tpid", FIELD_OUTER_TPID, NULL,
			      ALIKE(LAYER_OUTER_TAG, 0, 2, 0, 16, 0)},
	[FIELD_OUTER_PCP] = {"outer-pcp", FIELD_OUTER_PCP, NULL,
			     ALIKE(LAYER_OUTER_TAG, 2, 2, 13, 3, 0)},
	[FIELD_OUTER_DEI] = {"outer-dei", FIELD_OUTER_DEI, NULL,
			     ALIKE(LAYER_OUTER_TAG, 2, 2, 12, 1, 0)},
	[FIELD_OUTER_VLAN] = {"outer-vlan", FIELD_OUTER_VLAN, "outer-vlan",
			      ALIKE(LAYER_OUTER_TAG, 2, 2, 0, 12, 0)},
	[FIELD_VLAN_TPID] = {"vlan-tpid", FIELD_VLAN_TPID, NULL, ALIKE(LAYER_TAG, 0, 2, 0, 16, 0)},
	[FIELD_VLAN_PCP] = {"vlan-pcp", FIELD_VLAN_PCP, NULL, ALIKE(LAYER_TAG, 2, 2, 13, 3, 0)},
	[FIELD_VLAN_DEI] = {"vlan-dei", FIELD_VLAN_DEI, NULL, ALIKE(LAYER_TAG, 2, 2, 12, 1, 0)},
	[FIELD_VLAN] = {"vlan", FIELD_VLAN, "vlan", ALIKE(LAYER_TAG, 2, 2, 0, 12, 0)},
	[FIELD_ETHER_TYPE] = {"ether-type", FIELD_ETHER_TYPE, NULL,
			      ALIKE(LAYER_TYPE, 0, 2, 0, 16, 0)},
	[FIELD_DSCP] = {"dscp", FIELD_DSCP, NULL, .ip4 = {LAYER_IP, 0, 2, 2, 6, FIELD_IN_IP_SUM},
			.ip6 = {LAYER_IP, 0, 2, 6, 6, 0}},
	[FIELD_ECN] = {"ecn", FIELD_ECN, NULL, .ip4 = {LAYER_IP, 0, 2, 0, 2, FIELD_IN_IP_SUM},
		       .ip6 = {LAYER_IP, 0, 2, 4, 2, 0}},
	[FIELD_FLOW_LABEL] = {"flow-label", FIELD_FLOW_LABEL, NULL,
			      .ip6 = {LAYER_IP, 0, 4, 0, 20, 0}},
	[FIELD_IP_ID] = {"ip-id", FIELD_IP_ID, NULL,
			 .ip4 = {LAYER_IP, 4, 2, 0, 16, FIELD_IN_IP_SUM}},
	[FIELD_IP_FLAGS] = {"ip-flags", FIELD_IP_FLAGS, NULL,
			    .ip4 = {LAYER_IP, 6, 2, 13, 3, FIELD_IN_IP_SUM}},
	[FIELD_FRAGMENT] = {"fragment", FIELD_FRAGMENT, NULL,
			    .ip4 = {LAYER_IP, 6, 2, 0, 13, FIELD_IN_IP_SUM}},
	[FIELD_TTL] = {"ttl", FIELD_TTL, NULL, .ip4 = {LAYER_IP, 8, 2, 8, 8, FIELD_IN_IP_SUM},
		       .ip6 = {LAYER_IP, 6, 2, 0, 8, 0}},
	[FIELD_PROTOCOL] = {"protocol", FIELD_PROTOCOL, NULL, .ip4 = {LAYER_IP, 8, 2, 0, 8, BOTH},
			    .ip6 = {LAYER_IP, 5, 2, 0, 8, FIELD_IN_L4_SUM}},
	[FIELD_IP_SRC] = {"ip-src", FIELD_IP_DST, "src-ip", .ip4 = {LAYER_IP, 12, 4, 0, 32, BOTH},
			  .ip6 = {LAYER_IP, 20, 4, 0, 32, FIELD_IN_L4_SUM}},
	[FIELD_IP_DST] = {"ip-dst", FIELD_IP_SRC, "dst-ip", .ip4 = {LAYER_IP, 16, 4, 0, 32, BOTH},
			  .ip6 = {LAYER_IP, 36, 4, 0, 32, FIELD_IN_L4_SUM}},
	[FIELD_PORT_SRC] = {"port-src", FIELD_PORT_DST, "src-port",
			    ALIKE(LAYER_PORTS, 0, 2, 0, 16, FIELD_IN_L4_SUM)},
	[FIELD_PORT_DST] = {"port-dst", FIELD_PORT_SRC, "dst-port",
			    ALIKE(LAYER_PORTS, 2, 2, 0, 16, FIELD_IN_L4_SUM)},
	[FIELD_TCP_SEQ] = {"tcp-seq", FIELD_TCP_SEQ, NULL,
			   ALIKE(LAYER_TCP, 4, 4, 0, 32, FIELD_IN_L4_SUM)},
	[FIELD_TCP_ACK] = {"tcp-ack", FIELD_TCP_ACK, NULL,
			   ALIKE(LAYER_TCP, 8, 4, 0, 32, FIELD_IN_L4_SUM)},
	[FIELD_TCP_FLAGS] = {"tcp-flags", FIELD_TCP_FLAGS, NULL,
			     ALIKE(LAYER_TCP, 12, 2, 0, 8, FIELD_IN_L4_SUM)},
	[FIELD_TCP_WINDOW] = {"tcp-window", FIELD_TCP_WINDOW, NULL,
			      ALIKE(LAYER_TCP, 14, 2, 0, 16, FIELD_IN_L4_SUM)},
	[FIELD_TCP_URGENT] = {"tcp-urgent", FIELD_TCP_URGENT, NULL,
			      ALIKE(LAYER_TCP, 18, 2, 0, 16, FIELD_IN_L4_SUM)},
};

uint32_t field_max(enum frame_field_kind kind)
{
	const struct field_kind *k = &field_kinds[kind];
	unsigned bits = k->ip4.bits ? k->ip4.bits : k->ip6.bits;

	if (kind == FIELD_VLAN || kind == FIELD_OUTER_VLAN)
		return VLAN_LAST;
	return (uint32_t)((UINT64_C(1) << bits) - 1);
}

enum frame_field_kind field_find(const char *name, unsigned n)
{
	for (int i = 0; i < N_FIELDS; i++)
		if (strlen(field_kinds[i].name) == n && !memcmp(field_kinds[i].name, name, n))
			return (enum frame_field_kind)i;
	return N_FIELDS;
}

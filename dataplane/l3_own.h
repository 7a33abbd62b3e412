// SPDX-License-Identifier: BSD-3-Clause
/* What the files of l3.h share. Control. */
#ifndef WEFT_DATAPLANE_L3_OWN_H
#define WEFT_DATAPLANE_L3_OWN_H

#include "dataplane/l3_table.h"

/* Every number leads to the value that drops; and back, everything freed. */
void l3_ifaces_init(void);
void l3_ifaces_fini(void);
void l3_nexthops_init(void);
void l3_nexthops_fini(void);
void l3_groups_init(void);
void l3_groups_fini(void);

uint64_t l3_ifaces_bytes(void);
uint64_t l3_nexthops_bytes(void);
uint64_t l3_groups_bytes(void);

/* The next hops over an interface as they will be once it is iface: made first, so that nothing
 * can fail once something has changed. 0 or -ENOMEM. Then publish, or drop. */
struct l3_rebuilt {
	uint32_t n;
	struct l3_nexthop **made; /* in the order of the interface's list */
};
int l3_nexthops_rebuild(const struct l3_iface *iface, struct l3_rebuilt *out);
void l3_rebuilt_publish(struct l3_rebuilt *rebuilt, uint16_t iface);
void l3_rebuilt_drop(struct l3_rebuilt *rebuilt);
/* Those over an interface that is gone lead nowhere. */
void l3_nexthops_cut(uint16_t iface);

/* Makes room for a VLAN in a port's or bridge's table. 0 or -ENOMEM. */
int l3_vlans_reserve(_Atomic(const struct l3_vlans *) *place, uint16_t vlan);
/* There is room. iface 0 takes it out; an empty table is taken away. */
void l3_vlans_put(_Atomic(const struct l3_vlans *) *place, uint16_t vlan, uint16_t iface);
/* Takes the table away if it is empty. */
void l3_vlans_trim(_Atomic(const struct l3_vlans *) *place);

static inline void l3_mac_bytes(uint64_t mac, uint8_t out[6])
{
	for (int i = 0; i < 6; i++)
		out[i] = mac >> (8 * (5 - i));
}

static inline uint64_t l3_mac_number(const uint8_t mac[6])
{
	return fdb_key_make(mac, 0) >> 12;
}

#endif

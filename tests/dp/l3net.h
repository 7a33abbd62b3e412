// SPDX-License-Identifier: BSD-3-Clause
/*
 * A router in the network of net.h: interfaces on fake ports and in bridges,
 * next hops, groups and routes, and what has to come out of it, computed without any
 * code of the dataplane.
 *
 *   uint16_t left = on_port(p1, 0, R1), right = on_port(p2, 0, R2);
 *   via("10.2.0.0/16", right, B);
 *   put(p1, &f);
 *   run();
 *   struct frame g = one_hop(&f, B, R2);
 *   expect(p2, &g);
 *
 * Numbers of interfaces, next hops and groups are given out one after the
 * other; net_stop takes all of it away.
 */
#ifndef WEFT_TESTS_DP_L3NET_H
#define WEFT_TESTS_DP_L3NET_H

#include "dataplane/l3.h"
#include "dataplane/punt.h"
#include "tests/dp/net.h"

/* Interfaces, up, with an MTU of 1500 and in VRF 0. */
uint16_t on_port(struct fake *fake, uint16_t vlan, uint64_t mac);
uint16_t in_bridge(struct bridge *bridge, uint16_t vlan, uint64_t mac);
/* Changes: take the conf, put it back. */
struct l3_iface_conf *iface_conf(uint16_t iface);
void iface_changed(uint16_t iface);
void iface_mtu(uint16_t iface, uint16_t mtu);
void iface_up(uint16_t iface, bool up);
void iface_vrf(uint16_t iface, uint16_t vrf); /* makes the VRF, too */

/* Next hops and groups. */
uint32_t hop_to(uint16_t iface, uint64_t mac);
uint32_t hop_act(enum l3_act act, uint16_t iface);
uint32_t hop_vrf(uint16_t vrf);
uint32_t group_of(uint16_t n, const uint32_t *hops);
uint32_t last_hop(void); /* the number of the latest one */

/* Routes, prefix as "10.0.0.0/8" or "2001:db8::/32". */
void route_in(uint16_t vrf, const char *prefix, uint32_t group);
void via(const char *prefix, uint16_t iface, uint64_t mac);
void acts(const char *prefix, enum l3_act act, uint16_t iface);

/* Frames. */
uint32_t l3_at(const struct frame *f);           /* where the network header is */
void set_ttl(struct frame *f, uint8_t ttl);      /* or hop limit; checksum made right */
void fix_sum(struct frame *f);                   /* of the IPv4 header */
void flag_fragment(struct frame *f, uint16_t v); /* flags and offset, checksum made right */
/* The frame as it leaves: one hop less, new addresses, and a tag where there is a VLAN. */
struct frame one_hop(const struct frame *f, uint64_t dst, uint64_t src);
struct frame one_hop_tagged(const struct frame *f, uint64_t dst, uint64_t src, uint16_t vlan);
/* The same with as many hops left as before: what weft sends itself. */
struct frame no_hop(const struct frame *f, uint64_t dst, uint64_t src);

/* The next packet for control is f, byte for byte, of that class and reason, from that interface.
 */
#define expect_punt(f, class, why, iface) \
	expect_punt_at(__FILE__, __LINE__, f, class, why, iface, NULL)
/* The same, and more of what was said of it. */
#define expect_punt_more(f, class, why, iface, more) \
	expect_punt_at(__FILE__, __LINE__, f, class, why, iface, more)
#define expect_no_punt() expect_no_punt_at(__FILE__, __LINE__)
void expect_punt_at(const char *file, int line, const struct frame *f, enum punt_class class,
		    enum punt_why why, uint16_t iface, struct punt *more);
void expect_no_punt_at(const char *file, int line);

/* Injects what follows the frame's Ethernet header. */
void inject_routed(const struct frame *f, uint16_t vrf, bool forwarded);
/* Somebody else's that came in on an interface and waited for its next hop. */
void inject_held(const struct frame *f, uint16_t vrf, uint16_t from);
void inject_to(const struct frame *f, uint16_t iface, uint64_t mac);

#endif

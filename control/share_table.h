// SPDX-License-Identifier: BSD-3-Clause
/*
 * What the XDP program of a shared NIC has to know, computed from what weft
 * is: the addresses behind it, its own, the protocols that it speaks there.
 * Pure functions: the same source gives the same table, sorted, without
 * doubles; two tables differ by what has to go in and out.
 *
 * Control thread.
 */
#ifndef WEFT_CONTROL_SHARE_TABLE_H
#define WEFT_CONTROL_SHARE_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <linux/types.h>

#include "bpf/nic.h"
#include "dataplane/fdb.h"
#include "routing/core/addr.h"

/* A protocol that an interface speaks: packets to groups that only weft wants. */
struct share_proto {
	uint16_t ether_type, udp_port; /* host order; udp_port 0: all of ip_proto */
	uint8_t ip_proto;
};

/* An interface of weft's on the NIC's wire: on the port, or in its bridge. */
struct share_iface {
	uint16_t vlan; /* on the wire, 0: no tag */
	uint8_t mac[6];
	const struct prefix *addresses; /* with host bits */
	size_t n_addresses;
	const struct prefix *behind; /* networks of the other interfaces of its VRF */
	size_t n_behind;
	const struct share_proto *protos;
	size_t n_protos;
};

struct share_source {
	uint8_t nic_mac[6];
	const struct addr *host; /* addresses of the NIC's host: never weft's */
	size_t n_host;
	const struct member_conf *member; /* the port's place in its bridge; NULL: in none */
	const fdb_key *macs;              /* in that bridge, and not behind this port */
	size_t n_macs;
	const struct share_iface *ifaces;
	size_t n_ifaces;
};

struct share_addr {
	struct nic_addr_key key;
	uint32_t owner; /* enum nic_owner */
};

struct share_table {
	nic_mac_key *macs;
	size_t n_macs, macs_room;
	struct share_addr *addrs;
	size_t n_addrs;
	struct nic_proto_key *protos;
	size_t n_protos;
	uint64_t by_address; /* the NIC's MAC address, where an interface of weft's has it */
	bool wants_unknown;  /* weft floods what is for addresses that nobody knows */
	size_t n_left_out;   /* entries beyond what the program holds */
};

/* 0 or -ENOMEM. out need not be initialised; share_table_fini frees it, after a failure too. */
int share_table_make(const struct share_source *source, struct share_table *out);
void share_table_fini(struct share_table *table); /* one of zeros is legal */

/* The VLAN on the wire of what is in this VLAN of the bridge: 0 for no tag, -1 for nothing. */
int share_wire_vlan(const struct member_conf *member, uint16_t vlan);

/* Puts one MAC address in or takes it out; whether that changed the table. */
bool share_table_mac(struct share_table *table, nic_mac_key key, bool in);

struct share_ops {
	int (*mac)(void *arg, nic_mac_key key, bool in);
	int (*addr)(void *arg, const struct share_addr *addr, bool in);
	int (*proto)(void *arg, const struct nic_proto_key *key, bool in);
};

/* Does what leads from one table to the other, first everything that comes in: what is in both is
 * never missing. 0, or the first error of ops (the rest is done all the same). */
int share_table_step(const struct share_table *from, const struct share_table *to,
		     const struct share_ops *ops, void *arg);

#endif

// SPDX-License-Identifier: BSD-3-Clause
/*
 * Bridges as workers see them. Control builds immutable values and swaps
 * pointers: a member (one port's place in a bridge) is published in
 * port->member, the list of members in bridge->members. What was published
 * is never changed, only replaced, and freed after a grace period; the
 * exceptions say who writes them.
 */
#ifndef WEFT_DATAPLANE_BRIDGE_H
#define WEFT_DATAPLANE_BRIDGE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "dataplane/port.h"

#define BRIDGE_MAX 256 /* bridges at once */
#define VLAN_COUNT 4096

struct fdb;

struct member_conf {
	uint16_t untagged; /* VLAN of untagged frames, both ways; 0: none are taken or sent */
	uint64_t tagged[VLAN_COUNT / 64]; /* bit v: VLAN v is taken and sent with a tag */
	bool is_protected;                /* exchanges nothing with other protected members */
	uint32_t storm_pps; /* broadcast, multicast and unknown frames a second let in; 0: no limit
			     */
};

struct member {
	struct bridge *bridge;
	struct port *port;
	struct member_conf conf;
	uint32_t
		serial; /* another one each time a port joins a bridge; a change of conf keeps it */
	atomic_bool learn; /* false: no further addresses, only moves of known ones; control */
};

struct members {
	uint16_t n;
	const struct member *list[PORT_MAX];
};

struct bridge {
	uint16_t id; /* below BRIDGE_MAX */
	_Atomic(struct fdb *) fdb;
	_Atomic(const struct members *) members;
	_Atomic(const struct l3_vlans *)
		l3; /* the interfaces in it or NULL; l3_iface.c (l3_table.h) */

	struct members lists[2]; /* one is published, control writes the other */

	/* Control only: what fdb.c counts. */
	uint32_t max_macs, n_macs;
	uint32_t n_learned[PORT_SLOTS]; /* by port index, statics left out */
	uint32_t n_of[PORT_SLOTS];      /* and with them */
};

/* Control thread only, all of these. */

/* A bridge without members, with an empty fdb that holds up to max_macs.
 * NULL with errno: ENOMEM, ENOSPC (BRIDGE_MAX reached). */
struct bridge *bridge_create(uint32_t max_macs);
/* Has to be without members; its interfaces go with it. NULL is legal. Waits for a grace period. */
void bridge_destroy(struct bridge *bridge);

/* Puts a port into the bridge, or changes its place in it, without loss; waits for a grace period.
 * 0, -ENOMEM, or -EBUSY when the port is in another bridge. */
int bridge_member_set(struct bridge *bridge, struct port *port, const struct member_conf *conf);
/* Takes it out and forgets its addresses; nothing where it is no member. Waits for a grace period.
 */
void bridge_member_del(struct bridge *bridge, struct port *port);

/* Whether the port may learn further addresses: false at its limit. Nothing for a port in no
 * bridge. */
void bridge_member_learn(struct port *port, bool learn);

struct bridge *bridge_by_id(uint16_t id); /* or NULL */

#endif

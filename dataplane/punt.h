// SPDX-License-Identifier: BSD-3-Clause
/*
 * The two side doors between workers and control. Punt: packets that control
 * has to see, by class; a class has a rate and a ring of its own in each
 * worker, so that a flood of one starves no other. Inject: packets that
 * control sends; a worker takes them through the stages as if they had come
 * from within.
 *
 * Control thread, but for what punt_ring.h gives the workers.
 */
#ifndef WEFT_DATAPLANE_PUNT_H
#define WEFT_DATAPLANE_PUNT_H

#include <stdbool.h>
#include <stdint.h>

#include <rte_mbuf.h>

/* In the order in which control takes them: a BFD neighbour that begins anew is heard before what
 * it says as part of a session. */
enum punt_class {
	PUNT_PROTOCOL, /* OSPF, RIP, BFD, VRRP: addressed to us or to their groups */
	PUNT_BFD,      /* BFD that knows the number of a session of ours */
	PUNT_NEIGHBOR, /* ARP, neighbour and router discovery */
	PUNT_GLEAN,    /* for somebody on the wire whose MAC address is not known */
	PUNT_LOCAL,    /* anything else for an address of ours: ping */
	PUNT_ERROR,    /* could not be forwarded, and its sender is owed an ICMP message */
	PUNT_CLASSES
};

/* Why, in PUNT_ERROR. */
enum punt_why {
	PUNT_FOR_US,
	PUNT_TTL,     /* TTL or hop limit ran out */
	PUNT_TOO_BIG, /* DF, or IPv6: mtu says what would pass */
	PUNT_NO_ROUTE,
	PUNT_UNREACHABLE, /* a route says so */
	PUNT_PROHIBITED,  /* likewise */
	PUNT_REDIRECT,  /* it leaves where it came from; the packet was forwarded, this is a copy */
	PUNT_OPTIONS,   /* router alert */
	PUNT_PARAMETER, /* malformed options: mtu says where, from the IP header on */
	PUNT_SCOPE,     /* from an address that is good on its link alone, and to beyond */
};

struct punt {
	struct rte_mbuf *m; /* whole frame as it came in; control owns it */
	uint32_t nexthop;   /* PUNT_GLEAN, PUNT_ERROR: what it met, or 0 */
	uint16_t iface;     /* it came in on */
	uint16_t l3;        /* offset of its IP or ARP header */
	uint16_t ether_type;
	uint16_t mtu; /* PUNT_TOO_BIG, PUNT_PARAMETER */
	uint8_t class, why;
};

/* Takes up to max, the first classes first but each at most its share; 0: none, and the descriptor
 * becomes readable when there are. */
uint32_t punt_take(struct punt *out, uint32_t max);
int punt_fd(void);

struct punt_stats {
	uint64_t punted, policed, full; /* handed over; over the class's rate; its ring was full */
};
void punt_stats(enum punt_class class, struct punt_stats *out);
/* Packets a second of a class that each worker lets through; and how many if nobody says so: what
 * control can be expected to look at without falling behind, with several workers too. */
void punt_rate(enum punt_class class, uint32_t pps);
uint32_t punt_rate_of(enum punt_class class);
#define PUNT_RATE_PROTOCOL 10000
#define PUNT_RATE_BFD      20000
#define PUNT_RATE_NEIGHBOR 4000
#define PUNT_RATE_GLEAN    2000
#define PUNT_RATE_LOCAL    4000
#define PUNT_RATE_ERROR    2000

/* There is a BFD session whose discriminator, as packets for it have it, is this one; or no more.
 * No two at once may be alike modulo PUNT_SESSIONS. */
#define PUNT_SESSIONS 4096
void punt_session(uint32_t discriminator, bool is_there);

/* Where an injected packet enters. */
struct inject {
	struct rte_mbuf *m; /* begins with the IP or ARP header; owned by inject from here on */
	uint16_t ether_type;
	uint16_t vrf;       /* iface 0: routed in this VRF by its destination */
	uint16_t iface;     /* else sent from this interface */
	uint8_t dst_mac[6]; /* to this address */
	bool forwarded;     /* iface 0: somebody else's, held while its next hop was looked for; its
			     * TTL is still to be lowered */
	uint16_t from;      /* then: the interface that it came in on, or 0 if that is gone */
};

/* 0, or -ENOBUFS (the ring is full; the packet is freed and counted). */
int inject(const struct inject *in);
uint64_t inject_lost(void); /* those that were refused */
/* Waits until workers have sent what was injected so far, at most so long: before what it leaves by
 * goes. Control. */
void inject_settle(uint32_t ms);

#endif

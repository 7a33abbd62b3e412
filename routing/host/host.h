// SPDX-License-Identifier: BSD-3-Clause
/*
 * What a router owes the hosts around it: ICMP errors about packets that it
 * cannot forward, and answers to what is addressed to it (RFC 792, 1122, 1191,
 * 1812 4.3, 4443, 8200). Clients of the same machinery, ping and traceroute,
 * are in ping.h and trace.h.
 *
 *   host_error(host, &in, &problem)   a packet could not be forwarded, or not delivered
 *   host_input(host, &in)             a packet for an address of ours that no protocol wanted
 *
 * An error is owed only to a single, identifiable sender, and never because of
 * an error (RFC 1812 4.3.2.7, RFC 4443 2.4); what is owed is rationed, overall,
 * for each interface, and for each network that would get it. Packets are
 * handed over whole, from the IP header on; whatever is in them is checked.
 *
 * One thread.
 */
#ifndef WEFT_ROUTING_HOST_HOST_H
#define WEFT_ROUTING_HOST_HOST_H

#include <stdbool.h>
#include <stdint.h>

#include "routing/env.h"

struct host;

/* Why a packet was not forwarded or delivered. */
enum host_why {
	HOST_TTL,         /* time exceeded in transit: 11/0, v6 3/0 */
	HOST_REASSEMBLY,  /* fragment reassembly time exceeded: 11/1, v6 3/1 */
	HOST_NO_ROUTE,    /* net unreachable: 3/0, v6 1/0 */
	HOST_UNREACHABLE, /* nobody answers, or a route says so: 3/1, v6 1/3 */
	HOST_PROTOCOL,    /* 3/2, v6 parameter problem 4/1 */
	HOST_PORT,        /* 3/3, v6 1/4 */
	HOST_TOO_BIG,     /* fragmentation needed: 3/4 with mtu, v6 2/0 */
	HOST_PROHIBITED,  /* administratively: 3/13, v6 1/1 */
	HOST_SCOPE,       /* v6 only, beyond the scope of its source: 1/2 */
	HOST_PARAMETER,   /* 12/0, v6 4/code: pointer says where */
	HOST_REDIRECT,    /* there is a better gateway on the sender's wire: 5/1, v6 137 */
	HOST_WHYS
};

struct host_problem {
	enum host_why why;
	uint16_t mtu;        /* HOST_TOO_BIG: what would pass */
	uint8_t code;        /* HOST_PARAMETER, v6 */
	uint32_t pointer;    /* HOST_PARAMETER: offset from the IP header on */
	struct addr gateway; /* HOST_REDIRECT: its destination itself where that is on the wire */
	bool has_mac;        /* HOST_REDIRECT, v6: mac of the gateway is known */
	uint8_t mac[6];
};

/* What came of a call. */
enum host_verdict {
	HOST_SENT,
	HOST_NOT_OWED,  /* the RFCs forbid an answer */
	HOST_MALFORMED, /* the packet is no whole IP packet, or its checksum is wrong */
	HOST_RATIONED,  /* too many */
	HOST_OFF,       /* redirects, unless configured; echo, where it is switched off */
	HOST_NO_SOURCE, /* no address of ours to answer from */
	HOST_NOT_SENT,  /* env's send refused */
	HOST_CONSUMED,  /* nothing to answer: a reply to our ping, an unknown ICMP message */
	HOST_VERDICTS
};

/* Answers a second, and how many at once. 0 a second: none. */
struct host_rate {
	uint32_t per_s, burst;
};

struct host_conf {
	struct host_rate errors;       /* all of them together: 1000, 1000 */
	struct host_rate iface_errors; /* because of packets from one interface: 400, 400 */
	struct host_rate source;       /* of them, to one /24 or /64: 200, 200 */
	struct host_rate too_big;      /* their own, that nothing else eats up: 1000, 1000 */
	struct host_rate echo;         /* replies: 10000, 2000 */
	bool redirects;                /* off */
	bool echo_off;
};

void host_conf_default(struct host_conf *conf);

struct host_ops {
	/* Whether an address of ours may be used; duplicates and tentative ones may not. NULL: all
	 * may. */
	bool (*is_usable)(void *ctx, const struct iface *iface, const struct addr *addr);
	/* Whether somebody listens on a UDP port of ours. NULL: nobody. */
	bool (*udp_open)(void *ctx, uint16_t vrf, uint16_t port);
};

/* Fragments for us (host_assemble). */
struct host_parts {
	uint64_t fragments, whole; /* that came in; packets that were put together */
	/* Packets, or fragments, that were given up. */
	uint64_t overlap, malformed, timeout, evicted, no_memory;
};

struct host_stats {
	uint64_t errors[HOST_WHYS]; /* sent, by reason */
	uint64_t verdicts[HOST_VERDICTS];
	uint64_t echo_requests, echo_replies; /* for us, sent */
	uint64_t fragments;                   /* for us, that nobody put together (host_assemble) */
	uint64_t bad_checksum;
	struct host_parts parts;
};

/* NULL with errno. conf is copied, NULL: the default; ops may be NULL and stays the caller's. */
struct host *host_create(struct env *env, const struct host_conf *conf, const struct host_ops *ops,
			 void *ctx);
void host_destroy(struct host *host); /* pings and traceroutes are stopped before; NULL is legal */
void host_configure(struct host *host, const struct host_conf *conf);
void host_conf_get(const struct host *host, struct host_conf *conf); /* as it is now */
/* What was rationed for it is forgotten. */
void host_iface_gone(struct host *host, const struct iface *iface);

enum host_verdict host_error(struct host *host, const struct packet_in *in,
			     const struct host_problem *problem);
/* Echo requests are answered, errors and replies go to pings and traceroutes, UDP to no listener
 * and unknown protocols are answered as unreachable. */
enum host_verdict host_input(struct host *host, const struct packet_in *in);
void host_stats(const struct host *host, struct host_stats *out);

/* For what is addressed to us, before anybody looks at it. true: it is a whole packet, or was put
 * together with those that came before and *in is the whole, until the next call. false: a fragment
 * whose others are still to come, or that was given up. */
bool host_assemble(struct host *host, struct packet_in *in);

/* The address of ours from which to talk to dst: one of out (an interface) in its subnet, else any
 * of out with the same scope, else any of out's VRF. out NULL: the interface to which vrf's routes
 * lead. false: there is none. */
bool host_source(struct host *host, uint16_t vrf, const struct iface *out, const struct addr *dst,
		 struct addr *source);

#endif

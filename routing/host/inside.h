// SPDX-License-Identifier: BSD-3-Clause
/*
 * The host engine from within.
 *
 *   host.c      from create to destroy
 *   assembly.c  fragments for us become packets
 *   cut.c       packets of ours become fragments
 *   local.c     what is addressed to us: echo, unreachable ports and protocols
 *   options.c   IPv6's options, as far as they ask for an answer (RFC 8200 4.2)
 *   owed.c      whether an error is owed (RFC 1812 4.3.2.7, RFC 4443 2.4 e)
 *   error.c     errors out
 *   redirect.c  redirects out, which are shaped differently
 *   limit.c     rations
 *   source.c    which address of ours to speak from
 *   client.c    what ping.c and trace.c share: who gets which answer
 */
#ifndef WEFT_ROUTING_HOST_INSIDE_H
#define WEFT_ROUTING_HOST_INSIDE_H

#include "routing/core/be.h"
#include "routing/core/bucket.h"
#include "routing/core/ip.h"
#include "routing/core/list.h"
#include "routing/host/assembly.h"
#include "routing/host/host.h"

#define ICMP_HEADER      8
#define HOST_TTL_DEFAULT 64   /* of what we send */
#define HOST_PRECEDENCE  0xc0 /* of IPv4 errors: internetwork control, RFC 1812 4.3.2.5 */
#define IFACE_CHAINS     64
#define SOURCE_SETS      1024
#define SOURCE_WAYS      4
#define HOST_MTU_MAX     9216 /* bytes of a fragment of ours, at most */
#define CLIENT_MAX       64   /* pings and traceroutes at a time */

enum icmp4_type {
	ICMP4_ECHO_REPLY = 0,
	ICMP4_UNREACHABLE = 3,
	ICMP4_SOURCE_QUENCH = 4,
	ICMP4_REDIRECT = 5,
	ICMP4_ECHO = 8,
	ICMP4_TIME_EXCEEDED = 11,
	ICMP4_PARAMETER = 12,
};

enum icmp6_type {
	ICMP6_UNREACHABLE = 1,
	ICMP6_TOO_BIG = 2,
	ICMP6_TIME_EXCEEDED = 3,
	ICMP6_PARAMETER = 4,
	ICMP6_ECHO = 128, /* and up: no error */
	ICMP6_ECHO_REPLY = 129,
	ICMP6_REDIRECT = 137,
};

#define UNREACHABLE4_PORT      3
#define UNREACHABLE4_TOO_BIG   4
#define UNREACHABLE6_PORT      4
#define PARAMETER6_HEADER      0 /* an erroneous field */
#define PARAMETER6_NEXT_HEADER 1
#define PARAMETER6_OPTION      2

/* What came back to something that we sent. */
struct answer {
	bool is_error; /* else an echo reply */
	uint8_t type, code, ttl;
	uint16_t mtu;
	uint16_t id, sequence; /* of the echo; of UDP the ports it was sent from and to */
	uint8_t proto;         /* of what we sent */
	uint16_t size;         /* after the ICMP header */
	const uint8_t *data;   /* of a reply: size bytes */
	struct addr from;
	struct addr dst; /* of what we sent; of a reply the same as from */
	uint16_t vrf;
};

/* A ping or a traceroute, as far as answers are concerned. */
struct client {
	struct list_link link;
	struct host *host;
	struct addr dst, source;
	const struct iface *out; /* on whose wire dst is; NULL: along the routes */
	uint16_t vrf;
	uint16_t id; /* of its echoes, and its UDP port */
	void (*answered)(struct client *client, const struct answer *answer);
};

LIST_DEFINE(clients, struct client, link);

struct iface_ration {
	struct iface_ration *chain;
	uint32_t id;
	struct bucket errors;
};

/* What a network was sent lately. */
struct source_ration {
	uint64_t network; /* 0: free */
	uint32_t key;     /* family and VRF */
	struct bucket bucket;
};

struct host {
	struct env *env;
	const struct host_ops *ops;
	void *ctx;
	struct host_conf conf;
	struct host_stats stats;
	struct bucket errors, too_big, echo;
	struct iface_ration *ifaces[IFACE_CHAINS];
	struct source_ration sources[SOURCE_SETS][SOURCE_WAYS];
	uint64_t seed;
	struct clients clients;
	uint16_t next_id;
	struct assemblies assemblies;
	uint32_t assembly_bytes;
	uint8_t room[65535];               /* a packet that is being built */
	uint8_t piece[HOST_MTU_MAX];       /* a part of it, on its way out */
	uint8_t whole[IP6_HEADER + 65535]; /* one that was put together */
};

/* owed.c */
bool owed_is_due(const struct packet_in *in, const struct ip_view *ip,
		 const struct host_problem *problem);
/* Whether a packet is addressed to a single host, on the wire and in its header. */
bool owed_is_to_one(const struct packet_in *in, const struct addr *dst);
/* Whether a packet's sender is one that can be answered. */
bool owed_has_sender(const struct packet_in *in, const struct ip_view *ip);
/* IPv4: the header's checksum; IPv6: nothing. */
bool owed_has_sound_header(const struct ip_view *ip);

/* error.c */
/* host_error of a packet that was read; is_for_us: its destination was, so it may speak. */
enum host_verdict error_answer(struct host *host, const struct packet_in *in,
			       const struct ip_view *ip, const struct host_problem *problem,
			       bool is_for_us);
/* Likewise of a packet whose end is not there. */
enum host_verdict error_of_part(struct host *host, const struct packet_in *in,
				const struct host_problem *problem);
/* Sends what stands behind the room for an IP header in host->room to whom `ip` came from; an
 * address of the wire goes back on it. header has its source, TTL, tos and options. */
enum host_verdict error_send(struct host *host, const struct packet_in *in,
			     const struct ip_view *ip, struct ip_out *header, uint32_t len);

/* cut.c */
/* Sends a packet of ours, in fragments where IPv6 wants us and no router to cut it. 0 or -errno. */
int cut_send(struct host *host, const struct packet_out *out, const struct addr *dst);

/* redirect.c */
bool redirect_is_due(const struct packet_in *in, const struct ip_view *ip,
		     const struct host_problem *problem);
bool redirect_source(struct host *host, const struct packet_in *in, const struct ip_view *ip,
		     struct addr *source);
/* Writes ICMPv6's, from the ICMP header on; its length. */
uint32_t redirect_write6(uint8_t *out, const struct ip_view *ip,
			 const struct host_problem *problem);

/* limit.c */
bool limit_error(struct host *host, const struct packet_in *in, const struct ip_view *ip,
		 const struct host_problem *problem);
bool limit_echo(struct host *host);
void limit_fini(struct host *host);

/* source.c */
/* For an answer to a packet: its destination where that is ours alone, else of the interface that
 * it came in on. */
bool source_for_answer(struct host *host, const struct packet_in *in, const struct ip_view *ip,
		       bool is_for_us, struct addr *source);
/* IPv6: what has such an address is sent on its own wire only. */
bool source_is_link_local(const struct addr *addr);
/* One of the interface's own. */
bool source_is_on(const struct iface *iface, const struct addr *addr);
/* In a subnet of the interface, or link-local. */
bool source_is_on_wire(const struct iface *iface, const struct addr *addr);
/* Whether it is an address of this interface that may not be used: tentative, or a duplicate. */
bool source_is_refused(const struct host *host, const struct iface *iface, const struct addr *dst);
/* Whether it is an address of ours in this VRF, and may be used. */
bool source_is_ours(struct host *host, uint16_t vrf, const struct addr *addr);
/* The interface to which vrf's routes lead; NULL: none. */
const struct iface *source_route(const struct host *host, uint16_t vrf, const struct addr *dst);

/* options.c */
/* false: the packet is given up, and problem->why says what is owed, or HOST_WHYS. */
bool options_allow(const struct ip_view *ip, struct host_problem *problem);
/* IPv4: the options of an echo that its reply has, too; how many bytes, a multiple of four. */
uint8_t options_echo(const struct ip_view *ip, uint8_t out[IP4_OPTIONS_MAX]);

/* client.c */
/* What its owner has set: dst, source or ADDR_NONE, out as asked for, vrf. 0 or -errno as
 * ping_start. */
int client_begin(struct client *client, struct host *host);
void client_end(struct client *client);
/* Sends what stands behind the room for an IP header in host->room; 0 or -errno. */
int client_send(struct client *client, uint8_t proto, uint8_t ttl, uint8_t tos, bool dont_fragment,
		uint32_t len);
/* An echo request into host->room, with size bytes after its header from `data`, the rest zeros. */
uint32_t client_echo(struct client *client, uint16_t sequence, const uint8_t *data, uint32_t n,
		     uint16_t size);
/* An echo reply or an error for us. */
enum host_verdict client_input(struct host *host, const struct packet_in *in,
			       const struct ip_view *ip);

#endif

// SPDX-License-Identifier: BSD-3-Clause
/*
 * traceroute: probes with a rising TTL, UDP to ports nobody listens on or ICMP
 * echo; each probe is reported once, hop by hop and in order.
 *
 * One thread. Reports from timers and host_input, never from within
 * trace_start; `fn` may call trace_stop.
 */
#ifndef WEFT_ROUTING_HOST_TRACE_H
#define WEFT_ROUTING_HOST_TRACE_H

#include "routing/host/host.h"

#define TRACE_HOPS_MAX   64
#define TRACE_PROBES_MAX 10

struct trace;

struct trace_conf {
	struct addr dst;
	struct addr source;        /* ADDR_NONE: chosen; else one of ours */
	const struct iface *iface; /* NULL: along the routes of vrf */
	uint16_t vrf;
	bool icmp;           /* echo requests; else UDP */
	uint8_t first_hop;   /* 1 and up */
	uint8_t max_hops;    /* to TRACE_HOPS_MAX */
	uint8_t probes;      /* for each hop, 1 to TRACE_PROBES_MAX */
	uint16_t port;       /* of the first UDP probe; 0: 33434 */
	uint16_t size;       /* bytes after the UDP or ICMP header */
	uint32_t timeout_ms; /* at least 1 */
};

enum trace_outcome {
	TRACE_HOP,         /* a router on the way: time exceeded */
	TRACE_ARRIVED,     /* the destination itself */
	TRACE_UNREACHABLE, /* from says that it ends there: type and code */
	TRACE_TIMEOUT,
	TRACE_NOT_SENT, /* error: why */
};

struct trace_result {
	enum trace_outcome outcome;
	uint8_t hop, probe; /* from 1 */
	uint8_t type, code;
	int error; /* -errno */
	int64_t rtt_us;
	struct addr from;
	bool is_last; /* arrived, refused, or out of hops; the trace is over and freed after this */
};

typedef void trace_report(void *ctx, const struct trace_result *result);

/* NULL with errno, as ping_start. */
struct trace *trace_start(struct host *host, const struct trace_conf *conf, trace_report *fn,
			  void *ctx);
/* Reports nothing more. Not after is_last was reported. */
void trace_stop(struct trace *trace);

#endif

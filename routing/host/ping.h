// SPDX-License-Identifier: BSD-3-Clause
/*
 * ping: echo requests at an interval, each reported once: answered, refused by
 * somebody, or not answered in time.
 *
 * One thread. A ping reports from timers and host_input, never from within
 * ping_start; `fn` may call ping_stop.
 */
#ifndef WEFT_ROUTING_HOST_PING_H
#define WEFT_ROUTING_HOST_PING_H

#include "routing/host/host.h"

#define PING_SIZE_MAX  65507 /* with the IPv4 and ICMP headers all that an IP packet can be */
#define PING_COUNT_MAX 65535

struct ping;

struct ping_conf {
	struct addr dst;
	struct addr source;        /* ADDR_NONE: chosen; else one of ours */
	const struct iface *iface; /* NULL: along the routes of vrf; needed for link-local ones */
	uint16_t vrf;
	uint16_t size; /* bytes after the ICMP header */
	uint8_t ttl;   /* 0: 64 */
	uint8_t tos;
	bool dont_fragment;   /* IPv4 */
	uint32_t count;       /* 1 to PING_COUNT_MAX */
	uint32_t interval_ms; /* at least 1 */
	uint32_t timeout_ms;  /* at least 1 */
};

enum ping_outcome {
	PING_REPLY,
	PING_ERROR, /* from: who sent it; type and code: what, as its family counts them */
	PING_TIMEOUT,
	PING_NOT_SENT, /* error: why */
};

struct ping_result {
	enum ping_outcome outcome;
	uint16_t sequence; /* from 1 */
	uint8_t type, code, ttl;
	uint16_t mtu; /* of "too big" */
	uint16_t size;
	int error; /* -errno */
	int64_t rtt_us;
	struct addr from;
	bool is_last; /* everything was reported; the ping is over and freed after this */
};

typedef void ping_report(void *ctx, const struct ping_result *result);

/* NULL with errno: EINVAL (a field is out of range, or families differ), EADDRNOTAVAIL (no source
 * address, or it is not ours), ENOMEM, EBUSY (too many at once). */
struct ping *ping_start(struct host *host, const struct ping_conf *conf, ping_report *fn,
			void *ctx);
/* Reports nothing more. Not after is_last was reported. */
void ping_stop(struct ping *ping);
uint32_t ping_sent(const struct ping *ping);

#endif

// SPDX-License-Identifier: BSD-3-Clause
/*
 * Fragments for us, until they are packets again (RFC 791 3.2, RFC 1122
 * 3.3.2, RFC 8200 4.5). What overlaps is given up whole (RFC 5722). There is
 * little room, and it is shared out: a sender's network gets some of it, and the
 * oldest make way, so that half packets that nobody completes cost nobody more
 * than a retry.
 */
#ifndef WEFT_ROUTING_HOST_ASSEMBLY_H
#define WEFT_ROUTING_HOST_ASSEMBLY_H

#include "routing/core/ip.h"
#include "routing/core/list.h"
#include "routing/core/timer.h"
#include "routing/env.h"

#define ASSEMBLY_MAX    64        /* packets at a time */
#define ASSEMBLY_OF_ONE 16        /* of them from one /24 or /64 */
#define ASSEMBLY_BYTES  (1 << 20) /* of all */
#define ASSEMBLY_PARTS  32        /* of a packet, that are apart from one another */
#define ASSEMBLY_HEAD   256       /* bytes in front of what is cut */
#define ASSEMBLY_QUOTE  1232      /* of the first fragment, for an error */
#define ASSEMBLY_TIME   SPAN_S(60)

struct host;

/* Bytes of the packet's payload that are there. */
struct part {
	uint32_t from, to;
};

struct assembly {
	struct list_link link; /* the oldest first */
	struct host *host;
	struct timer timer;
	struct addr src, dst;
	uint32_t id, iface; /* iface: the fragments came in on */
	uint16_t vrf;
	uint8_t proto;
	uint8_t n_parts;
	struct part parts[ASSEMBLY_PARTS]; /* in order, with gaps between them */
	uint32_t end;                      /* of the payload; 0: not known yet */
	uint32_t room;
	uint8_t *data;
	uint32_t head_len; /* 0: the first fragment is not there */
	uint8_t head[ASSEMBLY_HEAD];
	uint8_t *quote; /* the first fragment, as far as it may be quoted */
	uint32_t quote_len;
	uint8_t src_mac[6], dst_mac[6];
};

LIST_DEFINE(assemblies, struct assembly, link);

void assembly_fini(struct host *host);
void assembly_iface_gone(struct host *host, uint32_t iface);

#endif

// SPDX-License-Identifier: BSD-3-Clause
/*
 * Cutting an IPv4 packet into fragments (RFC 791). A fragment may be cut
 * again; of the options, later fragments get those that say so. Pure. Worker.
 *
 * Our own rather than rte_ip_frag: its fragments refer to the packet's memory
 * from a second pool of buffers, while everything behind the router may write
 * into what it is given (docs/packet-life.md).
 */
#ifndef WEFT_DATAPLANE_IP_FRAG_H
#define WEFT_DATAPLANE_IP_FRAG_H

#include <stdbool.h>
#include <stdint.h>

#include <rte_mbuf.h>

#define IP_FRAG_HEADER_MAX 60

struct ip_frag {
	const struct rte_mbuf *m; /* only read; stays the caller's */
	uint32_t n, next;         /* fragments it makes, and the one whose turn it is */
	uint16_t first, later;    /* bytes of payload in the first one, and in all others */
	uint16_t off;             /* of the header in m */
	uint16_t payload;         /* of all */
	uint16_t place;           /* of m's own payload in its datagram, in units of eight bytes */
	bool is_last;             /* no more fragments follow m */
	uint8_t header_len[2];    /* of the first one, and of all others */
	uint8_t header[2][IP_FRAG_HEADER_MAX];
};

/* m has a whole IPv4 header at off, in its first segment, and as many bytes as that says; DF is
 * clear. 0, or -EINVAL: the MTU has no room for eight bytes of payload. */
int ip_frag_start(struct ip_frag *frag, const struct rte_mbuf *m, uint16_t off, uint16_t mtu);

/* The next of frag->n packets, which begins with its IP header; NULL: no buffers. */
struct rte_mbuf *ip_frag_next(struct ip_frag *frag, struct rte_mempool *pool);

#endif

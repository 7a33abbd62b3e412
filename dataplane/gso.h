// SPDX-License-Identifier: BSD-3-Clause
/*
 * Finishing in software what a sender left to hardware it believed in:
 * checksums, and TCP segments larger than the MTU. Pure: works on mbufs, knows
 * no port. Worker.
 */
#ifndef WEFT_DATAPLANE_GSO_H
#define WEFT_DATAPLANE_GSO_H

#include <stdbool.h>
#include <stdint.h>

#include <rte_mbuf.h>

/* Computes the TCP or UDP checksum that m's ol_flags still ask for, and clears
 * the flags. Multi-segment packets too. Writes into m's data, which no other
 * mbuf may share. 0, or -EINVAL where l2_len + l3_len leave no room for the
 * header (the packet is unchanged). */
int gso_finish_csum(struct rte_mbuf *m);

/* A large packet on its way to become several: TCP (IPv4 or IPv6), or UDP that stands for several
 * datagrams of mss bytes, the last one shorter (UDP_SEGMENT). */
struct gso_cut {
	const struct rte_mbuf *m;
	uint32_t n, next;           /* packets it makes, and the one whose turn it is */
	const struct rte_mbuf *seg; /* where the next payload begins */
	uint32_t seg_off;
	uint16_t hdr_len, mss; /* of all headers; payload of each packet but the last */
	uint8_t proto;
	bool is_v4;
};

/* Begins to cut m into packets of at most mss bytes of payload. m has l2_len, l3_len and, for TCP,
 * l4_len set, a checksum flag that says which protocol it is, and all its headers in its first
 * segment; it is only read, and stays the caller's. 0, or -EINVAL where they are impossible. */
int gso_cut_start(struct gso_cut *cut, const struct rte_mbuf *m, uint16_t mss);

/* The next of cut->n packets, with headers, lengths, identification, sequence numbers, flags and
 * checksums right; NULL: no buffers. */
struct rte_mbuf *gso_cut_next(struct gso_cut *cut, struct rte_mempool *pool);

/* The Internet checksum's running sum of len bytes of m from off on, folded to 16 bits, in the byte
 * order of the packet. off + len must lie within the packet. */
uint16_t gso_sum(const struct rte_mbuf *m, uint32_t off, uint32_t len);

/* A packet of len bytes without content, in as many segments as it takes; NULL: no buffers. */
struct rte_mbuf *gso_alloc(struct rte_mempool *pool, uint32_t len);
/* Copies len bytes into m from off on; they must lie within the packet. */
void gso_write(struct rte_mbuf *m, uint32_t off, const void *data, uint32_t len);

#endif

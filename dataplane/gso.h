// SPDX-License-Identifier: BSD-3-Clause
/*
 * Finishing in software what a sender left to hardware it believed in:
 * checksums, and TCP segments larger than the MTU. Pure: works on mbufs, knows
 * no port. Worker.
 */
#ifndef WEFT_DATAPLANE_GSO_H
#define WEFT_DATAPLANE_GSO_H

#include <rte_mbuf.h>

/* Computes the TCP or UDP checksum that m's ol_flags still ask for, and clears
 * the flags. Multi-segment packets too. Writes into m's data, which no other
 * mbuf may share. 0, or -EINVAL where l2_len + l3_len leave no room for the
 * header (the packet is unchanged). */
int gso_finish_csum(struct rte_mbuf *m);

/* Cuts one TCP packet (IPv4 or IPv6, l2_len, l3_len and l4_len set) that lies
 * in buf into mbufs of at most mss bytes of payload, with headers, lengths,
 * identification, sequence numbers, flags and checksums right. Returns how
 * many packets lie in out; -ENOMEM, -E2BIG (more than max) or -EINVAL, with
 * nothing in out. */
int gso_cut_tcp(const uint8_t *buf, uint32_t len, uint16_t l2_len, uint16_t l3_len, uint16_t l4_len,
		uint16_t mss, struct rte_mempool *pool, struct rte_mbuf **out, uint16_t max);

/* The same for a UDP packet that stands for several datagrams of mss bytes
 * of payload, the last one shorter (UDP_SEGMENT): each becomes a packet. */
int gso_cut_udp(const uint8_t *buf, uint32_t len, uint16_t l2_len, uint16_t l3_len, uint16_t mss,
		struct rte_mempool *pool, struct rte_mbuf **out, uint16_t max);

/* The Internet checksum's running sum of len bytes of m from off on, folded to 16 bits, in the byte
 * order of the packet. off + len must lie within the packet. */
uint16_t gso_sum(const struct rte_mbuf *m, uint32_t off, uint32_t len);

/* A packet of len bytes without content, in as many segments as it takes; NULL: no buffers. */
struct rte_mbuf *gso_alloc(struct rte_mempool *pool, uint32_t len);
/* Copies len bytes into m from off on; they must lie within the packet. */
void gso_write(struct rte_mbuf *m, uint32_t off, const void *data, uint32_t len);

#endif

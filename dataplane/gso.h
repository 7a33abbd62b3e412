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
 * the flags. Multi-segment packets too. 0, or -EINVAL where l2_len + l3_len
 * leave no room for the header (the packet is unchanged). */
int gso_finish_csum(struct rte_mbuf *m);

/* Cuts one TCP packet (IPv4 or IPv6, l2_len, l3_len and l4_len set) that lies
 * in buf into mbufs of at most mss bytes of payload, with headers, lengths,
 * identification, sequence numbers, flags and checksums right. Returns how
 * many packets lie in out; -ENOMEM, -E2BIG (more than max) or -EINVAL, with
 * nothing in out. */
int gso_cut_tcp(const uint8_t *buf, uint32_t len, uint16_t l2_len, uint16_t l3_len, uint16_t l4_len,
		uint16_t mss, struct rte_mempool *pool, struct rte_mbuf **out, uint16_t max);

#endif

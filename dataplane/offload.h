// SPDX-License-Identifier: BSD-3-Clause
/*
 * What kernel ports share about checksums that a sender left unfinished:
 * finding the TCP or UDP header of a frame, and marking the mbuf as port.h
 * wants it. Pure. Worker.
 */
#ifndef WEFT_DATAPLANE_OFFLOAD_H
#define WEFT_DATAPLANE_OFFLOAD_H

#include <stdbool.h>
#include <stdint.h>

#include <rte_mbuf.h>

/* Where a frame's transport header is. */
struct l4_place {
	uint16_t l2_len, l3_len;
	uint8_t proto; /* IPPROTO_TCP, IPPROTO_UDP or what else the IP header names */
	bool is_v4;
	bool is_fragment; /* no whole transport packet */
};

/* Looks through at most two VLAN tags and IPv6 extension headers. False where len bytes do not
 * show a whole IP header. */
bool offload_find_l4(const uint8_t *frame, uint32_t len, struct l4_place *out);

/* The sender says that the checksum of what begins at `start` belongs at start + field. Marks m
 * as unfinished where it is plain TCP or UDP; anything else (tunnels, SCTP) is finished here and
 * now. Writes into m's data. */
void offload_mark(struct rte_mbuf *m, uint32_t start, uint32_t field);

/* Marks m as unfinished where its checksum field holds just the pseudo header's sum: for senders
 * that leave checksums unfinished without a word. */
void offload_guess(struct rte_mbuf *m);

#endif

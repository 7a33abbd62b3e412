// SPDX-License-Identifier: BSD-3-Clause
/*
 * What ports share about checksums and segments that a sender left
 * unfinished: finding the TCP or UDP header of a frame, and marking the mbuf as
 * port.h wants it. What senders say is believed only as far as the frame bears
 * it out. Pure. Worker.
 */
#ifndef WEFT_DATAPLANE_OFFLOAD_H
#define WEFT_DATAPLANE_OFFLOAD_H

#include <stdbool.h>
#include <stdint.h>

#include <rte_mbuf.h>

/* Smaller segments than TCP itself allows (Linux's TCP_MIN_SND_MSS) are nobody's honest wish. */
#define OFFLOAD_MSS_MIN 48

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

/* The sender says that m is to be cut into packets of mss bytes of payload. Marks it, its checksum
 * too, where it is whole TCP over IP with its headers in the first segment and mss is possible;
 * an mss too large for frames of max_frame bytes (without tags) becomes smaller. False, and
 * nothing done, where it is not. */
bool offload_mark_tso(struct rte_mbuf *m, uint32_t mss, uint32_t max_frame);

/* The same for UDP that stands for several datagrams of mss bytes: only l2_len, l3_len and the
 * checksum are marked. */
bool offload_mark_uso(struct rte_mbuf *m);

/* What rte_vhost says of a packet from a guest (RTE_MBUF_F_TX_*, tso_segsz: no more than the
 * guest's own word), looked at again. can_tso: the port offered the guest to send packets that are
 * to be cut; else it has no right to. */
void offload_from_guest(struct rte_mbuf *m, bool can_tso, uint32_t max_frame);

/* Has a packet headers that rte_vhost does not see through (two tags, IPv6 extensions)? Then it
 * says nothing of them, and offload_guess has to. */
bool offload_is_odd(const struct rte_mbuf *m);

/* Marks m as unfinished where its checksum field holds just the pseudo header's sum: for senders
 * that leave checksums unfinished without a word. */
void offload_guess(struct rte_mbuf *m);

#endif

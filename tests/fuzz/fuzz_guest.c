// SPDX-License-Identifier: BSD-3-Clause
/* A guest's packet with what it says is to be finished: only what the packet bears out is marked,
 * nothing is read or written beyond it, and what is marked can be finished: the packets of a cut
 * carry the payload, all of it and in order, and no packet buffer is lost. */
#include <stdlib.h>
#include <string.h>

#include "dataplane/gso.h"
#include "dataplane/offload.h"
#include "tests/fuzz/buffers.h"
#include "tests/support/eal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The input's head. */
struct told {
	uint8_t flags;    /* 1: an unfinished checksum, 2: to be cut, 4: the port offers that */
	uint16_t mss;     /* the guest's wish */
	uint16_t len;     /* of the packet; what the input does not give is zeros */
	uint16_t first;   /* bytes in its first segment, at most */
	uint8_t is_jumbo; /* odd: a port of 9000 bytes; the rest: so many buffers, but for one, are
			   * left; 0: enough */
} __attribute__((packed));

static bool is_scarce;

/* A segment at the very end of its memory, so that a step beyond it is seen. */
static void segment(struct rte_mbuf *m, const uint8_t *data, size_t given, uint16_t len)
{
	*m = (struct rte_mbuf){.nb_segs = 1, .buf_len = len, .data_len = len};
	rte_mbuf_refcnt_set(m, 1);
	m->buf_addr = calloc(1, len ? len : 1);
	if (!m->buf_addr)
		abort();
	memcpy(m->buf_addr, data, given < len ? given : len);
}

static uint8_t byte_at(const struct rte_mbuf *m, uint32_t at)
{
	for (; at >= m->data_len; m = m->next)
		at -= m->data_len;
	return *rte_pktmbuf_mtod_offset(m, const uint8_t *, at);
}

static void cut(const struct rte_mbuf *m, uint32_t max_frame)
{
	const uint32_t headers = m->l2_len + m->l3_len + m->l4_len;
	struct gso_cut c;
	uint32_t at = headers;

	if (m->tso_segsz < OFFLOAD_MSS_MIN || gso_cut_start(&c, m, m->tso_segsz) < 0)
		abort();
	while (c.next < c.n) {
		struct rte_mbuf *part = gso_cut_next(&c, test_pool());

		if (!part && is_scarce)
			return;
		if (!part || part->pkt_len <= headers || part->pkt_len > headers + m->tso_segsz ||
		    part->pkt_len - m->l2_len + 14 > max_frame)
			abort();
		for (uint32_t i = headers; i < part->pkt_len; i++, at++)
			if (byte_at(part, i) != byte_at(m, at))
				abort();
		rte_pktmbuf_free(part);
	}
	if (at != m->pkt_len)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rte_mbuf first, second;
	struct told told;
	uint32_t max_frame;

	if (size < sizeof(told))
		return 0;
	memcpy(&told, data, sizeof(told));
	data += sizeof(told);
	size -= sizeof(told);
	max_frame = told.is_jumbo & 1 ? 9014 : 1514;
	is_scarce = told.is_jumbo > 1;
	if (is_scarce)
		buffers_leave(told.is_jumbo / 2 - 1);
	if (told.first > told.len)
		told.first = told.len;
	if (told.first > 2048)
		told.first = 2048;
	segment(&first, data, size, told.first);
	segment(&second, size > told.first ? data + told.first : data,
		size > told.first ? size - told.first : 0, told.len - told.first);
	first.next = &second;
	first.nb_segs = 2;
	first.pkt_len = told.len;
	first.tso_segsz = told.mss;
	first.ol_flags = (told.flags & 1 ? RTE_MBUF_F_TX_TCP_CKSUM : 0) |
			 (told.flags & 2 ? RTE_MBUF_F_TX_TCP_SEG : 0) |
			 (told.flags & 8 ? RTE_MBUF_F_TX_UDP_CKSUM : 0);
	first.l2_len = told.flags >> 4; /* the library's idea of it counts for nothing */
	first.l3_len = told.mss;
	if (first.ol_flags)
		offload_from_guest(&first, told.flags & 4, max_frame);
	else if (offload_is_odd(&first))
		offload_guess(&first);
	if (first.ol_flags & RTE_MBUF_F_TX_TCP_SEG) {
		if ((told.flags & 6) != 6)
			abort();
		cut(&first, max_frame);
	} else if (gso_finish_csum(&first) == 0 && first.ol_flags & RTE_MBUF_F_TX_L4_MASK) {
		abort();
	}
	if (is_scarce)
		buffers_return();
	free(first.buf_addr);
	free(second.buf_addr);
	if (rte_mempool_avail_count(test_pool()) != TEST_POOL_SIZE)
		abort();
	return 0;
}

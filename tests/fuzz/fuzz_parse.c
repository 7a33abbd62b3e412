// SPDX-License-Identifier: BSD-3-Clause
/* A frame from a port, in one segment or two: parse reads nothing beyond it, sends it exactly one
 * way, and what it says of it lies within it; the short way through it agrees with the long one. */
#include <stdlib.h>
#include <string.h>

#include "dataplane/parse.h"
#include "dataplane/worker.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MAX_FRAME = 9014 };

static struct worker worker;
static struct port port;

/* A copy at the very end of its memory, so that a read beyond it is seen. */
static void segment(struct rte_mbuf *m, const uint8_t *data, size_t size)
{
	*m = (struct rte_mbuf){.nb_segs = 1, .buf_len = (uint16_t)size, .data_len = (uint16_t)size};
	m->pkt_len = (uint32_t)size;
	m->buf_addr = malloc(size ? size : 1);
	if (!m->buf_addr)
		abort();
	memcpy(m->buf_addr, data, size);
}

static void compare(const struct rte_mbuf *m, uint32_t max_frame)
{
	struct pkt plain, any;

	if (!parse_plain(&plain, m, max_frame))
		return;
	if (parse_any(&any, m, max_frame) != PARSE_GOOD || plain.dst != any.dst ||
	    plain.src != any.src || plain.ether_type != any.ether_type || plain.vlan != any.vlan ||
	    plain.l3 != any.l3 || plain.l4 != any.l4 || plain.l4_proto != any.l4_proto ||
	    plain.flags != any.flags)
		abort();
}

static void check(const struct burst *burst, uint32_t size)
{
	const struct pkt *pkt = &burst->pkts[0];

	if (burst->lanes[STAGE_ARRIVE].n + burst->lanes[STAGE_DROP].n != 1)
		abort();
	if (burst->lanes[STAGE_DROP].n) {
		if (pkt->drop >= DROP_COUNT)
			abort();
		return;
	}
	if (size < 14 || pkt->vlan >= VLAN_COUNT || mac_is_group(pkt->src))
		abort();
	if (pkt->l3 > size || pkt->l4 > size || (pkt->l4 && pkt->l4 < pkt->l3))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct burst *burst = &worker.burst;
	struct rte_mbuf first, second;

	if (size < 2 || size > 10000)
		return 0;
	size_t split = data[0];
	data++, size--;
	if (split > size)
		split = size;
	segment(&first, data, size - split);
	segment(&second, data + size - split, split);
	if (split) {
		first.next = &second;
		first.nb_segs = 2;
		first.pkt_len = (uint32_t)size;
	}
	compare(&first, MAX_FRAME);
	memset(burst->lanes, 0, sizeof(burst->lanes));
	atomic_store(&port.max_frame, MAX_FRAME);
	burst->in = &port;
	burst->mbufs[0] = &first;
	lane_push(burst, STAGE_PARSE, 0);
	stage_parse(&worker, burst, &burst->lanes[STAGE_PARSE]);
	check(burst, (uint32_t)size);
	free(first.buf_addr);
	free(second.buf_addr);
	return 0;
}

// SPDX-License-Identifier: BSD-3-Clause
#include "dataplane/ip_frag.h"

#include <errno.h>
#include <string.h>

#include <rte_byteorder.h>
#include <rte_ip.h>

#include "dataplane/gso.h"

enum {
	OPT_END = 0,
	OPT_NOP = 1,
	OPT_COPIED = 0x80, /* in an option's type: for all fragments */
	UNIT = 8,          /* bytes that offsets count in */
	CHUNK = 2048,      /* bytes copied at once */
};

/* The options that later fragments carry, padded; returns the length of the whole header. The
 * options were found to be sound before. */
static uint8_t copy_options(uint8_t *to, const uint8_t *from, uint8_t from_len)
{
	const uint8_t plain = sizeof(struct rte_ipv4_hdr);
	uint8_t n = plain;

	memcpy(to, from, plain);
	for (uint8_t i = plain, len; i < from_len && from[i] != OPT_END; i += len) {
		len = from[i] == OPT_NOP || i + 1 == from_len ? 1 : from[i + 1];
		if (len == 0 || len > from_len - i)
			break;
		if (!(from[i] & OPT_COPIED))
			continue;
		memcpy(to + n, from + i, len);
		n += len;
	}
	while (n % 4)
		to[n++] = OPT_END;
	to[0] = 4 << 4 | n / 4;
	return n;
}

int ip_frag_start(struct ip_frag *frag, const struct rte_mbuf *m, uint16_t off, uint16_t mtu)
{
	const uint8_t *header = rte_pktmbuf_mtod_offset(m, const uint8_t *, off);
	uint8_t len = (header[0] & 0xf) * 4;
	uint16_t flags = header[6] << 8 | header[7];

	*frag = (struct ip_frag){.m = m, .off = off};
	if (mtu < len + UNIT)
		return -EINVAL;
	memcpy(frag->header[0], header, len);
	frag->header_len[0] = len;
	frag->header_len[1] = copy_options(frag->header[1], header, len);
	frag->payload = (header[2] << 8 | header[3]) - len;
	frag->place = flags & RTE_IPV4_HDR_OFFSET_MASK;
	frag->is_last = !(flags & RTE_IPV4_HDR_MF_FLAG);
	frag->first = RTE_ALIGN_FLOOR(mtu - len, UNIT);
	frag->later = RTE_ALIGN_FLOOR(mtu - frag->header_len[1], UNIT);
	frag->n = 1;
	if (frag->payload > frag->first)
		frag->n += (frag->payload - frag->first + frag->later - 1) / frag->later;
	return 0;
}

static void copy(struct rte_mbuf *to, uint32_t to_off, const struct rte_mbuf *from, uint32_t off,
		 uint32_t len)
{
	uint8_t spread[CHUNK]; /* what lies in several segments */

	for (uint32_t n; len; len -= n, off += n, to_off += n) {
		n = RTE_MIN(len, (uint32_t)CHUNK);
		gso_write(to, to_off, rte_pktmbuf_read(from, off, n, spread), n);
	}
}

static void put16(uint8_t *to, uint16_t value)
{
	to[0] = value >> 8;
	to[1] = value & 0xff;
}

struct rte_mbuf *ip_frag_next(struct ip_frag *frag, struct rte_mempool *pool)
{
	int kind = frag->next ? 1 : 0;
	uint32_t begin = frag->next ? frag->first + (frag->next - 1) * frag->later : 0;
	uint32_t most = frag->next ? frag->later : frag->first;
	uint32_t payload = RTE_MIN(frag->payload - begin, most);
	uint8_t *header = frag->header[kind], len = frag->header_len[kind];
	bool more = frag->next + 1 < frag->n || !frag->is_last;
	struct rte_mbuf *m = gso_alloc(pool, len + payload);
	uint16_t sum;

	if (!m)
		return NULL;
	put16(header + 2, len + payload);
	put16(header + 6, (frag->place + begin / UNIT) | (more ? RTE_IPV4_HDR_MF_FLAG : 0));
	put16(header + 10, 0);
	sum = ~rte_raw_cksum(header, len);
	memcpy(header + 10, &sum, sizeof(sum));
	gso_write(m, 0, header, len);
	copy(m, len, frag->m, frag->off + frag->header_len[0] + begin, payload);
	frag->next++;
	return m;
}

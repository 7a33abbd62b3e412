// SPDX-License-Identifier: BSD-3-Clause
#include "tools/pktgen/source.h"

#include <errno.h>
#include <stdio.h>

#include <rte_mbuf.h>
#include <rte_prefetch.h>

#define CACHE     512
#define SPARE     4096
#define DATA_ROOM 2048

static void fill_mbuf(struct rte_mempool *pool, void *arg, void *object, unsigned index)
{
	const struct frame_class *class = arg;
	struct rte_mbuf *m = object;

	memcpy((uint8_t *)m->buf_addr + RTE_PKTMBUF_HEADROOM, class->bytes, class->len);
}

static struct rte_mempool *create_pool(const struct options *options, bool forward, unsigned number,
				       uint32_t room)
{
	char name[32];
	/* Buffers wait in the sender's ring, and where ports are rings, in the receiver's. */
	uint32_t n = 2 * options->queues * options->ring + SPARE;

	snprintf(name, sizeof(name), "tx%d-%u", forward, number);
	return rte_pktmbuf_pool_create(name, n, CACHE, 0,
				       (uint16_t)(RTE_MAX(room, (uint32_t)DATA_ROOM) +
						  RTE_PKTMBUF_HEADROOM),
				       SOCKET_ID_ANY);
}

static int create_pools(struct source *source, const struct options *options, bool forward)
{
	if (source->recording) {
		source->pools[0] = create_pool(options, forward, 0, source_longest(source));
		return source->pools[0] ? 0 : -ENOMEM;
	}
	for (unsigned i = 0; i < source->frames.n_classes; i++) {
		struct frame_class *class = &source->frames.classes[i];
		source->pools[i] = create_pool(options, forward, i, class->len);
		if (!source->pools[i])
			return -ENOMEM;
		rte_mempool_obj_iter(source->pools[i], fill_mbuf, class);
	}
	return 0;
}

int source_init(struct source *source, const struct options *options, bool forward,
		const struct recording *recording, struct destinations *to, char *error,
		size_t size)
{
	char why[OPTIONS_ERROR_SIZE] = "";
	int r = 0;

	memset(source, 0, sizeof(*source));
	source->recording = recording;
	source->to = to;
	source->stamp = options->stamp;
	if (!recording)
		r = options_frames(options, forward, &source->frames, why);
	if (r == 0 && to && (r = destinations_join(to, &source->frames)) < 0)
		snprintf(why, sizeof(why), "--size: IPv6 and the stamp take %u bytes",
			 destinations_least(to));
	if (r == 0)
		r = create_pools(source, options, forward);
	if (r < 0) {
		snprintf(error, size, "%s",
			 why[0] ? why
				: "no memory for packets: fewer --queues or a smaller --ring");
		source_fini(source);
	}
	return r;
}

void source_fini(struct source *source)
{
	for (unsigned i = 0; i < FRAME_CLASSES_MAX; i++)
		rte_mempool_free(source->pools[i]);
	frames_fini(&source->frames);
	memset(source, 0, sizeof(*source));
}

uint32_t source_longest(const struct source *source)
{
	uint32_t longest = 0;

	if (source->recording)
		return (uint32_t)source->recording->longest + STAMP_SIZE + FRAME_CRC;
	for (unsigned i = 0; i < source->frames.n_classes; i++)
		longest = RTE_MAX(longest, (uint32_t)source->frames.classes[i].len);
	return longest + FRAME_CRC;
}

static void reset(struct rte_mbuf *m, uint16_t len)
{
	m->data_off = RTE_PKTMBUF_HEADROOM;
	m->ol_flags = 0;
	m->data_len = len;
	m->pkt_len = len;
}

/* The switch's core has read the line: it is taken from there once, not first to be read. */
static inline void fetch_to_write(const void *at)
{
#ifdef RTE_ARCH_X86_64
	asm volatile("prefetchw %0" : : "m"(*(const char *)at));
#else
	__builtin_prefetch(at, 1);
#endif
}

/* One size: a single trip to the pool. */
static unsigned take_alike(const struct source *source, struct rte_mbuf **mbufs, uint8_t *classes,
			   unsigned n)
{
	uint16_t len = source->frames.classes[0].len;

	if (rte_mempool_get_bulk(source->pools[0], (void **)mbufs, n) < 0)
		return 0;
	for (unsigned i = 0; i < n; i++) {
		rte_prefetch0(mbufs[i]);
		fetch_to_write((uint8_t *)(mbufs[i] + 1) + RTE_PKTMBUF_HEADROOM);
	}
	for (unsigned i = 0; i < n; i++) {
		reset(mbufs[i], len);
		classes[i] = 0;
	}
	return n;
}

static unsigned take_mixed(const struct source *source, struct source_place *place,
			   struct rte_mbuf **mbufs, uint8_t *classes, unsigned n)
{
	unsigned i;

	for (i = 0; i < n; i++) {
		uint8_t class = source->frames.pattern[place->pattern];
		if (rte_mempool_get(source->pools[class], (void **)&mbufs[i]) < 0)
			break;
		if (++place->pattern == source->frames.n_pattern)
			place->pattern = 0;
		rte_prefetch0(mbufs[i]);
		classes[i] = class;
	}
	for (unsigned j = 0; j < i; j++)
		reset(mbufs[j], source->frames.classes[classes[j]].len);
	return i;
}

/* With room for a stamp behind it, unless that makes it too long. */
static void copy_recorded(const struct source *source, uint32_t record, struct rte_mbuf *m)
{
	const struct recorded_frame *frame = &source->recording->frames[record];
	bool room = source->stamp && frame->len <= RECORDING_ROOM_FOR_STAMP;

	reset(m, (uint16_t)(frame->len + (room ? STAMP_SIZE : 0)));
	memcpy(rte_pktmbuf_mtod(m, void *), source->recording->bytes + frame->at, frame->len);
}

static unsigned take_recorded(const struct source *source, struct source_place *place,
			      struct rte_mbuf **mbufs, uint8_t *classes, unsigned n)
{
	if (rte_mempool_get_bulk(source->pools[0], (void **)mbufs, n) < 0)
		return 0;
	for (unsigned i = 0; i < n; i++) {
		copy_recorded(source, place->record, mbufs[i]);
		if (++place->record == source->recording->n_frames)
			place->record = 0;
		classes[i] = 0;
	}
	return n;
}

unsigned source_take(const struct source *source, struct source_place *place,
		     struct rte_mbuf **mbufs, uint8_t *classes, unsigned n)
{
	if (source->recording)
		return take_recorded(source, place, mbufs, classes, n);
	if (source->frames.n_pattern == 1)
		return take_alike(source, mbufs, classes, n);
	return take_mixed(source, place, mbufs, classes, n);
}

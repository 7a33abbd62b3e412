// SPDX-License-Identifier: BSD-3-Clause
/*
 * Rings of a guest that writes into them whatever it likes, before each burst: nothing is touched
 * beyond ring and memory, what is taken is a packet, what is given lies where the guest has room
 * for it, positions stay within the ring, and no packet buffer is lost.
 */
#include <stdlib.h>
#include <string.h>

#include "tests/support/eal.h"
#include "vhost/vhost_port.h"
#include "vhost/vhost_ring.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The input's head. */
struct told {
	uint8_t what; /* enum what */
	uint8_t size; /* of the ring */
	uint16_t at;  /* where it begins */
} __attribute__((packed));

enum what { PACKED = 1, EVENTS = 2, OLD_HEADER = 4, CSUM = 8, LAP = 16 };

/* A step: what, which descriptor, and what is written there. */
struct step {
	uint8_t what; /* enum doing */
	uint8_t which;
	uint16_t a, b, c;
} __attribute__((packed));

enum doing { WRITE_DESC, WRITE_ADDRESS, WRITE_AVAIL, WRITE_INDEX, TAKE, GIVE, FILL, DOINGS };

enum { STEPS = 64, REGIONS = 2, REGION = 4096, ROOM = RTE_MBUF_DEFAULT_DATAROOM };

static const uint64_t bases[REGIONS] = {0x10000, UINT64_C(0xfffffffffffff000)};

/* Each at the end of a block of its own. */
static uint8_t *memory[REGIONS];
static struct vring_packed_desc_event *event;
static struct vhost_map map;
static struct vhost_ring ring;

static void must(bool holds)
{
	if (!holds)
		abort();
}

static void *block(size_t size)
{
	void *at = calloc(1, size);

	must(at != NULL);
	return at;
}

static void start(const struct told *told)
{
	bool packed = told->what & PACKED;
	uint16_t n = packed ? 1 + told->size % 64 : 1 << told->size % 7;

	map.n = REGIONS;
	for (int i = 0; i < REGIONS; i++) {
		memory[i] = block(REGION);
		map.regions[i] = (struct vhost_map_region){bases[i], REGION, memory[i]};
	}
	ring = (struct vhost_ring){.is_ours = true,
				   .is_packed = packed,
				   .has_event = told->what & EVENTS,
				   .takes_csum = told->what & CSUM,
				   .header = told->what & OLD_HEADER ? 10 : 12,
				   .size = n,
				   .at = packed ? told->at % n : told->at,
				   .lap = told->what & LAP,
				   .call_fd = -1,
				   .map = &map};
	if (packed) {
		ring.packed = block(n * sizeof(*ring.packed));
		ring.event = event = block(sizeof(*event));
		return;
	}
	ring.split = block(n * sizeof(*ring.split));
	ring.avail = block(sizeof(*ring.avail) + 2u * n + 2);
	ring.used = block(sizeof(*ring.used) + n * sizeof(ring.used->ring[0]) + 2);
	ring.avail->idx = ring.used->idx = ring.at;
}

static void stop(void)
{
	for (int i = 0; i < REGIONS; i++)
		free(memory[i]);
	if (ring.is_packed) {
		free(ring.packed);
		free(event);
		return;
	}
	free(ring.split);
	free(ring.avail);
	free(ring.used);
}

/* In the first region or the last, also across its end. */
static uint64_t address(uint16_t a)
{
	return bases[a & 1] + (a >> 1 & 0x1fff);
}

static void write_desc(const struct step *s, unsigned i)
{
	if (ring.is_packed) {
		ring.packed[i].len = s->a;
		ring.packed[i].id = s->b;
		ring.packed[i].flags = s->c;
	} else {
		ring.split[i].len = s->a;
		ring.split[i].next = s->b;
		ring.split[i].flags = s->c;
	}
}

/* c: what else the length has. */
static void write_address(const struct step *s, unsigned i)
{
	if (ring.is_packed) {
		ring.packed[i].addr = address(s->a) + ((uint64_t)s->b << 32);
		ring.packed[i].len ^= (uint32_t)s->c << 16;
	} else {
		ring.split[i].addr = address(s->a) + ((uint64_t)s->b << 32);
		ring.split[i].len ^= (uint32_t)s->c << 16;
	}
}

static void write_avail(const struct step *s)
{
	if (ring.is_packed) {
		event->off_wrap = s->a;
		event->flags = s->b;
		return;
	}
	ring.avail->flags = s->b;
	ring.avail->ring[s->which % ring.size] = s->a;
	ring.avail->ring[ring.size] = s->c; /* the event index */
}

static void check_position(uint16_t moved, uint16_t before)
{
	if (ring.is_packed) {
		must(ring.at < ring.size);
		return;
	}
	must((uint16_t)(ring.at - before) == moved);
	must(moved == 0 || ring.used->idx == ring.at);
}

static void take(const struct step *s)
{
	uint16_t before = ring.at, max = s->which % (VHOST_RING_BURST + 1), n;
	struct rte_mbuf *pkts[VHOST_RING_BURST];
	bool odd;

	if (max == 0)
		return;
	n = vhost_ring_take(&ring, test_pool(), pkts, max, &odd);
	must(n <= max);
	check_position(n, before);
	for (uint16_t i = 0; i < n; i++) {
		must(pkts[i]->nb_segs == 1 && pkts[i]->pkt_len == pkts[i]->data_len);
		must(pkts[i]->data_len > 0 && pkts[i]->data_len <= ROOM);
		if (pkts[i]->ol_flags & RTE_MBUF_F_TX_L4_MASK)
			must(pkts[i]->l2_len + pkts[i]->l3_len < pkts[i]->pkt_len);
		rte_pktmbuf_free(pkts[i]);
	}
}

static void give(const struct step *s)
{
	uint16_t before = ring.at, n = 1 + s->which % VHOST_RING_BURST, given;
	struct rte_mbuf *pkts[VHOST_RING_BURST];
	bool odd;

	for (uint16_t i = 0; i < n; i++) {
		uint16_t len = 1 + (s->a + i * s->b) % 2000;

		pkts[i] = rte_pktmbuf_alloc(test_pool());
		must(pkts[i] != NULL);
		memset(rte_pktmbuf_append(pkts[i], len), (uint8_t)s->b, len);
		if (s->c & 1) {
			pkts[i]->ol_flags =
				s->c & 2 ? RTE_MBUF_F_TX_UDP_CKSUM : RTE_MBUF_F_TX_TCP_CKSUM;
			pkts[i]->l2_len = 14;
			pkts[i]->l3_len = 20;
		}
	}
	given = vhost_ring_give(&ring, pkts, n, &odd);
	must(given <= n);
	check_position(given, before);
	rte_pktmbuf_free_bulk(pkts, n);
}

/* A guest that does all right, so that more is reached: which + 1 buffers from the ring's place on.
 */
static void fill(const struct step *s)
{
	for (unsigned i = 0; i <= s->which % ring.size; i++) {
		unsigned at = (ring.at + i) % ring.size;
		uint16_t write = s->c & 1 ? VRING_DESC_F_WRITE : 0;

		if (ring.is_packed) {
			bool lap = ring.lap ^ (ring.at + i >= ring.size);

			ring.packed[at] = (struct vring_packed_desc){
				.addr = address(s->a),
				.len = s->b % 2100,
				.id = (uint16_t)at,
				.flags = write | (lap ? 1 << VRING_PACKED_DESC_F_AVAIL
						      : 1 << VRING_PACKED_DESC_F_USED)};
			continue;
		}
		ring.split[at] = (struct vring_desc){.addr = address(s->a),
						     .len = s->b % 2100,
						     .flags = write};
		ring.avail->ring[at] = (uint16_t)at;
		ring.avail->idx = (uint16_t)(ring.at + i + 1);
	}
}

static void play(const struct step *s)
{
	switch (s->what % DOINGS) {
	case WRITE_DESC:
		write_desc(s, s->which % ring.size);
		break;
	case WRITE_ADDRESS:
		write_address(s, s->which % ring.size);
		break;
	case WRITE_AVAIL:
		write_avail(s);
		break;
	case WRITE_INDEX:
		if (!ring.is_packed)
			ring.avail->idx = s->a;
		break;
	case TAKE:
		take(s);
		break;
	case GIVE:
		give(s);
		break;
	default:
		fill(s);
	}
}

/* Where a device left off, as the next one would find it out; of what a guest has scribbled over
 * nothing is sure, and it is the one who stands still then. */
static void leave(void)
{
	struct vhost_packed found;

	if (!ring.is_packed || !vhost_packed_find(ring.packed, ring.size, &found))
		return;
	must((found.position & 0x7fff) < ring.size && found.gap + found.n_gap <= ring.size);
	vhost_packed_close(ring.packed, &found);
	if (vhost_packed_find(ring.packed, ring.size, &found))
		must((found.position & 0x7fff) < ring.size && found.n_gap < ring.size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct told told;
	struct step step;

	if (size < sizeof(told))
		return 0;
	memcpy(&told, data, sizeof(told));
	start(&told);
	data += sizeof(told);
	size -= sizeof(told);
	for (int i = 0; i < STEPS && size >= sizeof(step); i++) {
		memcpy(&step, data, sizeof(step));
		play(&step);
		data += sizeof(step);
		size -= sizeof(step);
	}
	leave();
	stop();
	must(rte_mempool_avail_count(test_pool()) == TEST_POOL_SIZE);
	return 0;
}

// SPDX-License-Identifier: BSD-3-Clause
/* Guests behind an IOMMU: translations that are wrong, late, taken back, or never come. */
#include <linux/vhost_types.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tests/guest/hostile/cases.h"
#include "tests/guest/hostile/ring.h"

#define PAGE  4096u
#define HIGH  (-(uint64_t)(2 * PAGE)) /* the last page but one of all addresses */
#define FRAME (HEADER + FRAME_LENGTH)

static void put_frame(struct front *f, uint64_t address)
{
	struct link link = {address, FRAME, 0, 0};

	ring_put(f, RING_FROM_GUEST, (uint16_t)(f->next[RING_FROM_GUEST] % FRONT_RING_SIZE), &link,
		 1);
	ring_kick(f, RING_FROM_GUEST);
}

/* Weft asks for this address, maybe among others. */
static int is_asked_for(struct front *f, uint64_t wanted)
{
	uint64_t iova;

	while (front_asked(f, FRONT_PATIENCE, &iova) == 0)
		if (iova / PAGE == wanted / PAGE)
			return 0;
	fprintf(stderr, "weft did not ask for %#llx\n", (unsigned long long)wanted);
	return -1;
}

/* What weft asks for is answered, until the last chain of a ring is used. */
static int serve(struct front *f, unsigned ring)
{
	uint64_t iova;

	for (int i = 0; i < 200 && !ring_is_used(f, ring, 1); i++)
		if (front_asked(f, 20, &iova) == 0)
			front_update(f, iova & -(uint64_t)PAGE, PAGE, iova & -(uint64_t)PAGE);
	if (ring_is_used(f, ring, 1))
		return 0;
	fprintf(stderr, "a buffer was not used though its place was told\n");
	return -1;
}

/* Nothing is known, and each page is told when it is asked for: packets in both directions. */
static int piece_by_piece(struct front *f)
{
	if (front_start(f) < 0)
		return -1;
	for (int i = 0; i < 10; i++) {
		front_invalidate(f, 0, FRONT_MEMORY);
		ring_frame(f, FRONT_BUFFER, NULL);
		put_frame(f, FRONT_BUFFER);
		if (serve(f, RING_FROM_GUEST) < 0)
			return -1;
		front_invalidate(f, 0, 0);
		ring_fill(f, 1, 2048);
		if (serve(f, RING_TO_GUEST) < 0)
			return -1;
	}
	return front_is_served(f);
}

/* What was taken back, in any of the ways to say it, is not used until it is told anew. */
static int taken_back(struct front *f)
{
	static const struct {
		uint64_t at, size;
	} ways[] = {
		{HIGH, PAGE},
		{HIGH, 2 * PAGE},
		{HIGH, 0},
		{0, 0},
		{0xfef00000, -(uint64_t)0xfef00000},
		{1, ~0ull},
	};

	if (front_start(f) < 0)
		return -1;
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		front_update_all(f);
		front_update(f, HIGH, PAGE, FRONT_BUFFER);
		ring_frame(f, FRONT_BUFFER, NULL);
		put_frame(f, HIGH);
		if (!ring_is_used(f, RING_FROM_GUEST, FRONT_PATIENCE))
			return -1;
		front_invalidate(f, ways[i].at, ways[i].size);
		front_update_all(f);
		if (front_is_served(f) < 0)
			return -1;
		put_frame(f, HIGH);
		if (is_asked_for(f, HIGH) < 0)
			return -1;
		if (ring_is_used(f, RING_FROM_GUEST, 20)) {
			fprintf(stderr, "weft read what was taken back (%zu)\n", i);
			return -1;
		}
		front_update(f, HIGH, PAGE, FRONT_BUFFER + PAGE);
		if (!ring_is_used(f, RING_FROM_GUEST, FRONT_PATIENCE))
			return -1;
	}
	return 0;
}

static void send_raw(struct front *f, struct vhost_wire_iotlb iotlb, uint32_t size)
{
	struct vhost_wire_message m = {.request = VHOST_WIRE_IOTLB_MSG,
				       .flags = VHOST_WIRE_VERSION,
				       .size = size};

	m.iotlb = iotlb;
	front_send(f, &m, NULL, 0);
}

/* Refused or lived with, each on a connection of its own. */
static int nonsense(struct front *f)
{
	static const struct vhost_wire_iotlb bad[] = {
		{0, PAGE, FRONT_USER + FRONT_MEMORY, VHOST_ACCESS_RW, VHOST_IOTLB_UPDATE},
		{0, PAGE, 0, VHOST_ACCESS_RW, VHOST_IOTLB_UPDATE},
		{0, ~0ull, FRONT_USER, VHOST_ACCESS_RW, VHOST_IOTLB_UPDATE},
		{0, 0, FRONT_USER, VHOST_ACCESS_RW, VHOST_IOTLB_UPDATE},
		{~0ull, ~0ull, FRONT_USER, VHOST_ACCESS_RW, VHOST_IOTLB_UPDATE},
		{HIGH, 2 * PAGE, FRONT_USER, VHOST_ACCESS_RW, VHOST_IOTLB_UPDATE},
		{0, FRONT_MEMORY, FRONT_USER + FRONT_REGION - 16, VHOST_ACCESS_RW,
		 VHOST_IOTLB_UPDATE},
		{0, PAGE, FRONT_USER, 0, VHOST_IOTLB_UPDATE},
		{0, PAGE, FRONT_USER, 255, VHOST_IOTLB_UPDATE},
		{0, PAGE, FRONT_USER, VHOST_ACCESS_RO, VHOST_IOTLB_UPDATE},
		{~0ull, ~0ull, 0, 0, VHOST_IOTLB_INVALIDATE},
		{0, 1, 0, 0, VHOST_IOTLB_INVALIDATE},
		{0, PAGE, FRONT_USER, VHOST_ACCESS_RW, 0},
		{0, PAGE, FRONT_USER, VHOST_ACCESS_RW, VHOST_IOTLB_MISS},
		{0, PAGE, FRONT_USER, VHOST_ACCESS_RW, 255},
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (front_start(f) < 0)
			return -1;
		front_invalidate(f, 0, FRONT_MEMORY);
		send_raw(f, bad[i], sizeof(bad[i]));
		send_raw(f, bad[i], sizeof(bad[i]));
		put_frame(f, 0);
		usleep(3000);
		send_raw(f, bad[i], sizeof(bad[i]) - 9); /* and cut short */
		front_hang_up(f);
		if (front_connect(f) < 0)
			return -1;
	}
	return 0;
}

/* Rings at even addresses, whose memory is told to be at odd ones. */
static int shifted(struct front *f)
{
	static const uint64_t by[] = {1, 2, 8, PAGE - 1};

	for (size_t i = 0; i < sizeof(by) / sizeof(by[0]); i++) {
		struct vhost_wire_message m = {.request = VHOST_WIRE_IOTLB_MSG,
					       .flags = VHOST_WIRE_VERSION,
					       .size = sizeof(m.iotlb)};

		if (front_start(f) < 0)
			return -1;
		m.iotlb = (struct vhost_wire_iotlb){0, FRONT_REGION - PAGE, FRONT_USER + by[i],
						    VHOST_ACCESS_RW, VHOST_IOTLB_UPDATE};
		if (front_is_refused(f, &m, NULL, 0) < 0)
			return -1;
		front_hang_up(f);
		if (front_connect(f) < 0)
			return -1;
	}
	return 0;
}

/* Rings come and go while both sides move packets. */
static int rings_move(struct front *f)
{
	if (front_start(f) < 0)
		return -1;
	ring_fill(f, 64, 2048);
	for (int i = 0; i < 300; i++) {
		front_invalidate(f, i % 3 ? 0 : RING_DESC(1), i % 3 ? FRONT_MEMORY : PAGE);
		put_frame(f, FRONT_BUFFER);
		front_update_all(f);
		usleep(100);
	}
	return front_is_served(f) < 0 ? -1 : serve(f, RING_FROM_GUEST);
}

/* As many pieces as there can be, over one another, and more. */
static int flood(struct front *f)
{
	if (front_start(f) < 0)
		return -1;
	for (unsigned i = 0; i < 6000; i++) {
		uint64_t iova = FRONT_MEMORY + (i * 2654435761u % 5000) * (PAGE / 2);

		if (i % 7 == 6)
			front_invalidate(f, iova, 16 * PAGE);
		else
			front_update(f, iova, PAGE, iova % FRONT_REGION);
	}
	return front_is_served(f) < 0 ? -1 : ring_works(f);
}

/* Each look of weft's at the rings finds something else to ask for, and nobody reads the questions.
 */
static int never_answers(struct front *f)
{
	struct vring_desc *desc = (void *)(f->memory + RING_DESC(RING_FROM_GUEST));

	if (front_start(f) < 0)
		return -1;
	ring_fill(f, 64, 2048);
	front_invalidate(f, FRONT_BUFFER, FRONT_MEMORY - FRONT_BUFFER);
	for (unsigned i = 0; i < 4000; i++) {
		put_frame(f, FRONT_BUFFER);
		__atomic_store_n(&desc[f->next[RING_FROM_GUEST] % FRONT_RING_SIZE].addr,
				 (uint64_t)i << 20, __ATOMIC_RELAXED);
		for (unsigned d = 0; d < FRONT_RING_SIZE; d++)
			__atomic_store_n(&desc[d].addr, (uint64_t)(i * 256 + d) << 16,
					 __ATOMIC_RELAXED);
		usleep(50);
	}
	return front_is_served(f);
}

/* Its memory is another all of a sudden, and what was told of the old one is void. */
static int memory_changes(struct front *f)
{
	struct vhost_wire_message one = front_table(1), two = front_table(2);

	if (front_start(f) < 0)
		return -1;
	ring_fill(f, 32, 2048);
	for (int i = 0; i < 20; i++) {
		front_send(f, i % 2 ? &two : &one, f->memory_fds, i % 2 ? 2 : 1);
		put_frame(f, FRONT_BUFFER);
		usleep(500);
		front_update_all(f); /* of the half that is not there it is refused */
		if (i % 2 == 0) {
			front_hang_up(f);
			if (front_connect(f) < 0 || front_start(f) < 0)
				return -1;
		}
	}
	return front_is_served(f);
}

const struct hostile_case cases_iommu[] = {
	{"piece_by_piece", "tells where its memory is page by page, when asked", TRANSLATED,
	 piece_by_piece},
	{"taken_back", "takes back what it told", TRANSLATED, taken_back},
	{"nonsense_told", "tells nonsense of its memory", TRANSLATED, nonsense},
	{"shifted", "tells of its memory some bytes beside", TRANSLATED, shifted},
	{"rings_move", "has its rings move all the time", TRANSLATED, rings_move},
	{"told_too_much", "tells more than can be kept", TRANSLATED, flood},
	{"never_answers", "never answers, and is asked for more and more", TRANSLATED,
	 never_answers},
	{"memory_changes", "has other memory than it told of", TRANSLATED, memory_changes},
	{NULL},
};

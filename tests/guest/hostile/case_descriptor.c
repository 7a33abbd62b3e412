// SPDX-License-Identifier: BSD-3-Clause
/* Chains of descriptors that lead nowhere, never end, or are no buffers. */
#include <string.h>
#include <unistd.h>

#include "tests/guest/hostile/cases.h"
#include "tests/guest/hostile/ring.h"

#define FRAME (HEADER + FRAME_LENGTH)
#define TABLE 0x80000u /* where indirect tables are */

/* Each chain on a connection of its own: weft may well never go past it. */
struct chain {
	unsigned n;
	struct link links[4];
};

/* Plays the chains, as they are or by way of an indirect table. */
static int play_chains(struct front *f, const struct chain *chains, unsigned n, bool indirect)
{
	for (unsigned i = 0; i < n; i++) {
		if (front_start(f) < 0)
			return -1;
		ring_frame(f, FRONT_BUFFER, NULL);
		if (indirect) {
			struct link link = {TABLE, chains[i].n * 16, INDIRECT, 0};

			ring_table(f, TABLE, chains[i].links, chains[i].n);
			ring_offer(f, &link, 1);
		} else {
			ring_offer(f, chains[i].links, chains[i].n);
		}
		if (front_is_served(f) < 0)
			return -1;
		front_hang_up(f);
		if (front_connect(f) < 0)
			return -1;
	}
	return 0;
}

#define CHAINS(f, chains)                                                        \
	(play_chains(f, chains, sizeof(chains) / sizeof((chains)[0]), false) < 0 \
		 ? -1                                                            \
		 : play_chains(f, chains, sizeof(chains) / sizeof((chains)[0]), true))

static int desc_unmapped(struct front *f)
{
	static const struct chain chains[] = {
		{1, {{FRONT_MEMORY, FRAME, 0, 0}}},
		{1, {{~0ull, FRAME, 0, 0}}},
		{1, {{-(uint64_t)FRAME, FRAME, 0, 0}}},
		{1, {{FRONT_USER, FRAME, 0, 0}}},
		{2, {{FRONT_BUFFER, HEADER, NEXT, 1}, {1ull << 50, 64, 0, 0}}},
		{1, {{FRONT_MEMORY - 20, FRAME, 0, 0}}}, /* runs past the end */
		{2, {{FRONT_BUFFER, HEADER, NEXT, 1}, {FRONT_MEMORY - 4, 64, 0, 0}}},
	};

	return CHAINS(f, chains);
}

static int desc_odd_length(struct front *f)
{
	static const struct chain chains[] = {
		{1, {{FRONT_BUFFER, 0, 0, 0}}},
		{1, {{~0ull, 0, 0, 0}}},
		{2, {{FRONT_BUFFER, FRAME, NEXT, 1}, {~0ull, 0, 0, 0}}},
		{2, {{~0ull, 0, NEXT, 1}, {FRONT_BUFFER, FRAME, 0, 0}}},
		{1, {{FRONT_BUFFER, 0xffffffff, 0, 0}}},
		{1, {{0, 0x80000000, 0, 0}}},
		{2, {{0, 0xfffffff0, NEXT, 1}, {FRONT_BUFFER, 0xfffffff0, 0, 0}}},
		{1, {{0, FRONT_MEMORY, 0, 0}}}, /* all of its memory in one packet */
		{1, {{FRONT_BUFFER, 70000, 0, 0}}},
	};

	return CHAINS(f, chains);
}

static int desc_loop(struct front *f)
{
	static const struct chain chains[] = {
		{1, {{FRONT_BUFFER, FRAME, NEXT, 0}}},
		{2, {{FRONT_BUFFER, FRAME, NEXT, 1}, {FRONT_BUFFER, 64, NEXT, 0}}},
		{3,
		 {{FRONT_BUFFER, 0, NEXT, 1},
		  {FRONT_BUFFER, 0, NEXT, 2},
		  {FRONT_BUFFER, 0, NEXT, 1}}},
	};

	return CHAINS(f, chains);
}

static int next_out(struct front *f)
{
	static const struct chain chains[] = {
		{1, {{FRONT_BUFFER, FRAME, NEXT, FRONT_RING_SIZE}}},
		{1, {{FRONT_BUFFER, FRAME, NEXT, 0xffff}}},
		{2, {{FRONT_BUFFER, HEADER, NEXT, 1}, {FRONT_BUFFER, 64, NEXT, 0x8000}}},
	};

	return CHAINS(f, chains);
}

/* The heads in the ring of what is available, or the ids of packed descriptors. */
static int head_out(struct front *f)
{
	static const uint16_t heads[] = {FRONT_RING_SIZE, 0x8000, 0xffff};

	for (int i = 0; i < 3; i++) {
		struct link link = {FRONT_BUFFER, FRAME, 0, heads[i]};

		if (front_start(f) < 0)
			return -1;
		ring_put(f, RING_FROM_GUEST, heads[i], &link, 1);
		ring_put(f, RING_TO_GUEST, heads[i], &link, 1);
		ring_kick(f, RING_FROM_GUEST);
		usleep(5000);
		if (front_is_served(f) < 0)
			return -1;
		front_hang_up(f);
		if (front_connect(f) < 0)
			return -1;
	}
	return 0;
}

static int indirect_bad(struct front *f)
{
	static const struct chain chains[] = {
		{1, {{FRONT_MEMORY, 64, INDIRECT, 0}}},
		{1, {{~0ull, 64, INDIRECT, 0}}},
		{1, {{TABLE, 0, INDIRECT, 0}}},
		{1, {{TABLE, 7, INDIRECT, 0}}},
		{1, {{TABLE, 0xffffffff, INDIRECT, 0}}},
		{1, {{TABLE, 16 * 32768, INDIRECT, 0}}},
		{1, {{TABLE + 1, 32, INDIRECT, 0}}},
		{1, {{FRONT_MEMORY - 16, 64, INDIRECT, 0}}},
		{1, {{FRONT_REGION - 8, 32, INDIRECT, 0}}}, /* over the border of two regions */
		{2, {{TABLE, 32, INDIRECT | NEXT, 1}, {TABLE, 32, INDIRECT, 0}}},
	};

	/* Through a table as well: tables in tables. */
	memset(f->memory + TABLE, 0x11, 0x1000);
	return CHAINS(f, chains);
}

/* A table all of whose entries lead on, each with a piece of the packet. */
static int indirect_endless(struct front *f)
{
	struct link link = {TABLE, 16 * 4096, INDIRECT, 0};

	if (front_start(f) < 0)
		return -1;
	for (unsigned i = 0; i < 4096; i++) {
		struct link entry = {FRONT_BUFFER, f->round % 2 ? 4096 : 1, NEXT,
				     (uint16_t)(i + 1)};

		ring_table(f, TABLE + 16 * i, &entry, 1);
	}
	ring_offer(f, &link, 1);
	return front_is_served(f);
}

static int header_cut_short(struct front *f)
{
	for (uint32_t length = 1; length <= HEADER; length++) {
		struct chain chain = {1, {{FRONT_BUFFER, length, 0, 0}}};

		if (play_chains(f, &chain, 1, length % 2) < 0)
			return -1;
	}
	return 0;
}

static int header_in_pieces(struct front *f)
{
	struct link links[HEADER + 1];

	for (unsigned piece = 1; piece <= 4; piece++) {
		unsigned n = 0;

		if (front_start(f) < 0)
			return -1;
		ring_frame(f, FRONT_BUFFER, NULL);
		for (unsigned at = 0; at < HEADER; at += piece, n++)
			links[n] = (struct link){FRONT_BUFFER + at, piece, NEXT, (uint16_t)(n + 1)};
		links[n] = (struct link){FRONT_BUFFER + HEADER, FRAME_LENGTH, 0, 0};
		ring_offer(f, links,
			   n + (piece < 4)); /* and one that ends amid the header's next */
		if (front_is_served(f) < 0)
			return -1;
		front_hang_up(f);
		if (front_connect(f) < 0)
			return -1;
	}
	return 0;
}

/* This is no offence, and is to work. */
static int buffer_over_border(struct front *f)
{
	if (front_start(f) < 0)
		return -1;
	for (uint32_t before = 1; before < FRAME; before += 7) {
		struct link link = {FRONT_REGION - before, FRAME, 0, 0};

		ring_frame(f, FRONT_REGION - before, NULL);
		ring_put(f, RING_FROM_GUEST, 0, &link, 1);
		ring_kick(f, RING_FROM_GUEST);
		if (!ring_is_used(f, RING_FROM_GUEST, FRONT_PATIENCE))
			return -1;
	}
	return 0;
}

static int buffer_wrong_way(struct front *f)
{
	static const struct chain chains[] = {
		{1, {{FRONT_BUFFER, FRAME, WRITE, 0}}},
		{2, {{FRONT_BUFFER, HEADER, NEXT, 1}, {FRONT_BUFFER, 64, WRITE, 0}}},
	};

	return CHAINS(f, chains);
}

/* What the guest gives for packets to it; the test has broadcasts come in all the while. */
static int bad_to_guest(struct front *f)
{
	static const struct chain chains[] = {
		{1, {{FRONT_MEMORY, 2048, WRITE, 0}}},
		{1, {{FRONT_BUFFER, 0, WRITE, 0}}},
		{1, {{FRONT_BUFFER, 1, WRITE, 0}}},
		{1, {{FRONT_BUFFER, HEADER, WRITE, 0}}},
		{1, {{FRONT_BUFFER, 2048, 0, 0}}},
		{1, {{FRONT_BUFFER, 16, WRITE | NEXT, 0}}},
		{1, {{FRONT_BUFFER, 16, WRITE | NEXT, 0xffff}}},
		{2, {{FRONT_BUFFER, 4, WRITE | NEXT, 1}, {FRONT_MEMORY - 2, 2048, WRITE, 0}}},
		{1, {{TABLE, 64, INDIRECT, 0}}},
		{1, {{FRONT_MEMORY, 64, INDIRECT, 0}}},
		{1, {{FRONT_BUFFER, 0xffffffff, WRITE, 0}}},
	};

	for (size_t i = 0; i < sizeof(chains) / sizeof(chains[0]); i++) {
		if (front_start(f) < 0)
			return -1;
		for (int n = 0; n < 16; n++)
			ring_put(f, RING_TO_GUEST, 0, chains[i].links, chains[i].n);
		ring_kick(f, RING_TO_GUEST);
		ring_is_used(f, RING_TO_GUEST, 20);
		if (front_is_served(f) < 0)
			return -1;
		front_hang_up(f);
		if (front_connect(f) < 0)
			return -1;
	}
	return 0;
}

const struct hostile_case cases_descriptor[] = {
	{"desc_unmapped", "has buffers where there is no memory", SPLIT | PACKED, desc_unmapped},
	{"desc_odd_length", "has buffers of no bytes, or of far too many", SPLIT | PACKED,
	 desc_odd_length},
	{"desc_loop", "has chains that loop", SPLIT | PACKED, desc_loop},
	{"next_out", "has chains that lead out of the ring", SPLIT | PACKED, next_out},
	{"head_out", "has chains that begin outside of the ring", SPLIT | PACKED, head_out},
	{"indirect_bad", "has bad indirect tables", SPLIT | PACKED, indirect_bad},
	{"indirect_endless", "has an indirect table that never ends", SPLIT | PACKED,
	 indirect_endless},
	{"header_cut_short", "has less than a header", SPLIT | PACKED, header_cut_short},
	{"header_in_pieces", "has its header in pieces", SPLIT | PACKED, header_in_pieces},
	{"buffer_over_border", "has buffers over the border of two regions, which work",
	 SPLIT | PACKED, buffer_over_border},
	{"buffer_wrong_way", "sends buffers that are to be written", SPLIT | PACKED,
	 buffer_wrong_way},
	{"bad_to_guest", "gives bad buffers for what it is sent", SPLIT | PACKED, bad_to_guest},
	{NULL},
};

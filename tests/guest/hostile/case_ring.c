// SPDX-License-Identifier: BSD-3-Clause
/* Rings in the wrong place, indices that lie, descriptors of the wrong kind. */
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/guest/hostile/cases.h"
#include "tests/guest/hostile/ring.h"

static void start_at(struct front *f, uint64_t desc, uint64_t avail, uint64_t used)
{
	front_features(f, 0);
	front_memory(f);
	for (unsigned ring = 0; ring < RINGS; ring++) {
		front_ring_size(f, ring, FRONT_RING_SIZE, f->is_packed ? 0x8000 : 0);
		front_ring_address(f, ring, desc, avail, used);
		front_ring_fds(f, ring);
		front_ring_enable(f, ring, true);
	}
	ring_kick(f, RING_FROM_GUEST);
	usleep(2000);
}

/* Any part of a ring outside of all memory, over its end, over the border of two regions, askew. */
static int ring_misplaced(struct front *f)
{
	static const uint64_t bad[] = {FRONT_MEMORY,    FRONT_MEMORY - 64, FRONT_REGION - 64,
				       1ull << 40,      -FRONT_USER,       0x4001,
				       FRONT_MEMORY - 1};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		for (int part = 0; part < 3; part++) {
			start_at(f, part == 0 ? bad[i] : RING_DESC(0),
				 part == 1 ? bad[i] : RING_AVAIL(0),
				 part == 2 ? bad[i] : RING_USED(0));
			front_hang_up(f);
			if (front_connect(f) < 0)
				return -1;
		}
	}
	return 0;
}

/* A part of a ring at an address that weft's processor need not read it at. */
static int ring_askew(struct front *f)
{
	/* Of descriptors, what is available, what is used; the last for packed rings alone. */
	static const uint8_t by[][3] = {{1, 0, 0}, {8, 0, 0}, {0, 1, 0},
					{0, 0, 1}, {0, 0, 2}, {0, 2, 0}};

	for (int i = 0; i < (f->is_packed ? 6 : 5); i++) {
		struct vhost_wire_message m = {.request = VHOST_WIRE_SET_VRING_ADDR,
					       .flags = VHOST_WIRE_VERSION,
					       .size = sizeof(m.address)};
		uint64_t base = f->translates ? 0 : FRONT_USER;

		m.address.desc = base + RING_DESC(0) + by[i][0];
		m.address.avail = base + RING_AVAIL(0) + by[i][1];
		m.address.used = base + RING_USED(0) + by[i][2];
		front_features(f, 0);
		front_memory(f);
		front_ring_size(f, 0, FRONT_RING_SIZE, f->is_packed ? 0x8000 : 0);
		if (front_is_refused(f, &m, NULL, 0) < 0)
			return -1;
		front_hang_up(f);
		if (front_connect(f) < 0)
			return -1;
	}
	return 0;
}

/* Descriptors, what is available and what is used: all in one place. */
static int ring_upon_ring(struct front *f)
{
	memset(f->memory, f->round, FRONT_BUFFER);
	start_at(f, 0, 0, 0);
	for (int i = 0; i < 50; i++) {
		ring_kick(f, RING_FROM_GUEST);
		usleep(200);
	}
	return front_is_served(f);
}

static int avail_jumps(struct front *f)
{
	static const uint16_t jumps[] = {257, 32768, 65535, 1000};
	struct vring_avail *avail = (void *)(f->memory + RING_AVAIL(RING_FROM_GUEST));
	struct vring_packed_desc *desc = (void *)(f->memory + RING_DESC(RING_FROM_GUEST));

	if (front_start(f) < 0)
		return -1;
	for (int i = 0; i < 4; i++) {
		if (f->is_packed)
			for (int d = 0; d < FRONT_RING_SIZE; d++)
				__atomic_store_n(&desc[d].flags, (uint16_t)(jumps[i] * (d + 1)),
						 __ATOMIC_RELAXED);
		else
			__atomic_fetch_add(&avail->idx, jumps[i], __ATOMIC_RELAXED);
		ring_kick(f, RING_FROM_GUEST);
		usleep(3000);
	}
	return front_is_served(f);
}

/* --- a second processor of the guest --- */

struct scribbler {
	uint8_t *at;
	size_t size;
	atomic_bool ends;
};

static void *scribble(void *arg)
{
	struct scribbler *s = arg;
	unsigned seed = 1;

	while (!atomic_load_explicit(&s->ends, memory_order_relaxed)) {
		for (int i = 0; i < 200; i++)
			*(volatile uint16_t *)(s->at + (unsigned)rand_r(&seed) % (s->size / 2) *
							       2) = (uint16_t)rand_r(&seed);
		usleep(100); /* the machine is others' too */
	}
	return NULL;
}

static int scribble_over(struct front *f, uint64_t at, size_t size)
{
	struct scribbler s = {.at = f->memory + at, .size = size};
	pthread_t thread;

	if (front_start(f) < 0 || pthread_create(&thread, NULL, scribble, &s) != 0)
		return -1;
	ring_fill(f, 64, 2048);
	for (int i = 0; i < 300; i++) {
		struct link link = {FRONT_BUFFER, HEADER + FRAME_LENGTH, 0, 0};

		ring_put(f, RING_FROM_GUEST, (uint16_t)(i % FRONT_RING_SIZE), &link, 1);
		ring_kick(f, RING_FROM_GUEST);
		usleep(150);
	}
	atomic_store(&s.ends, true);
	pthread_join(thread, NULL);
	return front_is_served(f);
}

static int used_scribbled(struct front *f)
{
	return scribble_over(f, RING_USED(RING_FROM_GUEST), 4096);
}

static int rings_scribbled(struct front *f)
{
	return scribble_over(f, 0, 2 * 0x10000);
}

/* --- descriptors of other kinds for kick and call --- */

enum { KIND_PIPE, KIND_FULL_PIPE, KIND_SOCKET, KIND_FILE, KIND_EPOLL, KIND_FULL_EVENTFD, KINDS };

static int fd_of_kind(struct front *f, int kind, int *other)
{
	static const char filler[4096];
	int fds[2];

	*other = -1;
	switch (kind) {
	case KIND_PIPE:
	case KIND_FULL_PIPE:
		if (pipe(fds) < 0)
			return -1;
		*other = fds[0];
		fcntl(fds[1], F_SETFL, O_NONBLOCK);
		while (kind == KIND_FULL_PIPE && write(fds[1], filler, sizeof(filler)) > 0)
			;
		fcntl(fds[1], F_SETFL, 0);
		return fds[1];
	case KIND_SOCKET:
		if (socketpair(AF_UNIX, SOCK_STREAM, 0, fds) < 0)
			return -1;
		*other = fds[0];
		return fds[1];
	case KIND_FILE:
		return dup(f->memory_fds[0]);
	case KIND_EPOLL:
		return epoll_create1(0);
	default:
		fds[0] = eventfd(0, 0);
		eventfd_write(fds[0], 0xfffffffffffffffeull); /* one more write waits */
		return fds[0];
	}
}

/* Whether the descriptor is refused or lived with, other ports notice nothing. */
static int other_kinds(struct front *f, uint32_t request)
{
	for (int kind = 0; kind < KINDS; kind++) {
		int other, fd = fd_of_kind(f, kind, &other);

		if (fd < 0 || front_start(f) < 0)
			return -1;
		front_send_fd(f, request, RING_FROM_GUEST, fd);
		front_send_fd(f, request, RING_TO_GUEST, fd);
		ring_fill(f, 32, 2048);
		for (int i = 0; i < 5; i++) {
			struct link link = {FRONT_BUFFER, HEADER + FRAME_LENGTH, 0, 0};

			ring_offer(f, &link, 1);
		}
		front_hang_up(f);
		close(fd);
		if (other >= 0)
			close(other);
		if (front_connect(f) < 0)
			return -1;
	}
	return 0;
}

static int kick_of_other_kinds(struct front *f)
{
	return other_kinds(f, VHOST_WIRE_SET_VRING_KICK);
}

static int call_of_other_kinds(struct front *f)
{
	return other_kinds(f, VHOST_WIRE_SET_VRING_CALL);
}

static int enable_flaps(struct front *f)
{
	if (front_start(f) < 0)
		return -1;
	ring_fill(f, 64, 2048);
	for (int i = 0; i < 200; i++) {
		front_ring_enable(f, (unsigned)i / 2 % 2, i % 2);
		front_ring_fds(f, (unsigned)i % 2);
		ring_kick(f, RING_FROM_GUEST);
	}
	front_ring_enable(f, RING_TO_GUEST, true);
	front_ring_enable(f, RING_FROM_GUEST, true);
	return front_is_served(f) < 0 ? -1 : ring_works(f);
}

const struct hostile_case cases_ring[] = {
	{"ring_misplaced", "has rings where there is no memory", SPLIT | PACKED, ring_misplaced},
	{"ring_askew", "has rings at odd addresses", SPLIT | PACKED | TRANSLATED, ring_askew},
	{"ring_upon_ring", "has one ring upon another", SPLIT | PACKED | TRANSLATED,
	 ring_upon_ring},
	{"avail_jumps", "makes more available than there is", SPLIT | PACKED | TRANSLATED,
	 avail_jumps},
	{"used_scribbled", "writes over what weft writes", SPLIT | PACKED, used_scribbled},
	{"rings_scribbled", "writes over all of its rings", SPLIT | PACKED | TRANSLATED,
	 rings_scribbled},
	{"kick_of_other_kinds", "kicks with what is no eventfd", SPLIT | PACKED,
	 kick_of_other_kinds},
	{"call_of_other_kinds", "wants to be called over what is no eventfd, or full",
	 SPLIT | PACKED, call_of_other_kinds},
	{"enable_flaps", "switches its rings on and off", SPLIT | PACKED | TRANSLATED,
	 enable_flaps},
	{NULL},
};

// SPDX-License-Identifier: BSD-3-Clause
/* A start in the wrong order, with the wrong memory, or again and again. */
#include <fcntl.h>
#include <linux/virtio_config.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tests/guest/hostile/cases.h"
#include "tests/guest/hostile/ring.h"

static struct vhost_wire_message state(uint32_t request, uint32_t ring, uint32_t value)
{
	struct vhost_wire_message m = {.request = request, .flags = VHOST_WIRE_VERSION, .size = 8};

	m.state = (struct vhost_wire_ring_state){ring, value};
	return m;
}

static int ring_num_repeat(struct front *f)
{
	front_features(f, 0);
	for (int i = 0; i < 2000; i++) {
		front_send_state(f, VHOST_WIRE_SET_VRING_NUM, i / 2 % 2, i % 2 ? 128 : 32768);
		if (i % 200 == 199 && front_is_served(f) < 0)
			return -1;
	}
	return 0;
}

static int ring_num_bad(struct front *f)
{
	static const uint32_t sizes[] = {0, 32769, 65536, 0xffffffff, 100};

	for (int i = 0; i < (f->is_packed ? 4 : 5); i++) {
		struct vhost_wire_message m = state(VHOST_WIRE_SET_VRING_NUM, 0, sizes[i]);

		front_features(f, 0);
		if (front_is_refused(f, &m, NULL, 0) < 0)
			return -1;
		front_hang_up(f);
		if (front_connect(f) < 0)
			return -1;
	}
	return 0;
}

/* The ring's memory was checked for the size it had. */
static int ring_num_grows(struct front *f)
{
	struct vhost_wire_message m = state(VHOST_WIRE_SET_VRING_NUM, RING_FROM_GUEST, 32768);

	return front_start(f) < 0 ? -1 : front_is_refused(f, &m, NULL, 0);
}

static int index_huge(struct front *f, unsigned n_fds)
{
	static const uint32_t requests[] = {VHOST_WIRE_SET_VRING_NUM, VHOST_WIRE_SET_VRING_BASE,
					    VHOST_WIRE_GET_VRING_BASE, VHOST_WIRE_SET_VRING_ENABLE,
					    VHOST_WIRE_SET_VRING_ADDR};
	static const uint32_t rings[] = {256, 0x10000, 0x10001, 0x80000000, 0xffffffff};
	int fds[8];

	for (int i = 0; i < 8; i++)
		fds[i] = f->kick[0];
	for (int i = 0; i < 5; i++) {
		struct vhost_wire_message m = state(requests[(i + f->round) % 5], rings[i], 1);

		if (m.request == VHOST_WIRE_SET_VRING_ADDR)
			m.size = sizeof(m.address);
		front_send(f, &m, fds, n_fds);
		if (front_is_closed(f) < 0)
			return -1;
		front_hang_up(f);
		if (front_connect(f) < 0)
			return -1;
	}
	return 0;
}

static int ring_index_huge(struct front *f)
{
	return index_huge(f, 0);
}

static int ring_index_fds(struct front *f)
{
	return index_huge(f, 8);
}

/* Rings that the library could have, but the port has not: each would cost memory. */
static int ring_index_many(struct front *f)
{
	for (uint32_t ring = 2; ring < VHOST_WIRE_RINGS_MAX; ring += 23) {
		struct vhost_wire_message m = state(VHOST_WIRE_SET_VRING_NUM, ring, 32768);

		front_features(f, 0);
		front_memory(f);
		if (front_is_refused(f, &m, NULL, 0) < 0)
			return -1;
		front_hang_up(f);
		if (front_connect(f) < 0)
			return -1;
	}
	return 0;
}

static int get_base_first(struct front *f)
{
	struct vhost_wire_message answer;

	for (unsigned ring = 0; ring < RINGS; ring++) {
		front_send_state(f, VHOST_WIRE_GET_VRING_BASE, ring, 0);
		if (front_receive(f, &answer) < 0)
			return -1;
	}
	return front_start(f);
}

/* What the ring needs was freed when it stopped. */
static int kick_after_stop(struct front *f)
{
	struct vhost_wire_message m = state(VHOST_WIRE_SET_VRING_KICK, 0, 0), answer;

	if (front_start(f) < 0)
		return -1;
	front_send_state(f, VHOST_WIRE_GET_VRING_BASE, RING_TO_GUEST, 0);
	front_send_state(f, VHOST_WIRE_GET_VRING_BASE, RING_FROM_GUEST, 0);
	if (front_receive(f, &answer) < 0 || front_receive(f, &answer) < 0)
		return -1;
	m.u64 = RING_FROM_GUEST;
	return front_is_refused(f, &m, f->kick, 1);
}

static int kick_without_size(struct front *f)
{
	struct vhost_wire_message m = state(VHOST_WIRE_SET_VRING_KICK, 0, 0);

	front_features(f, 0);
	front_memory(f);
	front_ring_address(f, 0, RING_DESC(0), RING_AVAIL(0), RING_USED(0));
	return front_is_refused(f, &m, f->kick, 1);
}

static int features_flip(struct front *f)
{
	struct vhost_wire_message m = {.request = VHOST_WIRE_SET_FEATURES,
				       .flags = VHOST_WIRE_VERSION,
				       .size = 8};

	front_features(f, 0);
	front_memory(f);
	front_ring(f, RING_TO_GUEST);
	front_ring(f, RING_FROM_GUEST);
	m.u64 = 1ull << VIRTIO_F_VERSION_1 | 1ull << VHOST_WIRE_F_PROTOCOL_FEATURES |
		(f->is_packed ? 0 : 1ull << VIRTIO_F_RING_PACKED);
	return front_is_refused(f, &m, NULL, 0);
}

static int base_beyond_ring(struct front *f)
{
	struct vhost_wire_message m = state(VHOST_WIRE_SET_VRING_KICK, RING_FROM_GUEST, 0);

	front_features(f, 0);
	front_memory(f);
	front_ring(f, RING_TO_GUEST);
	front_ring_size(f, RING_FROM_GUEST, FRONT_RING_SIZE, 0x7fff);
	front_ring_address(f, RING_FROM_GUEST, RING_DESC(1), RING_AVAIL(1), RING_USED(1));
	return front_is_refused(f, &m, f->kick, 1);
}

static int guest_reboots(struct front *f)
{
	struct vhost_wire_message answer;

	if (front_start(f) < 0)
		return -1;
	for (int i = 0; i < 20; i++) {
		for (unsigned ring = 0; ring < RINGS; ring++) {
			front_ring_enable(f, ring, false);
			front_send_state(f, VHOST_WIRE_GET_VRING_BASE, ring, 0);
			if (front_receive(f, &answer) < 0)
				return -1;
		}
		memset(f->memory, 0, FRONT_MEMORY);
		memset(f->next, 0, sizeof(f->next));
		for (unsigned ring = 0; ring < RINGS; ring++) {
			front_ring(f, ring);
			front_ring_enable(f, ring, true);
		}
		if (ring_works(f) < 0)
			return -1;
	}
	return 0;
}

/* --- memory --- */

static int refuse_table(struct front *f, struct vhost_wire_message m, int fd)
{
	int fds[8];

	for (int i = 0; i < 8; i++)
		fds[i] = fd;
	if (front_is_refused(f, &m, fds, m.memory.n_regions <= 8 ? m.memory.n_regions : 8) < 0)
		return -1;
	front_hang_up(f);
	return front_connect(f);
}

/* Descriptors that are no memory of the right size. */
static int memory_unmappable(struct front *f)
{
	struct vhost_wire_message two = front_table(2), one = front_table(1);
	int pipes[2], null = open("/dev/null", O_RDWR), empty = memfd_create("empty", 0), rc = 0;
	char path[64];
	int readonly;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", f->memory_fds[0]);
	readonly = open(path, O_RDONLY);
	if (pipe(pipes) < 0 || null < 0 || empty < 0 || readonly < 0)
		return -1;
	int bad[] = {pipes[0], null, empty, readonly, f->sock, f->kick[0]};

	for (int i = 0; i < 6 && rc == 0; i++)
		rc = refuse_table(f, i % 2 ? one : two, bad[i]);
	for (int i = 0; i < 4; i++)
		close(bad[i]);
	close(pipes[1]);
	return rc;
}

static int memory_bad_sizes(struct front *f)
{
	static const struct vhost_wire_region regions[] = {
		{0, 0, FRONT_USER, 0},                          /* nothing */
		{0, FRONT_REGION + 4096, FRONT_USER, 0},        /* more than the file */
		{0, FRONT_REGION, FRONT_USER, 4096},            /* its end beyond the file's */
		{0, FRONT_REGION, FRONT_USER, -(uint64_t)4096}, /* wraps */
		{0, ~0ull, FRONT_USER, 1},
		{-(uint64_t)4096, FRONT_REGION, FRONT_USER, 0}, /* the guest's address wraps */
		{0, FRONT_REGION, -(uint64_t)4096, 0},
		{0, 1ull << 46, FRONT_USER, 0},
	};

	for (size_t i = 0; i < sizeof(regions) / sizeof(regions[0]); i++) {
		struct vhost_wire_message m = front_table(1);

		m.memory.regions[0] = regions[i];
		if (refuse_table(f, m, f->memory_fds[0]) < 0)
			return -1;
	}
	return 0;
}

static int memory_bad_counts(struct front *f)
{
	static const uint32_t counts[] = {0, 9, 0x80000001, 0xffffffff};

	for (int i = 0; i < 4; i++) {
		struct vhost_wire_message m = front_table(2);

		m.memory.n_regions = counts[i];
		if (refuse_table(f, m, f->memory_fds[0]) < 0)
			return -1;
	}
	return 0;
}

static int memory_repeat(struct front *f)
{
	if (front_start(f) < 0)
		return -1;
	for (unsigned i = 0; i < 100; i++) {
		struct vhost_wire_message m = front_table(1 + i % 2);

		front_send(f, &m, f->memory_fds, 1 + i % 2);
	}
	return front_is_served(f) < 0 ? -1 : ring_works(f);
}

/* Memory that rings and buffers lie in goes away under weft's hands. */
static int memory_taken_back(struct front *f)
{
	int rc = front_start(f);

	ring_fill(f, 64, 2048);
	for (int i = 0; i < 2; i++)
		if (rc == 0 && ftruncate(f->memory_fds[1 - i], 0) < 0)
			rc = -1;
	ring_kick(f, RING_FROM_GUEST);
	usleep(50000);
	for (int i = 0; i < 2; i++)
		if (ftruncate(f->memory_fds[i], FRONT_REGION) < 0)
			rc = -1;
	return rc;
}

const struct hostile_case cases_setup[] = {
	{"ring_num_repeat", "changes its rings' sizes again and again", SPLIT | PACKED,
	 ring_num_repeat},
	{"ring_num_bad", "has rings of impossible sizes", SPLIT | PACKED, ring_num_bad},
	{"ring_num_grows", "has a running ring grow", SPLIT | PACKED, ring_num_grows},
	{"ring_index_huge", "names rings that cannot be", SPLIT, ring_index_huge},
	{"ring_index_fds", "names rings that cannot be, with descriptors", SPLIT, ring_index_fds},
	{"ring_index_many", "sets up rings that the port has not", SPLIT, ring_index_many},
	{"get_base_first", "stops rings that never ran", SPLIT | PACKED | TRANSLATED,
	 get_base_first},
	{"kick_after_stop", "goes on with a ring that it stopped", SPLIT | PACKED | TRANSLATED,
	 kick_after_stop},
	{"kick_without_size", "starts a ring that has no size", SPLIT | PACKED, kick_without_size},
	{"features_flip", "changes the rings' format once they are there", SPLIT | PACKED,
	 features_flip},
	{"base_beyond_ring", "begins beyond its ring's end", PACKED, base_beyond_ring},
	{"guest_reboots", "reboots, and reboots", SPLIT | PACKED | LISTENING | TRANSLATED,
	 guest_reboots},
	{"memory_unmappable", "has memory that is none", SPLIT, memory_unmappable},
	{"memory_bad_sizes", "has memory of impossible places and sizes", SPLIT, memory_bad_sizes},
	{"memory_bad_counts", "has other counts of regions than it sends", SPLIT,
	 memory_bad_counts},
	{"memory_repeat", "moves its memory while it runs", SPLIT | PACKED, memory_repeat},
	{"memory_taken_back", "takes its memory back while it runs", SPLIT | PACKED | TRANSLATED,
	 memory_taken_back},
	{NULL},
};

// SPDX-License-Identifier: BSD-3-Clause
/*
 * What a guest's front end says, message after message, with descriptors of all kinds. Whatever
 * passes is sound by itself and after what came before: memory that is there, rings that the port
 * has, of a size that they can have, that begin within it and keep it while they run.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/vhost_types.h>
#include <linux/virtio_config.h>

#include "vhost/vhost_gate.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv);

enum { MEMORY, SMALL, EVENT, CHANNEL, NOTHING, PIPE, FDS };
enum { MEMORY_SIZE = 1 << 20, SMALL_SIZE = 4096, PAGE = 4096, RING_MAX = 32768 };

/* A step: request, descriptors (kind, and how many), flags of this target, size of the payload that
 * follows. */
enum { STEP = 4, OTHER_VERSION = 1, LIE_ABOUT_SIZE = 2, KINDS_DIFFER = 4 };

static int fds[FDS];
static struct vhost_gate gate;

static void must(bool holds)
{
	if (!holds)
		abort();
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	int ends[2];

	fds[MEMORY] = memfd_create("memory", 0);
	fds[SMALL] = memfd_create("small", 0);
	fds[EVENT] = eventfd(0, EFD_NONBLOCK);
	fds[NOTHING] = open("/dev/null", O_RDWR);
	must(ftruncate(fds[MEMORY], MEMORY_SIZE) == 0 && ftruncate(fds[SMALL], SMALL_SIZE) == 0);
	must(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
	fds[CHANNEL] = ends[0];
	must(pipe(ends) == 0);
	fds[PIPE] = ends[0];
	return 0;
}

static bool is_packed(void)
{
	return gate.features >> VIRTIO_F_RING_PACKED & 1;
}

/* Another way to say what vhost_gate.c says of a table. */
static void judge_memory(const struct vhost_wire_message *m, const int *given)
{
	for (uint32_t i = 0; i < m->memory.n_regions; i++) {
		struct vhost_wire_region region, *r = &region;
		off_t there = lseek(given[i], 0, SEEK_END);
		uint64_t end;

		memcpy(r,
		       (const uint8_t *)m + offsetof(struct vhost_wire_message, memory.regions) +
			       i * sizeof(*r),
		       sizeof(*r)); /* a message is not aligned */
		must(!__builtin_add_overflow(r->offset, r->size, &end));
		must(r->size > 0 && there > 0 && end <= (uint64_t)there);
		must(!__builtin_add_overflow(r->guest_address, r->size - 1, &end));
		must(!__builtin_add_overflow(r->user_address, r->size - 1, &end));
		must(r->offset % PAGE == 0 && r->user_address % PAGE == 0);
	}
}

static void judge_message(const struct vhost_wire_message *m, const int *given, unsigned n)
{
	uint32_t ring = m->u64 & VHOST_WIRE_RING_MASK;

	must((m->flags & 3) == VHOST_WIRE_VERSION);
	switch (m->request) {
	case VHOST_WIRE_SET_MEM_TABLE:
		must(n == m->memory.n_regions && n > 0 && n <= VHOST_WIRE_REGIONS_MAX);
		judge_memory(m, given);
		break;
	case VHOST_WIRE_SET_VRING_KICK:
	case VHOST_WIRE_SET_VRING_CALL:
		must(ring < gate.n_rings && n == !(m->u64 & VHOST_WIRE_RING_NOFD));
		must(n == 0 || given[0] == fds[EVENT]);
		break;
	case VHOST_WIRE_SET_VRING_NUM:
	case VHOST_WIRE_SET_VRING_ADDR:
	case VHOST_WIRE_SET_VRING_BASE:
	case VHOST_WIRE_GET_VRING_BASE:
	case VHOST_WIRE_SET_VRING_ENABLE:
		must(m->state.ring < gate.n_rings && n == 0);
		if (m->request == VHOST_WIRE_SET_VRING_ADDR)
			must(m->address.desc % 16 == 0 && m->address.used % 4 == 0 &&
			     m->address.avail % (is_packed() ? 4 : 2) == 0);
		break;
	case VHOST_WIRE_IOTLB_MSG:
		must(gate.features >> VIRTIO_F_IOMMU_PLATFORM & 1);
		must(m->iotlb.type != VHOST_IOTLB_UPDATE ||
		     m->iotlb.iova % 16 == m->iotlb.user_address % 16);
		break;
	case VHOST_WIRE_SET_LOG_BASE:
		must(n == 1 && m->log.offset == 0 && m->log.size > 0 &&
		     m->log.size <= (uint64_t)lseek(given[0], 0, SEEK_END));
		break;
	default:
		break;
	}
}

/* What the library believes of its rings. */
static void judge_rings(void)
{
	for (unsigned i = 0; i < VHOST_WIRE_RINGS_MAX; i++) {
		const struct vhost_gate_ring *ring = &gate.rings[i];

		if (i >= gate.n_rings)
			must(!ring->is_mapped && !ring->is_sized);
		if (ring->is_mapped) {
			must(ring->is_sized);
			must(!is_packed() || (ring->base & 0x7fff) < ring->size);
		}
		if (ring->is_sized) {
			must(ring->size > 0 && ring->size <= RING_MAX);
			must(is_packed() || (ring->size & (ring->size - 1)) == 0);
		}
	}
}

/* Nothing of it lies beyond what was sent. */
static void say(const uint8_t *step, const uint8_t *payload, uint32_t len)
{
	int given[16];
	unsigned n = step[1] >> 4, kind = step[1] & 15;
	struct vhost_wire_message *m = calloc(1, sizeof(*m));

	must(m != NULL);
	for (unsigned i = 0; i < 16; i++)
		given[i] = fds[(kind + (step[2] & KINDS_DIFFER ? i : 0)) % FDS];
	m->request = step[0];
	m->flags = step[2] & OTHER_VERSION ? step[2] >> 3 : VHOST_WIRE_VERSION;
	m->size = step[2] & LIE_ABOUT_SIZE ? step[2] : len;
	if (len > sizeof(*m) - VHOST_WIRE_HEAD)
		len = sizeof(*m) - VHOST_WIRE_HEAD;
	memcpy((uint8_t *)m + VHOST_WIRE_HEAD, payload, len);
	if (!vhost_gate_check(&gate, m, given, n)) {
		judge_message(m, given, n);
		vhost_gate_done(&gate, m);
		judge_rings();
	}
	free(m);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *end = data + size;

	if (size < 1)
		return 0;
	vhost_gate_reset(&gate, 1 + data[0] % 8);
	for (data++; end - data >= STEP;) {
		const uint8_t *step = data;
		uint32_t len = step[3];

		data += STEP;
		if (len > (size_t)(end - data))
			len = (uint32_t)(end - data);
		say(step, data, len);
		data += len;
	}
	return 0;
}

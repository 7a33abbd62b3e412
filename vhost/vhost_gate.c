// SPDX-License-Identifier: BSD-3-Clause
#include "vhost/vhost_gate.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <fcntl.h>
#include <linux/vhost_types.h>
#include <linux/virtio_config.h>

#define MESSAGE_FD          0xfe /* n_fds: one, unless it says that there is none */
#define MESSAGE_TABLE       0xfd /* n_fds: as many as regions */

#define RING_SIZE_MAX       32768
#define FUSE_MAGIC          0x65735546
#define PAGE                4096
#define RING_ALIGNMENT      16 /* the largest that a part of a ring needs */

#define CHANNEL_PATIENCE_US 1000

/* Messages of features that we do not offer are not for the library: it takes some all the same. */
static const struct {
	uint8_t size; /* bytes that are read, at least */
	uint8_t n_fds;
	bool is_known;
} messages[VHOST_WIRE_REQUESTS] = {
	[VHOST_WIRE_GET_FEATURES] = {0, 0, true},
	[VHOST_WIRE_SET_FEATURES] = {8, 0, true},
	[VHOST_WIRE_SET_OWNER] = {0, 0, true},
	[VHOST_WIRE_SET_MEM_TABLE] = {8, MESSAGE_TABLE, true},
	[VHOST_WIRE_SET_LOG_BASE] = {sizeof(struct vhost_wire_log), 1, true},
	[VHOST_WIRE_SET_LOG_FD] = {0, 1, true},
	[VHOST_WIRE_SET_VRING_NUM] = {8, 0, true},
	[VHOST_WIRE_SET_VRING_ADDR] = {sizeof(struct vhost_wire_ring_address), 0, true},
	[VHOST_WIRE_SET_VRING_BASE] = {8, 0, true},
	[VHOST_WIRE_GET_VRING_BASE] = {8, 0, true},
	[VHOST_WIRE_SET_VRING_KICK] = {8, MESSAGE_FD, true},
	[VHOST_WIRE_SET_VRING_CALL] = {8, MESSAGE_FD, true},
	[VHOST_WIRE_SET_VRING_ERR] = {8, MESSAGE_FD, true},
	[VHOST_WIRE_GET_PROTOCOL_FEATURES] = {0, 0, true},
	[VHOST_WIRE_SET_PROTOCOL_FEATURES] = {8, 0, true},
	[VHOST_WIRE_GET_QUEUE_NUM] = {0, 0, true},
	[VHOST_WIRE_SET_VRING_ENABLE] = {8, 0, true},
	[VHOST_WIRE_SEND_RARP] = {8, 0, true},
	[VHOST_WIRE_NET_SET_MTU] = {8, 0, true},
	[VHOST_WIRE_SET_SLAVE_REQ_FD] = {0, 1, true},
	[VHOST_WIRE_IOTLB_MSG] = {sizeof(struct vhost_wire_iotlb), 0, true},
	[VHOST_WIRE_SET_STATUS] = {8, 0, true},
	[VHOST_WIRE_GET_STATUS] = {0, 0, true},
};

void vhost_gate_reset(struct vhost_gate *gate, unsigned n_rings)
{
	memset(gate, 0, sizeof(*gate));
	gate->n_rings = n_rings;
}

static bool is_packed(uint64_t features)
{
	return features >> VIRTIO_F_RING_PACKED & 1;
}

static struct vhost_gate_ring *ring_of(struct vhost_gate *gate, const struct vhost_wire_message *m)
{
	uint32_t ring;

	switch (m->request) {
	case VHOST_WIRE_SET_VRING_KICK:
	case VHOST_WIRE_SET_VRING_CALL:
	case VHOST_WIRE_SET_VRING_ERR:
		ring = m->u64 & VHOST_WIRE_RING_MASK;
		break;
	default:
		ring = m->state.ring; /* first in SET_VRING_ADDR too */
	}
	return ring < gate->n_rings ? &gate->rings[ring] : NULL;
}

/* --- descriptors --- */

/* Memory that the peer could make us wait for, or that is not there, is none. */
static const char *check_memory(int fd, uint64_t offset, uint64_t size)
{
	struct statfs fs;
	struct stat st;
	void *at;

	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		return "memory that is not a file";
	if (fstatfs(fd, &fs) < 0 || fs.f_type == FUSE_MAGIC)
		return "memory of a file system in user space";
	if (size == 0 || offset > (uint64_t)st.st_size || size > (uint64_t)st.st_size - offset)
		return "memory beyond its file's end";
	at = mmap(NULL, offset + size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (at == MAP_FAILED)
		return "memory that cannot be mapped";
	munmap(at, offset + size);
	return NULL;
}

static const char *check_table(const struct vhost_wire_message *m, const int *fds)
{
	if (m->size < 8 + m->memory.n_regions * sizeof(m->memory.regions[0]))
		return "a table of memory cut short";
	for (uint32_t i = 0; i < m->memory.n_regions; i++) {
		const struct vhost_wire_region r = m->memory.regions[i];
		const char *why = check_memory(fds[i], r.offset, r.size);

		if (why)
			return why;
		if (r.guest_address > -r.size || r.user_address > -r.size)
			return "memory beyond the last address";
		if ((r.user_address | r.offset) % PAGE)
			return "memory that does not begin with a page"; /* rings in it would be
									    askew */
	}
	return NULL;
}

/* The library maps the file from the offset on, and then adds the offset to where that begins: what
 * it logs would go beyond the end of it. */
static const char *check_log(const struct vhost_wire_message *m, int fd)
{
	if (m->log.offset)
		return "a log that does not begin with its file";
	return check_memory(fd, 0, m->log.size);
}

/* A worker writes to the call, and waits on the kick. */
static const char *check_event(int fd, bool is_written)
{
	char path[32], kind[32];
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	n = readlink(path, kind, sizeof(kind) - 1);
	kind[n > 0 ? n : 0] = 0;
	if (strcmp(kind, "anon_inode:[eventfd]") != 0)
		return "a kick or call that is not an eventfd";
	return is_written && fcntl(fd, F_SETFL, O_RDWR | O_NONBLOCK) < 0 ? "an unusable call"
									 : NULL;
}

/* Workers send the misses of a virtual IOMMU over it; they have no time to wait. */
static const char *check_channel(int fd)
{
	const struct timeval patience = {.tv_usec = CHANNEL_PATIENCE_US};
	int flags = fcntl(fd, F_GETFL);

	/* Both: whoever has the descriptor as well may take one of them away again. */
	return setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience)) < 0 ||
			       fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0
		       ? "a channel that is not a socket"
		       : NULL;
}

static const char *check_fds(const struct vhost_wire_message *m, unsigned n_fds)
{
	unsigned wanted = messages[m->request].n_fds;

	if (wanted == MESSAGE_FD)
		wanted = !(m->u64 & VHOST_WIRE_RING_NOFD);
	else if (wanted == MESSAGE_TABLE)
		wanted = m->memory.n_regions;
	if (wanted > VHOST_WIRE_REGIONS_MAX)
		return "too many regions of memory";
	return n_fds == wanted ? NULL : "another number of descriptors than it needs";
}

/* --- rings --- */

static bool any_mapped(const struct vhost_gate *gate)
{
	for (unsigned i = 0; i < gate->n_rings; i++)
		if (gate->rings[i].is_mapped)
			return true;
	return false;
}

/* The two kinds of rings have their parts in different places, and need different memory. */
static const char *check_features(struct vhost_gate *gate, uint64_t features)
{
	if (is_packed(features) == is_packed(gate->features))
		return NULL;
	if (any_mapped(gate))
		return "rings of the other kind while there are rings";
	for (unsigned i = 0; i < gate->n_rings; i++)
		gate->rings[i].is_sized = false;
	return NULL;
}

/* The library checks the ring's addresses once, for the size it then has. */
static const char *check_size(struct vhost_gate *gate, struct vhost_gate_ring *ring, uint32_t size)
{
	if (size == 0 || size > RING_SIZE_MAX || (!is_packed(gate->features) && size & (size - 1)))
		return "a ring of an impossible size";
	if (ring->is_mapped && size != ring->size)
		return "another size for a ring that is there";
	ring->is_sized = false; /* until it is done */
	return NULL;
}

static bool is_base_good(const struct vhost_gate *gate, const struct vhost_gate_ring *ring,
			 uint16_t base)
{
	/* Split rings' indices are cut to size by the library. */
	return !is_packed(gate->features) || (base & 0x7fff) < ring->size;
}

/* Its parts are read as structures, which the virtio specification aligns so (2.7, 2.8). */
static const char *check_address(const struct vhost_gate *gate, const struct vhost_gate_ring *ring,
				 const struct vhost_wire_message *m)
{
	unsigned avail = is_packed(gate->features) ? 4 : 2;

	if (!ring->is_sized || !is_base_good(gate, ring, ring->base))
		return "addresses of a ring that has no size";
	if (m->address.desc % RING_ALIGNMENT || m->address.avail % avail || m->address.used % 4)
		return "a ring at an odd address";
	return NULL;
}

static const char *check_kick(const struct vhost_gate *gate, const struct vhost_gate_ring *ring)
{
	if (!ring->is_sized)
		return "a ring that has no size";
	return is_base_good(gate, ring, ring->base) ? NULL : "a ring that begins beyond its end";
}

static const char *check_ring(struct vhost_gate *gate, const struct vhost_wire_message *m,
			      const int *fds)
{
	struct vhost_gate_ring *ring = ring_of(gate, m);
	bool has_fd = !(m->u64 & VHOST_WIRE_RING_NOFD);
	const char *why = NULL;

	if (!ring)
		return "a ring that the port has not";
	switch (m->request) {
	case VHOST_WIRE_SET_VRING_NUM:
		return check_size(gate, ring, m->state.value);
	case VHOST_WIRE_SET_VRING_BASE:
		if (ring->is_mapped && !is_base_good(gate, ring, (uint16_t)m->state.value))
			return "a ring that begins beyond its end";
		ring->base = (uint16_t)m->state.value;
		return NULL;
	case VHOST_WIRE_SET_VRING_KICK:
		why = check_kick(gate, ring);
		if (!why && has_fd)
			why = check_event(fds[0], false);
		ring->is_mapped |= !why;
		return why;
	case VHOST_WIRE_SET_VRING_CALL:
		return has_fd ? check_event(fds[0], true) : NULL;
	case VHOST_WIRE_SET_VRING_ADDR:
		why = check_address(gate, ring, m);
		ring->is_mapped |= !why;
		return why;
	default:
		return NULL;
	}
}

/* A guest behind an IOMMU. Rings may be there: what is aligned for the guest has to be so here. */
static const char *check_translation(const struct vhost_gate *gate,
				     const struct vhost_wire_message *m)
{
	if (!(gate->features >> VIRTIO_F_IOMMU_PLATFORM & 1))
		return "a translation unasked for";
	if (m->iotlb.type == VHOST_IOTLB_UPDATE &&
	    (m->iotlb.iova ^ m->iotlb.user_address) % RING_ALIGNMENT)
		return "a translation that shifts addresses by some bytes";
	return NULL;
}

const char *vhost_gate_check(struct vhost_gate *gate, const struct vhost_wire_message *m,
			     const int *fds, unsigned n_fds)
{
	const char *why;

	if (m->request >= VHOST_WIRE_REQUESTS || !messages[m->request].is_known)
		return "a message of a feature that was not offered";
	if ((m->flags & 3) != VHOST_WIRE_VERSION)
		return "a message of another version";
	if (m->size < messages[m->request].size)
		return "a message cut short";
	why = check_fds(m, n_fds);
	if (why)
		return why;
	switch (m->request) {
	case VHOST_WIRE_SET_FEATURES:
		return check_features(gate, m->u64);
	case VHOST_WIRE_SET_MEM_TABLE:
		return m->memory.n_regions ? check_table(m, fds) : "no memory";
	case VHOST_WIRE_SET_LOG_BASE:
		return check_log(m, fds[0]);
	case VHOST_WIRE_SET_SLAVE_REQ_FD:
		return check_channel(fds[0]);
	case VHOST_WIRE_IOTLB_MSG:
		return check_translation(gate, m);
	case VHOST_WIRE_SET_VRING_NUM:
	case VHOST_WIRE_SET_VRING_ADDR:
	case VHOST_WIRE_SET_VRING_BASE:
	case VHOST_WIRE_GET_VRING_BASE:
	case VHOST_WIRE_SET_VRING_KICK:
	case VHOST_WIRE_SET_VRING_CALL:
	case VHOST_WIRE_SET_VRING_ERR:
	case VHOST_WIRE_SET_VRING_ENABLE:
		return check_ring(gate, m, fds);
	default:
		return NULL;
	}
}

void vhost_gate_done(struct vhost_gate *gate, const struct vhost_wire_message *m)
{
	struct vhost_gate_ring *ring = ring_of(gate, m);

	if (m->request == VHOST_WIRE_SET_FEATURES)
		gate->features = m->u64;
	if (!ring)
		return;
	if (m->request == VHOST_WIRE_SET_VRING_NUM) {
		ring->size = (uint16_t)m->state.value;
		ring->is_sized = true;
	}
	/* The library frees what the ring needed, and forgets its addresses. */
	if (m->request == VHOST_WIRE_GET_VRING_BASE)
		ring->is_sized = ring->is_mapped = false;
}

// SPDX-License-Identifier: BSD-3-Clause
/* The steps of a device's start, and a guest's translations. */
#include "tests/guest/hostile/front.h"

#include <linux/vhost_types.h>
#include <linux/virtio_config.h>
#include <linux/virtio_net.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/guest/hostile/ring.h"

#define BIT(n) (1ull << (n))

#define OFFLOADS                                                                               \
	(BIT(VIRTIO_NET_F_CSUM) | BIT(VIRTIO_NET_F_GUEST_CSUM) | BIT(VIRTIO_NET_F_HOST_TSO4) | \
	 BIT(VIRTIO_NET_F_HOST_TSO6) | BIT(VIRTIO_NET_F_HOST_ECN) | BIT(VIRTIO_NET_F_HOST_UFO))

static void open_channel(struct front *f)
{
	int ends[2];

	if (f->channel >= 0)
		close(f->channel);
	f->channel = -1;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
		return;
	f->channel = ends[0];
	front_send(f,
		   &(struct vhost_wire_message){.request = VHOST_WIRE_SET_SLAVE_REQ_FD,
						.flags = VHOST_WIRE_VERSION},
		   &ends[1], 1);
	close(ends[1]);
}

static void send_iotlb(struct front *f, struct vhost_wire_iotlb iotlb)
{
	struct vhost_wire_message m = {.request = VHOST_WIRE_IOTLB_MSG,
				       .flags = VHOST_WIRE_VERSION,
				       .size = sizeof(m.iotlb)};

	m.iotlb = iotlb;
	front_send(f, &m, NULL, 0);
}

void front_update(struct front *f, uint64_t iova, uint64_t size, uint64_t at)
{
	send_iotlb(f, (struct vhost_wire_iotlb){iova, size, FRONT_USER + at, VHOST_ACCESS_RW,
						VHOST_IOTLB_UPDATE});
}

void front_invalidate(struct front *f, uint64_t iova, uint64_t size)
{
	send_iotlb(f, (struct vhost_wire_iotlb){iova, size, 0, 0, VHOST_IOTLB_INVALIDATE});
}

void front_update_all(struct front *f)
{
	for (uint64_t i = 0; i < 2; i++)
		front_update(f, i * FRONT_REGION, FRONT_REGION, i * FRONT_REGION);
}

int front_asked(struct front *f, int ms, uint64_t *iova)
{
	struct pollfd p = {.fd = f->channel, .events = POLLIN};
	struct vhost_wire_message m;
	ssize_t size = (ssize_t)(VHOST_WIRE_HEAD + sizeof(m.iotlb));

	if (poll(&p, 1, ms) != 1 || recv(f->channel, &m, size, MSG_WAITALL) != size ||
	    m.request != VHOST_WIRE_SLAVE_IOTLB_MSG || m.iotlb.type != VHOST_IOTLB_MISS)
		return -1;
	*iova = m.iotlb.iova;
	return 0;
}

/* Every feature that makes weft look at more of what we write. */
void front_features(struct front *f, uint64_t more)
{
	uint64_t features = BIT(VIRTIO_F_VERSION_1) | BIT(VHOST_WIRE_F_PROTOCOL_FEATURES) |
			    BIT(VIRTIO_NET_F_MRG_RXBUF) | BIT(VIRTIO_RING_F_INDIRECT_DESC) |
			    BIT(VIRTIO_RING_F_EVENT_IDX) | (f->offered & OFFLOADS) | more;

	if (f->is_packed)
		features |= BIT(VIRTIO_F_RING_PACKED);
	if (f->translates)
		features |= BIT(VIRTIO_F_IOMMU_PLATFORM);
	front_send_u64(f, VHOST_WIRE_SET_FEATURES, features);
	front_send_u64(f, VHOST_WIRE_SET_PROTOCOL_FEATURES,
		       BIT(VHOST_WIRE_PF_REPLY_ACK) |
			       (f->translates ? BIT(VHOST_WIRE_PF_SLAVE_REQ) : 0));
	if (f->translates)
		open_channel(f);
}

struct vhost_wire_message front_table(unsigned n_regions)
{
	struct vhost_wire_message m = {.request = VHOST_WIRE_SET_MEM_TABLE,
				       .flags = VHOST_WIRE_VERSION};

	m.size = 8 + n_regions * sizeof(struct vhost_wire_region);
	m.memory.n_regions = n_regions;
	for (unsigned i = 0; i < n_regions && i < VHOST_WIRE_REGIONS_MAX; i++)
		m.memory.regions[i] = (struct vhost_wire_region){
			.guest_address = (uint64_t)i * FRONT_REGION,
			.size = FRONT_REGION,
			.user_address = FRONT_USER + (uint64_t)i * FRONT_REGION,
		};
	return m;
}

void front_memory(struct front *f)
{
	struct vhost_wire_message m = front_table(2);

	front_send(f, &m, f->memory_fds, 2);
}

void front_ring_size(struct front *f, unsigned ring, uint32_t size, uint32_t base)
{
	front_send_state(f, VHOST_WIRE_SET_VRING_NUM, ring, size);
	front_send_state(f, VHOST_WIRE_SET_VRING_BASE, ring, base);
}

void front_ring_address(struct front *f, unsigned ring, uint64_t desc, uint64_t avail,
			uint64_t used)
{
	struct vhost_wire_message m = {.request = VHOST_WIRE_SET_VRING_ADDR,
				       .flags = VHOST_WIRE_VERSION,
				       .size = sizeof(m.address)};

	if (!f->translates) {
		desc += FRONT_USER;
		avail += FRONT_USER;
		used += FRONT_USER;
	}
	m.address = (struct vhost_wire_ring_address){.ring = ring,
						     .desc = desc,
						     .avail = avail,
						     .used = used};
	front_send(f, &m, NULL, 0);
}

void front_ring_fds(struct front *f, unsigned ring)
{
	front_send_fd(f, VHOST_WIRE_SET_VRING_CALL, ring, f->call[ring]);
	front_send_fd(f, VHOST_WIRE_SET_VRING_KICK, ring, f->kick[ring]);
}

void front_ring_enable(struct front *f, unsigned ring, bool on)
{
	/* The library forgets what it was told before the ring was there. */
	if (f->translates && on)
		front_update_all(f);
	front_send_state(f, VHOST_WIRE_SET_VRING_ENABLE, ring, on);
}

void front_ring(struct front *f, unsigned ring)
{
	/* A packed ring begins with its lap bit set, for driver and device. */
	front_ring_size(f, ring, FRONT_RING_SIZE, f->is_packed ? 0x80008000u : 0);
	front_ring_address(f, ring, RING_DESC(ring), RING_AVAIL(ring), RING_USED(ring));
	front_ring_fds(f, ring);
}

int front_start(struct front *f)
{
	front_features(f, 0);
	front_send(f,
		   &(struct vhost_wire_message){.request = VHOST_WIRE_SET_OWNER,
						.flags = VHOST_WIRE_VERSION},
		   NULL, 0);
	front_memory(f);
	for (unsigned ring = 0; ring < RINGS; ring++)
		front_ring(f, ring);
	for (unsigned ring = 0; ring < RINGS; ring++)
		front_ring_enable(f, ring, true);
	if (front_is_served(f) < 0)
		return -1;
	return ring_works(f);
}

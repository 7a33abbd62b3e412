// SPDX-License-Identifier: BSD-3-Clause
/*
 * What rte_vhost reports, and registering with it.
 *
 * Callbacks run on rte_vhost's one thread, or on control while it connects or
 * unregisters. They may wait for the workers' grace period, never for control:
 * rte_vhost_driver_unregister spins until a running callback has returned.
 * vring_state_changed is called with the ring's lock held, for which a worker
 * may be spinning: there not even the grace period may be waited for.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <linux/virtio_config.h>
#include <linux/virtio_net.h>
#include <rte_vhost.h>

#include "dataplane/grace.h"
#include "vhost/vhost_port.h"
#include "vhost/vhost_rings.h"

#define BIT(n) (1ULL << (n))

/* What a guest may leave to us, or take from us, unfinished. The others of its kind are never
 * offered: UDP fragmentation is nobody's wish, and marks of congestion (ECN) do not survive it. */
#define FEATURES_CSUM (BIT(VIRTIO_NET_F_CSUM) | BIT(VIRTIO_NET_F_GUEST_CSUM))
#define FEATURES_TSO                                                 \
	(BIT(VIRTIO_NET_F_HOST_TSO4) | BIT(VIRTIO_NET_F_HOST_TSO6) | \
	 BIT(VIRTIO_NET_F_GUEST_TSO4) | BIT(VIRTIO_NET_F_GUEST_TSO6))
#define FEATURES_OFF                                                                       \
	(BIT(VIRTIO_NET_F_GSO) | BIT(VIRTIO_NET_F_HOST_ECN) | BIT(VIRTIO_NET_F_HOST_UFO) | \
	 BIT(VIRTIO_NET_F_GUEST_ECN) | BIT(VIRTIO_NET_F_GUEST_UFO))

/* What a guest has to have agreed to before it is given a large packet. Without merged buffers it
 * might have no room for one. */
#define FEATURES_TAKES_TSO                                             \
	(BIT(VIRTIO_NET_F_GUEST_CSUM) | BIT(VIRTIO_NET_F_GUEST_TSO4) | \
	 BIT(VIRTIO_NET_F_GUEST_TSO6) | BIT(VIRTIO_NET_F_MRG_RXBUF))

/* Of no use to a network card. With PAGEFAULT a page that the peer keeps back stops a worker. */
#define PROTOCOL_OFF (BIT(VHOST_WIRE_PF_CRYPTO_SESSION) | BIT(VHOST_WIRE_PF_PAGEFAULT))

static pthread_mutex_t table_lock = PTHREAD_MUTEX_INITIALIZER; /* never held while calling out */
static struct vhost_port *table;

void vhost_table_add(struct vhost_port *vp)
{
	pthread_mutex_lock(&table_lock);
	vp->next = table;
	table = vp;
	pthread_mutex_unlock(&table_lock);
}

void vhost_table_del(struct vhost_port *vp)
{
	pthread_mutex_lock(&table_lock);
	for (struct vhost_port **at = &table; *at; at = &(*at)->next) {
		if (*at == vp) {
			*at = vp->next;
			break;
		}
	}
	pthread_mutex_unlock(&table_lock);
}

struct vhost_port *vhost_table_first(void)
{
	return table;
}

struct vhost_port *vhost_table_find(const char *socket)
{
	struct vhost_port *vp;

	pthread_mutex_lock(&table_lock);
	for (vp = table; vp && strcmp(vp->socket, socket) != 0; vp = vp->next)
		;
	pthread_mutex_unlock(&table_lock);
	return vp;
}

/* A port outlives its callbacks: it leaves the table after rte_vhost has let go of it. */
struct vhost_port *vhost_device_find(int vid)
{
	char path[PATH_MAX];

	return rte_vhost_get_ifname(vid, path, sizeof(path)) < 0 ? NULL : vhost_table_find(path);
}

/* Brings `up` in line with the flags, and tells control that something changed. */
static void tell(struct vhost_port *vp)
{
	bool up = atomic_load(&vp->vid) >= 0 && atomic_load(&vp->ring_on[0]) &&
		  atomic_load(&vp->ring_on[1]);

	atomic_store(&vp->port.up, up);
	if (up)
		vp->wake();
	vhost_news_send();
}

/* Lays the guest's kick, or with -1 one that never comes, over the queue's descriptor. A worker
 * that waits on the old one sees the new one only when it is woken. */
static void kick_set(struct vhost_queue *q, int kick)
{
	int silent = kick >= 0 ? -1 : eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	int rc = dup3(kick >= 0 ? kick : silent, q->kick_fd, O_CLOEXEC);

	if (silent >= 0)
		close(silent);
	atomic_store_explicit(&q->can_sleep, kick >= 0 && rc >= 0, memory_order_release);
}

static void kicks_clear(struct vhost_port *vp)
{
	for (uint16_t i = 0; i < vp->n_queues; i++)
		if (atomic_load(&vp->queues[i].can_sleep))
			kick_set(&vp->queues[i], -1);
}

static int on_connect(int vid)
{
	struct vhost_port *vp = vhost_device_find(vid);
	int none = VHOST_NO_DEVICE;

	/* A port is one guest's: a second connection is turned away. */
	if (!vp || !atomic_compare_exchange_strong(&vp->connection, &none, vid))
		return -1;
	vhost_gate_reset(&vp->gate, 2u * vp->n_queues);
	if (vhost_messages_watch(vp, vid) < 0) {
		atomic_store(&vp->connection, VHOST_NO_DEVICE);
		return -1;
	}
	atomic_store(&vp->peer_pid, vhost_socket_limit(vp->socket, &vp->peer_fd));
	atomic_store(&vp->memory, 0);
	atomic_fetch_add(&vp->n_connections, 1);
	atomic_fetch_add(&vp->n_tries, 1);
	for (int i = 0; i < 2 * PORT_QUEUES_MAX; i++)
		atomic_store(&vp->ring_on[i], false);
	atomic_store(&vp->moved, 0);
	vp->rings_met = 0;
	atomic_store(&vp->had_driver, false);
	atomic_store(&vp->is_paused, false);
	tell(vp);
	return 0;
}

static void on_disconnect(int vid)
{
	struct vhost_port *vp = vhost_device_find(vid);

	if (!vp)
		return;
	atomic_store(&vp->connection, VHOST_NO_DEVICE);
	atomic_store(&vp->lost, true);
	tell(vp);
}

/* What this guest takes unfinished. The port is down, so no worker has a packet for it in hand. */
static void agree(struct vhost_port *vp, int vid)
{
	uint64_t features = 0;
	uint32_t caps = 0;
	uint16_t mtu = 0;

	if (rte_vhost_get_negotiated_features(vid, &features) == 0) {
		if (features & BIT(VIRTIO_NET_F_GUEST_CSUM))
			caps |= PORT_CAN_CSUM;
		if ((features & FEATURES_TAKES_TSO) == FEATURES_TAKES_TSO)
			caps |= PORT_CAN_TSO;
	}
	atomic_store(&vp->features, features);
	rte_vhost_get_mtu(vid, &mtu);
	atomic_store(&vp->guest_mtu, mtu);
	atomic_store_explicit(&vp->port.caps, caps, memory_order_relaxed);
}

/* The inode of the file that most of the guest's memory is in, 0 where there is none. */
static uint64_t memory_of(int vid)
{
	struct rte_vhost_memory *memory;
	uint64_t largest = 0, inode = 0;
	struct stat st;

	if (rte_vhost_get_mem_table(vid, &memory) < 0)
		return 0;
	for (uint32_t i = 0; i < memory->nregions; i++) {
		if (memory->regions[i].size > largest && fstat(memory->regions[i].fd, &st) == 0) {
			largest = memory->regions[i].size;
			inode = st.st_ino;
		}
	}
	free(memory);
	return inode;
}

static int on_ready(int vid)
{
	struct vhost_port *vp = vhost_device_find(vid);

	if (!vp)
		return -1;
	atomic_store(&vp->n_tries, 0);
	atomic_store(&vp->refusal, NULL);
	atomic_store(&vp->had_driver, true);
	agree(vp, vid);
	atomic_store(&vp->memory, memory_of(vid));
	atomic_store_explicit(&vp->vid, vid, memory_order_release);
	vhost_rings_open(vp, vid, -1);
	tell(vp);
	return 0;
}

/* Its memory goes away when this returns. */
static void on_gone(int vid)
{
	struct vhost_port *vp = vhost_device_find(vid);

	if (!vp)
		return;
	atomic_store(&vp->vid, VHOST_NO_DEVICE);
	vhost_rings_close(vp, vid);
	tell(vp);
	kicks_clear(vp);
	grace_wait();
	vhost_late_drop(vp);
}

/* A ring that weftd was killed over goes on where it was: that is to be found out when a connection
 * has it on for the first time, later QEMU knows. With the ring's lock held. */
static void recover_packed(struct vhost_port *vp, int vid, uint16_t ring,
			   const struct rte_vhost_vring *vring)
{
	bool is_new = !(vp->rings_met & 1u << ring);
	struct vhost_packed found;
	uint64_t features;

	vp->rings_met |= 1u << ring;
	if (!is_new || rte_vhost_get_negotiated_features(vid, &features) < 0 ||
	    !(features & BIT(VIRTIO_F_RING_PACKED)) ||
	    !vhost_packed_find(vring->desc_packed, vring->size, &found))
		return;
	vhost_packed_close(vring->desc_packed, &found);
	rte_vhost_log_used_vring(vid, ring, found.gap * sizeof(vring->desc_packed[0]),
				 found.n_gap * sizeof(vring->desc_packed[0]));
	rte_vhost_set_vring_base(vid, ring, found.position, found.position);
}

/* A ring whose place in memory is not known for the moment: the library says that it is off, asks
 * for its place when a worker wants to use it, and says that it is on again. It stays on for us.
 * Returns whether that is all that happened. */
static bool has_moved(struct vhost_port *vp, uint16_t ring, int enable)
{
	uint32_t bit = 1u << ring;

	if (atomic_load(&vp->last_message) != VHOST_WIRE_IOTLB_MSG ||
	    !atomic_load_explicit(&vp->ring_on[ring], memory_order_relaxed)) {
		atomic_fetch_and(&vp->moved, ~bit);
		return false;
	}
	if (enable)
		atomic_fetch_and(&vp->moved, ~bit);
	else
		atomic_fetch_or(&vp->moved, bit);
	return true;
}

static int on_ring(int vid, uint16_t ring, int enable)
{
	struct vhost_port *vp = vhost_device_find(vid);
	struct rte_vhost_vring vring;
	bool is_rx = ring & 1;

	if (!vp || ring >= 2 * vp->n_queues || has_moved(vp, ring, enable))
		return 0;
	vhost_ring_close(vp, vid, ring);
	if (enable && rte_vhost_get_vhost_vring(vid, ring, &vring) == 0) {
		recover_packed(vp, vid, ring, &vring);
		if (is_rx)
			kick_set(&vp->queues[ring / 2], vring.kickfd);
	}
	atomic_store_explicit(&vp->ring_on[ring], enable, memory_order_release);
	if (enable)
		vhost_ring_open(vp, ring, true);
	if (!enable && is_rx)
		kick_set(&vp->queues[ring / 2], -1);
	tell(vp);
	return 0;
}

static const struct rte_vhost_device_ops callbacks = {
	.new_device = on_ready,
	.destroy_device = on_gone,
	.vring_state_changed = on_ring,
	.new_connection = on_connect,
	.destroy_connection = on_disconnect,
};

/* 0 or -1. */
static int limit_features(const struct vhost_port *vp)
{
	uint64_t features = FEATURES_OFF | (vhost_features_pinnable() & ~vp->offered), protocol;

	if (!(vp->offers & PORT_CAN_CSUM))
		features |= FEATURES_CSUM;
	if (!(vp->offers & PORT_CAN_TSO))
		features |= FEATURES_TSO;
	/* The library consumes a packed ring's packets that it has to ask translations for. */
	if (vp->late)
		features |= BIT(VIRTIO_F_RING_PACKED);
	if (rte_vhost_driver_get_protocol_features(vp->socket, &protocol) < 0)
		return -1;
	protocol &= ~PROTOCOL_OFF;
	if (vp->n_queues == 1) {
		/* One queue polled means one queue offered: what a guest sent on others would be
		 * lost. */
		features |= BIT(VIRTIO_NET_F_MQ);
		protocol &= ~BIT(VHOST_USER_PROTOCOL_F_MQ);
	}
	if (rte_vhost_driver_set_protocol_features(vp->socket, protocol) < 0)
		return -1;
	return rte_vhost_driver_disable_features(vp->socket, features);
}

int vhost_register(struct vhost_port *vp)
{
	/* Not RTE_VHOST_USER_NET_COMPLIANT_OL_FLAGS: there the library finishes some checksums
	 * itself, at places that the guest names and may change while it looks. */
	uint64_t flags = vp->is_server ? 0 : RTE_VHOST_USER_CLIENT | RTE_VHOST_USER_NO_RECONNECT;

	if (vp->late)
		flags |= RTE_VHOST_USER_IOMMU_SUPPORT;
	/* The library speaks of every step and of every wish a guest cannot have. */
	rte_log_set_level_pattern("lib.vhost.*", RTE_LOG_CRIT);
	vhost_bus_install();
	if (rte_vhost_driver_register(vp->socket, flags) < 0)
		return -ENOMEM;
	atomic_store(&vp->lost, false);
	errno = 0;
	if (limit_features(vp) < 0 ||
	    rte_vhost_driver_callback_register(vp->socket, &callbacks) < 0 ||
	    rte_vhost_driver_start(vp->socket) < 0) {
		int error = errno ? errno : EIO;

		rte_vhost_driver_unregister(vp->socket);
		return -error;
	}
	vp->is_registered = true;
	return 0;
}

void vhost_unregister(struct vhost_port *vp)
{
	if (!vp->is_registered)
		return;
	if (vp->is_server && !vhost_socket_is(vp->socket, vp->id))
		vhost_socket_spare(vp->socket);
	rte_vhost_driver_unregister(vp->socket);
	vhost_socket_spare(NULL);
	vp->is_registered = false;
	vp->is_ending = false;
	/* Taking a live connection back ends it without on_disconnect. */
	atomic_store(&vp->connection, VHOST_NO_DEVICE);
	atomic_store(&vp->lost, false);
}

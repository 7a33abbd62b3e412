// SPDX-License-Identifier: BSD-3-Clause
/*
 * Ports whose guest may have a virtual IOMMU. Such a guest says which of its
 * memory weft may touch, piece by piece and only when asked; the library asks,
 * and gives up on the packet. With Linux's driver nearly every buffer is a
 * piece of its own, so nearly every packet would be lost.
 *
 * A port that offers the IOMMU keeps what its guest did not take, a few packets
 * for each queue and not for long, and tries again whenever a worker looks at
 * the port: the answer wakes them. Senders take a lock for that; ports that do
 * not offer it have none of all this.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <rte_common.h>
#include <rte_cycles.h>
#include <rte_mbuf.h>
#include <rte_spinlock.h>

#include "dataplane/grace.h"
#include "vhost/vhost_port.h"

#define KEPT_MAX 64 /* packets of a queue */
#define KEPT_MS  500

struct vhost_late {
	__rte_cache_aligned rte_spinlock_t lock; /* for one burst */
	uint16_t n;
	uint64_t since; /* when the first of them came, by the processor's clock */
	struct rte_mbuf *pkts[KEPT_MAX];
};

int vhost_late_init(struct vhost_port *vp)
{
	if (!(vp->offered & vhost_feature_bits("iommu")))
		return 0;
	vp->late = aligned_alloc(RTE_CACHE_LINE_SIZE, vp->n_queues * sizeof(*vp->late));
	if (!vp->late)
		return -ENOMEM;
	memset(vp->late, 0, vp->n_queues * sizeof(*vp->late));
	return 0;
}

void vhost_late_drop(struct vhost_port *vp)
{
	for (uint16_t i = 0; vp->late && i < vp->n_queues; i++) {
		struct vhost_late *late = &vp->late[i];

		rte_spinlock_lock(&late->lock);
		rte_pktmbuf_free_bulk(late->pkts, late->n);
		late->n = 0;
		rte_spinlock_unlock(&late->lock);
	}
}

void vhost_late_fini(struct vhost_port *vp)
{
	vhost_late_drop(vp);
	free(vp->late);
	vp->late = NULL;
}

static void remove_first(struct vhost_late *late, uint16_t n)
{
	late->n -= n;
	memmove(late->pkts, late->pkts + n, late->n * sizeof(late->pkts[0]));
}

/* With the queue's lock. */
static void try_again(struct vhost_port *vp, uint16_t queue)
{
	struct vhost_late *late = &vp->late[queue];
	uint64_t age = rte_rdtsc() - late->since;

	remove_first(late, vhost_give(vp, queue, late->pkts, late->n));
	if (late->n && age > rte_get_tsc_hz() / 1000 * KEPT_MS) {
		rte_pktmbuf_free_bulk(late->pkts, late->n);
		late->n = 0;
	}
}

uint16_t vhost_late_tx(struct vhost_port *vp, uint16_t queue, struct rte_mbuf **pkts, uint16_t n)
{
	struct vhost_late *late = &vp->late[queue];
	uint16_t taken = 0, kept;

	rte_spinlock_lock(&late->lock);
	if (late->n)
		try_again(vp, queue);
	if (!late->n) {
		taken = vhost_give(vp, queue, pkts, n);
		late->since = rte_rdtsc();
	}
	kept = RTE_MIN(n - taken, KEPT_MAX - late->n);
	memcpy(late->pkts + late->n, pkts + taken, kept * sizeof(pkts[0]));
	late->n += kept;
	rte_spinlock_unlock(&late->lock);
	return taken + kept;
}

void vhost_late_look(struct vhost_port *vp)
{
	for (uint16_t i = 0; i < vp->n_queues; i++) {
		struct vhost_late *late = &vp->late[i];

		/* Whoever holds it tries, too. */
		if (!rte_spinlock_trylock(&late->lock))
			continue;
		if (late->n)
			try_again(vp, i);
		rte_spinlock_unlock(&late->lock);
	}
}

/* With the answer that a ring waits for, the library may move what it knows of that ring, and
 * workers are to be out of it then. Any other message ends a pause that an answer in error has
 * left. */
void vhost_late_pause(struct vhost_port *vp, const struct vhost_wire_message *m)
{
	bool pauses = m->request == VHOST_WIRE_IOTLB_MSG && atomic_load(&vp->moved);

	if (!vp->late)
		return;
	atomic_store(&vp->is_paused, pauses);
	if (pauses)
		grace_wait();
}

/* An answer has come that packets may wait for, in either direction. */
void vhost_late_resume(struct vhost_port *vp, const struct vhost_wire_message *m)
{
	if (!vp->late || m->request != VHOST_WIRE_IOTLB_MSG)
		return;
	atomic_store(&vp->is_paused, false);
	vp->wake();
}

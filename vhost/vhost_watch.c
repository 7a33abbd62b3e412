// SPDX-License-Identifier: BSD-3-Clause
/*
 * Why a port whose guest is connected carries nothing all the same. Nobody tells: it is inferred,
 * by looking at each port once a second (with many ports, less often), from what the guest has
 * said, from what its rings take and from whether its process runs. Control.
 */
#include <time.h>

#include <rte_common.h>

#include "vhost/vhost_port.h"

#define LOOK_MS       1000
#define LOOKS_A_ROUND 32    /* ports looked at in LOOK_MS */
#define PATIENCE_MS   1000  /* before silence means something */
#define SMALL_MS      10000 /* how long a packet that did not fit is spoken of */

static struct vhost_taken taken_by(struct vhost_port *vp)
{
	struct vhost_taken sum = {0};

	for (uint16_t i = 0; i < vp->n_queues; i++) {
		struct vhost_queue *q = &vp->queues[i];

		sum.taken += atomic_load_explicit(&q->n_taken, memory_order_relaxed);
		sum.refused += atomic_load_explicit(&q->n_refused, memory_order_relaxed);
		sum.too_long += atomic_load_explicit(&q->n_too_long, memory_order_relaxed);
	}
	return sum;
}

/* Connected, but no driver. */
static enum vhost_reason doubt_of_start(struct vhost_port *vp, int64_t now)
{
	uint64_t said = atomic_load(&vp->messages);
	bool is_silent = now - atomic_load(&vp->message_ms) >= PATIENCE_MS;
	enum vhost_peer_state state = vhost_peer_look(&vp->peer, now);

	if (state == VHOST_PEER_STOPPED)
		return VHOST_STOPPED;
	if (atomic_load(&vp->features_refused))
		return VHOST_FEATURES_REFUSED;
	if (is_silent && !said)
		return VHOST_SILENT;
	/* A driver has come as far as its features, and QEMU has no memory to show. */
	if (is_silent && said & VHOST_SAID(VHOST_MSG_SET_FEATURES) &&
	    !(said & VHOST_SAID(VHOST_MSG_SET_MEM_TABLE)))
		return VHOST_NOT_SHARED;
	return state == VHOST_PEER_HALTED ? VHOST_PAUSED : VHOST_UP;
}

/* A guest that has taken nothing since it was first refused a packet for want of buffers. */
static bool is_stalled(struct vhost_port *vp, const struct vhost_taken *sum, int64_t now)
{
	if (sum->taken != vp->taken.taken) {
		vp->stall_ms = 0;
	} else if (sum->refused != vp->taken.refused && !vp->stall_ms) {
		vp->stall_ms = now;
		vp->since = time(NULL);
	}
	return vp->stall_ms && now - vp->stall_ms >= PATIENCE_MS;
}

static enum vhost_reason doubt_of_rings(struct vhost_port *vp, int64_t now)
{
	struct vhost_taken sum = taken_by(vp);
	bool is_idle = sum.taken == vp->taken.taken, stalled = is_stalled(vp, &sum, now);
	enum vhost_peer_state state = is_idle ? vhost_peer_look(&vp->peer, now) : VHOST_PEER_RUNS;

	if (sum.too_long != vp->taken.too_long)
		vp->too_long_ms = now;
	vp->taken = sum;
	if (vp->keeps_memory)
		return VHOST_NOT_SHARED;
	if (state == VHOST_PEER_STOPPED)
		return VHOST_STOPPED;
	if (stalled)
		return state == VHOST_PEER_HALTED ? VHOST_PAUSED : VHOST_STALLED;
	if (vp->too_long_ms && now - vp->too_long_ms < SMALL_MS)
		return VHOST_BUFFERS_SMALL;
	return VHOST_UP;
}

/* The guest's side is another one than at the last look. */
static void meet(struct vhost_port *vp, unsigned connection)
{
	vp->met = connection;
	vhost_peer_find(&vp->peer, atomic_load(&vp->peer_pid), vp->socket);
	vp->stall_ms = vp->too_long_ms = 0;
	vp->memory_met = 0;
	vp->keeps_memory = false;
	vp->doubt = VHOST_UP;
}

static void look(struct vhost_port *vp, int64_t now)
{
	bool is_ready = atomic_load(&vp->vid) != VHOST_NO_DEVICE;
	uint64_t memory = atomic_load(&vp->memory);

	if (is_ready && memory != vp->memory_met) {
		vp->memory_met = memory;
		vp->keeps_memory = vhost_peer_keeps(&vp->peer, memory);
	}
	vp->doubt = is_ready ? doubt_of_rings(vp, now) : doubt_of_start(vp, now);
}

int64_t vhost_watch(struct vhost_port *vp, int64_t now, unsigned n_ports)
{
	unsigned connection = atomic_load(&vp->n_connections);
	bool is_ready = atomic_load(&vp->vid) != VHOST_NO_DEVICE;

	if (atomic_load(&vp->connection) == VHOST_NO_DEVICE) {
		vp->doubt = VHOST_UP;
		vp->watch_ms = 0;
		return INT64_MAX;
	}
	if (connection != vp->met) {
		meet(vp, connection);
		vp->watch_ms = now + PATIENCE_MS;
	}
	if (is_ready != vp->was_ready) {
		/* What was said of the other state is not true of this one. */
		vp->was_ready = is_ready;
		vp->doubt = VHOST_UP;
		vp->stall_ms = 0;
		vp->watch_ms = now; /* whether its memory is shared is known at once */
	}
	if (now < vp->watch_ms)
		return vp->watch_ms;
	look(vp, now);
	vp->watch_ms = now + LOOK_MS * RTE_MAX(1u, n_ports / LOOKS_A_ROUND);
	return vp->watch_ms;
}

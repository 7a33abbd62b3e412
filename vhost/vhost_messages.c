// SPDX-License-Identifier: BSD-3-Clause
/*
 * What the other side has said so far, so that a port that carries nothing can say how far it came.
 * The library handles the messages itself; here they are seen and let through, or refused.
 * rte_vhost's thread, with the locks of the rings held for most of them.
 */
#include <rte_vhost.h>

#include "vhost/vhost_port.h"
#include "vhost/vhost_rings.h"

static void note_features(struct vhost_port *vp, uint64_t features)
{
	uint64_t offered;

	if (rte_vhost_driver_get_features(vp->socket, &offered) == 0)
		atomic_store(&vp->features_refused, (features & ~offered) != 0);
}

static void note(struct vhost_port *vp, const struct vhost_wire_message *m)
{
	atomic_fetch_or(&vp->messages, VHOST_SAID(m->request));
	atomic_store(&vp->last_message, m->request);
	atomic_store(&vp->message_ms, vhost_now_ms());
	if (m->request == VHOST_MSG_SET_FEATURES && m->size == sizeof(m->u64))
		note_features(vp, m->u64);
}

static enum rte_vhost_msg_result before(int vid, void *context)
{
	struct vhost_port *vp = vhost_device_find(vid);
	const struct vhost_wire_message *m = context;

	vhost_bus_watch(true); /* what this thread touches from here on is a guest's */
	if (!vp)
		return RTE_VHOST_MSG_RESULT_ERR;
	if (m->request < VHOST_MESSAGES_MAX)
		note(vp, m);
	vhost_rings_close(vp, vid);
	vhost_late_pause(vp, m);
	if (m->request == VHOST_WIRE_SET_MEM_TABLE)
		vp->has_memory = false; /* until the library has managed */
	return vhost_guard_judge(vp, context);
}

/* The ring that the message stops, which on_ring will be told of; or -1. */
static int stopped_by(const struct vhost_wire_message *m)
{
	return m->request == VHOST_WIRE_SET_VRING_ENABLE && !m->state.value ? (int)m->state.ring
									    : -1;
}

/* A guest that moved here is announced by the library, as a packet of its own in front of what the
 * guest sends: a worker that sleeps has to come and take it. */
static enum rte_vhost_msg_result after(int vid, void *context)
{
	struct vhost_port *vp = vhost_device_find(vid);
	const struct vhost_wire_message *m = context;

	if (!vp)
		return RTE_VHOST_MSG_RESULT_NOT_HANDLED;
	vhost_gate_done(&vp->gate, m);
	vhost_late_resume(vp, m);
	if (m->request == VHOST_MSG_SEND_RARP)
		atomic_store(&vp->has_announce, true);
	if (m->request == VHOST_WIRE_SET_MEM_TABLE)
		vp->has_memory = true;
	if (atomic_load(&vp->vid) == vid)
		vhost_rings_open(vp, vid, stopped_by(m));
	if (m->request == VHOST_MSG_SEND_RARP)
		vp->wake();
	atomic_fetch_add(&vp->n_done, 1);
	return RTE_VHOST_MSG_RESULT_NOT_HANDLED;
}

int vhost_messages_watch(struct vhost_port *vp, int vid)
{
	static const struct rte_vhost_user_extern_ops watch = {
		.pre_msg_handle = before,
		.post_msg_handle = after,
	};

	atomic_store(&vp->messages, 0);
	atomic_store(&vp->last_message, 0);
	atomic_store(&vp->message_ms, vhost_now_ms());
	atomic_store(&vp->features_refused, false);
	return rte_vhost_extern_callback_register(vid, &watch, NULL);
}

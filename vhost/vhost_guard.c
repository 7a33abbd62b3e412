// SPDX-License-Identifier: BSD-3-Clause
/* The gate, for messages as the library hands them over before it acts on them. */
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include <linux/vhost_types.h>
#include <rte_version.h>
#include <rte_vhost.h>

#include "vhost/vhost_gate.h"
#include "vhost/vhost_port.h"

/* The library's room for a payload: its largest is a session of vhost-crypto. Handlers outside of
 * the library depend on that layout, and it is kept for them, within a version. */
#if RTE_VERSION < RTE_VERSION_NUM(24, 11, 0, 0)
#define PAYLOAD_ROOM 632
#else
#define PAYLOAD_ROOM 1072
#endif

struct context {
	union {
		struct vhost_wire_message message;
		uint8_t room[VHOST_WIRE_HEAD + PAYLOAD_ROOM];
	};
	int fds[VHOST_WIRE_REGIONS_MAX];
	int n_fds;
} __attribute__((packed));

static enum rte_vhost_msg_result refuse(struct vhost_port *vp, struct context *context,
					unsigned n_fds, const char *why)
{
	atomic_store(&vp->refusal, why);
	for (unsigned i = 0; i < n_fds; i++) {
		close(context->fds[i]);
		context->fds[i] = -1;
	}
	context->n_fds = 0;
	return RTE_VHOST_MSG_RESULT_ERR;
}

/* The library ignores that an answer could not be sent, and would wait to send the next one, and
 * the next, and all other guests with it. */
static bool reads_answers(int fd)
{
	struct pollfd p = {.fd = fd, .events = POLLOUT};

	return fd < 0 || poll(&p, 1, 0) != 0;
}

/* The library speaks of as many queues as it can have; those of them that the port has not would
 * stand still. */
static enum rte_vhost_msg_result tell_queues(const struct vhost_port *vp, struct context *context)
{
	context->message.u64 = vp->n_queues;
	context->message.size = sizeof(context->message.u64);
	return RTE_VHOST_MSG_RESULT_REPLY;
}

/* The last byte of an invalidated range may be the last one there is; the library adds iova and
 * size all the same, finds nothing between them, and goes on in memory that the guest uses for
 * something else by then. Linux invalidates everything at once as soon as it has gathered enough.
 */
static void complete_invalidation(struct vhost_wire_message *m)
{
	if (m->iotlb.type == VHOST_IOTLB_INVALIDATE &&
	    m->iotlb.size - 1 >= UINT64_MAX - m->iotlb.iova)
		m->iotlb.size = UINT64_MAX - m->iotlb.iova;
}

int vhost_guard_judge(struct vhost_port *vp, void *arg)
{
	struct context *context = arg;
	unsigned n_fds = (unsigned)context->n_fds;
	struct vhost_wire_message m;
	int fds[VHOST_WIRE_REGIONS_MAX];
	const char *why;

	/* A layout that is another than we know; nothing that we could close. */
	if (n_fds > VHOST_WIRE_REGIONS_MAX)
		return RTE_VHOST_MSG_RESULT_ERR;
	memcpy(&m, &context->message, sizeof(m));
	memcpy(fds, context->fds, sizeof(fds));
	if (!reads_answers(vp->peer_fd)) {
		context->message.flags &= ~VHOST_WIRE_NEED_REPLY; /* and hangs up */
		return refuse(vp, context, n_fds, "messages, and reads no answers");
	}
	why = vhost_gate_check(&vp->gate, &m, fds, n_fds);
	if (why)
		return refuse(vp, context, n_fds, why);
	if (m.request == VHOST_WIRE_IOTLB_MSG)
		complete_invalidation(&context->message);
	return m.request == VHOST_WIRE_GET_QUEUE_NUM ? tell_queues(vp, context)
						     : RTE_VHOST_MSG_RESULT_NOT_HANDLED;
}

// SPDX-License-Identifier: BSD-3-Clause
#include "vhost/vhost.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include <linux/virtio_config.h>
#include <linux/virtio_net.h>
#include <rte_vhost.h>

#include "vhost/vhost_port.h"

/* How long a client waits for its next attempt, in ms. */
#define RETRY_SOON     100  /* the socket is there: QEMU may not have come to listen yet */
#define RETRY_LATER    500  /* it has been there for a while: its owner is dead */
#define RETRY_FALLBACK 1000 /* no socket, and inotify will tell of one; or a peer that hangs up */
#define SOON_TIMES     30
/* After a connection ended rte_vhost's thread still unmaps the guest's memory, and taking the
 * socket back meanwhile would have control spin for it. */
#define LET_GO 100

int64_t vhost_now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

static void free_port(struct vhost_port *vp)
{
	vhost_late_fini(vp);
	for (uint16_t i = 0; i < vp->n_queues; i++) {
		struct vhost_queue *q = &vp->queues[i];

		rte_pktmbuf_free_bulk(q->stash + q->stash_at, q->n_stash);
		if (q->kick_fd >= 0)
			close(q->kick_fd);
	}
	free(vp);
}

static struct vhost_port *make_port(const struct vhost_conf *conf)
{
	struct vhost_port *vp = aligned_alloc(RTE_CACHE_LINE_SIZE,
					      RTE_CACHE_LINE_ROUNDUP(sizeof(struct vhost_port)));
	bool have_fds = true;

	if (!vp)
		return NULL;
	memset(vp, 0, sizeof(*vp));
	port_init(&vp->port, conf->name, &vhost_ops, conf->n_queues, conf->n_queues, conf->mtu);
	snprintf(vp->socket, sizeof(vp->socket), "%s", conf->socket);
	vp->is_server = conf->server;
	vp->n_queues = conf->n_queues;
	vp->offers = conf->caps;
	vp->offered = conf->features;
	vp->pool = conf->pool;
	vp->wake = conf->wake;
	vp->vid = VHOST_NO_DEVICE;
	vp->connection = VHOST_NO_DEVICE;
	vp->reported = VHOST_REASON_COUNT;
	for (uint16_t i = 0; i < vp->n_queues; i++) {
		vp->queues[i].kick_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
		have_fds &= vp->queues[i].kick_fd >= 0;
	}
	if (have_fds && vhost_late_init(vp) == 0)
		return vp;
	free_port(vp);
	errno = have_fds ? ENOMEM : EMFILE;
	return NULL;
}

/* Whether the socket can be ours: 0 or -errno. */
static int check_socket(const struct vhost_conf *conf)
{
	if (conf->n_queues < 1 || conf->n_queues > PORT_QUEUES_MAX || !conf->socket[0])
		return -EINVAL;
	if (vhost_table_find(conf->socket))
		return -EADDRINUSE;
	if (conf->server)
		return vhost_socket_clear(conf->socket);
	return strlen(conf->socket) < VHOST_SOCKET_MAX ? 0 : -ENAMETOOLONG;
}

static int server_start(struct vhost_port *vp)
{
	int rc = vhost_register(vp);

	if (rc < 0)
		return rc;
	/* First the watch: a socket that is taken away between the two is not missed. */
	(void)!vhost_news_watch(vp->socket);
	vp->id = vhost_socket_id(vp->socket);
	return 0;
}

struct port *vhost_create(const struct vhost_conf *conf)
{
	struct vhost_port *vp;
	int rc = check_socket(conf);

	if (rc < 0) {
		errno = -rc;
		return NULL;
	}
	vp = make_port(conf);
	if (!vp)
		return NULL;
	vhost_table_add(vp);
	if (vp->is_server)
		rc = server_start(vp);
	else
		vp->error = -vhost_socket_look(vp->socket);
	if (rc < 0) {
		vhost_table_del(vp);
		free_port(vp);
		errno = -rc;
		return NULL;
	}
	vhost_news_send(); /* a client's first attempt is vhost_poll's */
	return &vp->port;
}

void vhost_destroy(struct port *port)
{
	struct vhost_port *vp;

	if (!port)
		return;
	vp = vhost_of(port);
	/* The library waits for its thread, but with no order that ThreadSanitizer could see. */
	atomic_load(&vp->n_done);
	vhost_unregister(vp);
	vhost_table_del(vp);
	atomic_load(&vp->n_done);
	free_port(vp);
}

/* Peers that come and go without ever starting. */
static enum vhost_reason why_hangs_up(const struct vhost_port *vp)
{
	if (atomic_load(&vp->features_refused))
		return VHOST_FEATURES_REFUSED;
	if (atomic_load(&vp->last_message) == VHOST_MSG_SET_MEM_TABLE)
		return VHOST_NO_MEMORY;
	return atomic_load(&vp->refusal) ? VHOST_REFUSED : VHOST_HANGS_UP;
}

/* Nobody is connected. */
static enum vhost_reason why_alone(const struct vhost_port *vp)
{
	if (vp->is_server)
		return vp->is_robbed ? VHOST_SOCKET_LOST : VHOST_NO_PEER;
	switch (vp->error) {
	case ENOENT:
		return VHOST_NO_SOCKET;
	case EAGAIN:
		return VHOST_CROWDED;
	case 0: /* and it has gone since then */
	case ECONNREFUSED:
		return VHOST_NO_PEER;
	default:
		return VHOST_NO_PLACE;
	}
}

int vhost_error(const struct port *port)
{
	return vhost_of((struct port *)port)->error;
}

const char *vhost_refusal(const struct port *port)
{
	const char *refusal = atomic_load(&vhost_of((struct port *)port)->refusal);

	return refusal ? refusal : "";
}

enum vhost_reason vhost_reason(const struct port *port)
{
	const struct vhost_port *vp = vhost_of((struct port *)port);
	bool is_ready = atomic_load(&vp->vid) != VHOST_NO_DEVICE;

	if (!is_ready && atomic_load(&vp->n_tries) >= VHOST_TRIES)
		return why_hangs_up(vp);
	if (atomic_load(&vp->connection) == VHOST_NO_DEVICE)
		return why_alone(vp);
	if (is_ready && (!atomic_load(&vp->ring_on[0]) || !atomic_load(&vp->ring_on[1])))
		return VHOST_QUEUE_DISABLED;
	/* What was seen of a driver that ran, or did not, until just now is not true any more. */
	if (vp->doubt != VHOST_UP && vp->was_ready == is_ready)
		return vp->doubt;
	if (is_ready)
		return VHOST_UP;
	return atomic_load(&vp->had_driver) ? VHOST_DRIVER_GONE : VHOST_NEGOTIATING;
}

time_t vhost_since(const struct port *port)
{
	return vhost_of((struct port *)port)->since;
}

const char *vhost_socket(const struct port *port)
{
	return vhost_of((struct port *)port)->socket;
}

bool vhost_is_server(const struct port *port)
{
	return vhost_of((struct port *)port)->is_server;
}

const struct port *vhost_find(const char *socket)
{
	struct vhost_port *vp = vhost_table_find(socket);

	return vp ? &vp->port : NULL;
}

int vhost_event_fd(void)
{
	return vhost_news_fd();
}

static void client_connect(struct vhost_port *vp, int64_t now)
{
	/* First the watch, then the look: a socket made between the two is not missed. */
	bool is_watched = vhost_news_watch(vp->socket) == 0;
	int rc = vhost_socket_look(vp->socket);

	vp->has_socket = rc == 0;
	if (rc == 0)
		rc = vhost_register(vp);
	vp->error = -rc;
	if (!vp->has_socket) {
		vp->failures = 0;
		atomic_store(&vp->n_tries, 0);
		vp->retry_ms = now + (is_watched ? RETRY_FALLBACK : RETRY_LATER);
	} else if (rc < 0) {
		vp->retry_ms = now + (++vp->failures < SOON_TIMES ? RETRY_SOON : RETRY_LATER);
	} else {
		/* Should the peer hang up at once, it is not to keep control busy. */
		vp->retry_ms = now + RETRY_SOON;
	}
}

/* Returns when it wants to be looked at again (monotonic, ms), INT64_MAX for when there is news. */
static int64_t client_poll(struct vhost_port *vp, int64_t now, bool moved)
{
	if (vp->is_registered && atomic_load(&vp->lost)) {
		if (!vp->is_ending)
			vp->retry_ms = now + LET_GO;
		vp->is_ending = true;
		if (now < vp->retry_ms)
			return vp->retry_ms;
		vhost_unregister(vp);
		vp->failures = 0;
		if (atomic_load(&vp->n_tries) >= VHOST_TRIES)
			vp->retry_ms = now + RETRY_FALLBACK;
	}
	if (vp->is_registered)
		return INT64_MAX;
	if (moved && !vp->has_socket)
		vp->retry_ms = now;
	if (now >= vp->retry_ms)
		client_connect(vp, now);
	return vp->is_registered ? INT64_MAX : vp->retry_ms;
}

/* While somebody is connected it does not matter where the socket is. */
static void server_poll(struct vhost_port *vp, bool moved)
{
	if (atomic_load(&vp->connection) == VHOST_NO_DEVICE &&
	    (moved | atomic_exchange(&vp->lost, false)) && !vp->is_robbed)
		vp->is_robbed = !vhost_socket_is(vp->socket, vp->id);
}

int vhost_poll(void (*changed)(void *arg, struct port *port), void *arg)
{
	bool moved = vhost_news_take();
	int64_t now = vhost_now_ms(), next = INT64_MAX;
	unsigned n_ports = 0;

	for (struct vhost_port *vp = vhost_table_first(); vp; vp = vp->next)
		n_ports++;
	for (struct vhost_port *vp = vhost_table_first(), *after; vp; vp = after) {
		enum vhost_reason reason;
		int64_t at = INT64_MAX;
		int error;

		if (vp->is_server)
			server_poll(vp, moved);
		else
			at = client_poll(vp, now, moved);
		after = vp->next; /* changed may destroy the port */
		at = RTE_MIN(at, vhost_watch(vp, now, n_ports));
		next = RTE_MIN(at, next);
		reason = vhost_reason(&vp->port);
		error = reason == VHOST_NO_PLACE ? vp->error : 0;
		if (reason == vp->reported && error == vp->reported_error)
			continue;
		vp->reported = reason;
		vp->reported_error = error;
		changed(arg, &vp->port);
	}
	return next == INT64_MAX ? -1 : (int)(next - now);
}

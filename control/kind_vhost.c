// SPDX-License-Identifier: BSD-3-Clause
/* vhost-user: a guest's network card, over a socket shared with QEMU. */
#include "vhost/vhost.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "control/kind_vhost_check.h"
#include "control/kind_vhost_reason.h"
#include "control/loop.h"
#include "control/offloads.h"
#include "control/port_kind.h"
#include "control/socket_rights.h"
#include "control/spine/field.h"
#include "dataplane/dp.h"

static struct {
	unsigned n_ports;
	struct event *news, *timer; /* while there is a port */
} kind;

static const char *const fields[] = {"socket", "role",     "features", "group",
				     "mode",   "offloads", NULL};
static const char *const required[] = {"socket", NULL};

static void changed(void *arg, struct port *port)
{
	if (vhost_reason(port) == VHOST_SOCKET_LOST)
		port_lost(port);
	else
		port_status_changed(port);
}

static void poll_ports(void *arg)
{
	int ms = vhost_poll(changed, NULL);

	loop_cancel(kind.timer);
	/* Never: only news matter. */
	kind.timer = ms < 0 ? NULL : loop_timer(ms, false, poll_ports, NULL);
}

static int poll_start(void)
{
	int fd = vhost_event_fd();

	if (kind.n_ports++)
		return 0;
	kind.news = fd < 0 ? NULL : loop_watch(fd, poll_ports, NULL);
	return kind.news ? 0 : -errno;
}

static void poll_stop(void)
{
	if (--kind.n_ports)
		return;
	loop_cancel(kind.news);
	loop_cancel(kind.timer);
	kind.news = kind.timer = NULL;
}

static int open_failed(const char *name, const char *socket, int error, struct errors *errors)
{
	const struct port *other = vhost_find(socket);
	char why[256];

	if (error == EADDRINUSE && other)
		return errors_add(errors, "", "%s: port %s uses the socket %s already", name,
				  other->name, socket);
	if (error == EADDRINUSE)
		return errors_add(
			errors, "",
			"%s: another process listens on %s: stop it, or take role: client", name,
			socket);
	kind_vhost_explain_place(socket, error, why, sizeof(why));
	return errors_add(errors, "", "%s: %s", name, why);
}

/* Those of the field, or all that cost nothing. */
static uint64_t features_of(const json_t *conf)
{
	const json_t *list = json_object_get(conf, "features"), *word;
	uint64_t bits = 0;
	size_t i;

	if (!list)
		return vhost_features_pinnable() & ~vhost_feature_bits("iommu");
	json_array_foreach((json_t *)list, i, word)
		bits |= vhost_feature_bits(json_string_value(word));
	return bits;
}

static struct port *open_port(const char *name, const json_t *conf, struct errors *errors)
{
	struct vhost_conf vhost = {
		.name = name,
		.socket = conf_str(conf, "socket"),
		.server = kind_vhost_is_server(conf),
		.n_queues = conf_int(conf, "queues") ? conf_int(conf, "queues") : 1,
		.mtu = conf_int(conf, "mtu") ? conf_int(conf, "mtu") : 1500,
		.caps = offloads_caps(conf, false),
		.features = features_of(conf),
		.pool = dp_pool(),
		.wake = dp_wake,
	};
	struct port *port = vhost_create(&vhost);

	if (!port) {
		open_failed(name, vhost.socket, errno, errors);
		return NULL;
	}
	if (vhost.server && socket_rights_set(vhost.socket, conf, name, errors) < 0) {
		vhost_destroy(port);
		return NULL;
	}
	if (poll_start() < 0) {
		errors_add(errors, "", "%s: no event for its news: %s", name, strerror(errno));
		vhost_destroy(port);
		poll_stop();
		return NULL;
	}
	return port;
}

static void close_port(struct port *port)
{
	vhost_destroy(port);
	poll_stop();
}

static int change(struct port *port, const json_t *conf, struct errors *errors)
{
	if (vhost_is_server(port) &&
	    socket_rights_set(vhost_socket(port), conf, port->name, errors) < 0)
		return -1;
	port_set_mtu(port, conf_int(conf, "mtu") ? conf_int(conf, "mtu") : 1500);
	return 0;
}

static void status(struct port *port, struct port_status *out)
{
	memset(out, 0, sizeof(*out));
	out->up = atomic_load(&port->up);
	vhost_describe(port, out->peer, sizeof(out->peer));
	vhost_features(port, out->features, sizeof(out->features));
	kind_vhost_explain(port, out->reason, sizeof(out->reason));
}

const struct port_kind port_kind_vhost = {
	.type = "vhost-user",
	.help = "a guest, over a socket shared with QEMU",
	.fields = fields,
	.required = required,
	.check = kind_vhost_check,
	.check_here = kind_vhost_check_here,
	.open = open_port,
	.close = close_port,
	.change = change,
	.status = status,
};

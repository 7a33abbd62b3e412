// SPDX-License-Identifier: BSD-3-Clause
/* vhost-user: a guest's network card, over a socket shared with QEMU. */
#include "vhost/vhost.h"

#include <errno.h>
#include <libgen.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "control/kind_vhost_reason.h"
#include "control/loop.h"
#include "control/offloads.h"
#include "control/port_kind.h"
#include "control/socket_rights.h"
#include "control/spine/field.h"
#include "control/wire.h"
#include "dataplane/dp.h"

#define SOCKET_MAX sizeof(((struct sockaddr_un *)0)->sun_path) /* with its final zero */

static struct {
	unsigned n_ports;
	struct event *news, *timer; /* while there is a port */
} kind;

static const char *const fields[] = {"socket", "role",     "features", "group",
				     "mode",   "offloads", NULL};
static const char *const required[] = {"socket", NULL};

static bool is_server(const json_t *conf)
{
	const char *role = conf_str(conf, "role");

	return role && strcmp(role, "server") == 0;
}

static int check_folder(const char *path, bool server, const char *at, struct errors *errors)
{
	char copy[SOCKET_MAX], *folder;
	struct stat st;

	snprintf(copy, sizeof(copy), "%s", path);
	folder = dirname(copy);
	if (stat(folder, &st) == 0)
		return S_ISDIR(st.st_mode) ? 0
					   : errors_add(errors, at, "%s is not a folder", folder);
	/* A client waits for QEMU to come, and for its folder too; weftd makes its own. */
	if (!server || strcmp(folder, WIRE_RUN_DIR) == 0)
		return 0;
	return errors_add(errors, at, "there is no folder %s for the socket: make it, or use %s/…",
			  folder, WIRE_RUN_DIR);
}

static bool lists(const json_t *list, const char *word)
{
	const json_t *item;
	size_t i;

	json_array_foreach((json_t *)list, i, item)
		if (strcmp(json_string_value(item), word) == 0)
			return true;
	return false;
}

static int check_features(const json_t *conf, const char *path, struct errors *errors)
{
	const json_t *list = json_object_get(conf, "features");
	char at[256];

	if (!lists(list, "iommu") || !lists(list, "packed"))
		return 0;
	snprintf(at, sizeof(at), "%s.features", path);
	return errors_add(errors, at,
			  "iommu and packed exclude each other: with an IOMMU rings are split");
}

static int check(const json_t *conf, const char *path, struct errors *errors)
{
	const char *socket = conf_str(conf, "socket");
	char at[256];
	struct stat st;

	snprintf(at, sizeof(at), "%s.socket", path);
	if (!socket)
		return 0; /* said already: it is required */
	if (socket[0] != '/')
		return errors_add(errors, at,
				  "\"%s\" has to be an absolute path, such as %s/vm1.sock", socket,
				  WIRE_RUN_DIR);
	if (strlen(socket) >= SOCKET_MAX)
		return errors_add(errors, at,
				  "the path has %zu bytes, a socket's can have at most %zu",
				  strlen(socket), SOCKET_MAX - 1);
	if (stat(socket, &st) == 0 && S_ISDIR(st.st_mode))
		return errors_add(errors, at,
				  "%s is a folder: name a socket in it, such as %s/vm1.sock",
				  socket, socket);
	if (socket[strlen(socket) - 1] == '/')
		return errors_add(errors, at, "\"%s\" ends with a slash: name a socket", socket);
	if (stat(socket, &st) == 0 && !S_ISSOCK(st.st_mode))
		return errors_add(errors, at,
				  "%s exists and is not a socket: remove it, or choose "
				  "another path",
				  socket);
	if (check_folder(socket, is_server(conf), at, errors) < 0 ||
	    check_features(conf, path, errors) < 0)
		return -1;
	return socket_rights_check(conf, is_server(conf), path, errors);
}

static void changed(void *arg, struct port *port)
{
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

static int open_failed(const char *name, const char *socket, struct errors *errors)
{
	const struct port *other = vhost_find(socket);

	if (errno == EADDRINUSE && other)
		return errors_add(errors, "", "%s: port %s uses the socket %s already", name,
				  other->name, socket);
	if (errno == EADDRINUSE)
		return errors_add(
			errors, "",
			"%s: another process listens on %s: stop it, or take role: client", name,
			socket);
	if (errno == ENOTSOCK)
		return errors_add(errors, "", "%s: %s exists and is not a socket", name, socket);
	return errors_add(errors, "", "%s: cannot use the socket %s: %s", name, socket,
			  strerror(errno));
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
		.server = is_server(conf),
		.n_queues = conf_int(conf, "queues") ? conf_int(conf, "queues") : 1,
		.mtu = conf_int(conf, "mtu") ? conf_int(conf, "mtu") : 1500,
		.caps = offloads_caps(conf, false),
		.features = features_of(conf),
		.pool = dp_pool(),
		.wake = dp_wake,
	};
	struct port *port = vhost_create(&vhost);

	if (!port) {
		open_failed(name, vhost.socket, errors);
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
	.check = check,
	.open = open_port,
	.close = close_port,
	.change = change,
	.status = status,
};

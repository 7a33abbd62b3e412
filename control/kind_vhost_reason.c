// SPDX-License-Identifier: BSD-3-Clause
#include "control/kind_vhost_reason.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "vhost/vhost.h"

void kind_vhost_explain_place(const char *socket, int error, char *out, size_t size)
{
	const char *slash = strrchr(socket, '/');

	if (error == EISDIR)
		snprintf(out, size, "%s is a folder: name a socket in it, or remove it", socket);
	else if (error == ENOTSOCK)
		snprintf(out, size,
			 "%s exists and is not a socket: remove it, or choose another path",
			 socket);
	else if (error == ENOTDIR)
		snprintf(out, size,
			 "there is no folder %.*s for the socket: make it, or choose another path",
			 slash ? (int)(slash - socket) : 0, socket);
	else if (error == EACCES || error == EPERM)
		snprintf(out, size,
			 "weftd has no right to use %s: it has to enter each folder above it, and "
			 "to write to it",
			 socket);
	else
		snprintf(out, size, "cannot use the socket %s: %s", socket, strerror(error));
}

/* What needs a word of the port's own. */
static void explain_socket(const struct port *port, enum vhost_reason reason, char *out,
			   size_t size)
{
	const char *socket = vhost_socket(port);

	if (reason == VHOST_NO_SOCKET)
		snprintf(out, size,
			 "no socket %s: start the guest with -chardev socket,…,server=on", socket);
	else if (vhost_is_server(port))
		snprintf(out, size, "no guest on %s: start it with -chardev socket,…,reconnect=1",
			 socket);
	else
		snprintf(out, size, "nobody listens on %s: start its guest again", socket);
}

static void explain_stall(const struct port *port, char *out, size_t size)
{
	time_t since = vhost_since(port);
	struct tm when;

	localtime_r(&since, &when);
	snprintf(out, size,
		 "the guest has taken no packets since %02d:%02d:%02d: its driver gives no buffers "
		 "back, look at the guest's console",
		 when.tm_hour, when.tm_min, when.tm_sec);
}

static const char *const texts[VHOST_REASON_COUNT] = {
	[VHOST_UP] = "",
	[VHOST_SILENT] = "connected, but not a word came: is it QEMU, with -netdev vhost-user on "
			 "this socket?",
	[VHOST_NEGOTIATING] = "connected, but the guest's driver has not started: is it still "
			      "booting, and has it "
			      "a virtio-net driver?",
	[VHOST_DRIVER_GONE] = "the guest's driver has stopped: it reboots or was shut down, or its "
			      "link was cut (set_link n0 on, virsh domif-setlink … up)",
	[VHOST_NOT_SHARED] = "the guest's memory is not shared: start it with -object "
			     "memory-backend-memfd,…,share=on (libvirt: memoryBacking, access "
			     "mode='shared')",
	[VHOST_NO_MEMORY] = "the guest's memory cannot be mapped: QEMU hung up over it; look at "
			    "its log and at weftd's limit of memory",
	[VHOST_FEATURES_REFUSED] = "the guest takes features that the port does not offer: start "
				   "it anew, or give the port the features: that it had",
	[VHOST_QUEUE_DISABLED] = "the guest has switched its queues off",
	[VHOST_PAUSED] = "the guest's processors do not run: it is paused, or waits to be migrated "
			 "here; resume it (cont, virsh resume)",
	[VHOST_STOPPED] = "the guest's process is stopped by a signal or a debugger: kill -CONT",
	[VHOST_BUFFERS_SMALL] = "packets are longer than the guest's buffers: set mrg_rxbuf=on for "
				"it, or a smaller mtu for the others",
};

void kind_vhost_explain(const struct port *port, char *out, size_t size)
{
	enum vhost_reason reason = vhost_reason(port);

	if (reason == VHOST_NO_PLACE)
		kind_vhost_explain_place(vhost_socket(port), vhost_error(port), out, size);
	else if (reason == VHOST_CROWDED)
		snprintf(out, size,
			 "%s takes no more connections: is another program, or another weftd, on "
			 "it?",
			 vhost_socket(port));
	else if (reason == VHOST_SOCKET_LOST)
		snprintf(out, size, "the socket %s was taken away: it is made anew",
			 vhost_socket(port));
	else if (reason == VHOST_NO_SOCKET || reason == VHOST_NO_PEER)
		explain_socket(port, reason, out, size);
	else if (reason == VHOST_STALLED)
		explain_stall(port, out, size);
	else if (reason == VHOST_REFUSED)
		snprintf(out, size,
			 "weft hangs up each time, for what connects sends %s: is it QEMU, and are "
			 "its queues= no more than the port's %d (queues: N)?",
			 vhost_refusal(port), port->n_rxq);
	else if (reason == VHOST_HANGS_UP)
		snprintf(out, size,
			 "the guest hangs up each time it connects: are its queues= more than the "
			 "port's %d (queues: N), or were its features others when it started?",
			 port->n_rxq);
	else
		snprintf(out, size, "%s", texts[reason]);
}

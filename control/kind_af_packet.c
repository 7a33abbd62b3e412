// SPDX-License-Identifier: BSD-3-Clause
/* af_packet: a network device of the host, which goes on using it too. */
#include "dataplane/port_af_packet.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "control/devfd.h"
#include "control/hostdev.h"
#include "control/offloads.h"
#include "control/spine/field.h"
#include "dataplane/dp.h"

static const char *const fields[] = {"device", "netns", "force", "offloads", NULL};
static const char *const required[] = {"device", NULL};

static int reopen(struct hostdev *h)
{
	int fds[PORT_QUEUES_MAX];
	int rc = devfd_packet(h->ns, h->dev.index, fds, h->n_queues);

	if (rc < 0)
		return rc;
	rc = port_af_packet_reopen(h->port, fds);
	for (uint16_t i = 0; rc < 0 && i < h->n_queues; i++)
		close(fds[i]);
	return rc;
}

static const struct hostdev_ops hostdev_ops = {.open = reopen};

static struct port *open_port(const char *name, const json_t *conf, struct errors *errors)
{
	struct hostdev *h = hostdev_open(name, conf, &hostdev_ops, errors);
	struct port *port = NULL;
	int fds[PORT_QUEUES_MAX], rc;

	if (!h)
		return NULL;
	if (hostdev_require(h, name, conf, errors) < 0)
		goto fail;
	rc = devfd_packet(h->ns, h->dev.index, fds, h->n_queues);
	if (rc < 0) {
		errors_add(errors, "", "%s: cannot open a packet socket on %s: %s", name, h->device,
			   strerror(-rc));
		goto fail;
	}
	port = port_af_packet_create(name, fds, h->n_queues, h->mtu, offloads_caps(conf, true),
				     dp_pool());
	if (!port) {
		errors_add(errors, "", "%s: %s", name, strerror(errno));
		for (uint16_t i = 0; i < h->n_queues; i++)
			close(fds[i]);
		goto fail;
	}
	rc = hostdev_watch(h, port);
	if (rc == 0)
		return port;
	errors_add(errors, "", "%s: cannot watch %s: %s", name, h->device, strerror(-rc));
fail:
	port_af_packet_destroy(port);
	hostdev_close(h);
	return NULL;
}

static void close_port(struct port *port)
{
	hostdev_close(hostdev_find(port));
	port_af_packet_destroy(port);
}

static int change(struct port *port, const json_t *conf, struct errors *errors)
{
	struct hostdev *h = hostdev_find(port);

	h->mtu = (uint16_t)conf_int(conf, "mtu");
	hostdev_look(h);
	return 0;
}

const struct port_kind port_kind_af_packet = {
	.type = "af_packet",
	.help = "a network device of the host, shared with its own network stack",
	.fields = fields,
	.required = required,
	.check = hostdev_check,
	.open = open_port,
	.close = close_port,
	.change = change,
	.status = hostdev_status,
};

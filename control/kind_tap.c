// SPDX-License-Identifier: BSD-3-Clause
/* tap: a device made for the user, in the host's namespace or another one. */
#include "dataplane/port_tap.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "control/devfd.h"
#include "control/hostdev.h"
#include "control/hostdev_net.h"
#include "control/offloads.h"
#include "control/spine/field.h"
#include "dataplane/dp.h"

static const char *const fields[] = {"device",  "netns",  "mac",      "addresses",
				     "gateway", "routes", "offloads", NULL};
static const char *const required[] = {"device", NULL};

static const struct hostdev_ops hostdev_ops = {0}; /* its device is its own */

/* The same at every start and on every machine's instance of this port: FNV-1a over names. */
static void make_mac(const char *name, const struct hostdev *h, uint8_t mac[6])
{
	const char *const parts[] = {name, netns_name(h->ns), h->device};
	uint64_t hash = 0xcbf29ce484222325;

	for (size_t i = 0; i < 3; i++) {
		const char *c = parts[i];
		do
			hash = (hash ^ (uint8_t)*c) * 0x100000001b3;
		while (*c++);
	}
	mac[0] = 0x02; /* locally administered */
	for (int i = 1; i < 6; i++)
		mac[i] = (uint8_t)(hash >> (8 * i));
}

static int check(const json_t *conf, const char *path, struct errors *errors)
{
	static const uint8_t zeros[6];
	char at[FIELD_PATH_MAX];
	uint8_t mac[6];

	if (hostdev_check(conf, path, errors) < 0)
		return -1;
	if (!conf_mac(conf, "mac", mac) || (!(mac[0] & 1) && memcmp(mac, zeros, 6) != 0))
		return 0;
	field_path(at, path, "mac");
	return errors_add(
		errors, at,
		"%s is no device's address: expected one such as 02:00:00:00:00:01, whose "
		"second digit is even",
		conf_str(conf, "mac"));
}

static int failed(const char *name, const struct hostdev *h, const char *what, int rc,
		  struct errors *errors)
{
	return errors_add(errors, "", "%s: cannot %s of %s: %s", name, what, h->device,
			  strerror(-rc));
}

/* MAC, MTU and addresses; the device comes up with them. */
static int set_up(struct hostdev *h, const char *name, const json_t *conf, bool is_new,
		  struct errors *errors)
{
	uint8_t mac[6];
	int rc = 0;

	if (conf_mac(conf, "mac", mac)) {
		rc = netdev_set_mac(h->ns, h->device, mac);
	} else if (is_new) {
		make_mac(name, h, mac);
		rc = netdev_set_mac(h->ns, h->device, mac);
	}
	if (rc < 0)
		return failed(name, h, "set the MAC address", rc, errors);
	rc = netdev_set_mtu(h->ns, h->device, h->mtu);
	if (rc < 0)
		return failed(name, h, "set the MTU", rc, errors);
	rc = netdev_set_up(h->ns, h->device, true);
	if (rc < 0)
		return failed(name, h, "set up the link", rc, errors);
	return hostdev_set_net(h, NULL, conf, errors);
}

static int open_failed(const struct hostdev *h, const char *name, int rc, struct errors *errors)
{
	const char *where = netns_where(h->ns);

	if (rc == -EBUSY)
		return errors_add(errors, "",
				  "%s: the tap device %s %s is in use by another program: choose "
				  "another name",
				  name, h->device, where);
	if (rc == -EINVAL && h->is_there)
		return errors_add(errors, "",
				  "%s: %s %s exists already and is no free tap device with %u "
				  "queue(s): choose another name, or remove it",
				  name, h->device, where, h->n_queues);
	if (rc == -ENOENT)
		return errors_add(errors, "", "%s: no /dev/net/tun: modprobe tun", name);
	return errors_add(errors, "", "%s: cannot make the tap device %s %s: %s", name, h->device,
			  where, strerror(-rc));
}

static struct port *open_port(const char *name, const json_t *conf, struct errors *errors)
{
	struct hostdev *h = hostdev_open(name, conf, &hostdev_ops, errors);
	const uint32_t caps = offloads_caps(conf, true);
	int fds[PORT_QUEUES_MAX], rc;
	struct port *port;
	bool is_new;

	if (!h)
		return NULL;
	is_new = !h->is_there;
	rc = devfd_tap(h->ns, h->device, fds, h->n_queues, caps);
	if (rc < 0) {
		open_failed(h, name, rc, errors);
		hostdev_close(h);
		return NULL;
	}
	port = port_tap_create(name, fds, h->n_queues, h->mtu, caps, dp_pool());
	if (!port) {
		errors_add(errors, "", "%s: %s", name, strerror(errno));
		for (uint16_t i = 0; i < h->n_queues; i++)
			close(fds[i]);
		hostdev_close(h);
		return NULL;
	}
	if (set_up(h, name, conf, is_new, errors) < 0)
		goto fail;
	rc = netdev_get(h->ns, h->device, &h->dev);
	if (rc == 0)
		rc = hostdev_watch(h, port);
	if (rc < 0) {
		failed(name, h, "follow the state", rc, errors);
		goto fail;
	}
	h->own = json_deep_copy(conf);
	h->is_ours = is_new; /* another one was made to last */
	return port;
fail:
	hostdev_close(h);
	port_tap_destroy(port);
	return NULL;
}

static void close_port(struct port *port)
{
	struct hostdev *h = hostdev_find(port);

	json_decref(h->own);
	hostdev_close(h);
	port_tap_destroy(port);
}

static int change(struct port *port, const json_t *conf, struct errors *errors)
{
	struct hostdev *h = hostdev_find(port);
	uint16_t old_mtu = h->mtu;
	uint8_t mac[6], old_mac[6];
	json_t *old = h->own;
	int rc;

	memcpy(old_mac, h->dev.mac, sizeof(old_mac));
	h->mtu = (uint16_t)conf_int(conf, "mtu");
	if (h->index) { /* one that is gone has nothing to change */
		rc = netdev_set_mtu(h->ns, h->device, h->mtu);
		if (rc == 0 && conf_mac(conf, "mac", mac))
			rc = netdev_set_mac(h->ns, h->device, mac);
		if (rc < 0)
			failed(port->name, h, "set MTU or MAC address", rc, errors);
		else
			rc = hostdev_set_net(h, old, conf, errors);
		if (rc < 0) {
			hostdev_set_net(h, conf, old, NULL);
			h->mtu = old_mtu;
			netdev_set_mtu(h->ns, h->device, old_mtu);
			netdev_set_mac(h->ns, h->device, old_mac);
			return -1;
		}
	}
	h->own = json_deep_copy(conf);
	json_decref(old);
	hostdev_look(h);
	return 0;
}

static void status(struct port *port, struct port_status *out)
{
	hostdev_status(port, out);
	out->speed_bps = 0; /* what the kernel says of a tap is a number without meaning */
}

const struct port_kind port_kind_tap = {
	.type = "tap",
	.help = "a device that weft makes, in a namespace of the host",
	.fields = fields,
	.required = required,
	.check = check,
	.open = open_port,
	.close = close_port,
	.end = hostdev_delete_ours,
	.change = change,
	.status = status,
};

// SPDX-License-Identifier: BSD-3-Clause
#include "control/hostdev.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "control/ethtool.h"
#include "control/loop.h"
#include "control/netdev_use.h"
#include "control/netns_names.h"
#include "control/spine/field.h"
#include "control/spine/log.h"
#include "dataplane/dp.h"

#define RETRY_MS 100

static struct hostdev *all;

int hostdev_check(const json_t *conf, const char *path, struct errors *errors)
{
	const char *device = conf_str(conf, "device");
	char at[256];

	snprintf(at, sizeof(at), "%s.device", path);
	if (!device)
		return 0; /* said already: it is required */
	if (!*device || strlen(device) >= IFNAMSIZ)
		return errors_add(errors, at,
				  "\"%s\" has %zu characters, a device's name has 1 to %d", device,
				  strlen(device), IFNAMSIZ - 1);
	for (const char *c = device; *c; c++)
		if (isspace((unsigned char)*c) || *c == '/' || *c == ':' || *c == '%')
			return errors_add(
				errors, at,
				"\"%s\": a device's name has no spaces and none of / : %%", device);
	if (strcmp(device, ".") == 0 || strcmp(device, "..") == 0)
		return errors_add(errors, at, "\"%s\" is no name for a device", device);
	return 0;
}

static int cannot_enter(const char *name, const char *netns, struct errors *errors)
{
	if (errno == EINVAL)
		return errors_add(errors, "", "%s: %s is no network namespace", name, netns);
	if (errno != ENOENT)
		return errors_add(errors, "", "%s: cannot enter namespace %s: %s", name, netns,
				  strerror(errno));
	if (strchr(netns, '/') || strncmp(netns, "pid:", 4) == 0)
		return errors_add(errors, "",
				  "%s: there is no namespace %s: has its container, or process, "
				  "ended?",
				  name, netns);
	return errors_add(errors, "", "%s: there is no namespace %s: ip netns add %s", name, netns,
			  netns);
}

struct hostdev *hostdev_open(const char *name, const json_t *conf, const struct hostdev_ops *ops,
			     struct errors *errors)
{
	const char *netns = conf_str(conf, "netns");
	struct hostdev *h = calloc(1, sizeof(*h));

	if (!h)
		return NULL;
	h->ops = ops;
	h->mtu = (uint16_t)conf_int(conf, "mtu");
	h->n_queues = (uint16_t)conf_int(conf, "queues");
	snprintf(h->device, sizeof(h->device), "%s", conf_str(conf, "device"));
	h->ns = netns_open(netns);
	if (!h->ns) {
		cannot_enter(name, netns ? netns : "", errors);
		free(h);
		return NULL;
	}
	h->is_there = netdev_get(h->ns, h->device, &h->dev) == 0;
	return h;
}

int hostdev_require(const struct hostdev *h, const char *name, const json_t *conf,
		    struct errors *errors)
{
	const char *where = netns_where(h->ns);

	if (!h->is_there)
		return errors_add(errors, "",
				  "%s: there is no device %s %s: ip %s%s%slink shows them", name,
				  h->device, where, *netns_name(h->ns) ? "-n " : "",
				  netns_name(h->ns), *netns_name(h->ns) ? " " : "");
	if (!h->dev.is_ethernet)
		return errors_add(errors, "", "%s: %s %s is no Ethernet device", name, h->device,
				  where);
	if (conf_bool(conf, "force") || conf_bool(conf, "share") || !netns_is_own(h->ns))
		return 0;
	return netdev_use_refuse(h->ns, name, h->device, errors);
}

static void retry_now(void *arg)
{
	struct hostdev *h = arg;

	loop_cancel(h->retry);
	h->retry = NULL;
	hostdev_look(h);
}

/* Puts the port on a device that has come back. */
static void reopen(struct hostdev *h)
{
	h->error = h->ops->open ? h->ops->open(h) : -ENODEV;
	if (h->error == 0) {
		h->index = h->dev.index;
		dp_wake();
	} else if (h->ops->open && !h->retry) {
		h->retry = loop_timer(RETRY_MS, false, retry_now, h);
	}
}

void hostdev_look(struct hostdev *h)
{
	h->is_there = !netns_is_gone(h->ns) && netdev_get(h->ns, h->device, &h->dev) == 0;
	if (h->index && (!h->is_there || h->dev.index != h->index)) {
		h->index = 0;
		atomic_store(&h->port->up, false);
		if (h->ops->shut)
			h->ops->shut(h);
	}
	if (h->is_there && !h->index)
		reopen(h);
	h->speed_bps = h->is_there ? ethtool_speed_bps(h->ns, h->device) : 0;
	/* What the device would refuse is refused earlier, with a name in the counters. */
	if (h->is_there && h->dev.mtu > 0)
		port_set_mtu(h->port, h->dev.mtu < h->mtu ? (uint16_t)h->dev.mtu : h->mtu);
	atomic_store(&h->port->up, h->index && h->dev.is_up && h->dev.has_carrier);
}

/* What the port was on does not come back, and another may come: it is opened anew, and waits as a
 * port does that could not be opened. */
static void lose(struct hostdev *h)
{
	if (h->is_lost)
		return;
	h->is_lost = true;
	atomic_store(&h->port->up, false);
	port_lost(h->port);
}

static void names_changed(void)
{
	for (struct hostdev *h = all; h; h = h->next)
		if (netns_is_gone(h->ns))
			lose(h);
}

static void news(void *arg)
{
	struct hostdev *h = arg;

	hostdev_look(h);
	if (netns_is_gone(h->ns) || (!h->index && !h->ops->open)) {
		lose(h);
		return;
	}
	if (h->index && h->ops->changed)
		h->ops->changed(h);
	port_status_changed(h->port);
}

int hostdev_watch(struct hostdev *h, struct port *port)
{
	h->port = port;
	h->index = h->dev.index;
	h->watch = netdev_watch(h->ns, h->device, news, h);
	if (!h->watch)
		return -errno;
	h->next = all;
	all = h;
	netns_names_watch(h->ns, names_changed);
	hostdev_look(h);
	return 0;
}

void hostdev_close(struct hostdev *h)
{
	if (!h)
		return;
	for (struct hostdev **p = &all; *p; p = &(*p)->next) {
		if (*p == h) {
			*p = h->next;
			netns_names_unwatch();
			break;
		}
	}
	loop_cancel(h->retry);
	netdev_unwatch(h->watch);
	netns_close(h->ns);
	free(h);
}

struct hostdev *hostdev_find(const struct port *port)
{
	struct hostdev *h = all;

	while (h && h->port != port)
		h = h->next;
	return h;
}

static bool is_beside(const struct hostdev *a, const struct hostdev *b)
{
	struct netns_id x = netns_id(a->ns), y = netns_id(b->ns);

	return x.device == y.device && x.inode == y.inode;
}

/* Those of one namespace, first ahead. In a group of our own, which nobody else is in: two weftds
 * that stop at once delete nothing of each other's. */
static int delete_beside(const struct hostdev *first)
{
	const uint32_t group = UINT32_C(0x57000000) | (uint32_t)getpid();
	int rc = netdev_group_size(first->ns, group);

	if (rc > 0)
		return -EEXIST;
	for (struct hostdev *h = all; rc == 0 && h; h = h->next) {
		if (!h->is_ours || !h->index || !is_beside(h, first))
			continue;
		rc = netdev_group_add(h->ns, group, h->index);
		rc = rc == -ENODEV ? 0 : rc; /* somebody was faster */
	}
	if (rc == 0)
		rc = netdev_group_delete(first->ns, group);
	return rc == -ENODEV ? 0 : rc;
}

void hostdev_delete_ours(void)
{
	for (struct hostdev *h = all; h; h = h->next) {
		int rc;

		if (!h->is_ours || !h->index)
			continue;
		rc = delete_beside(h);
		/* They go with their descriptors all the same, one by one. */
		if (rc < 0)
			log_warning("cannot delete the devices %s at once: %s", netns_where(h->ns),
				    strerror(-rc));
		for (struct hostdev *other = h->next; other; other = other->next)
			if (is_beside(other, h))
				other->index = 0;
		h->index = 0;
	}
}

static void explain(const struct hostdev *h, char *out, size_t size)
{
	const char *ns = netns_name(h->ns);
	char option[IFNAMSIZ + 240] = "";
	int n = 0;

	if (*ns)
		snprintf(option, sizeof(option), "-n %s ", ns);
	if (netns_is_gone(h->ns)) {
		snprintf(out, size, "namespace %s is gone: the port waits until it is back", ns);
	} else if (!h->is_there) {
		snprintf(out, size, "device %s is gone%s%s%s", h->device,
			 *ns ? " from namespace " : "", ns,
			 h->ops->open ? "" : ": it is made anew");
	} else if (!h->index && h->ops->open) {
		snprintf(out, size, "device %s came back but cannot be used yet: %s", h->device,
			 strerror(-h->error));
	} else if (!h->index) {
		snprintf(out, size, "device %s was replaced: the port waits until that is gone",
			 h->device);
	} else if (!h->dev.is_up) {
		n = snprintf(out, size, "device %s%s%s is down: ", h->device,
			     *ns ? " in namespace " : "", ns);
		if (n > 0 && (size_t)n < size)
			snprintf(out + n, size - (size_t)n, "ip %slink set %s up", option,
				 h->device);
	} else {
		snprintf(out, size, "device %s has no carrier: its cable or its peer is down",
			 h->device);
	}
}

void hostdev_status(struct port *port, struct port_status *out)
{
	struct hostdev *h = hostdev_find(port);

	memset(out, 0, sizeof(*out));
	if (!h)
		return;
	/* Where nobody tells that a namespace has lost its name: its devices live on, out of
	 * reach. */
	if (netns_is_gone(h->ns))
		lose(h);
	out->up = atomic_load(&port->up);
	if (!out->up)
		explain(h, out->reason, sizeof(out->reason));
	memcpy(out->mac, h->dev.mac, sizeof(out->mac));
	out->speed_bps = h->speed_bps;
	snprintf(out->peer, sizeof(out->peer), "%s%s%.60s", h->device,
		 *netns_name(h->ns) ? " in " : "", netns_name(h->ns));
}

// SPDX-License-Identifier: BSD-3-Clause
/* af_xdp: a network device of the host, taken over before its own stack sees a packet, or (share)
 * taken from it what is meant for weft. */
#include "dataplane/port_af_xdp.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "control/devfd.h"
#include "control/ethtool.h"
#include "control/hostdev.h"
#include "control/share.h"
#include "control/spine/field.h"
#include "control/xdp_prog.h"
#include "dataplane/dp.h"

#define OPEN_TRIES 15 /* 2 ms apart */

static const char *const fields[] = {"device", "netns", "force", "share", NULL};
static const char *const required[] = {"device", NULL};

/* What hangs on the device beside the sockets. */
struct own {
	struct xdp_prog *prog;
	struct share *share; /* NULL: the device is weft's alone */
	int promisc; /* a descriptor, -1: none; a shared device has its side socket for it */
	struct ethtool_rx was; /* of the device of this number */
	int was_index;
};

static void let_go(struct own *own)
{
	if (own->share)
		share_stop(own->share);
	xdp_prog_destroy(own->prog);
	if (own->promisc >= 0)
		close(own->promisc);
	own->prog = NULL;
	own->promisc = -1;
}

static int load(struct own *own, struct port *port, int side)
{
	int fds[PORT_QUEUES_MAX];
	uint16_t n = port_af_xdp_fds(port, fds);

	own->prog = xdp_prog_load(own->share != NULL, fds, n);
	if (!own->prog)
		return -errno;
	return own->share ? share_start(own->share, port, own->prog, side) : 0;
}

/* Program and settings for a port whose sockets are open. */
static int take_over(struct hostdev *h, struct port *port, int side)
{
	struct own *own = h->own;
	int rc;

	if (own->was_index != h->dev.index)
		own->was = (struct ethtool_rx){0};
	own->was_index = h->dev.index;
	rc = ethtool_rx_tagged(h->ns, h->device, &own->was);
	if (rc == 0 && !own->share)
		rc = own->promisc = devfd_promisc(h->ns, h->dev.index);
	if (rc >= 0)
		rc = load(own, port, side);
	if (rc == 0)
		rc = xdp_prog_attach(own->prog, h->ns, h->dev.index);
	/* A program of the driver's sees frames before they are put together. */
	if (rc == 0 && !(own->share && xdp_prog_is_native(own->prog)))
		rc = ethtool_rx_single(h->ns, h->device, &own->was);
	if (rc < 0)
		let_go(own);
	return rc;
}

/* Sockets are opened in the device's namespace, where its number is known. */
struct opening {
	struct hostdev *h;
	struct port *port; /* NULL: to be made */
	const char *name;
	int side; /* -1: none; the port's once it is open */
};

static int open_side(struct opening *o)
{
	const struct own *own = o->h->own;

	o->side = -1;
	if (!own->share)
		return 0;
	o->side = devfd_side(o->h->ns, o->h->dev.index, false);
	return o->side < 0 ? o->side : 0;
}

static int reopen_sockets(void *arg)
{
	struct opening *o = arg;

	return port_af_xdp_reopen(o->port, (uint32_t)o->h->dev.index, o->h->mtu, o->side);
}

static int reopen(struct hostdev *h)
{
	struct opening o = {.h = h, .port = h->port};
	int rc = open_side(&o);

	if (rc < 0)
		return rc;
	rc = netns_run(h->ns, reopen_sockets, &o);
	if (rc < 0 && o.side >= 0)
		close(o.side);
	if (rc == 0)
		rc = take_over(h, h->port, o.side);
	if (rc < 0)
		port_af_xdp_close(h->port);
	return rc;
}

static void shut(struct hostdev *h)
{
	let_go(h->own);
	port_af_xdp_close(h->port);
}

/* Its MAC address may be another one now, which is the host's. */
static void changed(struct hostdev *h)
{
	share_refresh();
}

static const struct hostdev_ops hostdev_ops = {.open = reopen, .shut = shut, .changed = changed};

/* The kernel frees the queues of sockets just closed (a port that is made anew) a moment later. */
static int create_sockets(void *arg)
{
	struct opening *o = arg;

	for (int i = 0; i < OPEN_TRIES; i++) {
		o->port = port_af_xdp_create(o->name, (uint32_t)o->h->dev.index, o->h->n_queues,
					     o->h->mtu, o->side, dp_pool());
		if (o->port || errno != EBUSY)
			break;
		nanosleep(&(struct timespec){.tv_nsec = 2000000}, NULL);
	}
	return o->port ? 0 : -errno;
}

static int open_device(struct opening *o)
{
	int rc = open_side(o);

	if (rc < 0)
		return rc;
	rc = netns_run(o->h->ns, create_sockets, o);
	if (rc < 0) {
		if (o->side >= 0)
			close(o->side);
		return rc;
	}
	rc = take_over(o->h, o->port, o->side);
	return rc < 0 ? rc : hostdev_watch(o->h, o->port);
}

static int check_queues(const struct hostdev *h, const char *name, struct errors *errors)
{
	int n = ethtool_n_rx_queues(h->ns, h->device);

	if (n == h->n_queues)
		return 0;
	return errors_add(
		errors, "",
		"%s: %s has %d receive queues and the port takes %u, so that packets would "
		"be missed: queues: %d, or ethtool -L %s combined %u",
		name, h->device, n, h->n_queues, n, h->device, h->n_queues);
}

static int open_failed(const struct hostdev *h, const char *name, int rc, struct errors *errors)
{
	const char *hint = "";

	if (rc == -EBUSY)
		hint = ": another XDP program or socket has it: ip link set DEVICE xdp off";
	else if (rc == -EPERM)
		hint = ": weftd needs CAP_NET_ADMIN, CAP_NET_RAW and CAP_BPF";
	else if (rc == -EINVAL || rc == -EOPNOTSUPP || rc == -EAFNOSUPPORT)
		hint = ": the kernel refuses the program: it is older than 5.9, or built without "
		       "AF_XDP";
	else if (rc == -ENOBUFS)
		hint = ": raise the limit of locked memory (LimitMEMLOCK=infinity)";
	return errors_add(errors, "", "%s: cannot open AF_XDP on %s: %s%s", name, h->device,
			  strerror(-rc), hint);
}

/* The device is as it was before. */
static void free_own(struct hostdev *h)
{
	struct own *own = h->own;

	if (!own)
		return;
	let_go(own);
	ethtool_rx_restore(h->ns, h->device, &own->was);
	share_destroy(own->share);
	free(own);
}

static struct own *make_own(struct hostdev *h, const json_t *conf)
{
	struct own *own = calloc(1, sizeof(*own));

	if (!own)
		return NULL;
	own->promisc = -1;
	if (!conf_bool(conf, "share") || (own->share = share_create(h)))
		return own;
	free(own);
	return NULL;
}

static struct port *open_port(const char *name, const json_t *conf, struct errors *errors)
{
	struct hostdev *h = hostdev_open(name, conf, &hostdev_ops, errors);
	struct opening o = {.h = h, .name = name};
	int rc = -ENOMEM;

	if (!h)
		return NULL;
	h->own = make_own(h, conf);
	if (!h->own)
		goto failed;
	/* One that is shared may well carry the host's connections: they stay. */
	if (hostdev_require(h, name, conf, errors) < 0 || check_queues(h, name, errors) < 0)
		goto close;
	rc = open_device(&o);
	if (rc == 0)
		return o.port;
failed:
	open_failed(h, name, rc, errors);
close:
	free_own(h);
	port_af_xdp_destroy(o.port);
	hostdev_close(h);
	return NULL;
}

static void close_port(struct port *port)
{
	struct hostdev *h = hostdev_find(port);

	free_own(h);
	hostdev_close(h);
	port_af_xdp_destroy(port);
}

static int check(const json_t *conf, const char *path, struct errors *errors)
{
	char at[256];

	if (conf_int(conf, "mtu") > PORT_AF_XDP_MTU_MAX) {
		snprintf(at, sizeof(at), "%s.mtu", path);
		return errors_add(errors, at,
				  "%lld is more than a frame of AF_XDP holds: at most %d; type: "
				  "af_packet takes up to 9000",
				  (long long)conf_int(conf, "mtu"), PORT_AF_XDP_MTU_MAX);
	}
	/* The side socket is a queue too. */
	if (conf_bool(conf, "share") && conf_int(conf, "queues") >= PORT_QUEUES_MAX) {
		snprintf(at, sizeof(at), "%s.queues", path);
		return errors_add(errors, at, "a device that is shared has at most %d queues",
				  PORT_QUEUES_MAX - 1);
	}
	return hostdev_check(conf, path, errors);
}

/* Frames have the size of the MTU they were made for: others are made, and some packets lost. */
static int change(struct port *port, const json_t *conf, struct errors *errors)
{
	struct hostdev *h = hostdev_find(port);
	uint16_t mtu = (uint16_t)conf_int(conf, "mtu");

	if (mtu > h->mtu && h->index) {
		shut(h);
		h->index = 0;
	}
	h->mtu = mtu;
	hostdev_look(h);
	return 0;
}

static void status(struct port *port, struct port_status *out)
{
	const struct hostdev *h = hostdev_find(port);
	const struct own *own = h ? h->own : NULL;

	hostdev_status(port, out);
	if (out->up && own->share && share_n_left_out(own->share) > 0)
		snprintf(out->reason, sizeof(out->reason),
			 "%lu addresses are more than the program of a shared device holds: their "
			 "packets take the slow way",
			 (unsigned long)share_n_left_out(own->share));
}

static json_t *details(struct port *port)
{
	const struct hostdev *h = hostdev_find(port);
	const struct own *own = h->own;

	return own->share ? json_pack("{s:o}", "share", share_show(own->share)) : NULL;
}

static void clear(struct port *port)
{
	const struct hostdev *h = hostdev_find(port);
	const struct own *own = h->own;

	if (own->share)
		share_clear(own->share);
}

const struct port_kind port_kind_af_xdp = {
	.type = "af_xdp",
	.help = "a network device of the host, taken over before its network stack, or shared with "
		"it",
	.fields = fields,
	.required = required,
	.check = check,
	.open = open_port,
	.close = close_port,
	.change = change,
	.status = status,
	.details = details,
	.clear = clear,
};

// SPDX-License-Identifier: BSD-3-Clause
/* af_xdp: a network device of the host, taken over before its own stack sees a packet. */
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
#include "control/spine/field.h"
#include "control/xdp_prog.h"
#include "dataplane/dp.h"

#define OPEN_TRIES 15 /* 2 ms apart */

static const char *const fields[] = {"device", "netns", "force", NULL};
static const char *const required[] = {"device", NULL};

/* What hangs on the device beside the sockets. */
struct own {
	struct xdp_prog *prog;
	int promisc; /* a descriptor, -1: none */
};

static void let_go(struct own *own)
{
	xdp_prog_detach(own->prog);
	if (own->promisc >= 0)
		close(own->promisc);
	own->prog = NULL;
	own->promisc = -1;
}

/* Program and settings for a port whose sockets are open. */
static int take_over(struct hostdev *h, struct port *port)
{
	struct own *own = h->own;
	int fds[PORT_QUEUES_MAX];
	uint16_t n = port_af_xdp_fds(port, fds);
	int rc = ethtool_rx_plain(h->ns, h->device);

	if (rc < 0)
		return rc;
	own->promisc = devfd_promisc(h->ns, h->dev.index);
	if (own->promisc < 0)
		return own->promisc;
	own->prog = xdp_prog_attach(h->ns, h->dev.index, fds, n);
	if (own->prog)
		return 0;
	rc = -errno;
	let_go(own);
	return rc;
}

struct creation {
	struct hostdev *h;
	struct port *port; /* made in the device's namespace, where its number is known */
	const char *name;
};

static int reopen_sockets(void *arg)
{
	struct hostdev *h = arg;

	return port_af_xdp_reopen(h->port, (uint32_t)h->dev.index, h->mtu);
}

static int reopen(struct hostdev *h)
{
	int rc = netns_run(h->ns, reopen_sockets, h);

	if (rc == 0)
		rc = take_over(h, h->port);
	if (rc < 0)
		port_af_xdp_close(h->port);
	return rc;
}

static void shut(struct hostdev *h)
{
	let_go(h->own);
	port_af_xdp_close(h->port);
}

static const struct hostdev_ops hostdev_ops = {.open = reopen, .shut = shut};

/* The kernel frees the queues of sockets just closed (a port that is made anew) a moment later. */
static int create_sockets(void *arg)
{
	struct creation *r = arg;

	for (int i = 0; i < OPEN_TRIES; i++) {
		r->port = port_af_xdp_create(r->name, (uint32_t)r->h->dev.index, r->h->n_queues,
					     r->h->mtu, dp_pool());
		if (r->port || errno != EBUSY)
			break;
		nanosleep(&(struct timespec){.tv_nsec = 2000000}, NULL);
	}
	return r->port ? 0 : -errno;
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
	else if (rc == -ENOBUFS)
		hint = ": raise the limit of locked memory (LimitMEMLOCK=infinity)";
	return errors_add(errors, "", "%s: cannot open AF_XDP on %s: %s%s", name, h->device,
			  strerror(-rc), hint);
}

static struct port *open_port(const char *name, const json_t *conf, struct errors *errors)
{
	struct hostdev *h = hostdev_open(name, conf, &hostdev_ops, errors);
	struct creation r = {.h = h, .name = name};
	struct own *own = calloc(1, sizeof(*own));
	int rc;

	if (!h || !own)
		goto fail;
	own->promisc = -1;
	h->own = own;
	if (hostdev_require(h, name, conf, errors) < 0 || check_queues(h, name, errors) < 0)
		goto fail;
	rc = netns_run(h->ns, create_sockets, &r);
	if (rc == 0)
		rc = take_over(h, r.port);
	if (rc == 0)
		rc = hostdev_watch(h, r.port);
	if (rc == 0)
		return r.port;
	open_failed(h, name, rc, errors);
	let_go(own);
fail:
	port_af_xdp_destroy(r.port);
	hostdev_close(h);
	free(own);
	return NULL;
}

static void close_port(struct port *port)
{
	struct hostdev *h = hostdev_find(port);
	struct own *own = h->own;

	let_go(own);
	free(own);
	hostdev_close(h);
	port_af_xdp_destroy(port);
}

static int check(const json_t *conf, const char *path, struct errors *errors)
{
	char at[256];

	snprintf(at, sizeof(at), "%s.mtu", path);
	if (conf_int(conf, "mtu") <= PORT_AF_XDP_MTU_MAX)
		return hostdev_check(conf, path, errors);
	return errors_add(errors, at,
			  "%lld is more than a frame of AF_XDP holds: at most %d; type: af_packet "
			  "takes up to 9000",
			  (long long)conf_int(conf, "mtu"), PORT_AF_XDP_MTU_MAX);
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

const struct port_kind port_kind_af_xdp = {
	.type = "af_xdp",
	.help = "a network device of the host, taken over before its network stack",
	.fields = fields,
	.required = required,
	.check = check,
	.open = open_port,
	.close = close_port,
	.change = change,
	.status = hostdev_status,
};

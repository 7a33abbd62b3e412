// SPDX-License-Identifier: BSD-3-Clause
/* pci and vdev: devices that DPDK drives. */
#include "dataplane/port_ethdev.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "control/loop.h"
#include "control/netdev_use.h"
#include "control/pci_dev.h"
#include "control/port_kind.h"
#include "control/spine/field.h"
#include "dataplane/dp.h"

#define LOOK_MS 250 /* how soon a link that comes or goes is seen */

/* One port, and what was last seen of it: status never asks the device. */
struct watched {
	struct port *port;
	char device[64]; /* for messages */
	struct port_ethdev_state state;
	struct watched *next;
};

static struct watched *all;
static struct event *timer; /* while there is a port */

static struct watched *find(const struct port *port)
{
	struct watched *w = all;

	while (w && w->port != port)
		w = w->next;
	return w;
}

static void look_at_all(void *arg)
{
	for (struct watched *w = all, *next; w; w = next) {
		struct port_ethdev_state old = w->state;
		next = w->next;
		port_ethdev_look(w->port, &w->state);
		if (old.has_link != w->state.has_link || old.is_gone != w->state.is_gone)
			port_status_changed(w->port);
	}
}

static int watch(struct port *port, const char *device)
{
	struct watched *w = calloc(1, sizeof(*w));

	if (!w)
		return -ENOMEM;
	if (!timer)
		timer = loop_timer(LOOK_MS, true, look_at_all, NULL);
	if (!timer) {
		free(w);
		return -ENOMEM;
	}
	w->port = port;
	snprintf(w->device, sizeof(w->device), "%.*s", (int)strcspn(device, ","), device);
	port_ethdev_look(port, &w->state);
	w->next = all;
	all = w;
	return 0;
}

static void unwatch(const struct port *port)
{
	for (struct watched **p = &all; *p; p = &(*p)->next) {
		if ((*p)->port == port) {
			struct watched *w = *p;
			*p = w->next;
			free(w);
			break;
		}
	}
	if (!all) {
		loop_cancel(timer);
		timer = NULL;
	}
}

static struct port *open_device(const char *name, const json_t *conf, const char *device,
				struct errors *errors)
{
	struct port_ethdev_conf ethdev = {.name = name,
					  .device = device,
					  .n_queues = (uint16_t)conf_int(conf, "queues"),
					  .mtu = (uint16_t)conf_int(conf, "mtu"),
					  .pool = dp_pool()};
	char why[256] = "cannot be used";
	struct port *port = port_ethdev_create(&ethdev, why, sizeof(why));

	if (!port) {
		errors_add(errors, "", "%s: %s", name, why);
		return NULL;
	}
	if (watch(port, device) == 0)
		return port;
	errors_add(errors, "", "%s: no memory", name);
	port_ethdev_destroy(port);
	return NULL;
}

static void close_port(struct port *port)
{
	unwatch(port);
	port_ethdev_destroy(port);
}

static int change(struct port *port, const json_t *conf, struct errors *errors)
{
	uint16_t mtu = (uint16_t)conf_int(conf, "mtu");
	int rc = port_ethdev_set_mtu(port, mtu);

	if (rc == 0)
		return 0;
	return errors_add(errors, "", "%s: %s does not take an MTU of %u: %s", port->name,
			  find(port)->device, mtu, strerror(-rc));
}

static void status(struct port *port, struct port_status *out)
{
	const struct watched *w = find(port);

	memset(out, 0, sizeof(*out));
	if (!w)
		return;
	out->up = atomic_load(&port->up);
	if (w->state.is_gone)
		snprintf(out->reason, sizeof(out->reason),
			 "device %s was unplugged: remove the port, or plug it in and add it again",
			 w->device);
	else if (!out->up)
		snprintf(out->reason, sizeof(out->reason),
			 "device %s has no link: its cable or its peer is down", w->device);
	memcpy(out->mac, w->state.mac, sizeof(out->mac));
	out->speed_bps = w->state.speed_bps;
	snprintf(out->peer, sizeof(out->peer), "%s", w->state.driver);
}

static int check_pci(const json_t *conf, const char *path, struct errors *errors)
{
	const char *address = conf_str(conf, "address");
	char at[256];

	if (!address || pci_dev_is_address(address))
		return 0;
	snprintf(at, sizeof(at), "%s.address", path);
	return errors_add(errors, at,
			  "\"%s\" is no PCI address: expected one as lspci -D shows it, such as "
			  "0000:8a:00.0",
			  address);
}

/* Does the host itself live on the device that the kernel calls netdev? */
static int refuse_use(const char *name, const char *netdev, struct errors *errors)
{
	struct netns *ns;
	int rc;

	if (!*netdev)
		return 0;
	ns = netns_open(NULL);
	if (!ns)
		return errors_add(errors, "", "%s: cannot see whether the host uses %s: %s", name,
				  netdev, strerror(errno));
	rc = netdev_use_refuse(ns, name, netdev, errors);
	netns_close(ns);
	return rc;
}

static struct port *open_pci(const char *name, const json_t *conf, struct errors *errors)
{
	const char *address = conf_str(conf, "address");
	struct pci_dev dev;

	if (pci_dev_read(PCI_DEV_SYSFS, address, &dev) < 0) {
		errors_add(errors, "", "%s: there is no PCI device %s: lspci -D shows them", name,
			   address);
		return NULL;
	}
	if (!conf_bool(conf, "force") && refuse_use(name, dev.netdev, errors) < 0)
		return NULL;
	if (pci_dev_check(&dev, name, errors) < 0)
		return NULL;
	return open_device(name, conf, address, errors);
}

static int check_vdev(const json_t *conf, const char *path, struct errors *errors)
{
	const char *args = conf_str(conf, "args");
	char at[256];

	/* Crypto and other devices are no ports, and a PCI address belongs to type: pci. */
	if (!args || strncmp(args, "net_", 4) == 0 || strncmp(args, "eth_", 4) == 0 ||
	    strncmp(args, "virtio_user", 11) == 0)
		return 0;
	snprintf(at, sizeof(at), "%s.args", path);
	return errors_add(
		errors, at,
		"\"%s\" names no virtual network device: expected its name and arguments, "
		"such as net_null0 or net_pcap0,iface=eth1",
		args);
}

/* Some virtual devices sit on a device of the host, which their arguments name. */
static struct port *open_vdev(const char *name, const json_t *conf, struct errors *errors)
{
	static const char *const keys[] = {",iface=", ",rx_iface=", ",tx_iface=", ",remote="};
	const char *args = conf_str(conf, "args");

	for (size_t i = 0; !conf_bool(conf, "force") && i < sizeof(keys) / sizeof(keys[0]); i++) {
		const char *value = strstr(args, keys[i]);
		char netdev[IFNAMSIZ];
		if (!value)
			continue;
		value += strlen(keys[i]);
		snprintf(netdev, sizeof(netdev), "%.*s", (int)strcspn(value, ","), value);
		if (refuse_use(name, netdev, errors) < 0)
			return NULL;
	}
	return open_device(name, conf, args, errors);
}

static const char *const pci_fields[] = {"address", "force", NULL};
static const char *const pci_required[] = {"address", NULL};

const struct port_kind port_kind_pci = {
	.type = "pci",
	.own_mac = true,
	.help = "a network card, driven by DPDK",
	.fields = pci_fields,
	.required = pci_required,
	.check = check_pci,
	.open = open_pci,
	.close = close_port,
	.change = change,
	.status = status,
};

static const char *const vdev_fields[] = {"args", "force", NULL};
static const char *const vdev_required[] = {"args", NULL};

const struct port_kind port_kind_vdev = {
	.type = "vdev",
	.own_mac = true,
	.help = "a virtual device of DPDK's",
	.fields = vdev_fields,
	.required = vdev_required,
	.check = check_vdev,
	.open = open_vdev,
	.close = close_port,
	.change = change,
	.status = status,
};

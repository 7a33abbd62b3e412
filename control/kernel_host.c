// SPDX-License-Identifier: BSD-3-Clause
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "control/hostdev.h"
#include "control/interfaces.h"
#include "control/kernel.h"
#include "control/netdev_addrs.h"
#include "control/spine/field.h"

struct gathering {
	struct netns_id ns;
	uint16_t vrf;
	struct kernel_pair *pairs;
	size_t n_pairs, pairs_room;
	struct addr *own;
	size_t n_own, own_room;
	bool failed;
};

/* Room for one more. */
static void *grow(void *list, size_t n, size_t *room, size_t size, bool *failed)
{
	void *larger;

	if (n < *room)
		return list;
	larger = reallocarray(list, *room ? *room * 2 : 16, size);
	if (!larger) {
		*failed = true;
		return list;
	}
	*room = *room ? *room * 2 : 16;
	return larger;
}

/* The number of a port's device, where it is in the namespace; 0. */
static int32_t device_of(const struct gathering *g, const struct port_entry *port)
{
	const struct hostdev *h = port && port->port ? hostdev_find(port->port) : NULL;
	struct netns_id id;

	if (!h || !h->index)
		return 0;
	id = netns_id(h->ns);
	return id.device == g->ns.device && id.inode == g->ns.inode ? h->index : 0;
}

static bool is_tap(const struct port_entry *port)
{
	return strcmp(port->kind->type, "tap") == 0;
}

/* Does the host go on using the device that the port is on? */
static bool is_shared(const struct port_entry *port)
{
	return strcmp(port->kind->type, "af_packet") == 0 ||
	       (strcmp(port->kind->type, "af_xdp") == 0 && conf_bool(port->conf, "share"));
}

static void add_pair(struct gathering *g, const struct iface_entry *iface,
		     const struct port_entry *port, bool is_bridged)
{
	int32_t device = device_of(g, port);

	if (!device || !(is_tap(port) || is_shared(port)))
		return;
	g->pairs = grow(g->pairs, g->n_pairs, &g->pairs_room, sizeof(*g->pairs), &g->failed);
	if (g->failed)
		return;
	g->pairs[g->n_pairs++] = (struct kernel_pair){.iface = iface->iface.id,
						      .device = device,
						      .wire = is_shared(port) ? KERNEL_NIC
							      : is_bridged    ? KERNEL_BRIDGED
									      : KERNEL_TAP};
}

/* Taps first: by one of them the two reach one another as well. */
static void add_members(struct gathering *g, const struct iface_entry *iface)
{
	const struct bridge *bridge = iface->published.bridge;
	const struct members *members = atomic_load(&bridge->members);

	for (int taps = 1; members && taps >= 0; taps--)
		for (uint16_t i = 0; i < members->n; i++) {
			const struct member *member = members->list[i];
			const struct port_entry *port = ports_by_port(member->port);
			/* The host's end knows no tags. */
			if (port && member->conf.untagged == iface->published.vlan &&
			    is_tap(port) == taps)
				add_pair(g, iface, port, true);
		}
}

static void add_addresses(struct gathering *g, const struct iface *iface)
{
	for (uint16_t i = 0; i < iface->n_addresses; i++) {
		g->own = grow(g->own, g->n_own, &g->own_room, sizeof(*g->own), &g->failed);
		if (g->failed)
			return;
		g->own[g->n_own++] = iface->addresses[i].addr;
	}
}

static void gather(struct gathering *g)
{
	for (const struct iface_entry *e = interfaces_first(); e; e = e->next) {
		if (e->iface.vrf != g->vrf)
			continue;
		add_addresses(g, &e->iface);
		if (e->published.bridge)
			add_members(g, e);
		else if (e->published.port && !e->published.vlan)
			add_pair(g, e, ports_by_port(e->published.port), false);
	}
}

/* --- the link --- */

static bool is_link_local(const struct addr *addr)
{
	return addr->family == ADDR_IP6 && addr->bytes[0] == 0xfe &&
	       (addr->bytes[1] & 0xc0) == 0x80;
}

/* The interface's address of a family (a link-local one only where there is no other), and the
 * host's in the same network. */
static void find_ends(const struct iface *iface, const struct addr *host, size_t n_host,
		      uint8_t family, struct addr *weft_end, struct addr *host_end)
{
	for (uint16_t i = 0; i < iface->n_addresses; i++) {
		const struct prefix *net = &iface->addresses[i];
		if (net->addr.family != family ||
		    (weft_end->family != ADDR_NONE && is_link_local(&net->addr)))
			continue;
		for (size_t k = 0; k < n_host; k++) {
			struct prefix network = prefix_network(net);
			if (!prefix_contains(&network, &host[k]))
				continue;
			*weft_end = net->addr;
			*host_end = host[k];
			break;
		}
	}
}

static int find_link(struct netns *ns, const struct gathering *g, const char *name,
		     struct kernel_link *out)
{
	const struct iface_entry *iface = interfaces_find(name);
	struct addr *host = NULL;
	size_t n_host;
	int rc;

	for (size_t i = 0; iface && !out->device && i < g->n_pairs; i++)
		if (g->pairs[i].iface == iface->iface.id && g->pairs[i].wire != KERNEL_NIC)
			out->device = g->pairs[i].device;
	if (!out->device)
		return 0;
	rc = netdev_addrs_get(ns, out->device, &host, &n_host);
	if (rc < 0)
		return rc;
	find_ends(&iface->iface, host, n_host, ADDR_IP4, &out->weft[0], &out->host[0]);
	find_ends(&iface->iface, host, n_host, ADDR_IP6, &out->weft[1], &out->host[1]);
	free(host);
	if (out->weft[0].family != ADDR_NONE || out->weft[1].family != ADDR_NONE)
		out->iface = iface->iface.id;
	return 0;
}

int kernel_host_map(struct netns *ns, uint16_t vrf, const char *link, struct kernel_map *out)
{
	struct gathering g = {.ns = netns_id(ns), .vrf = vrf};
	struct addr *host = NULL;
	size_t n_host = 0;
	int rc = netdev_addrs_get(ns, 0, &host, &n_host);

	gather(&g);
	*out = (struct kernel_map){.pairs = g.pairs,
				   .n_pairs = g.n_pairs,
				   .own = g.own,
				   .n_own = g.n_own,
				   .host = host,
				   .n_host = n_host};
	if (rc == 0 && link)
		rc = find_link(ns, &g, link, &out->link);
	if (!g.failed && rc == 0)
		return 0;
	kernel_host_free(out);
	return g.failed ? -ENOMEM : rc;
}

void kernel_host_free(struct kernel_map *map)
{
	free((void *)map->pairs);
	free((void *)map->own);
	free((void *)map->host);
	*map = (struct kernel_map){0};
}

// SPDX-License-Identifier: BSD-3-Clause
#include "control/share_source.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "control/bridges.h"
#include "control/engines.h"
#include "control/interfaces.h"
#include "control/netdev_addrs.h"

/* --- the bridge --- */

struct gathering {
	fdb_key *list;
	size_t n, room;
	uint16_t self;
	bool failed;
};

static void gather(void *arg, const struct fdb_entry *entry)
{
	struct gathering *g = arg;

	if (entry->port == g->self)
		return;
	if (g->n == g->room) {
		size_t room = g->room ? g->room * 2 : 256;
		fdb_key *list = reallocarray(g->list, room, sizeof(*list));
		if (!list) {
			g->failed = true;
			return;
		}
		g->list = list;
		g->room = room;
	}
	g->list[g->n++] = fdb_key_make(entry->mac, entry->vlan);
}

static int add_bridge(const struct port *port, const struct member *member,
		      struct share_source *out)
{
	struct gathering g = {.self = port->index};

	fdb_each(member->bridge, bridges_now_s(), gather, &g);
	out->member = &member->conf;
	out->macs = g.list;
	out->n_macs = g.n;
	return g.failed ? -ENOMEM : 0;
}

/* --- interfaces --- */

/* The VLAN that an interface has on the port's wire, 0: no tag; -1: it is not on it. */
static int vlan_on(const struct port *port, const struct member *member,
		   const struct iface_entry *entry)
{
	const struct l3_iface_conf *at = &entry->published;

	if (at->port == port)
		return at->vlan;
	if (member && at->bridge == member->bridge)
		return share_wire_vlan(&member->conf, at->vlan);
	return -1;
}

/* The networks of the other interfaces of its VRF. */
static int add_behind(const struct iface_entry *entry, struct share_iface *out)
{
	struct prefix *behind;
	size_t n = 0;

	for (const struct iface_entry *e = interfaces_first(); e; e = e->next)
		n += e != entry && e->iface.vrf == entry->iface.vrf ? e->iface.n_addresses : 0;
	behind = calloc(n + 1, sizeof(*behind));
	if (!behind)
		return -ENOMEM;
	out->behind = behind;
	for (const struct iface_entry *e = interfaces_first(); e; e = e->next)
		for (uint16_t i = 0;
		     e != entry && e->iface.vrf == entry->iface.vrf && i < e->iface.n_addresses;
		     i++)
			behind[out->n_behind++] = e->iface.addresses[i];
	return 0;
}

/* Those that speak there, and to groups. */
static int add_protos(const struct iface_entry *entry, struct share_iface *out)
{
	struct share_proto *protos = calloc(ENGINES_MAX, sizeof(*protos));

	if (!protos)
		return -ENOMEM;
	out->protos = protos;
	for (size_t i = 0; i < ENGINES_MAX; i++) {
		const struct instance *instance = engines_instance(i);
		const struct protocol *protocol = instance ? instance->protocol : NULL;
		uint16_t ether_type = protocol && protocol->speaks
					      ? protocol->speaks(instance, &entry->iface)
					      : 0;
		if (ether_type)
			protos[out->n_protos++] =
				(struct share_proto){.ether_type = ether_type,
						     .ip_proto = protocol->ip_proto,
						     .udp_port = protocol->udp_port};
	}
	return 0;
}

static int add_iface(const struct iface_entry *entry, int vlan, struct share_iface *out)
{
	out->vlan = (uint16_t)vlan;
	memcpy(out->mac, entry->iface.mac, sizeof(out->mac));
	out->addresses = entry->iface.addresses;
	out->n_addresses = entry->iface.n_addresses;
	if (add_behind(entry, out) < 0)
		return -ENOMEM;
	return add_protos(entry, out);
}

static int add_ifaces(const struct port *port, const struct member *member,
		      struct share_source *out)
{
	struct share_iface *ifaces;
	size_t n = 0;

	for (const struct iface_entry *e = interfaces_first(); e; e = e->next)
		n++;
	ifaces = calloc(n + 1, sizeof(*ifaces));
	if (!ifaces)
		return -ENOMEM;
	out->ifaces = ifaces;
	for (const struct iface_entry *e = interfaces_first(); e; e = e->next) {
		int vlan = vlan_on(port, member, e);
		if (vlan >= 0 && add_iface(e, vlan, &ifaces[out->n_ifaces++]) < 0)
			return -ENOMEM;
	}
	return 0;
}

int share_source_make(const struct port *port, const uint8_t nic_mac[6], struct netns *ns,
		      struct share_source *out)
{
	const struct member *member = atomic_load(&port->member);
	struct addr *host = NULL;
	int rc;

	*out = (struct share_source){0};
	memcpy(out->nic_mac, nic_mac, sizeof(out->nic_mac));
	rc = netdev_addrs_get(ns, 0, &host, &out->n_host);
	out->host = host;
	if (rc == 0 && member)
		rc = add_bridge(port, member, out);
	return rc < 0 ? rc : add_ifaces(port, member, out);
}

void share_source_fini(struct share_source *source)
{
	for (size_t i = 0; i < source->n_ifaces; i++) {
		free((void *)source->ifaces[i].behind);
		free((void *)source->ifaces[i].protos);
	}
	free((void *)source->ifaces);
	free((void *)source->macs);
	free((void *)source->host);
}

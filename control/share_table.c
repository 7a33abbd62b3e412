// SPDX-License-Identifier: BSD-3-Clause
#include "control/share_table.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "dataplane/bridge.h"

#define IP4_MAPPED 96 /* bits before an IPv4 address */

/* --- lists --- */

static int compare_macs(const void *a, const void *b)
{
	nic_mac_key x = *(const nic_mac_key *)a, y = *(const nic_mac_key *)b;

	return (x > y) - (x < y);
}

static int compare_addrs(const void *a, const void *b)
{
	const struct share_addr *x = a, *y = b;

	return memcmp(&x->key, &y->key, sizeof(x->key));
}

/* Equal keys by who counts. */
static int order_addrs(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct share_addr));
}

static int compare_protos(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct nic_proto_key));
}

/* Of n sorted items keeps the first of equal ones and at most max; how many are left. */
static size_t tidy(void *items, size_t n, size_t size, size_t max,
		   int (*compare)(const void *, const void *), size_t *n_left_out)
{
	char *list = items;
	size_t kept = 0;

	for (size_t i = 0; i < n; i++)
		if (kept == 0 || compare(list + (kept - 1) * size, list + i * size) != 0)
			memmove(list + kept++ * size, list + i * size, size);
	if (kept <= max)
		return kept;
	*n_left_out += kept - max;
	return max;
}

/* --- MAC addresses --- */

int share_wire_vlan(const struct member_conf *member, uint16_t vlan)
{
	if (vlan == member->untagged)
		return 0;
	return member->tagged[vlan / 64] >> vlan % 64 & 1 ? vlan : -1;
}

static bool is_nic_mac(const struct share_source *source, const struct share_iface *iface)
{
	return memcmp(source->nic_mac, iface->mac, sizeof(iface->mac)) == 0;
}

static int make_macs(const struct share_source *source, struct share_table *out)
{
	const fdb_key nic = fdb_key_make(source->nic_mac, 0);
	size_t n = 0;

	out->macs_room = source->n_macs + source->n_ifaces + 1;
	out->macs = calloc(out->macs_room, sizeof(*out->macs));
	if (!out->macs)
		return -ENOMEM;
	for (size_t i = 0; source->member && i < source->n_macs; i++) {
		fdb_key mac = source->macs[i] & ~(fdb_key)(VLAN_COUNT - 1);
		int vlan = share_wire_vlan(source->member, source->macs[i] & (VLAN_COUNT - 1));
		/* The host's own address is never weft's, whoever claims it. */
		if (vlan >= 0 && mac != nic)
			out->macs[n++] = mac | (nic_mac_key)vlan;
	}
	for (size_t i = 0; i < source->n_ifaces; i++) {
		const struct share_iface *iface = &source->ifaces[i];
		if (is_nic_mac(source, iface))
			out->by_address = nic;
		else
			out->macs[n++] = fdb_key_make(iface->mac, iface->vlan);
	}
	qsort(out->macs, n, sizeof(*out->macs), compare_macs);
	out->n_macs = tidy(out->macs, n, sizeof(*out->macs), NIC_MACS_MAX, compare_macs,
			   &out->n_left_out);
	return 0;
}

bool share_table_mac(struct share_table *table, nic_mac_key key, bool in)
{
	size_t from = 0, to = table->n_macs;
	nic_mac_key *macs;

	while (from < to) {
		size_t middle = (from + to) / 2;
		if (table->macs[middle] < key)
			from = middle + 1;
		else
			to = middle;
	}
	if ((from < table->n_macs && table->macs[from] == key) == in)
		return false;
	if (in && table->n_macs == NIC_MACS_MAX) {
		table->n_left_out++;
		return false;
	}
	if (in && table->n_macs == table->macs_room) {
		macs = reallocarray(table->macs, table->macs_room * 2 + 16, sizeof(*macs));
		if (!macs)
			return false;
		table->macs = macs;
		table->macs_room = table->macs_room * 2 + 16;
	}
	macs = table->macs + from;
	if (in) {
		memmove(macs + 1, macs, (table->n_macs++ - from) * sizeof(*macs));
		*macs = key;
	} else {
		memmove(macs, macs + 1, (--table->n_macs - from) * sizeof(*macs));
	}
	return true;
}

/* --- IP addresses --- */

static struct share_addr addr_entry(uint16_t vlan, const struct addr *addr, unsigned length,
				    enum nic_owner owner)
{
	struct share_addr entry = {.owner = owner};

	entry.key.vlan[0] = (uint8_t)(vlan >> 8);
	entry.key.vlan[1] = (uint8_t)vlan;
	if (addr->family == ADDR_IP4) {
		entry.key.bytes[10] = entry.key.bytes[11] = 0xff;
		memcpy(entry.key.bytes + 12, addr->bytes, 4);
		length += IP4_MAPPED;
	} else {
		memcpy(entry.key.bytes, addr->bytes, sizeof(addr->bytes));
	}
	entry.key.length = NIC_ADDR_BITS(length);
	return entry;
}

static bool is_host(const struct share_source *source, const struct addr *addr)
{
	for (size_t i = 0; i < source->n_host; i++)
		if (addr_compare(&source->host[i], addr) == 0)
			return true;
	return false;
}

/* Where weft has the NIC's MAC address: networks that are reached by way of weft, and within them
 * the host, which stays what it is. */
static size_t add_behind(const struct share_source *source, const struct share_iface *iface,
			 struct share_addr *out)
{
	size_t n = 0;

	for (size_t i = 0; i < iface->n_behind; i++) {
		struct prefix net = prefix_network(&iface->behind[i]);
		if (net.length > 0)
			out[n++] = addr_entry(iface->vlan, &net.addr, net.length, NIC_BEHIND);
	}
	for (size_t i = 0; i < source->n_host; i++)
		out[n++] = addr_entry(iface->vlan, &source->host[i], addr_bits(&source->host[i]),
				      NIC_HOSTS);
	return n;
}

static int make_addrs(const struct share_source *source, struct share_table *out)
{
	size_t room = 1, n = 0;

	for (size_t i = 0; i < source->n_ifaces; i++)
		room += source->ifaces[i].n_addresses + source->ifaces[i].n_behind + source->n_host;
	out->addrs = calloc(room, sizeof(*out->addrs));
	if (!out->addrs)
		return -ENOMEM;
	for (size_t i = 0; i < source->n_ifaces; i++) {
		const struct share_iface *iface = &source->ifaces[i];
		for (size_t k = 0; k < iface->n_addresses; k++) {
			const struct addr *addr = &iface->addresses[k].addr;
			if (!is_host(source, addr))
				out->addrs[n++] =
					addr_entry(iface->vlan, addr, addr_bits(addr), NIC_OWN);
		}
		if (is_nic_mac(source, iface))
			n += add_behind(source, iface, out->addrs + n);
	}
	qsort(out->addrs, n, sizeof(*out->addrs), order_addrs);
	out->n_addrs = tidy(out->addrs, n, sizeof(*out->addrs), NIC_ADDRS_MAX, compare_addrs,
			    &out->n_left_out);
	return 0;
}

/* --- protocols --- */

static int make_protos(const struct share_source *source, struct share_table *out)
{
	size_t room = 1, n = 0;

	for (size_t i = 0; i < source->n_ifaces; i++)
		room += source->ifaces[i].n_protos;
	out->protos = calloc(room, sizeof(*out->protos));
	if (!out->protos)
		return -ENOMEM;
	for (size_t i = 0; i < source->n_ifaces; i++)
		for (size_t k = 0; k < source->ifaces[i].n_protos; k++) {
			const struct share_proto *proto = &source->ifaces[i].protos[k];
			out->protos[n++] =
				(struct nic_proto_key){.vlan = source->ifaces[i].vlan,
						       .ether_type = htons(proto->ether_type),
						       .udp_port = htons(proto->udp_port),
						       .ip_proto = proto->ip_proto};
		}
	qsort(out->protos, n, sizeof(*out->protos), compare_protos);
	out->n_protos = tidy(out->protos, n, sizeof(*out->protos), NIC_PROTOS_MAX, compare_protos,
			     &out->n_left_out);
	return 0;
}

/* --- tables --- */

int share_table_make(const struct share_source *source, struct share_table *out)
{
	memset(out, 0, sizeof(*out));
	out->wants_unknown = source->member != NULL;
	if (make_macs(source, out) < 0 || make_addrs(source, out) < 0 ||
	    make_protos(source, out) < 0)
		return -ENOMEM;
	return 0;
}

void share_table_fini(struct share_table *table)
{
	free(table->macs);
	free(table->addrs);
	free(table->protos);
	memset(table, 0, sizeof(*table));
}

/* What the three kinds of lists have in common: item i, and what to do with it. */
struct list {
	const char *items;
	size_t n, size;
	int (*compare)(const void *, const void *);
	int (*change)(const struct share_ops *ops, void *arg, const void *item, bool in);
};

static int change_mac(const struct share_ops *ops, void *arg, const void *item, bool in)
{
	return ops->mac(arg, *(const nic_mac_key *)item, in);
}

static int change_addr(const struct share_ops *ops, void *arg, const void *item, bool in)
{
	return ops->addr(arg, item, in);
}

static int change_proto(const struct share_ops *ops, void *arg, const void *item, bool in)
{
	return ops->proto(arg, item, in);
}

static struct list list_of(const struct share_table *table, int kind)
{
	if (kind == 0)
		return (struct list){(const char *)table->macs, table->n_macs, sizeof(nic_mac_key),
				     compare_macs, change_mac};
	if (kind == 1)
		return (struct list){(const char *)table->addrs, table->n_addrs,
				     sizeof(struct share_addr), compare_addrs, change_addr};
	return (struct list){(const char *)table->protos, table->n_protos,
			     sizeof(struct nic_proto_key), compare_protos, change_proto};
}

/* Entries that changed hands are put in anew: that replaces them. */
static bool is_same(const struct list *list, const char *a, const char *b)
{
	return memcmp(a, b, list->size) == 0;
}

/* Does with in what is in a and not, or not so, in b; keys decide where in is false. */
static int change_rest(const struct list *a, const struct list *b, bool in,
		       const struct share_ops *ops, void *arg)
{
	size_t k = 0;
	int rc = 0;

	for (size_t i = 0; i < a->n; i++) {
		const char *item = a->items + i * a->size;
		int order = -1;
		while (k < b->n && (order = b->compare(b->items + k * b->size, item)) < 0)
			k++;
		if (k < b->n && order == 0 && (!in || is_same(a, item, b->items + k * b->size)))
			continue;
		int r = a->change(ops, arg, item, in);
		if (rc == 0)
			rc = r;
	}
	return rc;
}

int share_table_step(const struct share_table *from, const struct share_table *to,
		     const struct share_ops *ops, void *arg)
{
	int rc = 0;

	for (int in = 1; in >= 0; in--)
		for (int kind = 0; kind < 3; kind++) {
			struct list a = list_of(in ? to : from, kind);
			struct list b = list_of(in ? from : to, kind);
			int r = change_rest(&a, &b, in, ops, arg);
			if (rc == 0)
				rc = r;
		}
	return rc;
}

// SPDX-License-Identifier: BSD-3-Clause
#include "control/share.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "control/devfd.h"
#include "control/loop.h"
#include "control/netdev_addrs.h"
#include "control/share_source.h"
#include "control/share_table.h"
#include "control/spine/log.h"

struct share {
	struct hostdev *h;
	struct port *port;
	struct xdp_prog *prog; /* NULL: no device now */
	int side_fd;
	struct share_table table;           /* what prog has */
	struct nic_count past[NIC_CLASSES]; /* of programs before this one */
	struct nic_count base[NIC_CLASSES]; /* when they were cleared */
	struct netdev_addrs_watch *watch;
	struct share *next;
};

static struct {
	struct share *first;
	struct event *soon;
} shares;

/* --- into the program --- */

static int put_mac(void *arg, nic_mac_key key, bool in)
{
	return xdp_prog_mac(arg, key, in);
}

static int put_addr(void *arg, const struct share_addr *addr, bool in)
{
	return xdp_prog_addr(arg, &addr->key, addr->owner, in);
}

static int put_proto(void *arg, const struct nic_proto_key *key, bool in)
{
	return xdp_prog_proto(arg, key, in);
}

static const struct share_ops ops = {.mac = put_mac, .addr = put_addr, .proto = put_proto};

static int update(struct share *share)
{
	struct share_table table = {0};
	struct share_source source;
	int rc = share_source_make(share->port, share->h->dev.mac, share->h->ns, &source);

	if (rc == 0)
		rc = share_table_make(&source, &table);
	share_source_fini(&source);
	if (rc < 0) {
		share_table_fini(&table);
		return rc;
	}
	rc = share_table_step(&share->table, &table, &ops, share->prog);
	xdp_prog_by_address(share->prog, table.by_address);
	if (table.wants_unknown != share->table.wants_unknown) {
		int r = devfd_side_filter(share->side_fd, table.wants_unknown);
		if (rc == 0)
			rc = r;
	}
	share_table_fini(&share->table);
	share->table = table;
	return rc;
}

static void refresh_all(void *arg)
{
	loop_cancel(shares.soon);
	shares.soon = NULL;
	for (struct share *s = shares.first; s; s = s->next) {
		int rc = s->prog ? update(s) : 0;
		if (rc < 0)
			log_warning("port %s: not all that is weft's on %s can be told apart from "
				    "the host's: %s",
				    s->port->name, s->h->device, strerror(-rc));
	}
}

void share_refresh(void)
{
	if (!shares.first || shares.soon)
		return;
	shares.soon = loop_timer(0, false, refresh_all, NULL);
	if (!shares.soon)
		refresh_all(NULL);
}

static void addresses_changed(void *arg)
{
	share_refresh();
}

void share_learned(const struct bridge *bridge, fdb_key key, uint16_t port)
{
	for (struct share *s = shares.first; s; s = s->next) {
		const struct member *member = s->prog ? atomic_load(&s->port->member) : NULL;
		bool in = port != PORT_NONE && port != s->port->index;
		nic_mac_key wire;
		int vlan;

		if (!member || member->bridge != bridge)
			continue;
		vlan = share_wire_vlan(&member->conf, key & (VLAN_COUNT - 1));
		if (vlan < 0)
			continue;
		wire = (key & ~(fdb_key)(VLAN_COUNT - 1)) | (nic_mac_key)vlan;
		if (wire >> 12 == fdb_key_make(s->h->dev.mac, 0) >> 12)
			continue; /* the host's own, whoever claims it */
		/* Where it does not go in, packets for it take the way of unknown ones. */
		if (share_table_mac(&s->table, wire, in))
			xdp_prog_mac(s->prog, wire, in);
		if (!in && s->table.n_left_out > 0)
			share_refresh(); /* there is room again */
	}
}

/* --- life --- */

struct share *share_create(struct hostdev *h)
{
	struct share *share = calloc(1, sizeof(*share));

	if (!share)
		return NULL;
	share->h = h;
	share->watch = netdev_addrs_watch(h->ns, addresses_changed, NULL);
	if (!share->watch) {
		free(share);
		return NULL;
	}
	share->next = shares.first;
	shares.first = share;
	return share;
}

void share_destroy(struct share *share)
{
	struct share **at = &shares.first;

	if (!share)
		return;
	while (*at != share)
		at = &(*at)->next;
	*at = share->next;
	netdev_addrs_unwatch(share->watch);
	share_table_fini(&share->table);
	free(share);
	if (!shares.first) {
		loop_cancel(shares.soon);
		shares.soon = NULL;
	}
}

int share_start(struct share *share, struct port *port, struct xdp_prog *prog, int side_fd)
{
	int rc;

	share->port = port;
	share->prog = prog;
	share->side_fd = side_fd;
	rc = update(share);
	if (rc < 0)
		share->prog = NULL;
	return rc;
}

static void counts(const struct share *share, struct nic_count out[NIC_CLASSES])
{
	if (!share->prog || xdp_prog_counts(share->prog, out) < 0)
		memset(out, 0, NIC_CLASSES * sizeof(*out));
	for (int i = 0; i < NIC_CLASSES; i++) {
		out[i].packets += share->past[i].packets;
		out[i].bytes += share->past[i].bytes;
	}
}

void share_stop(struct share *share)
{
	struct nic_count now[NIC_CLASSES];

	counts(share, now);
	memcpy(share->past, now, sizeof(now));
	share->prog = NULL;
	share_table_fini(&share->table);
}

void share_clear(struct share *share)
{
	counts(share, share->base);
}

size_t share_n_left_out(const struct share *share)
{
	return share->table.n_left_out;
}

json_t *share_show(const struct share *share)
{
	static const char *const names[] = {[NIC_MAC] = "mac",
					    [NIC_ADDRESS] = "address",
					    [NIC_ARP] = "arp",
					    [NIC_ND] = "nd",
					    [NIC_PROTOCOL] = "protocol",
					    [NIC_HOST] = "host",
					    [NIC_GROUP] = "group",
					    [NIC_MALFORMED] = "malformed",
					    [NIC_NO_SOCKET] = "no_socket"};
	struct nic_count now[NIC_CLASSES];
	json_t *classes = json_array();

	counts(share, now);
	for (int i = 0; i < NIC_CLASSES; i++)
		json_array_append_new(
			classes,
			json_pack("{s:s, s:s, s:I, s:I}", "class", names[i], "to",
				  i <= NIC_PROTOCOL ? "weft"
				  : i == NIC_GROUP  ? "both"
						    : "host",
				  "packets", (json_int_t)(now[i].packets - share->base[i].packets),
				  "bytes", (json_int_t)(now[i].bytes - share->base[i].bytes)));
	return json_pack("{s:s, s:I, s:I, s:I, s:o}", "program",
			 !share->prog                      ? "none"
			 : xdp_prog_is_native(share->prog) ? "native"
							   : "generic",
			 "macs", (json_int_t)share->table.n_macs, "addresses",
			 (json_int_t)share->table.n_addrs, "protocols",
			 (json_int_t)share->table.n_protos, "packets_by_class", classes);
}

// SPDX-License-Identifier: BSD-3-Clause
#include "tests/support/nic_model.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <bpf/bpf.h>

/* --- the rules --- */

struct view {
	const struct share_table *table;
	const uint8_t *l3;
	size_t len; /* from l3 on */
	unsigned type, vlan;
};

static unsigned be16(const uint8_t *p)
{
	return p[0] * 256u + p[1];
}

static bool has_mac(const struct share_table *table, const uint8_t *mac, unsigned vlan)
{
	for (size_t i = 0; i < table->n_macs; i++) {
		uint64_t key = table->macs[i];
		bool same = (key & 0xfff) == vlan;
		for (int b = 0; b < 6; b++)
			same &= (uint8_t)(key >> (52 - 8 * b)) == mac[b];
		if (same)
			return true;
	}
	return false;
}

/* Whose the longest entry that holds the address is; 0: none does. */
static unsigned owner(const struct view *v, const uint8_t *address, size_t n)
{
	uint8_t wanted[18] = {(uint8_t)(v->vlan >> 8), (uint8_t)v->vlan};
	unsigned longest = 0, who = 0;

	if (n == 4)
		memset(wanted + 12, 0xff, 2);
	memcpy(wanted + 18 - n, address, n);
	for (size_t i = 0; i < v->table->n_addrs; i++) {
		const struct share_addr *entry = &v->table->addrs[i];
		uint8_t have[18];
		bool same = true;
		memcpy(have, entry->key.vlan, 2);
		memcpy(have + 2, entry->key.bytes, 16);
		for (unsigned bit = 0; bit < entry->key.length; bit++)
			same &= !((wanted[bit / 8] ^ have[bit / 8]) & (0x80 >> bit % 8));
		if (same && entry->key.length > longest) {
			longest = entry->key.length;
			who = entry->owner;
		}
	}
	return who;
}

static bool is_arp(const struct view *v)
{
	static const uint8_t head[] = {0, 1, 8, 0, 6, 4};

	return v->type == 0x0806 && v->len >= 28 && memcmp(v->l3, head, sizeof(head)) == 0;
}

static bool is_ip4(const struct view *v)
{
	return v->type == 0x0800 && v->len >= 20 && v->l3[0] >> 4 == 4 && (v->l3[0] & 15) >= 5;
}

static bool is_ip6(const struct view *v)
{
	return v->type == 0x86dd && v->len >= 40 && v->l3[0] >> 4 == 6;
}

static enum nic_class one(const struct view *v, const uint8_t *dst)
{
	uint64_t nic = 0;
	unsigned who = 0;

	if (has_mac(v->table, dst, v->vlan))
		return NIC_MAC;
	for (int i = 0; i < 6; i++)
		nic = nic << 8 | dst[i];
	if (v->table->by_address == 0 || v->table->by_address >> 12 != nic)
		return NIC_HOST;
	if (is_ip4(v))
		who = owner(v, v->l3 + 16, 4);
	else if (is_ip6(v))
		who = owner(v, v->l3 + 24, 16);
	else if (is_arp(v) && owner(v, v->l3 + 24, 4) == NIC_OWN)
		who = NIC_OWN;
	return who == NIC_OWN || who == NIC_BEHIND ? NIC_ADDRESS : NIC_HOST;
}

static bool spoken(const struct view *v, unsigned proto, unsigned port)
{
	for (size_t i = 0; i < v->table->n_protos; i++) {
		const struct nic_proto_key *key = &v->table->protos[i];
		if (key->vlan == v->vlan && be16((const uint8_t *)&key->ether_type) == v->type &&
		    key->ip_proto == proto && be16((const uint8_t *)&key->udp_port) == port)
			return true;
	}
	return false;
}

static enum nic_class group(const struct view *v)
{
	unsigned proto = 0, port = 0;
	size_t l4 = 40;

	if (is_arp(v))
		return be16(v->l3 + 6) == 1 && memcmp(v->l3 + 14, v->l3 + 24, 4) != 0 &&
				       owner(v, v->l3 + 24, 4) == NIC_OWN
			       ? NIC_ARP
			       : NIC_GROUP;
	if (is_ip6(v) && v->l3[6] == 58 && v->len >= 64 && v->l3[40] == 135 &&
	    owner(v, v->l3 + 48, 16) == NIC_OWN)
		return NIC_ND;
	if (is_ip4(v)) {
		if (be16(v->l3 + 6) & 0x3fff)
			return NIC_GROUP;
		proto = v->l3[9];
		l4 = (v->l3[0] & 15) * 4u;
	} else if (is_ip6(v)) {
		proto = v->l3[6];
	} else if (v->type == 0x0800 || v->type == 0x86dd) {
		return NIC_GROUP;
	}
	if (proto == 17 && v->len >= l4 + 8)
		port = be16(v->l3 + l4 + 2);
	return spoken(v, proto, port) ? NIC_PROTOCOL : NIC_GROUP;
}

enum nic_class nic_model(const struct share_table *table, const uint8_t *frame, size_t len)
{
	struct view v = {.table = table};
	size_t at = 14;

	if (len < at)
		return NIC_MALFORMED;
	v.type = be16(frame + 12);
	if (v.type == 0x8100) {
		at = 18;
		if (len < at)
			return NIC_MALFORMED;
		v.vlan = be16(frame + 14) & 0xfff;
		v.type = be16(frame + 16);
	}
	v.l3 = frame + at;
	v.len = len - at;
	return frame[0] & 1 ? group(&v) : one(&v, frame);
}

/* --- the program --- */

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

void nic_model_fill(struct xdp_prog *prog, const struct share_table *table)
{
	static const struct share_ops ops = {put_mac, put_addr, put_proto};
	static const struct share_table none;

	if (share_table_step(&none, table, &ops, prog) < 0)
		abort();
	xdp_prog_by_address(prog, table->by_address);
}

struct xdp_prog *nic_model_load(void)
{
	int fd = socket(AF_XDP, SOCK_RAW | SOCK_CLOEXEC, 0);
	struct xdp_prog *prog;

	if (fd < 0)
		return NULL;
	prog = xdp_prog_load(true, &fd, 1); /* the map has the socket, as long as it is open */
	if (!prog)
		close(fd);
	return prog;
}

int nic_model_run(struct xdp_prog *prog, const uint8_t *frame, size_t len, int *class)
{
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = frame, .data_size_in = (uint32_t)len,
		    .repeat = 1);
	struct nic_count before[NIC_CLASSES], after[NIC_CLASSES];
	int rc;

	if (xdp_prog_counts(prog, before) < 0)
		abort();
	rc = bpf_prog_test_run_opts(xdp_prog_fd(prog), &opts);
	if (xdp_prog_counts(prog, after) < 0)
		abort();
	*class = -1;
	for (int i = 0; i < NIC_CLASSES; i++) {
		if (after[i].packets == before[i].packets)
			continue;
		if (*class >= 0 || after[i].packets != before[i].packets + 1 ||
		    after[i].bytes != before[i].bytes + len) {
			*class = -1;
			break;
		}
		*class = i;
	}
	return rc < 0 ? rc : (int)opts.retval;
}

// SPDX-License-Identifier: BSD-3-Clause
#include "tests/dp/l3net.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { IFACES = 64 };

static struct l3_iface_conf confs[IFACES];
static uint16_t n_ifaces;
static uint32_t n_hops, n_groups;

static void mac_bytes(uint64_t mac, uint8_t *to)
{
	for (int i = 0; i < 6; i++)
		to[i] = mac >> 8 * (5 - i);
}

/* Numbers begin anew with each network. */
static uint16_t add_iface(struct l3_iface_conf conf, uint64_t mac)
{
	static uint32_t network;

	if (network != net_serial)
		n_ifaces = n_hops = n_groups = 0;
	network = net_serial;
	assert_true(++n_ifaces < IFACES);
	conf.mtu = 1500;
	conf.up = true;
	mac_bytes(mac, conf.mac);
	confs[n_ifaces] = conf;
	iface_changed(n_ifaces);
	return n_ifaces;
}

uint16_t on_port(struct fake *fake, uint16_t vlan, uint64_t mac)
{
	return add_iface((struct l3_iface_conf){.port = &fake->port, .vlan = vlan}, mac);
}

uint16_t in_bridge(struct bridge *bridge, uint16_t vlan, uint64_t mac)
{
	return add_iface((struct l3_iface_conf){.bridge = bridge, .vlan = vlan}, mac);
}

struct l3_iface_conf *iface_conf(uint16_t iface)
{
	return &confs[iface];
}

void iface_changed(uint16_t iface)
{
	assert_int_equal(l3_iface_set(iface, &confs[iface]), 0);
}

void iface_mtu(uint16_t iface, uint16_t mtu)
{
	confs[iface].mtu = mtu;
	iface_changed(iface);
}

void iface_up(uint16_t iface, bool up)
{
	confs[iface].up = up;
	iface_changed(iface);
}

void iface_vrf(uint16_t iface, uint16_t vrf)
{
	l3_vrf_add(vrf);
	confs[iface].vrf = vrf;
	iface_changed(iface);
}

static uint32_t add_hop(const struct l3_nexthop_conf *conf)
{
	assert_int_equal(l3_nexthop_set(++n_hops, conf), 0);
	return n_hops;
}

uint32_t hop_to(uint16_t iface, uint64_t mac)
{
	struct l3_nexthop_conf conf = {.act = L3_FORWARD, .iface = iface};

	mac_bytes(mac, conf.mac);
	return add_hop(&conf);
}

uint32_t hop_act(enum l3_act act, uint16_t iface)
{
	return add_hop(&(struct l3_nexthop_conf){.act = act, .iface = iface});
}

uint32_t hop_vrf(uint16_t vrf)
{
	return add_hop(&(struct l3_nexthop_conf){.act = L3_VRF, .vrf = vrf});
}

uint32_t last_hop(void)
{
	return n_hops;
}

uint32_t group_of(uint16_t n, const uint32_t *hops)
{
	struct l3_member members[L3_MEMBER_MAX];

	for (uint16_t i = 0; i < n; i++)
		members[i] = (struct l3_member){hops[i], 1};
	assert_int_equal(l3_group_set(++n_groups, members, n), 0);
	return n_groups;
}

void route_in(uint16_t vrf, const char *prefix, uint32_t group)
{
	uint8_t bytes[16], family = strchr(prefix, ':') ? 6 : 4;
	const char *slash = strchr(prefix, '/');
	char address[64];

	snprintf(address, sizeof(address), "%.*s", (int)(slash - prefix), prefix);
	assert_int_equal(inet_pton(family == 6 ? AF_INET6 : AF_INET, address, bytes), 1);
	assert_int_equal(l3_route_set(vrf, family, bytes, atoi(slash + 1), group), 0);
}

void via(const char *prefix, uint16_t iface, uint64_t mac)
{
	uint32_t hop = hop_to(iface, mac);

	route_in(confs[iface].vrf, prefix, group_of(1, &hop));
}

void acts(const char *prefix, enum l3_act act, uint16_t iface)
{
	uint32_t hop = hop_act(act, iface);

	route_in(confs[iface].vrf, prefix, group_of(1, &hop));
}

static uint16_t type_at(const struct frame *f, uint32_t off)
{
	return f->bytes[off] << 8 | f->bytes[off + 1];
}

uint32_t l3_at(const struct frame *f)
{
	uint32_t off = 14;

	while (type_at(f, off - 2) == 0x8100 || type_at(f, off - 2) == 0x88a8)
		off += 4;
	return off;
}

static bool is_ip4(const struct frame *f)
{
	return type_at(f, l3_at(f) - 2) == 0x0800;
}

void fix_sum(struct frame *f)
{
	uint8_t *ip = f->bytes + l3_at(f);
	uint32_t sum = 0;

	ip[10] = ip[11] = 0;
	for (int i = 0; i < (ip[0] & 0xf) * 4; i += 2)
		sum += ip[i] << 8 | ip[i + 1];
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	ip[10] = ~sum >> 8;
	ip[11] = ~sum;
}

void set_ttl(struct frame *f, uint8_t ttl)
{
	if (is_ip4(f)) {
		f->bytes[l3_at(f) + 8] = ttl;
		fix_sum(f);
	} else {
		f->bytes[l3_at(f) + 7] = ttl;
	}
}

void flag_fragment(struct frame *f, uint16_t v)
{
	f->bytes[l3_at(f) + 6] = v >> 8;
	f->bytes[l3_at(f) + 7] = v;
	fix_sum(f);
}

static struct frame reframed(const struct frame *f, uint64_t dst, uint64_t src, uint16_t vlan)
{
	struct frame g = eth(dst, src);

	if (vlan)
		tag(&g, vlan, 0);
	raw(&g, f->bytes + l3_at(f) - 2, f->len - l3_at(f) + 2);
	return g;
}

struct frame one_hop_tagged(const struct frame *f, uint64_t dst, uint64_t src, uint16_t vlan)
{
	struct frame g = reframed(f, dst, src, vlan);

	set_ttl(&g, g.bytes[l3_at(&g) + (is_ip4(&g) ? 8 : 7)] - 1);
	return g;
}

struct frame one_hop(const struct frame *f, uint64_t dst, uint64_t src)
{
	return one_hop_tagged(f, dst, src, 0);
}

struct frame no_hop(const struct frame *f, uint64_t dst, uint64_t src)
{
	return reframed(f, dst, src, 0);
}

void expect_punt_at(const char *file, int line, const struct frame *f, enum punt_class class,
		    enum punt_why why, uint16_t iface, struct punt *more)
{
	struct punt punt;
	uint8_t copy[FRAME_MAX];
	bool ok;

	if (!punt_take(&punt, 1)) {
		fprintf(stderr, "nothing was punted\n");
		_fail(file, line);
	}
	ok = punt.m->pkt_len == f->len &&
	     !memcmp(rte_pktmbuf_read(punt.m, 0, f->len, copy), f->bytes, f->len);
	if (!ok)
		fprintf(stderr, "another frame was punted\n");
	if (punt.class != class || punt.why != why || punt.iface != iface || punt.l3 != l3_at(f) ||
	    punt.ether_type != type_at(f, punt.l3 - 2)) {
		fprintf(stderr, "punted as class %u, why %u, interface %u, type %04x at %u\n",
			punt.class, punt.why, punt.iface, punt.ether_type, punt.l3);
		ok = false;
	}
	rte_pktmbuf_free(punt.m);
	punt.m = NULL;
	if (more)
		*more = punt;
	if (!ok)
		_fail(file, line);
}

void expect_no_punt_at(const char *file, int line)
{
	struct punt punt;

	if (!punt_take(&punt, 1))
		return;
	fprintf(stderr, "punted: class %u, why %u, interface %u\n", punt.class, punt.why,
		punt.iface);
	rte_pktmbuf_free(punt.m);
	_fail(file, line);
}

static struct inject injected(const struct frame *f)
{
	struct rte_mbuf *m = mbuf_of(f);
	uint16_t l3 = l3_at(f);

	rte_pktmbuf_adj(m, l3);
	return (struct inject){.m = m, .ether_type = type_at(f, l3 - 2)};
}

void inject_routed(const struct frame *f, uint16_t vrf, bool forwarded)
{
	struct inject in = injected(f);

	in.vrf = vrf;
	in.forwarded = forwarded;
	assert_int_equal(inject(&in), 0);
}

void inject_held(const struct frame *f, uint16_t vrf, uint16_t from)
{
	struct inject in = injected(f);

	in.vrf = vrf;
	in.forwarded = true;
	in.from = from;
	assert_int_equal(inject(&in), 0);
}

void inject_to(const struct frame *f, uint16_t iface, uint64_t mac)
{
	struct inject in = injected(f);

	in.iface = iface;
	mac_bytes(mac, in.dst_mac);
	assert_int_equal(inject(&in), 0);
}

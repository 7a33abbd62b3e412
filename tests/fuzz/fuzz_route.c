// SPDX-License-Identifier: BSD-3-Clause
/*
 * Frames from a port of the router or of a bridge that the router is in, all the way from parse to
 * tx: nothing is read beyond them, all of them are accounted for, no buffer is lost, and what the
 * router sends on is valid IP with one hop less than it came with, and of IPv4 the same bytes, be
 * it in fragments.
 */
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include <rte_ether.h>
#include <rte_ip.h>

#include "dataplane/dp.h"
#include "dataplane/l3.h"
#include "dataplane/punt.h"
#include "dataplane/worker.h"
#include "dataplane/workers.h"
#include "tests/support/eal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { N_MBUFS = 2047, SEGS_MAX = 3, HEAD = 8, VLAN = 10 };

/* The input's head; the frame follows. */
struct told {
	uint8_t port;     /* 0: routed, 1: access port of a bridge, 2: its trunk */
	uint8_t what;     /* enum what */
	uint8_t headroom; /* in front of the frame, up to 63 */
	uint8_t split[2]; /* bytes behind the first segments, from the end */
	uint8_t mtu;      /* of the interface that most leaves by: 68 + 6 times this */
	uint8_t l3_len, mss;
};

enum what {
	TO_ROUTER = 1,  /* the destination is the router's address */
	FIX_SUM = 2,    /* the IPv4 header's checksum is made right */
	TO_US = 4,      /* and the destination an address of a route that exists */
	UNFINISHED = 8, /* its sender left the checksum undone */
	LARGE = 16,     /* and it is to be cut */
	INJECT = 32,    /* not a frame: the packet in it is control's */
};

struct end {
	struct port port;
	struct rte_mbuf *next; /* to be received */
};

static struct end ends[3];
static struct bridge *bridge;
static const uint8_t router_mac[6] = {2, 0, 0, 0, 1, 0};
static bool is_own; /* what is on its way is control's, and as control wants it */
static struct rte_mbuf_ext_shared_info infos[SEGS_MAX];

/* The IPv4 packet that came; NULL: it was none, or is to be finished on its way. */
static const uint8_t *came;

static uint16_t end_rx(struct port *port, uint16_t queue, struct rte_mbuf **pkts, uint16_t max)
{
	struct end *end = (struct end *)port;

	if (!end->next)
		return 0;
	pkts[0] = end->next;
	end->next = NULL;
	return 1;
}

static uint32_t field16(const uint8_t *p)
{
	return (uint32_t)p[0] << 8 | p[1];
}

/* Its payload, or a fragment's, is what came. */
static void check_payload(const struct rte_mbuf *m, uint32_t l3, const uint8_t *header)
{
	uint32_t in_header = (came[0] & 0xf) * 4u, out_header = (header[0] & 0xf) * 4u;
	uint32_t in_len = field16(came + 2) - in_header, len = field16(header + 2) - out_header;
	uint32_t in_at = (field16(came + 6) & 0x1fff) * 8, at = (field16(header + 6) & 0x1fff) * 8;
	uint8_t copy[2048];
	const uint8_t *payload = rte_pktmbuf_read(m, l3 + out_header, len, copy);

	if (!payload || field16(header + 4) != field16(came + 4) || header[9] != came[9])
		abort();
	if (at < in_at || at - in_at + len > in_len ||
	    memcmp(payload, came + in_header + (at - in_at), len) != 0)
		abort();
}

/* What the router sent: its own header, and an IP packet that another router takes. */
static void check_routed(const struct rte_mbuf *m)
{
	uint8_t copy[14 + 4 + 60];
	uint32_t len = RTE_MIN(m->pkt_len, (uint32_t)sizeof(copy)), off = 12;
	const uint8_t *p = rte_pktmbuf_read(m, 0, len, copy);
	uint16_t type;

	if (len < 14 + 20 || memcmp(p + 6, router_mac, 6))
		return;
	if (p[off] == 0x81 && p[off + 1] == 0)
		off += 4;
	type = p[off] << 8 | p[off + 1];
	off += 2;
	if (type == RTE_ETHER_TYPE_IPV4) {
		uint32_t header = (p[off] & 0xf) * 4, total = p[off + 2] << 8 | p[off + 3];

		if (p[off] >> 4 != 4 || header < 20 || total < header || total > m->pkt_len - off)
			abort();
		if (!is_own && (rte_raw_cksum(p + off, header) != 0xffff || p[off + 8] == 0))
			abort();
		if (came)
			check_payload(m, off, p + off);
	} else if (type == RTE_ETHER_TYPE_IPV6) {
		if (p[off] >> 4 != 6 || (p[off + 7] == 0 && !is_own) ||
		    40u + (p[off + 4] << 8 | p[off + 5]) > m->pkt_len - off)
			abort();
	}
}

static void check_whole(const struct rte_mbuf *m)
{
	uint32_t sum = 0, n = 0;

	for (const struct rte_mbuf *s = m; s; s = s->next, n++)
		sum += s->data_len;
	if (sum != m->pkt_len || n != m->nb_segs)
		abort();
}

static uint16_t end_tx(struct port *port, uint16_t queue, struct rte_mbuf **pkts, uint16_t n)
{
	for (uint16_t i = 0; i < n; i++) {
		check_whole(pkts[i]);
		check_routed(pkts[i]);
	}
	rte_pktmbuf_free_bulk(pkts, n);
	return n;
}

static const struct port_ops end_ops = {.rx = end_rx, .tx = end_tx};

static void must(int result)
{
	if (result < 0)
		abort();
}

static void add_iface(uint16_t id, struct port *port, uint16_t vlan, uint16_t mtu)
{
	struct l3_iface_conf conf = {.port = port,
				     .bridge = port ? NULL : bridge,
				     .vlan = vlan,
				     .mtu = mtu,
				     .up = true,
				     .record = id == 3 ? L3_RECORD_CARRY : L3_RECORD_FILL,
				     .redirects = true};

	memcpy(conf.mac, router_mac, 6);
	conf.ip4[0] = 10;
	conf.ip4[3] = (uint8_t)id;
	must(l3_iface_set(id, &conf));
}

/* A next hop of each kind, a group of it alone with its number, and a route to it. */
static void add_route(uint32_t id, uint8_t act, uint16_t iface, const char *prefix4, uint8_t len4,
		      const char *prefix6, uint8_t len6)
{
	struct l3_nexthop_conf hop = {.act = act,
				      .iface = iface,
				      .mac = {2, 0, 0, 0, 0, (uint8_t)id}};
	struct l3_member member = {id, 1};
	uint8_t bytes[16];

	must(l3_nexthop_set(id, &hop));
	must(l3_group_set(id, &member, 1));
	must(inet_pton(AF_INET, prefix4, bytes) - 1);
	must(l3_route_set(0, 4, bytes, len4, id));
	must(inet_pton(AF_INET6, prefix6, bytes) - 1);
	must(l3_route_set(0, 6, bytes, len6, id));
}

static void add_routes(void)
{
	struct l3_member both[] = {{1, 1}, {2, 2}};
	uint8_t bytes[16] = {10, 9};

	add_route(1, L3_FORWARD, 1, "10.1.0.0", 16, "2001:db8:1::", 48);
	add_route(2, L3_FORWARD, 2, "10.2.0.0", 16, "2001:db8:2::", 48);
	add_route(3, L3_LOCAL, 1, "10.3.0.0", 16, "2001:db8:3::", 48);
	add_route(4, L3_GLEAN, 1, "10.4.0.0", 16, "2001:db8:4::", 48);
	add_route(5, L3_BROADCAST, 1, "10.5.0.0", 16, "2001:db8:5::", 48);
	add_route(6, L3_UNREACHABLE, 0, "10.6.0.0", 16, "2001:db8:6::", 48);
	add_route(7, L3_VRF, 0, "10.7.0.0", 16, "2001:db8:7::", 48);
	add_route(8, L3_BLACKHOLE, 0, "10.8.0.0", 16, "2001:db8:8::", 48);
	must(l3_group_set(9, both, 2));
	must(l3_route_set(0, 4, bytes, 16, 9));
}

static void join(struct port *port, bool trunk)
{
	struct member_conf conf = {.untagged = trunk ? 0 : VLAN};

	if (trunk)
		conf.tagged[VLAN / 64] |= UINT64_C(1) << VLAN % 64;
	must(bridge_member_set(bridge, port, &conf));
}

static void start(void)
{
	const struct dp_conf conf = {.n_mbufs = N_MBUFS, .manual = true};
	const uint16_t core = 0;
	struct dp_queue queues[3];

	test_eal_init();
	must(dp_start(&conf));
	must(dp_workers_set(&core, 1));
	bridge = bridge_create(100);
	for (int i = 0; i < 3; i++) {
		port_init(&ends[i].port, "p", &end_ops, 1, 1, 9000);
		ends[i].port.up = true;
		must(dp_port_attach(&ends[i].port));
		queues[i] = (struct dp_queue){&ends[i].port, 0, 0};
	}
	join(&ends[1].port, false);
	join(&ends[2].port, true);
	must(dp_place(queues, 3));
	add_iface(1, &ends[0].port, 0, 1500);
	add_iface(2, NULL, VLAN, 1500);
	add_iface(3, &ends[0].port, 20, 1500);
	add_routes();
	for (int c = 0; c < PUNT_CLASSES; c++)
		punt_rate(c, UINT32_MAX);
}

static void free_memory(void *memory, void *arg)
{
	free(arg);
}

/* In memory that ends with it. */
static struct rte_mbuf *segment(int i, const uint8_t *data, uint16_t len, uint16_t headroom)
{
	struct rte_mbuf *m = rte_pktmbuf_alloc(dp_pool());
	uint8_t *memory = malloc(headroom + len + 1u);

	if (!m || !memory)
		abort();
	infos[i].free_cb = free_memory;
	infos[i].fcb_opaque = memory;
	rte_mbuf_ext_refcnt_set(&infos[i], 1);
	rte_pktmbuf_attach_extbuf(m, memory + 1, 0, headroom + len, &infos[i]);
	m->data_off = headroom;
	m->data_len = len;
	m->pkt_len = len;
	memcpy(memory + 1 + headroom, data, len);
	return m;
}

static struct rte_mbuf *build(const struct told *told, const uint8_t *data, uint32_t len)
{
	uint32_t behind[2] = {RTE_MIN(told->split[0], len), 0};
	struct rte_mbuf *m, *last;

	behind[1] = RTE_MIN(told->split[1], len - behind[0]);
	m = last = segment(0, data, len - behind[0] - behind[1], told->headroom & 63);
	for (int i = 1; i >= 0; i--) {
		if (!behind[i])
			continue;
		last->next =
			segment(2 - i, data + len - behind[0] - (i ? behind[1] : 0), behind[i], 0);
		last = last->next;
		m->nb_segs++;
		m->pkt_len += behind[i];
	}
	return m;
}

/* As ports mark them: with lengths that the first segment bears out, and of IPv4 the header's. */
static void mark(struct rte_mbuf *m, const struct told *told)
{
	const uint8_t *frame = rte_pktmbuf_mtod(m, const uint8_t *);
	uint32_t l3_len = 20 + told->l3_len % 44;

	if (m->data_len > 14 && field16(frame + 12) == RTE_ETHER_TYPE_IPV4)
		l3_len = (frame[14] & 0xf) * 4;
	if (!(told->what & UNFINISHED) || l3_len < 20 || m->data_len < 14 + l3_len + 20)
		return;
	m->l2_len = 14;
	m->l3_len = l3_len;
	m->ol_flags |= RTE_MBUF_F_TX_IPV4 |
		       (told->what & LARGE ? RTE_MBUF_F_TX_TCP_CKSUM : RTE_MBUF_F_TX_UDP_CKSUM);
	if (!(told->what & LARGE))
		return;
	m->l4_len = 20;
	m->tso_segsz = 48 + told->mss * 8;
	m->ol_flags |= RTE_MBUF_F_TX_TCP_SEG;
}

/* Makes of a mutated frame one that gets further. */
static void mend(uint8_t *frame, uint32_t len, const struct told *told)
{
	uint32_t header = len > 14 ? (frame[14] & 0xf) * 4 : 0;
	uint16_t sum;

	if (len < 14)
		return;
	if (told->what & TO_ROUTER)
		memcpy(frame, router_mac, 6);
	if (len >= 14 + 40 && frame[12] == 0x86 && told->what & TO_US)
		memcpy(frame + 38, (uint8_t[]){0x20, 1, 0xd, 0xb8, 0, told->mtu % 10}, 6);
	if (frame[12] != 8 || header < 20 || len < 14 + header)
		return;
	if (told->what & TO_US) {
		frame[30] = 10;
		frame[31] = told->mtu % 10;
	}
	if (!(told->what & FIX_SUM))
		return;
	frame[24] = frame[25] = 0;
	sum = ~rte_raw_cksum(frame + 14, header);
	memcpy(frame + 24, &sum, 2);
}

/* Whole, as parse demands it of what is routed. */
static const uint8_t *find_ip4(const struct told *told, const uint8_t *frame, uint32_t len)
{
	uint32_t off = len > 16 && frame[12] == 0x81 && frame[13] == 0 ? 18 : 14;

	if (told->what & (UNFINISHED | INJECT) || len < off + 20 ||
	    field16(frame + off - 2) != 0x0800 || field16(frame + off + 2) > len - off)
		return NULL;
	return frame + off;
}

static void enter(const struct told *told, const uint8_t *frame, uint32_t len)
{
	struct inject in = {.vrf = 0,
			    .dst_mac = {2, 0, 0, 0, 0, 9},
			    .forwarded = told->mss & 1,
			    .from = told->mss >> 1 & 3};
	struct rte_mbuf *m;

	is_own = told->what & INJECT && len > 14;
	if (!is_own) {
		m = build(told, frame, len);
		mark(m, told);
		ends[told->port % 3].next = m;
		return;
	}
	in.m = build(told, frame + 14, len - 14);
	in.iface = told->port % 5;
	/* Tags are the interfaces'. */
	in.ether_type = frame[12] == 0x81 ? RTE_ETHER_TYPE_ARP : frame[12] << 8 | frame[13];
	inject(&in);
}

static void check(void)
{
	struct dp_worker_stats s;
	struct punt punt;

	while (punt_take(&punt, 1)) {
		check_whole(punt.m);
		if (punt.l3 > punt.m->data_len || punt.class >= PUNT_CLASSES)
			abort();
		rte_pktmbuf_free(punt.m);
	}
	dp_worker_stats(0, &s);
	if (s.received + s.generated != s.sent + s.dropped + s.consumed)
		abort();
	if (rte_mempool_avail_count(dp_pool()) != N_MBUFS)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static bool started;
	uint8_t frame[2048];
	struct told told;
	uint32_t len;

	if (!started)
		start();
	started = true;
	if (size < HEAD || size > sizeof(frame) + HEAD)
		return 0;
	memcpy(&told, data, HEAD);
	len = (uint32_t)size - HEAD;
	memcpy(frame, data + HEAD, len);
	mend(frame, len, &told);
	if (len == 0)
		return 0;
	came = find_ip4(&told, frame, len);
	add_iface(1, &ends[0].port, 0, 68 + 6 * told.mtu);
	enter(&told, frame, len);
	while (worker_round(workers_at(0)))
		;
	l3_reclaim();
	check();
	return 0;
}

// SPDX-License-Identifier: BSD-3-Clause
/* What workers hand over, to whom it concerns. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "control/daemon.h"
#include "control/engines.h"
#include "control/fib_sync.h"
#include "control/held.h"
#include "control/interfaces.h"
#include "control/loop.h"
#include "control/packets.h"
#include "dataplane/punt.h"

#define BATCH  8     /* from one look at the clock to the next: each may have 25 routes of RIP */
#define IP_MAX 65575 /* an IPv6 packet with its header */

static struct event *news, *more;
static uint8_t piece[IP_MAX]; /* of a packet that lies in several buffers */

/* How long the IP packet is, as its header says; what was added to fill a frame does not count. 0:
 * it is none. */
static uint32_t ip_len(uint16_t ether_type, const uint8_t *data, uint32_t have)
{
	uint32_t len = have;

	if (ether_type == 0x0800 && have >= 20)
		len = (uint32_t)data[2] << 8 | data[3];
	else if (ether_type == 0x86dd && have >= 40)
		len = 40 + ((uint32_t)data[4] << 8 | data[5]);
	else if (ether_type == 0x0800 || ether_type == 0x86dd)
		return 0;
	return len <= have ? len : 0;
}

/* From offset on. */
static bool packet_of(struct rte_mbuf *m, uint32_t offset, uint16_t ether_type,
		      struct packet_in *in)
{
	uint32_t have = m->pkt_len > offset ? m->pkt_len - offset : 0;

	if (have == 0 || have > sizeof(piece))
		return false;
	in->data = rte_pktmbuf_read(m, offset, have, piece);
	in->ether_type = ether_type;
	in->len = in->data ? ip_len(ether_type, in->data, have) : 0;
	return in->len > 0;
}

bool held_packet(const struct held *held, const struct iface *out, struct packet_in *in)
{
	struct iface_entry *entry = interfaces_by_id(held->iface);

	memset(in, 0, sizeof(*in));
	/* Our own packet hears of it from the interface by which it was to leave. */
	in->iface = entry ? &entry->iface : held->iface ? NULL : out;
	in->is_own = held->iface == 0;
	return in->iface && packet_of(held->m, 0, held->ether_type, in);
}

/* The interface it came in on; of our own packets the one it was found to be for. */
static const struct iface *iface_of(const struct punt *punt)
{
	struct iface_entry *entry = interfaces_by_l3(punt->iface);
	struct fib_target target;

	if (!entry && punt->iface == 0 && fib_sync_target(punt->nexthop, &target))
		entry = interfaces_by_id(target.iface);
	return entry ? &entry->iface : NULL;
}

static bool make_packet(const struct punt *punt, struct packet_in *in)
{
	const uint8_t *frame = rte_pktmbuf_mtod(punt->m, const uint8_t *);

	memset(in, 0, sizeof(*in));
	in->iface = iface_of(punt);
	in->is_own = punt->iface == 0;
	if (!in->iface || !packet_of(punt->m, punt->l3, punt->ether_type, in))
		return false;
	if (punt->l3 >= 12 && punt->m->data_len >= 12) {
		memcpy(in->dst_mac, frame, 6);
		memcpy(in->src_mac, frame + 6, 6);
	}
	return true;
}

/* --- packets for others --- */

/* Waits for the neighbour that its route leads to. */
static void glean(struct punt *punt)
{
	struct iface_entry *out, *in = interfaces_by_l3(punt->iface);
	struct fib_target target;
	struct packet_in packet;
	struct addr src, dst;
	struct held *held;

	if (!fib_sync_target(punt->nexthop, &target))
		goto drop;
	out = interfaces_by_id(target.iface);
	held = out && packet_of(punt->m, punt->l3, punt->ether_type, &packet) &&
			       packet_addresses(punt->ether_type, packet.data, packet.len, &src,
						&dst)
		       ? calloc(1, sizeof(*held))
		       : NULL;
	if (!held)
		goto drop;
	rte_pktmbuf_adj(punt->m, punt->l3);
	*held = (struct held){.m = punt->m,
			      .iface = in ? in->iface.id : 0,
			      .vrf = in ? in->iface.vrf : out->iface.vrf,
			      .ether_type = punt->ether_type,
			      .is_own = punt->iface == 0};
	packets_count_held();
	neighbor_resolve(engines_neighbors(), &out->iface,
			 target.addr.family == ADDR_NONE ? &dst : &target.addr, held);
	return;
drop:
	rte_pktmbuf_free(punt->m);
}

/* A better gateway for the sender: the one that the packet was sent to. */
static bool redirect_to(const struct punt *punt, const struct packet_in *in,
			struct host_problem *problem)
{
	struct fib_target target;
	struct addr src, dst;

	if (!fib_sync_target(punt->nexthop, &target) || target.iface != in->iface->id ||
	    !packet_addresses(in->ether_type, in->data, in->len, &src, &dst))
		return false;
	problem->gateway = target.addr.family == ADDR_NONE ? dst : target.addr;
	problem->has_mac = target.resolved;
	memcpy(problem->mac, target.mac, 6);
	return true;
}

static void error(const struct punt *punt, const struct packet_in *in)
{
	static const enum host_why why[] = {
		[PUNT_TTL] = HOST_TTL,
		[PUNT_TOO_BIG] = HOST_TOO_BIG,
		[PUNT_NO_ROUTE] = HOST_NO_ROUTE,
		[PUNT_UNREACHABLE] = HOST_UNREACHABLE,
		[PUNT_PROHIBITED] = HOST_PROHIBITED,
		[PUNT_REDIRECT] = HOST_REDIRECT,
		[PUNT_PARAMETER] = HOST_PARAMETER,
		[PUNT_SCOPE] = HOST_SCOPE,
	};
	struct host_problem problem = {.mtu = punt->mtu, .pointer = punt->mtu};

	if (punt->why < PUNT_TTL || punt->why > PUNT_SCOPE || punt->why == PUNT_OPTIONS)
		return;
	problem.why = why[punt->why];
	if (punt->why == PUNT_REDIRECT && !redirect_to(punt, in, &problem))
		return;
	host_error(engines_host(), in, &problem);
}

/* --- packets for ourselves --- */

/* A copy of one that was forwarded is a protocol's at most, and nobody's to answer. */
static void for_us(const struct punt *punt, struct packet_in *in)
{
	bool is_copy = punt->why == PUNT_OPTIONS;

	if (!is_copy && !host_assemble(engines_host(), in))
		return;
	if (!engines_input(in) && !is_copy)
		host_input(engines_host(), in);
}

static void take(struct punt *punt)
{
	struct packet_in in;

	if (punt->class == PUNT_GLEAN) {
		glean(punt);
		return;
	}
	if (make_packet(punt, &in)) {
		switch (punt->class) {
		case PUNT_NEIGHBOR:
			neighbor_input(engines_neighbors(), &in);
			break;
		case PUNT_ERROR:
			error(punt, &in);
			break;
		default:
			for_us(punt, &in);
		}
	}
	rte_pktmbuf_free(punt->m);
}

static void take_news(void *arg)
{
	int64_t end = loop_slice_end();
	struct punt punts[BATCH];
	uint32_t n;

	loop_cancel(more);
	more = NULL;
	engines_now();
	while ((n = punt_take(punts, BATCH)) > 0) {
		for (uint32_t i = 0; i < n; i++)
			take(&punts[i]);
		if (loop_now_us() < end)
			continue;
		more = loop_timer(0, false, take_news, NULL);
		if (more)
			break;
	}
	engines_kick();
}

int packets_start(void)
{
	news = loop_watch(punt_fd(), take_news, NULL);
	if (!news)
		return -ENOMEM;
	take_news(NULL); /* the descriptor tells of news only after punt_take said that there are
			    none */
	return 0;
}

void packets_stop(void)
{
	loop_cancel(news);
	loop_cancel(more);
	news = more = NULL;
}

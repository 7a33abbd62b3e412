// SPDX-License-Identifier: BSD-3-Clause
/* Who may say what: RFC 2453 3.9, RFC 2080 2.4; then requests and responses. */
#include "routing/core/udp.h"
#include "routing/rip/engine.h"

static uint16_t own_port(const struct rip *rip)
{
	return rip->family == ADDR_IP4 ? RIP_PORT : RIPNG_PORT;
}

/* 3.9.2: a neighbour is on the wire, and not we ourselves. */
static enum rip_refused check_source(const struct rip_iface *iface, const struct ip_view *ip)
{
	if (rip_iface_is_own(iface, &ip->src) || !rip_iface_is_on_link(iface, &ip->src))
		return RIP_BAD_SOURCE;
	return RIP_REFUSALS;
}

/* RFC 2080 2.4.2: what comes from far has passed a router. A request to us alone may. */
static bool ttl_fits(const struct rip *rip, const struct ip_view *ip, uint8_t command)
{
	return rip->family == ADDR_IP4 || ip->ttl == 255 ||
	       (command == RIP_REQUEST && !addr_is_multicast(&ip->dst));
}

static void answer_some(struct rip_iface *iface, struct rip_reader *r, const struct addr *to,
			uint16_t port)
{
	struct rip *rip = iface->rip;
	struct rip_entry entry;
	enum rip_refused why;

	rip_out_renumber(iface);
	rip_out_begin(iface, RIP_RESPONSE, r->version == 1 ? 1 : 2);
	while (rip_read_entry(r, &entry, &why) && !rip_out_is_full(iface)) {
		const struct rip_route *route = NULL;

		if (entry.prefix.addr.family == ADDR_NONE) /* no mask at all: not to be repeated */
			continue;
		if (why == RIP_REFUSALS || why == RIP_BAD_METRIC)
			route = rip_route_find(rip, &entry.prefix);
		else if (why != RIP_BAD_PREFIX)
			continue;
		entry.metric = route ? rip_route_metric(route) : RIP_INFINITY;
		entry.tag = route ? rip_route_tag(route) : 0;
		entry.next_hop = (struct addr){0};
		rip_out_add(iface, &entry);
	}
	if (iface->out.n)
		rip_out_send(iface, to, port);
}

/* 3.9.1. A silent router answers nobody but who asks from another port, as a monitor does. */
static enum rip_refused on_request(struct rip_iface *iface, struct rip_reader *r,
				   const struct ip_view *ip, const struct udp_view *udp)
{
	if (iface->conf.passive && udp->sport == own_port(iface->rip))
		return RIP_REFUSALS;
	if (rip_asks_for_all(r))
		rip_answer_all(iface, &ip->src, udp->sport, r->version == 1 ? 1 : 2);
	else if (read_left(&r->in))
		answer_some(iface, r, &ip->src, udp->sport);
	return RIP_REFUSALS;
}

static void on_response(struct rip_iface *iface, struct rip_reader *r, struct rip_neighbor *from,
			const struct udp_view *udp)
{
	struct rip_entry entry;
	enum rip_refused why;

	while (rip_read_entry(r, &entry, &why)) {
		if (why == RIP_REFUSALS)
			why = rip_learn(from, &entry);
		if (why == RIP_REFUSALS)
			continue;
		iface->rip->refused[why]++;
		from->bad_routes++;
		rip_neighbor_refused(from, why, udp);
	}
}

/* Before digests are computed: who floods is to cost little. */
static bool is_in_pace(struct rip_iface *iface, struct rip_neighbor *from)
{
	uint32_t most = iface->rip->conf.packets_max;

	return bucket_take(from ? &from->pace : &iface->pace, most, most,
			   env_now(rip_env(iface->rip)));
}

/* *from is whoever of our neighbours sent it, from the moment where it is known that he did. */
static enum rip_refused take(struct rip_iface *iface, const struct ip_view *ip,
			     const struct udp_view *udp, struct rip_neighbor **from)
{
	struct rip *rip = iface->rip;
	struct rip_auth_seen seen = {.size = udp->len};
	enum rip_refused why = check_source(iface, ip);
	struct rip_reader r;

	if (why != RIP_REFUSALS)
		return why;
	*from = rip_neighbor_find(iface, &ip->src);
	if (!is_in_pace(iface, *from))
		return RIP_TOO_FAST;
	if (rip->family == ADDR_IP4) {
		why = rip_auth_check(rip_env(rip), &iface->conf, udp->data, udp->len, &seen);
		if (why != RIP_REFUSALS)
			return why;
	}
	why = rip_read(rip->family, udp->data, seen.size, iface->iface, &r);
	if (why != RIP_REFUSALS)
		return why;
	if (rip->family == ADDR_IP4 && r.version == 1 && !iface->conf.accept_1)
		return RIP_BAD_VERSION;
	if (seen.has_entry)
		read_skip(&r.in, RIP_ENTRY);
	if (!ttl_fits(rip, ip, r.command))
		return RIP_BAD_TTL;
	if (r.command == RIP_REQUEST)
		return on_request(iface, &r, ip, udp);
	if (udp->sport != own_port(rip))
		return RIP_BAD_PORT;
	if (rip->family == ADDR_IP6 && !addr_is_link_local(&ip->src))
		return RIP_BAD_SOURCE;
	if (!*from)
		*from = rip_neighbor_add(iface, &ip->src, true);
	if (!*from)
		return RIP_NOT_ALLOWED;
	if (seen.has_sequence && !rip_neighbor_sequence(*from, &seen))
		return RIP_REPLAYED;
	rip_neighbor_heard(*from, r.version, seen.key);
	if ((*from)->is_deaf)
		return RIP_BFD_DOWN;
	on_response(iface, &r, *from, udp);
	return RIP_REFUSALS;
}

/* What is refused of strangers on the wire is noted, too: he who has the wrong key sees why. */
static void note(struct rip_iface *iface, struct rip_neighbor *from, const struct addr *src,
		 enum rip_refused why, const struct udp_view *udp)
{
	if (!from && iface->is_active && why != RIP_BAD_SOURCE)
		from = rip_neighbor_add(iface, src, false);
	if (!from)
		return;
	from->bad_packets++;
	rip_neighbor_refused(from, why, udp);
}

void rip_input(struct instance *instance, const struct packet_in *in)
{
	struct rip *rip = container_of(instance, struct rip, instance);
	struct rip_iface *iface = rip_iface_find(rip, in->iface->id);
	struct rip_neighbor *from = NULL;
	enum rip_refused why = RIP_NOT_ALLOWED;
	struct udp_view udp;
	struct ip_view ip;

	if (ip_read(in->data, in->len, false, &ip) < 0 || udp_read(&ip, &udp) < 0 ||
	    ip.src.family != rip->family) {
		rip->refused[RIP_BAD_PACKET]++;
		return;
	}
	if (iface && iface->is_active)
		why = take(iface, &ip, &udp, &from);
	if (why == RIP_REFUSALS)
		return;
	rip->refused[why]++;
	if (iface)
		note(iface, from, &ip.src, why, &udp);
}

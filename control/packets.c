// SPDX-License-Identifier: BSD-3-Clause
/* Packets that engines send, and those that wait for a neighbour. */
#include "control/packets.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "control/engines.h"
#include "control/held.h"
#include "control/interfaces.h"
#include "dataplane/dp.h"
#include "dataplane/punt.h"

#define ETHER_IP4 0x0800
#define ETHER_IP6 0x86dd

static struct packets_stats stats;

/* The address that an IP packet is for; false: it is none. */
bool packet_addresses(uint16_t ether_type, const uint8_t *data, uint32_t len, struct addr *src,
		      struct addr *dst)
{
	memset(src, 0, sizeof(*src));
	memset(dst, 0, sizeof(*dst));
	if (ether_type == ETHER_IP4 && len >= 20) {
		src->family = dst->family = ADDR_IP4;
		memcpy(src->bytes, data + 12, 4);
		memcpy(dst->bytes, data + 16, 4);
		return true;
	}
	if (ether_type == ETHER_IP6 && len >= 40) {
		src->family = dst->family = ADDR_IP6;
		memcpy(src->bytes, data + 8, 16);
		memcpy(dst->bytes, data + 24, 16);
		return true;
	}
	return false;
}

/* A packet in as many buffers as it takes. NULL: there are not enough. */
static struct rte_mbuf *to_mbuf(const uint8_t *data, uint32_t len)
{
	struct rte_mbuf *head = rte_pktmbuf_alloc(dp_pool()), *last = head;

	while (last) {
		uint32_t n = RTE_MIN(len, (uint32_t)rte_pktmbuf_tailroom(last));

		memcpy(rte_pktmbuf_mtod(last, uint8_t *), data, n);
		last->data_len = (uint16_t)n;
		head->pkt_len += n;
		data += n;
		len -= n;
		if (len == 0)
			return head;
		last->next = rte_pktmbuf_alloc(dp_pool());
		last = last->next;
		head->nb_segs += last != NULL;
	}
	rte_pktmbuf_free(head);
	stats.no_memory++;
	return NULL;
}

static bool is_broadcast(const struct iface *iface, const struct addr *addr)
{
	if (addr->family == ADDR_IP4 && addr_to_ip4(addr) == UINT32_MAX)
		return true;
	for (uint16_t i = 0; i < iface->n_addresses; i++) {
		struct prefix prefix = {*addr, iface->addresses[i].length};

		if (prefix_is_broadcast(&prefix) && prefix_contains(&iface->addresses[i], addr))
			return true;
	}
	return false;
}

/* The MAC address that follows from a destination by itself (RFC 1112 6.4, RFC 2464 7). */
static bool group_mac(const struct iface *iface, const struct addr *dst, uint8_t mac[6])
{
	static const uint8_t ip4_group[3] = {0x01, 0x00, 0x5e};

	if (is_broadcast(iface, dst)) {
		memset(mac, 0xff, 6);
	} else if (!addr_is_multicast(dst)) {
		return false;
	} else if (dst->family == ADDR_IP4) {
		memcpy(mac, ip4_group, 3);
		mac[3] = dst->bytes[1] & 0x7f;
		mac[4] = dst->bytes[2];
		mac[5] = dst->bytes[3];
	} else {
		mac[0] = mac[1] = 0x33;
		memcpy(mac + 2, dst->bytes + 12, 4);
	}
	return true;
}

static int inject_from(const struct iface *iface, uint16_t ether_type, struct rte_mbuf *m,
		       const uint8_t mac[6])
{
	struct inject in = {.m = m,
			    .ether_type = ether_type,
			    .iface = interfaces_of(iface)->l3,
			    .vrf = iface->vrf};

	memcpy(in.dst_mac, mac, 6);
	return inject(&in);
}

static int inject_own(uint16_t vrf, uint16_t ether_type, struct rte_mbuf *m)
{
	return inject(&(struct inject){.m = m, .ether_type = ether_type, .vrf = vrf});
}

/* Somebody else's goes along the routes once more: they know its next hop by now, and lower its TTL
 * and cut it where it is too long. */
static int inject_forwarded(const struct held *held)
{
	const struct iface_entry *in = interfaces_by_id(held->iface);

	return inject(&(struct inject){.m = held->m,
				       .ether_type = held->ether_type,
				       .vrf = held->vrf,
				       .forwarded = true,
				       .from = in ? in->l3 : 0});
}

/* Nothing that leads there: better said at once than found out by waiting. */
static int send_routed(const struct packet_out *out, uint16_t vrf)
{
	struct addr src, dst;
	struct rib_best best;
	struct rte_mbuf *m;

	if (!packet_addresses(out->ether_type, out->data, out->len, &src, &dst))
		return -EINVAL;
	if (!rib_lookup(engines_env()->rib, vrf, &dst, &best))
		return -EHOSTUNREACH;
	m = to_mbuf(out->data, out->len);
	return m ? inject_own(vrf, out->ether_type, m) : -ENOBUFS;
}

static int hold(const struct iface *iface, const struct packet_out *out, const struct addr *whom)
{
	struct held *held = calloc(1, sizeof(*held));

	if (!held)
		return -ENOBUFS;
	held->m = to_mbuf(out->data, out->len);
	if (!held->m) {
		free(held);
		return -ENOBUFS;
	}
	held->ether_type = out->ether_type;
	held->vrf = iface->vrf;
	held->is_own = true;
	stats.held++;
	neighbor_resolve(engines_neighbors(), iface, whom, held);
	return 0;
}

/* An address that somebody else has, or may have, is not spoken from (RFC 5227 2.1). One of IPv6
 * is doubtful for a second or two only: a protocol that begins meanwhile keeps its first packets.
 */
static bool is_from_unusable(const struct iface *iface, const struct packet_out *out)
{
	struct addr src, dst;
	enum neighbor_address state;

	if (!packet_addresses(out->ether_type, out->data, out->len, &src, &dst))
		return false;
	state = neighbor_address_state(engines_neighbors(), iface, &src);
	return state == NEIGHBOR_ADDRESS_DUPLICATE ||
	       (state == NEIGHBOR_ADDRESS_TENTATIVE && src.family == ADDR_IP4);
}

int packets_send(struct env *env, const struct packet_out *out)
{
	const struct iface *iface = out->iface;
	struct addr src, dst = {0};
	struct rte_mbuf *m;
	uint8_t mac[6];

	if (!iface || iface->flags & IFACE_LOOPBACK)
		return send_routed(out, iface ? iface->vrf : out->vrf);
	if (!(iface->flags & IFACE_UP))
		return -ENETDOWN;
	if (is_from_unusable(iface, out))
		return -EADDRNOTAVAIL;
	if (out->has_mac) {
		memcpy(mac, out->dst_mac, 6);
	} else {
		const struct addr *whom = &out->gateway;

		if (!packet_addresses(out->ether_type, out->data, out->len, &src, &dst))
			return -EINVAL;
		if (whom->family == ADDR_NONE)
			whom = &dst;
		if (!group_mac(iface, &dst, mac) &&
		    !neighbor_find(engines_neighbors(), iface, whom, mac))
			return hold(iface, out, whom);
	}
	m = to_mbuf(out->data, out->len);
	return m ? inject_from(iface, out->ether_type, m, mac) : -ENOBUFS;
}

/* --- packets that waited --- */

static void held_free(struct held *held)
{
	rte_pktmbuf_free(held->m);
	free(held);
}

static void tell_unreachable(const struct iface *iface, const struct held *held)
{
	const struct host_problem problem = {.why = HOST_UNREACHABLE};
	struct packet_in in;

	if (held_packet(held, iface, &in))
		host_error(engines_host(), &in, &problem);
}

void packets_release(void *ctx, const struct iface *iface, const struct addr *addr, void *packet,
		     enum neighbor_fate fate, const uint8_t *mac)
{
	struct held *held = packet;
	int r;

	switch (fate) {
	case NEIGHBOR_SEND:
		r = held->is_own ? inject_from(iface, held->ether_type, held->m, mac)
				 : inject_forwarded(held);
		stats.resent += r == 0;
		free(held);
		return;
	case NEIGHBOR_UNREACHABLE:
		stats.unreachable++;
		tell_unreachable(iface, held);
		break;
	case NEIGHBOR_DROPPED:
		stats.dropped++;
		break;
	}
	held_free(held);
}

void packets_count_held(void)
{
	stats.held++;
}

void packets_stats(struct packets_stats *out)
{
	*out = stats;
}

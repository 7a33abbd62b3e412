// SPDX-License-Identifier: BSD-3-Clause
#include "routing/core/checksum.h"
#include "routing/host/inside.h"

bool owed_has_sound_header(const struct ip_view *ip)
{
	uint32_t len = (uint32_t)(ip->payload - ip->packet);

	return ip->src.family == ADDR_IP6 || checksum_finish(checksum_add(0, ip->packet, len)) == 0;
}

/* The broadcast address of a subnet of the interface, or of all. */
static bool is_broadcast(const struct iface *iface, const struct addr *addr)
{
	if (addr->family != ADDR_IP4)
		return false;
	for (uint16_t i = 0; i < iface->n_addresses; i++) {
		struct prefix subnet = {.addr = *addr, .length = iface->addresses[i].length};

		if (prefix_contains(&iface->addresses[i], addr) && prefix_is_broadcast(&subnet))
			return true;
	}
	return addr->bytes[0] >= 240;
}

static bool is_group(const struct iface *iface, const struct addr *addr)
{
	return addr_is_multicast(addr) || is_broadcast(iface, addr);
}

/* RFC 1812 4.3.2.7: one host, that can be told from others; RFC 4443 2.4 (e.6). */
bool owed_has_sender(const struct packet_in *in, const struct ip_view *ip)
{
	const struct addr *src = &ip->src;

	return !addr_is_unspecified(src) && !addr_is_loopback(src) && !is_group(in->iface, src) &&
	       !(src->family == ADDR_IP4 && src->bytes[0] == 0) &&
	       (in->is_own || !source_is_on(in->iface, src));
}

bool owed_is_to_one(const struct packet_in *in, const struct addr *dst)
{
	return !(in->dst_mac[0] & 1) && !is_group(in->iface, dst);
}

/* What we cannot see far enough into counts as one. */
static bool is_icmp_error(const struct ip_view *ip)
{
	bool is_icmp = ip->proto == (ip->src.family == ADDR_IP4 ? IP_ICMP : IP_ICMP6);

	if (!is_icmp)
		return false;
	if (ip->payload_len < 1)
		return true;
	switch (ip->payload[0]) {
	case ICMP4_UNREACHABLE:
	case ICMP4_SOURCE_QUENCH:
	case ICMP4_REDIRECT:
	case ICMP4_TIME_EXCEEDED:
	case ICMP4_PARAMETER:
		return true;
	case ICMP6_REDIRECT:
		return ip->src.family == ADDR_IP6;
	default:
		return ip->src.family == ADDR_IP6 && ip->payload[0] < ICMP6_ECHO;
	}
}

/* RFC 4443 2.4 (e.3): two errors tell of a multicast packet, so that its sender learns the path's
 * MTU, and what the path does not understand. */
static bool may_be_to_group(const struct ip_view *ip, const struct host_problem *problem)
{
	return ip->src.family == ADDR_IP6 &&
	       (problem->why == HOST_TOO_BIG ||
		(problem->why == HOST_PARAMETER && problem->code == PARAMETER6_OPTION));
}

bool owed_is_due(const struct packet_in *in, const struct ip_view *ip,
		 const struct host_problem *problem)
{
	if (!owed_has_sender(in, ip) || ip->fragment_offset > 0 || is_icmp_error(ip))
		return false;
	return owed_is_to_one(in, &ip->dst) || may_be_to_group(ip, problem);
}

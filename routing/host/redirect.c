// SPDX-License-Identifier: BSD-3-Clause
/* Redirects: RFC 1812 5.2.7.2, RFC 4861 8.2. */
#include "routing/core/cursor.h"
#include "routing/host/inside.h"

#define REDIRECT6_MAX     1280 /* bytes of the whole packet */
#define OPTION_MAC        2
#define OPTION_REDIRECTED 4
#define OPTION_HEAD       8 /* of the redirected header option, before the packet */

/* The sender and the better gateway are on one wire; IPv4: in one subnet. */
bool redirect_is_due(const struct packet_in *in, const struct ip_view *ip,
		     const struct host_problem *problem)
{
	const struct addr *gateway = &problem->gateway;

	if (gateway->family != ip->src.family)
		return false;
	if (ip->src.family == ADDR_IP6) /* a gateway by the address it is known by as a router */
		return source_is_on_wire(in->iface, &ip->src) &&
		       (addr_is_link_local(gateway) || addr_compare(gateway, &ip->dst) == 0);
	for (uint16_t i = 0; i < in->iface->n_addresses; i++)
		if (prefix_contains(&in->iface->addresses[i], &ip->src) &&
		    prefix_contains(&in->iface->addresses[i], gateway))
			return true;
	return false;
}

/* IPv6: from the address that hosts know us by. */
bool redirect_source(struct host *host, const struct packet_in *in, const struct ip_view *ip,
		     struct addr *source)
{
	static const struct addr link_local = {.family = ADDR_IP6, .bytes = {0xfe, 0x80}};

	if (ip->src.family == ADDR_IP4)
		return source_for_answer(host, in, ip, false, source);
	return host_source(host, in->iface->vrf, in->iface, &link_local, source);
}

uint32_t redirect_write6(uint8_t *out, const struct ip_view *ip, const struct host_problem *problem)
{
	struct writer to = writer_of(out, REDIRECT6_MAX - IP6_HEADER);
	uint32_t room, n;

	write_u32(&to, (uint32_t)ICMP6_REDIRECT << 24);
	write_u32(&to, 0);
	write_addr(&to, &problem->gateway);
	write_addr(&to, &ip->dst);
	if (problem->has_mac) {
		write_u8(&to, OPTION_MAC);
		write_u8(&to, 1);
		write_bytes(&to, problem->mac, sizeof(problem->mac));
	}
	room = (uint32_t)write_room(&to) - OPTION_HEAD;
	n = (ip->len < room ? ip->len : room) / 8 * 8; /* options are whole units */
	write_u8(&to, OPTION_REDIRECTED);
	write_u8(&to, (uint8_t)((n + OPTION_HEAD) / 8));
	write_zeros(&to, 6);
	write_bytes(&to, ip->packet, n);
	return (uint32_t)write_size(&to);
}

// SPDX-License-Identifier: BSD-3-Clause
/*
 * ICMP errors on their way to one of several next hops (RFC 7690). Of several machines behind one
 * address only the one that sent a packet knows what to do with "it was too long", so an error
 * takes the way of the flow that it tells of. What it quotes that machine has sent: the flow's
 * packets to it are the same the other way round. Of IPv6 the flow label cannot be known: only
 * flows without one are found. Worker.
 */
#include "dataplane/route_hash.h"

#include <rte_icmp.h>

#define ICMP_BYTES 8 /* before the quotation, of either family */

enum { UNREACHABLE = 3, TIME_EXCEEDED = 11, PARAMETER = 12, ERRORS6_END = 5 };

/* The ICMP message; *n bytes of it are in the first segment. */
static const uint8_t *message(const struct burst *burst, uint8_t pos, uint32_t *n)
{
	const struct rte_mbuf *m = burst->mbufs[pos];
	uint16_t l4 = burst->pkts[pos].l4;

	*n = m->data_len - l4;
	return rte_pktmbuf_mtod_offset(m, const uint8_t *, l4);
}

static uint32_t ports_back(const uint8_t *l4, uint32_t n, uint8_t proto)
{
	uint32_t ports = 0;

	if (n >= sizeof(ports) && (proto == IPPROTO_TCP || proto == IPPROTO_UDP))
		memcpy(&ports, l4, sizeof(ports));
	return ports << 16 | ports >> 16;
}

bool route_quoted4(const struct burst *burst, uint8_t pos, uint32_t *hash)
{
	uint32_t n, header, ports = 0;
	const uint8_t *icmp = message(burst, pos, &n);
	const struct rte_ipv4_hdr *ip = (const void *)(icmp + ICMP_BYTES);
	uint64_t addresses;

	if (icmp[0] != UNREACHABLE && icmp[0] != TIME_EXCEEDED && icmp[0] != PARAMETER)
		return false;
	if (n < ICMP_BYTES + sizeof(*ip) || ip->version_ihl >> 4 != 4)
		return false;
	header = ICMP_BYTES + rte_ipv4_hdr_len(ip);
	if (header <= n &&
	    !(ip->fragment_offset & RTE_BE16(RTE_IPV4_HDR_OFFSET_MASK | RTE_IPV4_HDR_MF_FLAG)))
		ports = ports_back(icmp + header, n - header, ip->next_proto_id);
	memcpy(&addresses, &ip->src_addr, sizeof(addresses));
	*hash = route_mix4(addresses << 32 | addresses >> 32, ports, ip->next_proto_id);
	return true;
}

bool route_quoted6(const struct burst *burst, uint8_t pos, uint32_t *hash)
{
	uint32_t n;
	const uint8_t *icmp = message(burst, pos, &n);
	const struct rte_ipv6_hdr *ip = (const void *)(icmp + ICMP_BYTES);
	const uint32_t header = ICMP_BYTES + sizeof(*ip);
	uint64_t a[4];

	if (icmp[0] == 0 || icmp[0] >= ERRORS6_END || n < header || icmp[ICMP_BYTES] >> 4 != 6)
		return false;
	memcpy(a, ip->dst_addr, sizeof(ip->dst_addr));
	memcpy(a + 2, ip->src_addr, sizeof(ip->src_addr));
	*hash = route_mix6(a, 0, ports_back(icmp + header, n - header, ip->proto));
	return true;
}

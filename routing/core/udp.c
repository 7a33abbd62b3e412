// SPDX-License-Identifier: BSD-3-Clause
#include "routing/core/udp.h"

#include <errno.h>
#include <string.h>

#include "routing/core/be.h"
#include "routing/core/checksum.h"

/* With its field zero: what belongs there. As it came: 0 where it is right. */
static uint16_t sum_of(const struct addr *src, const struct addr *dst, const uint8_t *p,
		       uint32_t len)
{
	return checksum_finish(checksum_add(checksum_pseudo(src, dst, IP_UDP, len), p, len));
}

int udp_read(const struct ip_view *ip, struct udp_view *out)
{
	const uint8_t *p = ip->payload;
	uint16_t len;

	if (ip->proto != IP_UDP || ip_is_fragment(ip) || ip->payload_len < UDP_HEADER)
		return -EBADMSG;
	len = load_be16(p + 4);
	if (len < UDP_HEADER || len > ip->payload_len)
		return -EBADMSG;
	if (load_be16(p + 6) == 0 ? ip->src.family == ADDR_IP6
				  : sum_of(&ip->src, &ip->dst, p, len) != 0)
		return -EBADMSG;
	*out = (struct udp_view){load_be16(p), load_be16(p + 2), p + UDP_HEADER, len - UDP_HEADER};
	return 0;
}

uint32_t udp_write(uint8_t *out, const struct ip_out *header, const struct udp_view *udp)
{
	struct ip_out ip = *header;
	uint32_t len = UDP_HEADER + udp->len;
	uint8_t *p = out + ip_header_len(header);

	ip.proto = IP_UDP;
	ip_write(out, &ip, len);
	store_be16(p, udp->sport);
	store_be16(p + 2, udp->dport);
	store_be16(p + 4, (uint16_t)len);
	store_be16(p + 6, 0);
	memcpy(p + UDP_HEADER, udp->data, udp->len);
	store_be16(p + 6, checksum_udp(sum_of(&ip.src, &ip.dst, p, len)));
	return ip_header_len(&ip) + len;
}

// SPDX-License-Identifier: BSD-3-Clause
/* UDP (RFC 768; over IPv6, RFC 8200 8.1): read from an IP packet, and written with its IP header.
 */
#ifndef WEFT_ROUTING_CORE_UDP_H
#define WEFT_ROUTING_CORE_UDP_H

#include "routing/core/ip.h"

#define UDP_HEADER      8
#define UDP_HEADERS_MAX (IP6_HEADER + UDP_HEADER) /* bytes in front of the data, at most */

struct udp_view {
	uint16_t sport, dport;
	const uint8_t *data;
	uint32_t len;
};

/* 0, or -EBADMSG: no UDP, a fragment, a length that does not fit, a wrong checksum, or (IPv6) none.
 */
int udp_read(const struct ip_view *ip, struct udp_view *out);

/* The whole packet: header's proto is not looked at, udp's data is copied behind the headers.
 * Returns its length; out has room for UDP_HEADERS_MAX and the data. */
uint32_t udp_write(uint8_t *out, const struct ip_out *header, const struct udp_view *udp);

#endif

// SPDX-License-Identifier: BSD-3-Clause
/* Long packets of ours. IPv4: routers cut them, the first of which is our own fast path. IPv6: who
 * sends a packet cuts it (RFC 8200 4.5). */
#include <string.h>

#include "routing/host/inside.h"

#define FRAGMENT_HEADER 8
#define IP6_MTU_MIN     1280 /* of every link: RFC 8200 5 */

/* Of the interface that it will leave by. */
static uint32_t mtu_to(const struct host *host, const struct packet_out *out,
		       const struct addr *dst)
{
	const struct iface *iface = out->iface ? out->iface : source_route(host, out->vrf, dst);
	uint32_t mtu = iface ? iface->mtu : IP6_MTU_MIN;

	if (iface && iface->flags & IFACE_LOOPBACK)
		return UINT32_MAX;
	return mtu > HOST_MTU_MAX ? HOST_MTU_MAX : mtu < IP6_MTU_MIN ? IP6_MTU_MIN : mtu;
}

/* The fragment of `len` bytes that begins at `from` of the payload. */
static uint32_t write_piece(struct host *host, const struct packet_out *whole, uint32_t id,
			    uint32_t from, uint32_t len)
{
	uint8_t *to = host->piece, *fragment = to + IP6_HEADER;
	bool more = IP6_HEADER + from + len < whole->len;

	memcpy(to, whole->data, IP6_HEADER);
	store_be16(to + 4, (uint16_t)(FRAGMENT_HEADER + len));
	fragment[0] = to[6];
	to[6] = IP_FRAGMENT;
	fragment[1] = 0;
	store_be16(fragment + 2, (uint16_t)(from | more));
	store_be32(fragment + 4, id);
	memcpy(fragment + FRAGMENT_HEADER, whole->data + IP6_HEADER + from, len);
	return IP6_HEADER + FRAGMENT_HEADER + len;
}

int cut_send(struct host *host, const struct packet_out *out, const struct addr *dst)
{
	uint32_t mtu = mtu_to(host, out, dst), step, id;
	struct packet_out piece = *out;
	int err = 0;

	if (dst->family == ADDR_IP4 || out->len <= mtu)
		return env_send(host->env, out);
	step = (mtu - IP6_HEADER - FRAGMENT_HEADER) & ~7u;
	id = env_random(host->env);
	piece.data = host->piece;
	for (uint32_t at = 0; at < out->len - IP6_HEADER && err == 0; at += step) {
		uint32_t left = out->len - IP6_HEADER - at;

		piece.len = write_piece(host, out, id, at, left < step ? left : step);
		err = env_send(host->env, &piece);
	}
	return err;
}

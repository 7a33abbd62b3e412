// SPDX-License-Identifier: BSD-3-Clause
#include "routing/core/ip.h"

#include <errno.h>
#include <string.h>

#include "routing/core/checksum.h"
#include "routing/core/cursor.h"

#define IP4_DONT_FRAGMENT 0x4000
#define IP4_MORE          0x2000
#define IP4_OFFSET        0x1fff /* in units of 8 bytes */

/* What is left of the packet once its headers are read; trailing bytes are no part of it. */
static int rest(struct reader *in, uint32_t len, uint32_t total, bool partial, struct ip_view *out)
{
	uint32_t done = len - (uint32_t)read_left(in);

	if (in->bad || total < done || (total > len && !partial))
		return -EBADMSG;
	out->len = total < len ? total : len;
	out->payload_len = out->len - done;
	out->payload = in->at;
	return 0;
}

static int read_ip4(struct reader *in, uint32_t len, bool partial, struct ip_view *out)
{
	uint8_t first = read_u8(in);
	uint32_t total, options = 4u * (first & 15);
	uint16_t fragment;

	if (options < IP4_HEADER)
		return -EBADMSG;
	out->tos = read_u8(in);
	total = read_u16(in);
	out->id = read_u16(in);
	fragment = read_u16(in);
	out->ttl = read_u8(in);
	out->proto_at = len - (uint32_t)read_left(in);
	out->proto = read_u8(in);
	read_skip(in, 2);
	out->src = read_addr(in, ADDR_IP4);
	out->dst = read_addr(in, ADDR_IP4);
	read_skip(in, options - IP4_HEADER);
	out->dont_fragment = fragment & IP4_DONT_FRAGMENT;
	out->more_fragments = fragment & IP4_MORE;
	out->fragment_offset = (uint16_t)((fragment & IP4_OFFSET) * 8);
	return rest(in, len, total, partial, out);
}

static void read_fragment_header(struct reader *in, struct ip_view *out)
{
	uint16_t fragment;

	out->fragment_at = (uint32_t)(in->at - out->packet) - 1;
	out->fragment_named_at = out->proto_at;
	read_skip(in, 1);
	fragment = read_u16(in);
	out->id = read_u32(in);
	out->fragment_header = true;
	out->fragment_offset = fragment & 0xfff8;
	out->more_fragments = fragment & 1;
}

/* One header of the chain; false: proto is none that can be walked over. The reader stands behind
 * its "next header" byte. Each takes at least 8 bytes, so the chain ends. */
static bool walk(struct reader *in, uint8_t proto, struct ip_view *out)
{
	switch (proto) {
	case IP_HOP_BY_HOP:
	case IP_ROUTING:
	case IP_DEST_OPTIONS:
	case IP_MOBILITY:
		read_skip(in, 6 + 8u * read_u8(in));
		return true;
	case IP_AUTH:
		read_skip(in, 6 + 4u * read_u8(in));
		return true;
	case IP_FRAGMENT: /* a second one is none: RFC 8200 4.1 */
		if (out->fragment_header)
			return false;
		read_fragment_header(in, out);
		return true;
	default:
		return false;
	}
}

/* Behind a fragment that is not the first, nothing is a header. */
static void read_chain(struct reader *in, uint32_t len, struct ip_view *out)
{
	while (!in->bad && out->fragment_offset == 0) {
		struct reader ahead = *in;
		uint32_t at = len - (uint32_t)read_left(&ahead);
		uint8_t next = read_u8(&ahead);

		if (!walk(&ahead, out->proto, out))
			break;
		*in = ahead;
		out->proto = next;
		out->proto_at = at;
	}
}

static int read_ip6(struct reader *in, uint32_t len, bool partial, struct ip_view *out)
{
	uint32_t first = read_u32(in), total = read_u16(in) + (uint32_t)IP6_HEADER;

	out->tos = (uint8_t)(first >> 20);
	out->proto_at = len - (uint32_t)read_left(in);
	out->proto = read_u8(in);
	out->ttl = read_u8(in);
	out->src = read_addr(in, ADDR_IP6);
	out->dst = read_addr(in, ADDR_IP6);
	if (in->bad || (total > len && !partial))
		return -EBADMSG;
	if (total < len) /* headers may not be read from what follows the packet */
		in->end -= len - total;
	read_chain(in, total < len ? total : len, out);
	return rest(in, total < len ? total : len, total, partial, out);
}

int ip_read(const uint8_t *data, uint32_t len, bool partial, struct ip_view *out)
{
	struct reader in = reader_of(data, len);

	*out = (struct ip_view){.packet = data};
	if (len == 0)
		return -EBADMSG;
	switch (*data >> 4) {
	case 4:
		return read_ip4(&in, len, partial, out);
	case 6:
		return read_ip6(&in, len, partial, out);
	default:
		return -EBADMSG;
	}
}

uint32_t ip_header_len(const struct ip_out *header)
{
	return header->src.family == ADDR_IP4 ? IP4_HEADER + header->options_len : IP6_HEADER;
}

static void write_ip4(struct writer *to, const struct ip_out *header, uint32_t payload_len)
{
	uint32_t len = ip_header_len(header);

	write_u8(to, (uint8_t)(4 << 4 | len / 4));
	write_u8(to, header->tos);
	write_u16(to, (uint16_t)(len + payload_len));
	write_u16(to, header->id);
	write_u16(to, header->dont_fragment ? IP4_DONT_FRAGMENT : 0);
	write_u8(to, header->ttl);
	write_u8(to, header->proto);
	write_u16(to, 0);
	write_addr(to, &header->src);
	write_addr(to, &header->dst);
	write_bytes(to, header->options, header->options_len);
	write_u16_at(to, 10, checksum_finish(checksum_add(0, to->begin, len)));
}

static void write_ip6(struct writer *to, const struct ip_out *header, uint32_t payload_len)
{
	write_u32(to, 6u << 28 | (uint32_t)header->tos << 20);
	write_u16(to, (uint16_t)payload_len);
	write_u8(to, header->proto);
	write_u8(to, header->ttl);
	write_addr(to, &header->src);
	write_addr(to, &header->dst);
}

uint32_t ip_write(uint8_t *out, const struct ip_out *header, uint32_t payload_len)
{
	struct writer to = writer_of(out, ip_header_len(header));

	if (header->src.family == ADDR_IP4)
		write_ip4(&to, header, payload_len);
	else
		write_ip6(&to, header, payload_len);
	return ip_header_len(header);
}

// SPDX-License-Identifier: BSD-3-Clause
/*
 * Headers between IP and its payload, in what is addressed to us. IPv6: an
 * option that we do not know says itself what is to be done (RFC 8200 4.2), a
 * routing header that still has somewhere to go is not for us. IPv4: a source route
 * is not followed (RFC 7126), anything else is passed over.
 */
#include <string.h>

#include "routing/core/cursor.h"
#include "routing/host/inside.h"

#define OPTION4_END          0
#define OPTION4_NOP          1
#define OPTION4_RECORD       7
#define OPTION4_TIMESTAMP    68
#define OPTION4_LOOSE_SOURCE 131
#define OPTION4_STRICT       137

static bool allow4(const struct ip_view *ip)
{
	struct reader in =
		reader_of(ip->packet + IP4_HEADER, (size_t)(ip->payload - ip->packet) - IP4_HEADER);

	while (read_left(&in) > 0) {
		uint8_t type = read_u8(&in), len;

		if (type == OPTION4_END)
			return true;
		if (type == OPTION4_NOP)
			continue;
		if (type == OPTION4_LOOSE_SOURCE || type == OPTION4_STRICT)
			return false;
		len = read_u8(&in);
		if (len < 2)
			return false;
		read_skip(&in, len - 2u);
	}
	return !in.bad;
}

/* RFC 1122 3.2.2.6: of an echo, what is recorded on the way there is recorded on the way back as
 * well. Our own address is, when the reply leaves. */
uint8_t options_echo(const struct ip_view *ip, uint8_t out[IP4_OPTIONS_MAX])
{
	struct reader in =
		reader_of(ip->packet + IP4_HEADER, (size_t)(ip->payload - ip->packet) - IP4_HEADER);
	uint8_t n = 0;

	while (read_left(&in) > 0) {
		const uint8_t *option = in.at;
		uint8_t type = read_u8(&in), len;

		if (type == OPTION4_END)
			break;
		if (type == OPTION4_NOP)
			continue;
		len = read_u8(&in);
		if (len < 2 || !read_raw(&in, len - 2u))
			break;
		if (type != OPTION4_RECORD && type != OPTION4_TIMESTAMP)
			continue;
		memcpy(out + n, option, len);
		n = (uint8_t)(n + len);
	}
	while (n % 4 != 0)
		out[n++] = OPTION4_END;
	return n;
}

static bool refuse(struct host_problem *problem, uint8_t code, uint32_t at)
{
	*problem = (struct host_problem){.why = HOST_PARAMETER, .code = code, .pointer = at};
	return false;
}

/* What the two highest bits of an option's type ask of who does not know it. */
static bool unknown_option(const struct ip_view *ip, uint8_t type, uint32_t at,
			   struct host_problem *problem)
{
	switch (type >> 6) {
	case 0:
		return true;
	case 2:
		return refuse(problem, PARAMETER6_OPTION, at);
	case 3:
		if (!addr_is_multicast(&ip->dst))
			return refuse(problem, PARAMETER6_OPTION, at);
		/* fall through */
	default:
		problem->why = HOST_WHYS;
		return false;
	}
}

static bool is_known_option(uint8_t type)
{
	return type <= 1 || type == 5; /* padding; router alert */
}

static bool allow_options(const struct ip_view *ip, struct reader in, struct host_problem *problem)
{
	while (read_left(&in) > 0) {
		uint32_t at = (uint32_t)(in.at - ip->packet);
		uint8_t type = read_u8(&in);

		if (type == 0) /* a single byte of padding */
			continue;
		read_skip(&in, read_u8(&in));
		if (!is_known_option(type) && !in.bad && !unknown_option(ip, type, at, problem))
			return false;
	}
	problem->why = HOST_WHYS;
	return !in.bad;
}

/* One header; `in` stands behind its "next header" byte, named_at is that of the header before it.
 */
static bool allow_header(const struct ip_view *ip, uint8_t proto, uint32_t named_at,
			 struct reader *in, struct host_problem *problem)
{
	uint32_t at = (uint32_t)(in->at - ip->packet) - 1;
	uint8_t units = read_u8(in);
	struct reader body = read_part(in, proto == IP_AUTH       ? 6 + 4u * units
					   : proto == IP_FRAGMENT ? 6
								  : 6 + 8u * units);

	switch (proto) {
	case IP_HOP_BY_HOP: /* stands first, or is no header at all */
		if (at != IP6_HEADER)
			return refuse(problem, PARAMETER6_NEXT_HEADER, named_at);
		/* fall through */
	case IP_DEST_OPTIONS:
		return allow_options(ip, body, problem);
	case IP_ROUTING:
		read_skip(&body, 1);
		if (read_u8(&body) > 0) /* RFC 8200 4.4: of no type that we follow (RFC 5095) */
			return refuse(problem, PARAMETER6_HEADER, at + 2);
		return true;
	default:
		return true;
	}
}

static bool allow6(const struct ip_view *ip, struct host_problem *problem)
{
	struct reader in = reader_of(ip->packet, (size_t)(ip->payload - ip->packet));
	uint32_t named_at = 6;
	uint8_t proto;

	read_skip(&in, 6);
	proto = read_u8(&in);
	read_skip(&in, IP6_HEADER - 7);
	while (read_left(&in) > 0) {
		uint32_t at = (uint32_t)(in.at - ip->packet);
		uint8_t next = read_u8(&in);

		if (!allow_header(ip, proto, named_at, &in, problem))
			return false;
		proto = next;
		named_at = at;
	}
	return !in.bad;
}

bool options_allow(const struct ip_view *ip, struct host_problem *problem)
{
	*problem = (struct host_problem){.why = HOST_WHYS};
	return ip->src.family == ADDR_IP4 ? allow4(ip) : allow6(ip, problem);
}

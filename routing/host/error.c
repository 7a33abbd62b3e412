// SPDX-License-Identifier: BSD-3-Clause
/* ICMP errors (RFC 792, 1191, 1812 4.3; RFC 4443 3). */
#include <string.h>

#include "routing/core/checksum.h"
#include "routing/core/cursor.h"
#include "routing/host/inside.h"

#define QUOTE4_MAX 576  /* bytes of the whole error: RFC 1812 4.3.2.3 */
#define QUOTE6_MAX 1280 /* IPv6's least MTU: RFC 4443 2.4 c */
#define NEVER      255

struct kind {
	uint8_t type4, code4, type6, code6; /* NEVER: there is none */
};

static const struct kind kinds[HOST_WHYS] = {
	[HOST_TTL] = {ICMP4_TIME_EXCEEDED, 0, ICMP6_TIME_EXCEEDED, 0},
	[HOST_REASSEMBLY] = {ICMP4_TIME_EXCEEDED, 1, ICMP6_TIME_EXCEEDED, 1},
	[HOST_NO_ROUTE] = {ICMP4_UNREACHABLE, 0, ICMP6_UNREACHABLE, 0},
	[HOST_UNREACHABLE] = {ICMP4_UNREACHABLE, 1, ICMP6_UNREACHABLE, 3},
	[HOST_PROTOCOL] = {ICMP4_UNREACHABLE, 2, ICMP6_PARAMETER, PARAMETER6_NEXT_HEADER},
	[HOST_PORT] = {ICMP4_UNREACHABLE, UNREACHABLE4_PORT, ICMP6_UNREACHABLE, UNREACHABLE6_PORT},
	[HOST_TOO_BIG] = {ICMP4_UNREACHABLE, UNREACHABLE4_TOO_BIG, ICMP6_TOO_BIG, 0},
	[HOST_PROHIBITED] = {ICMP4_UNREACHABLE, 13, ICMP6_UNREACHABLE, 1},
	[HOST_SCOPE] = {NEVER, 0, ICMP6_UNREACHABLE, 2},
	[HOST_PARAMETER] = {ICMP4_PARAMETER, 0, ICMP6_PARAMETER, PARAMETER6_HEADER},
	[HOST_REDIRECT] = {ICMP4_REDIRECT, 1, ICMP6_REDIRECT, 0},
};

/* The second word of the header. */
static uint32_t word4(const struct host_problem *problem)
{
	switch (problem->why) {
	case HOST_TOO_BIG:
		return problem->mtu;
	case HOST_PARAMETER:
		return problem->pointer << 24;
	case HOST_REDIRECT:
		return addr_to_ip4(&problem->gateway);
	default:
		return 0;
	}
}

static uint32_t word6(const struct ip_view *ip, const struct host_problem *problem)
{
	switch (problem->why) {
	case HOST_TOO_BIG:
		return problem->mtu;
	case HOST_PARAMETER:
		return problem->pointer;
	case HOST_PROTOCOL:
		return ip->proto_at;
	default:
		return 0;
	}
}

/* As much of the packet as there may be. */
static void quote(struct writer *to, const struct ip_view *ip, uint32_t most)
{
	uint32_t room = most - (uint32_t)write_size(to);

	write_bytes(to, ip->packet, ip->len < room ? ip->len : room);
}

static uint32_t write4(uint8_t *out, const struct ip_view *ip, const struct host_problem *problem)
{
	struct writer to = writer_of(out, QUOTE4_MAX - IP4_HEADER);

	write_u8(&to, kinds[problem->why].type4);
	write_u8(&to, kinds[problem->why].code4);
	write_u16(&to, 0);
	write_u32(&to, word4(problem));
	quote(&to, ip, QUOTE4_MAX - IP4_HEADER);
	return (uint32_t)write_size(&to);
}

static uint32_t write6(uint8_t *out, const struct ip_view *ip, const struct host_problem *problem)
{
	struct writer to = writer_of(out, QUOTE6_MAX - IP6_HEADER);

	if (problem->why == HOST_REDIRECT)
		return redirect_write6(out, ip, problem);
	write_u8(&to, kinds[problem->why].type6);
	write_u8(&to, problem->why == HOST_PARAMETER ? problem->code : kinds[problem->why].code6);
	write_u16(&to, 0);
	write_u32(&to, word6(ip, problem));
	quote(&to, ip, QUOTE6_MAX - IP6_HEADER);
	return (uint32_t)write_size(&to);
}

static bool has_mac(const uint8_t mac[6])
{
	static const uint8_t none[6];

	return memcmp(mac, none, sizeof(none)) != 0;
}

enum host_verdict error_send(struct host *host, const struct packet_in *in,
			     const struct ip_view *ip, struct ip_out *header, uint32_t len)
{
	bool is4 = header->src.family == ADDR_IP4;
	struct packet_out out = {.vrf = in->iface->vrf, .data = host->room};
	uint32_t header_len = ip_header_len(header);
	uint8_t *body = host->room + header_len;
	uint64_t sum = is4 ? 0 : checksum_pseudo(&header->src, &ip->src, IP_ICMP6, len);

	header->dst = ip->src;
	header->proto = is4 ? IP_ICMP : IP_ICMP6;
	header->id = (uint16_t)env_random(host->env);
	store_be16(body + 2, 0);
	store_be16(body + 2, checksum_finish(checksum_add(sum, body, len)));
	ip_write(host->room, header, len);
	out.len = header_len + len;
	out.ether_type = is4 ? 0x0800 : 0x86dd;
	if (source_is_link_local(&ip->src) || source_is_link_local(&header->src)) {
		out.iface = in->iface;
		out.has_mac = has_mac(in->src_mac); /* a packet that was held has lost it */
		memcpy(out.dst_mac, in->src_mac, sizeof(out.dst_mac));
	}
	return cut_send(host, &out, &ip->src) < 0 ? HOST_NOT_SENT : HOST_SENT;
}

static bool is_known(const struct ip_view *ip, const struct host_problem *problem)
{
	const struct kind *kind = &kinds[problem->why];

	return (ip->src.family == ADDR_IP4 ? kind->type4 : kind->type6) != NEVER;
}

static enum host_verdict answer(struct host *host, const struct packet_in *in,
				const struct ip_view *ip, const struct host_problem *problem,
				bool is_for_us)
{
	bool is4 = ip->src.family == ADDR_IP4, is_redirect = problem->why == HOST_REDIRECT;
	struct ip_out header = {.tos = is4 ? HOST_PRECEDENCE : 0,
				.ttl = is_redirect ? 255 : HOST_TTL_DEFAULT};
	uint32_t len;

	if (!is_known(ip, problem) || !owed_is_due(in, ip, problem) ||
	    (is_redirect && !redirect_is_due(in, ip, problem)))
		return HOST_NOT_OWED;
	if (is_redirect && !host->conf.redirects)
		return HOST_OFF;
	if (is_redirect ? !redirect_source(host, in, ip, &header.src)
			: !source_for_answer(host, in, ip, is_for_us, &header.src))
		return HOST_NO_SOURCE;
	if (!limit_error(host, in, ip, problem))
		return HOST_RATIONED;
	len = is4 ? write4(host->room + IP4_HEADER, ip, problem)
		  : write6(host->room + IP6_HEADER, ip, problem);
	return error_send(host, in, ip, &header, len);
}

enum host_verdict error_answer(struct host *host, const struct packet_in *in,
			       const struct ip_view *ip, const struct host_problem *problem,
			       bool is_for_us)
{
	enum host_verdict verdict = answer(host, in, ip, problem, is_for_us);

	if (verdict == HOST_SENT)
		host->stats.errors[problem->why]++;
	return verdict;
}

static enum host_verdict error_about(struct host *host, const struct packet_in *in, bool partial,
				     const struct host_problem *problem)
{
	enum host_verdict verdict = HOST_MALFORMED;
	struct ip_view ip;

	if (ip_read(in->data, in->len, partial, &ip) == 0 && owed_has_sound_header(&ip))
		verdict = error_answer(host, in, &ip, problem, false);
	host->stats.verdicts[verdict]++;
	return verdict;
}

enum host_verdict host_error(struct host *host, const struct packet_in *in,
			     const struct host_problem *problem)
{
	return error_about(host, in, false, problem);
}

enum host_verdict error_of_part(struct host *host, const struct packet_in *in,
				const struct host_problem *problem)
{
	return error_about(host, in, true, problem);
}

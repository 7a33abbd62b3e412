// SPDX-License-Identifier: BSD-3-Clause
/* What is addressed to us and no protocol wanted: echo, replies to our own clients, and what nobody
 * here listens to. */
#include <string.h>

#include "routing/core/checksum.h"
#include "routing/core/udp.h"
#include "routing/host/inside.h"

/* RFC 1812 4.3.3.6: an echo to a broadcast or IPv4 multicast address is not answered (it is what
 * smurfs ride on); one to an IPv6 multicast address is, from an address of that interface. */
static enum host_verdict echo(struct host *host, const struct packet_in *in,
			      const struct ip_view *ip)
{
	bool is4 = ip->src.family == ADDR_IP4;
	uint8_t options[IP4_OPTIONS_MAX], n_options = is4 ? options_echo(ip, options) : 0;
	struct ip_out header = {.tos = ip->tos,
				.ttl = HOST_TTL_DEFAULT,
				.options = options,
				.options_len = n_options};
	uint32_t header_len = is4 ? IP4_HEADER + n_options : IP6_HEADER;
	uint8_t *body = host->room + header_len;
	enum host_verdict verdict;

	host->stats.echo_requests++;
	if (host->conf.echo_off)
		return HOST_OFF;
	if (!owed_has_sender(in, ip) || (is4 && !owed_is_to_one(in, &ip->dst)) ||
	    ip->payload_len > sizeof(host->room) - header_len)
		return HOST_NOT_OWED;
	if (!source_for_answer(host, in, ip, true, &header.src))
		return HOST_NO_SOURCE;
	if (!limit_echo(host))
		return HOST_RATIONED;
	memcpy(body, ip->payload, ip->payload_len);
	body[0] = is4 ? ICMP4_ECHO_REPLY : ICMP6_ECHO_REPLY;
	verdict = error_send(host, in, ip, &header, ip->payload_len);
	if (verdict == HOST_SENT)
		host->stats.echo_replies++;
	return verdict;
}

static bool has_sound_checksum(const struct ip_view *ip)
{
	uint64_t sum = ip->proto == IP_ICMP6
			       ? checksum_pseudo(&ip->src, &ip->dst, IP_ICMP6, ip->payload_len)
			       : 0;

	return checksum_finish(checksum_add(sum, ip->payload, ip->payload_len)) == 0;
}

static enum host_verdict icmp(struct host *host, const struct packet_in *in,
			      const struct ip_view *ip)
{
	bool is4 = ip->src.family == ADDR_IP4;

	if (ip->payload_len < ICMP_HEADER)
		return HOST_MALFORMED;
	if (!has_sound_checksum(ip)) {
		host->stats.bad_checksum++;
		return HOST_MALFORMED;
	}
	if (ip->payload[0] == (is4 ? ICMP4_ECHO : ICMP6_ECHO) && ip->payload[1] == 0)
		return echo(host, in, ip);
	return client_input(host, in, ip);
}

static enum host_verdict udp(struct host *host, const struct packet_in *in,
			     const struct ip_view *ip)
{
	struct host_problem problem = {.why = HOST_PORT};
	struct udp_view udp;

	if (udp_read(ip, &udp) < 0) { /* RFC 1122 4.1.3.4, RFC 8200 8.1: in silence */
		host->stats.bad_checksum += ip->payload_len >= UDP_HEADER;
		return HOST_MALFORMED;
	}
	if (host->ops && host->ops->udp_open &&
	    host->ops->udp_open(host->ctx, in->iface->vrf, udp.dport))
		return HOST_CONSUMED;
	return error_answer(host, in, ip, &problem, true);
}

static enum host_verdict deliver(struct host *host, const struct packet_in *in,
				 const struct ip_view *ip)
{
	struct host_problem problem;

	/* RFC 4862 5.4: dropped in silence. Of link-local addresses only the interface knows whose
	 * they are. */
	if (source_is_refused(host, in->iface, &ip->dst) ||
	    (source_is_link_local(&ip->dst) && !source_is_on(in->iface, &ip->dst)))
		return HOST_NOT_OWED;
	if (!options_allow(ip, &problem))
		return problem.why == HOST_WHYS ? HOST_NOT_OWED
						: error_answer(host, in, ip, &problem, true);
	if (ip_is_fragment(ip)) {
		host->stats.fragments++;
		return HOST_NOT_OWED;
	}
	if (ip->proto == (ip->src.family == ADDR_IP4 ? IP_ICMP : IP_ICMP6))
		return icmp(host, in, ip);
	if (ip->proto == IP_UDP)
		return udp(host, in, ip);
	if (ip->src.family == ADDR_IP6 && ip->proto == IP_NO_NEXT)
		return HOST_CONSUMED;
	problem = (struct host_problem){.why = HOST_PROTOCOL};
	return error_answer(host, in, ip, &problem, true);
}

enum host_verdict host_input(struct host *host, const struct packet_in *in)
{
	enum host_verdict verdict = HOST_MALFORMED;
	struct ip_view ip;

	if (ip_read(in->data, in->len, false, &ip) == 0 && owed_has_sound_header(&ip))
		verdict = deliver(host, in, &ip);
	host->stats.verdicts[verdict]++;
	return verdict;
}

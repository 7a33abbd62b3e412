// SPDX-License-Identifier: BSD-3-Clause
/* What ping and traceroute share: an identifier of their own, sending, and whose an answer is. */
#include <errno.h>
#include <string.h>

#include "routing/core/checksum.h"
#include "routing/core/cursor.h"
#include "routing/host/inside.h"

static bool is_free(const struct host *host, uint16_t id)
{
	list_foreach(clients, &host->clients, client)
		if (client->id == id)
			return false;
	return true;
}

/* The highest bit is set, so that it is an ephemeral UDP port as well. */
static uint16_t take_id(struct host *host)
{
	do {
		host->next_id = (uint16_t)((host->next_id + 1) | 0x8000);
	} while (!is_free(host, host->next_id));
	return host->next_id;
}

static int choose_source(struct client *client, struct host *host)
{
	const struct iface *out = client->out;

	if (client->source.family == ADDR_NONE)
		return host_source(host, client->vrf, out, &client->dst, &client->source)
			       ? 0
			       : -EADDRNOTAVAIL;
	if (client->source.family != client->dst.family)
		return -EINVAL;
	return source_is_ours(host, client->vrf, &client->source) ? 0 : -EADDRNOTAVAIL;
}

int client_begin(struct client *client, struct host *host)
{
	const struct addr *dst = &client->dst;
	int err;

	if (addr_bits(dst) == 0 || addr_is_multicast(dst) || addr_is_unspecified(dst) ||
	    (source_is_link_local(dst) && !client->out))
		return -EINVAL;
	if (host->clients.n >= CLIENT_MAX)
		return -EBUSY;
	if (client->out)
		client->vrf = client->out->vrf;
	err = choose_source(client, host);
	if (err < 0)
		return err;
	if (client->out && !source_is_on_wire(client->out, dst))
		client->out = NULL; /* it lent its address; the way is the routes' */
	client->host = host;
	client->id = take_id(host);
	clients_add(&host->clients, client);
	return 0;
}

void client_end(struct client *client)
{
	clients_del(&client->host->clients, client);
}

static void finish_checksum(const struct client *client, uint8_t proto, uint8_t *body, uint32_t len)
{
	uint8_t *field = body + (proto == IP_UDP ? 6 : 2);
	uint64_t sum =
		proto == IP_ICMP ? 0 : checksum_pseudo(&client->source, &client->dst, proto, len);
	uint16_t checksum;

	store_be16(field, 0);
	checksum = checksum_finish(checksum_add(sum, body, len));
	store_be16(field, proto == IP_UDP ? checksum_udp(checksum) : checksum);
}

int client_send(struct client *client, uint8_t proto, uint8_t ttl, uint8_t tos, bool dont_fragment,
		uint32_t len)
{
	struct host *host = client->host;
	struct ip_out header = {.src = client->source,
				.dst = client->dst,
				.proto = proto,
				.ttl = ttl,
				.tos = tos,
				.dont_fragment = dont_fragment,
				.id = (uint16_t)env_random(host->env)};
	uint32_t header_len = ip_header_len(&header);
	struct packet_out out = {.iface = client->out,
				 .vrf = client->vrf,
				 .ether_type = header_len == IP4_HEADER ? 0x0800 : 0x86dd,
				 .data = host->room,
				 .len = header_len + len};

	if (out.len > sizeof(host->room))
		return -EMSGSIZE;
	finish_checksum(client, proto, host->room + header_len, len);
	ip_write(host->room, &header, len);
	return cut_send(host, &out, &client->dst);
}

uint32_t client_echo(struct client *client, uint16_t sequence, const uint8_t *data, uint32_t n,
		     uint16_t size)
{
	bool is4 = client->dst.family == ADDR_IP4;
	uint32_t header = is4 ? IP4_HEADER : IP6_HEADER;
	struct writer to =
		writer_of(client->host->room + header, sizeof(client->host->room) - header);

	write_u8(&to, is4 ? ICMP4_ECHO : ICMP6_ECHO);
	write_u8(&to, 0);
	write_u16(&to, 0);
	write_u16(&to, client->id);
	write_u16(&to, sequence);
	write_bytes(&to, data, n < size ? n : size);
	write_zeros(&to, n < size ? size - n : 0);
	return (uint32_t)write_size(&to);
}

/* What we sent, as an error quotes it: its addresses, and the 8 bytes that say whose it was. */
static bool read_quote(struct reader *in, uint8_t family, struct answer *answer)
{
	struct ip_view ip;
	struct reader head;

	if (ip_read(in->at, (uint32_t)read_left(in), true, &ip) < 0 || ip.src.family != family ||
	    ip.fragment_offset > 0)
		return false;
	answer->dst = ip.dst;
	answer->proto = ip.proto;
	head = reader_of(ip.payload, ip.payload_len);
	if (ip.proto == IP_UDP) {
		answer->id = read_u16(&head);
		answer->sequence = read_u16(&head);
		return !head.bad;
	}
	if (read_u8(&head) != (family == ADDR_IP4 ? ICMP4_ECHO : ICMP6_ECHO))
		return false;
	read_skip(&head, 3);
	answer->id = read_u16(&head);
	answer->sequence = read_u16(&head);
	return !head.bad && ip.proto == (family == ADDR_IP4 ? IP_ICMP : IP_ICMP6);
}

static bool read_error(const struct ip_view *ip, struct reader *in, struct answer *answer)
{
	bool is4 = ip->src.family == ADDR_IP4;
	uint32_t word = read_u32(in);

	if (is4 ? answer->type != ICMP4_UNREACHABLE && answer->type != ICMP4_TIME_EXCEEDED &&
			    answer->type != ICMP4_PARAMETER
		: answer->type >= ICMP6_ECHO)
		return false;
	if (is4 ? answer->type == ICMP4_UNREACHABLE && answer->code == UNREACHABLE4_TOO_BIG
		: answer->type == ICMP6_TOO_BIG)
		answer->mtu = (uint16_t)(word > UINT16_MAX ? UINT16_MAX : word);
	answer->is_error = true;
	return read_quote(in, ip->src.family, answer);
}

static bool read_answer(const struct packet_in *in, const struct ip_view *ip, struct answer *answer)
{
	struct reader body = reader_of(ip->payload, ip->payload_len);

	*answer = (struct answer){.from = ip->src,
				  .dst = ip->src,
				  .ttl = ip->ttl,
				  .vrf = in->iface->vrf};
	answer->type = read_u8(&body);
	answer->code = read_u8(&body);
	read_skip(&body, 2);
	if (answer->type != (ip->src.family == ADDR_IP4 ? ICMP4_ECHO_REPLY : ICMP6_ECHO_REPLY))
		return read_error(ip, &body, answer);
	answer->proto = ip->proto;
	answer->id = read_u16(&body);
	answer->sequence = read_u16(&body);
	answer->data = body.at;
	answer->size = (uint16_t)read_left(&body);
	return !body.bad;
}

enum host_verdict client_input(struct host *host, const struct packet_in *in,
			       const struct ip_view *ip)
{
	struct answer answer;

	if (!read_answer(in, ip, &answer))
		return HOST_CONSUMED;
	list_foreach(clients, &host->clients, client)
		if (client->id == answer.id && client->vrf == answer.vrf &&
		    addr_compare(&client->dst, &answer.dst) == 0) {
			client->answered(client, &answer);
			break;
		}
	return HOST_CONSUMED;
}

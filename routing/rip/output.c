// SPDX-License-Identifier: BSD-3-Clause
/* A packet from its header to the wire. */
#include "routing/core/udp.h"
#include "routing/rip/engine.h"

enum { TTL_RIP = 1, TTL_RIPNG = 255, TOS = 0xc0 };

/* Bytes of UDP's data: RIP has 25 entries at most, and neither more than the MTU holds. */
static size_t room_of(const struct rip_iface *iface, const struct rip_key *key)
{
	uint8_t family = iface->rip->family;
	size_t headers = UDP_HEADER + (family == ADDR_IP4 ? IP4_HEADER : IP6_HEADER);
	size_t room = iface->iface->mtu - headers;
	size_t most = RIP_HEADER + RIP_ENTRIES * RIP_ENTRY;

	/* The entry that authenticates is one of the 25; the trailer is not. */
	if (key)
		most += rip_auth_room(key) - RIP_ENTRY;
	if (family == ADDR_IP4 && room > most)
		room = most;
	return room < RIP_PACKET_MAX ? room : RIP_PACKET_MAX;
}

void rip_out_begin(struct rip_iface *iface, enum rip_command command, uint8_t version)
{
	struct rip_out *out = &iface->out;
	struct env *env = rip_env(iface->rip);

	out->key = iface->conf.n_keys ? rip_auth_send_key(env, &iface->conf) : NULL;
	out->n = 0;
	out->version = version;
	out->next_hop = (struct addr){0};
	out->w = writer_of(out->data, room_of(iface, out->key));
	rip_write_header(&out->w, iface->rip->family, command, version);
	if (out->key)
		rip_auth_begin(&out->w, out->key, iface->sequence);
}

bool rip_out_is_full(const struct rip_iface *iface)
{
	const struct rip_out *out = &iface->out;
	size_t kept = out->key ? rip_auth_room(out->key) - RIP_ENTRY : 0;

	return write_room(&out->w) < rip_entry_room(iface->rip->family) + kept;
}

void rip_out_add(struct rip_iface *iface, const struct rip_entry *entry)
{
	struct rip_out *out = &iface->out;

	rip_write_entry(&out->w, entry, out->version, &out->next_hop);
	out->n++;
}

static struct addr group_of(const struct rip *rip)
{
	/* 224.0.0.9 and ff02::9 */
	return rip->family == ADDR_IP4 ? addr_ip4(0xe0000009)
				       : (struct addr){ADDR_IP6, {0xff, 0x02, [15] = 0x09}};
}

static void send_to(struct rip_iface *iface, const struct addr *to, uint16_t port, size_t size)
{
	struct rip *rip = iface->rip;
	bool is_4 = rip->family == ADDR_IP4;
	const struct addr *source = rip_iface_source(iface);
	uint8_t packet[UDP_HEADERS_MAX + RIP_PACKET_MAX];
	struct ip_out ip = {.dst = *to, .ttl = is_4 ? TTL_RIP : TTL_RIPNG, .tos = TOS};
	struct udp_view udp = {.sport = is_4 ? RIP_PORT : RIPNG_PORT,
			       .dport = port,
			       .data = iface->out.data,
			       .len = (uint32_t)size};
	struct packet_out out = {.iface = iface->iface,
				 .ether_type = is_4 ? 0x0800 : 0x86dd,
				 .data = packet};

	if (!source)
		return;
	ip.src = *source;
	out.len = udp_write(packet, &ip, &udp);
	env_send(rip_env(rip), &out); /* what is lost is told again */
}

/* Once a time of want: keys that have all ended are a mistake that silence would hide. */
static bool has_its_key(struct rip_iface *iface)
{
	bool lacks = iface->conf.n_keys && !iface->out.key;

	if (lacks && !iface->has_no_key)
		env_log(rip_env(iface->rip), ENV_ERROR,
			"%s: none of its keys may be sent with now: nothing is sent",
			iface->iface->name);
	iface->has_no_key = lacks;
	return !lacks;
}

void rip_out_send(struct rip_iface *iface, const struct addr *to, uint16_t port)
{
	struct rip *rip = iface->rip;
	struct rip_out *out = &iface->out;
	struct addr group = group_of(rip);
	uint16_t own_port = rip->family == ADDR_IP4 ? RIP_PORT : RIPNG_PORT;

	if (!has_its_key(iface))
		return;
	if (out->key)
		rip_auth_end(rip_env(rip), &out->w, out->key);
	if (to) {
		send_to(iface, to, port, write_size(&out->w));
		return;
	}
	if (!iface->conf.passive)
		send_to(iface, &group, own_port, write_size(&out->w));
	for (uint32_t i = 0; i < rip->conf.n_neighbors; i++)
		if (rip->conf.neighbors[i].iface == iface->id)
			send_to(iface, &rip->conf.neighbors[i].addr, own_port, write_size(&out->w));
}

/* By the clock and never ahead of it, however often we speak: who restarts begins where neighbours
 * have not been yet, and a sequence may be had twice (RFC 4822 3.2.2 refuses lesser ones). */
void rip_out_renumber(struct rip_iface *iface)
{
	uint32_t now = (uint32_t)rip_env(iface->rip)->ops->wall_s(rip_env(iface->rip));

	if (iface->sequence < now)
		iface->sequence = now;
}

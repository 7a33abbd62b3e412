// SPDX-License-Identifier: BSD-3-Clause
/* Neighbour solicitations and advertisements out. */
#include <string.h>

#include "routing/core/checksum.h"
#include "routing/core/cursor.h"
#include "routing/core/ip.h"
#include "routing/neighbor/engine.h"

#define MESSAGE_MAX 40 /* the fixed part and two options */

static const struct addr unspecified = {.family = ADDR_IP6};
static const struct addr all_nodes = {.family = ADDR_IP6, .bytes = {0xff, 2, [15] = 1}};

static struct addr solicited_node(const struct addr *target)
{
	struct addr addr = {.family = ADDR_IP6, .bytes = {0xff, 2, [11] = 1, [12] = 0xff}};

	memcpy(addr.bytes + 13, target->bytes + 13, 3);
	return addr;
}

/* RFC 2464 7. */
static void multicast_mac(const struct addr *group, uint8_t mac[6])
{
	mac[0] = mac[1] = 0x33;
	memcpy(mac + 2, group->bytes + 12, 4);
}

void nd_send(struct wire *wire, const struct addr *src, const struct addr *dst, const uint8_t *mac,
	     uint8_t *packet, uint32_t len, uint64_t *counter)
{
	struct ip_out header = {.src = *src, .dst = *dst, .proto = IP_ICMP6, .ttl = ND_HOP_LIMIT};
	uint8_t group_mac[6], *body = packet + IP6_HEADER;
	uint64_t sum = checksum_pseudo(src, dst, IP_ICMP6, len);
	uint16_t checksum = checksum_finish(checksum_add(sum, body, len));

	body[2] = (uint8_t)(checksum >> 8);
	body[3] = (uint8_t)checksum;
	ip_write(packet, &header, len);
	if (!mac) {
		multicast_mac(dst, group_mac);
		mac = group_mac;
	}
	wire_send(wire, ETHER_IP6, mac, packet, IP6_HEADER + len, counter);
}

void nd_write_mac(struct writer *to, enum nd_option type, const struct wire *wire)
{
	write_u8(to, (uint8_t)type);
	write_u8(to, 1);
	write_bytes(to, wire->mac, sizeof(wire->mac));
}

static struct writer begin(uint8_t *packet, enum nd_type type, uint32_t flags,
			   const struct addr *target)
{
	struct writer to = writer_of(packet + IP6_HEADER, MESSAGE_MAX);

	write_u32(&to, (uint32_t)type << 24);
	write_u32(&to, flags);
	write_addr(&to, target);
	return to;
}

void nd_solicit(struct wire *wire, const struct addr *target, const uint8_t *mac)
{
	uint8_t packet[IP6_HEADER + MESSAGE_MAX];
	struct writer to = begin(packet, ND_NEIGHBOR_SOLICIT, 0, target);
	const struct own *own = own_source(wire, target);
	struct addr dst = mac ? *target : solicited_node(target);

	if (!own) { /* from nobody it would be a probe for the address */
		wire->engine->stats.send_failed++;
		return;
	}
	nd_write_mac(&to, ND_SOURCE_MAC, wire);
	nd_send(wire, &own->prefix.addr, &dst, mac, packet, (uint32_t)write_size(&to),
		&wire->engine->stats.solicit_sent);
}

void nd_probe(struct own *own)
{
	uint8_t packet[IP6_HEADER + MESSAGE_MAX];
	struct writer to = begin(packet, ND_NEIGHBOR_SOLICIT, 0, &own->prefix.addr);
	struct addr dst = solicited_node(&own->prefix.addr);

	for (size_t i = 0; i < sizeof(own->nonce); i++)
		own->nonce[i] = (uint8_t)env_random(own->wire->engine->env);
	write_u8(&to, ND_NONCE);
	write_u8(&to, 1);
	write_bytes(&to, own->nonce, sizeof(own->nonce));
	nd_send(own->wire, &unspecified, &dst, NULL, packet, (uint32_t)write_size(&to),
		&own->wire->engine->stats.solicit_sent);
}

/* An anycast address has others as well, whom we do not override (RFC 4861 7.2.7). */
static void advertise(const struct own *own, const struct addr *target, uint32_t flags,
		      const struct addr *dst, const uint8_t *mac, uint64_t *counter)
{
	bool is_anycast = addr_compare(target, &own->prefix.addr) != 0;
	uint8_t packet[IP6_HEADER + MESSAGE_MAX];
	struct writer to = begin(packet, ND_NEIGHBOR_ADVERT,
				 flags | ND_ROUTER | (is_anycast ? 0 : ND_OVERRIDE), target);

	nd_write_mac(&to, ND_TARGET_MAC, own->wire);
	nd_send(own->wire, &own->prefix.addr, dst, mac, packet, (uint32_t)write_size(&to), counter);
}

void nd_announce(const struct own *own)
{
	advertise(own, &own->prefix.addr, 0, &all_nodes, NULL,
		  &own->wire->engine->stats.announce_sent);
}

void nd_advertise(const struct own *own, const struct addr *target, const struct addr *dst,
		  const uint8_t *mac)
{
	uint64_t *counter = &own->wire->engine->stats.advert_sent;

	if (dst)
		advertise(own, target, ND_SOLICITED, dst, mac, counter);
	else
		advertise(own, target, 0, &all_nodes, NULL, counter);
}

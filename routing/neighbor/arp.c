// SPDX-License-Identifier: BSD-3-Clause
/*
 * ARP: RFC 826, with RFC 1122 2.3.2, RFC 1812 3.3.2 and RFC 5227. One message
 * format, 28 bytes; whether it asks or answers matters little: who speaks says
 * where he is.
 */
#include "routing/neighbor/engine.h"

#include <string.h>

#include "routing/core/cursor.h"

#define ETHER_ARP    0x0806
#define ETHER_IP4    0x0800
#define ARP_ETHERNET 1
#define ARP_SIZE     28

enum arp_operation { ARP_REQUEST = 1, ARP_REPLY = 2 };

struct arp {
	uint16_t operation;
	uint8_t sender_mac[6], target_mac[6];
	struct addr sender, target;
};

static const uint8_t broadcast[6] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};

static void send_arp(struct wire *wire, const struct arp *arp, const uint8_t dst_mac[6],
		     uint64_t *counter)
{
	uint8_t room[ARP_SIZE];
	struct writer to = writer_of(room, sizeof(room));

	write_u16(&to, ARP_ETHERNET);
	write_u16(&to, ETHER_IP4);
	write_u8(&to, 6);
	write_u8(&to, 4);
	write_u16(&to, arp->operation);
	write_bytes(&to, arp->sender_mac, 6);
	write_addr(&to, &arp->sender);
	write_bytes(&to, arp->target_mac, 6);
	write_addr(&to, &arp->target);
	wire_send(wire, ETHER_ARP, dst_mac, room, (uint32_t)write_size(&to), counter);
}

/* From us; whose hardware address is asked for is left zero (RFC 5227 2.1.1). */
static struct arp from_us(const struct wire *wire, enum arp_operation operation)
{
	struct arp arp = {.operation = (uint16_t)operation, .sender = {.family = ADDR_IP4}};

	memcpy(arp.sender_mac, wire->mac, sizeof(arp.sender_mac));
	return arp;
}

void arp_solicit(struct wire *wire, const struct addr *target, const uint8_t *mac)
{
	struct arp arp = from_us(wire, ARP_REQUEST);
	const struct own *own = own_source(wire, target);

	if (own) /* an interface without an address asks as a probe does */
		arp.sender = own->prefix.addr;
	arp.target = *target;
	send_arp(wire, &arp, mac ? mac : broadcast, &wire->engine->stats.solicit_sent);
}

void arp_probe(const struct own *own)
{
	struct arp arp = from_us(own->wire, ARP_REQUEST);

	arp.target = own->prefix.addr;
	send_arp(own->wire, &arp, broadcast, &own->wire->engine->stats.solicit_sent);
}

void arp_announce(const struct own *own)
{
	struct arp arp = from_us(own->wire, ARP_REQUEST);

	arp.sender = arp.target = own->prefix.addr;
	send_arp(own->wire, &arp, broadcast, &own->wire->engine->stats.announce_sent);
}

static void reply(struct wire *wire, const struct own *own, const struct arp *to)
{
	struct arp arp = from_us(wire, ARP_REPLY);

	arp.sender = own->prefix.addr;
	arp.target = to->sender;
	memcpy(arp.target_mac, to->sender_mac, sizeof(arp.target_mac));
	send_arp(wire, &arp, to->sender_mac, &wire->engine->stats.advert_sent);
}

static bool read_arp(struct neighbor_stats *stats, const struct packet_in *packet, struct arp *arp)
{
	struct reader in = reader_of(packet->data, packet->len);
	uint16_t hardware = read_u16(&in), protocol = read_u16(&in);
	uint8_t hardware_len = read_u8(&in), protocol_len = read_u8(&in);

	arp->operation = read_u16(&in);
	read_bytes(&in, arp->sender_mac, 6);
	arp->sender = read_addr(&in, ADDR_IP4);
	read_bytes(&in, arp->target_mac, 6);
	arp->target = read_addr(&in, ADDR_IP4);
	if (in.bad) {
		stats->bad_length++;
		return false;
	}
	if (hardware != ARP_ETHERNET || protocol != ETHER_IP4 || hardware_len != 6 ||
	    protocol_len != 4 || (arp->operation != ARP_REQUEST && arp->operation != ARP_REPLY)) {
		stats->bad_hardware++;
		return false;
	}
	return true;
}

/* Whether it is sane; its sender may be nobody yet (a probe), and may claim to be us. */
static bool is_sane(struct wire *wire, const struct arp *arp)
{
	struct neighbor_stats *stats = &wire->engine->stats;

	if (memcmp(arp->sender_mac, wire->mac, sizeof(wire->mac)) == 0) {
		stats->looped++;
		return false;
	}
	if (wire_can_have_mac(wire, arp->sender_mac) &&
	    (addr_is_unspecified(&arp->sender) || own_held(wire, &arp->sender) ||
	     wire_can_have(wire, &arp->sender)))
		return true;
	stats->bad_address++;
	return false;
}

/* RFC 5227: somebody has an address of ours, or probes for it before we have it. Once we do, he
 * learns that from our reply. Who has a duplicate is a neighbour like any other. */
static bool is_conflict(struct wire *wire, const struct arp *arp)
{
	bool is_probe = addr_is_unspecified(&arp->sender) && arp->operation == ARP_REQUEST;
	const struct addr *claimed = is_probe ? &arp->target : &arp->sender;
	struct own *own = own_held(wire, claimed), *retried = dad_retried(wire, claimed);

	if (retried)
		dad_conflict(retried, arp->sender_mac);
	if (!own || (is_probe && own->state != NEIGHBOR_ADDRESS_TENTATIVE))
		return false;
	own_claimed(own, arp->sender_mac);
	return true;
}

/* RFC 826's "merge": known ones are brought up to date whatever it says, unknown ones are entered
 * if it was said to us by somebody of the subnet. */
static void learn(struct wire *wire, const struct arp *arp, bool is_for_us)
{
	struct neighbors *engine = wire->engine;
	const struct neighbor *known = table_find(engine, wire, &arp->sender);
	bool has_subnet = wire_has_subnet(wire, &arp->sender);
	bool may_add = is_for_us && has_subnet && arp->operation == ARP_REQUEST;
	bool is_asked =
		known && (known->state == NEIGHBOR_INCOMPLETE || known->state == NEIGHBOR_PROBE ||
			  known->state == NEIGHBOR_FAILED);

	if (!known && !may_add) {
		if (is_for_us && !has_subnet)
			engine->stats.off_link++;
		else
			engine->stats.not_for_us++;
	} else if (arp->operation == ARP_REQUEST && is_for_us) {
		nud_learn(wire, &arp->sender, arp->sender_mac, NUD_SPOKE_SAME, NUD_SPOKE_OTHER,
			  may_add);
	} else if (is_for_us && is_asked) {
		nud_learn(wire, &arp->sender, arp->sender_mac, NUD_ANSWER_SAME, NUD_ANSWER_OTHER,
			  false);
	} else {
		nud_learn(wire, &arp->sender, arp->sender_mac, NUD_NEWS_SAME, NUD_NEWS_OTHER,
			  false);
	}
}

void arp_input(struct wire *wire, const struct packet_in *in)
{
	struct arp arp;
	const struct own *own;
	bool is_for_us;

	wire->engine->stats.arp_in++;
	if (!read_arp(&wire->engine->stats, in, &arp) || !is_sane(wire, &arp) ||
	    is_conflict(wire, &arp))
		return;
	own = own_find(wire, &arp.target);
	is_for_us = own && own->state == NEIGHBOR_ADDRESS_USABLE;
	if (!addr_is_unspecified(&arp.sender))
		learn(wire, &arp, is_for_us);
	else if (!is_for_us)
		wire->engine->stats.not_for_us++;
	if (is_for_us && arp.operation == ARP_REQUEST)
		reply(wire, own, &arp);
}

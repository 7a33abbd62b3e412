// SPDX-License-Identifier: BSD-3-Clause
/* Neighbour discovery in: the checks of RFC 4861 (6.1.1, 6.1.2, 7.1.1, 7.1.2, 8.1), then who said
 * what. */
#include <string.h>

#include "routing/core/checksum.h"
#include "routing/core/cursor.h"
#include "routing/core/ip.h"
#include "routing/neighbor/engine.h"

/* A message whose header and options are sound. */
struct nd {
	struct addr src, dst, target;
	const uint8_t *frame_mac; /* where the frame said that it came from */
	const uint8_t *mac;       /* source or target link-layer address; NULL: not said */
	const uint8_t *nonce;
	uint32_t flags;      /* of an advertisement */
	const uint8_t *body; /* from the ICMPv6 header on */
	uint32_t len;
	uint8_t type;
};

static uint32_t fixed_part(uint8_t type)
{
	switch (type) {
	case ND_ROUTER_SOLICIT:
		return 8;
	case ND_ROUTER_ADVERT:
		return 16;
	case ND_REDIRECT:
		return 40;
	default:
		return 24;
	}
}

/* What the checks have in common. false: counted. */
static bool is_sound(struct neighbor_stats *stats, const struct ip_view *ip)
{
	uint64_t sum = checksum_pseudo(&ip->src, &ip->dst, IP_ICMP6, ip->payload_len);

	if (ip->fragment_header) /* RFC 6980 */
		stats->bad_fragment++;
	else if (ip->ttl != ND_HOP_LIMIT)
		stats->bad_hop_limit++;
	else if (ip->payload_len < 8 || ip->payload_len < fixed_part(ip->payload[0]))
		stats->bad_length++;
	else if (checksum_finish(checksum_add(sum, ip->payload, ip->payload_len)) != 0)
		stats->bad_checksum++;
	else if (ip->payload[1] != 0)
		stats->bad_code++;
	else
		return true;
	return false;
}

/* Every option has a length, and fits; what we do not know is passed over. */
static bool read_options(struct reader *in, struct nd *nd)
{
	uint8_t wanted = nd->type == ND_NEIGHBOR_ADVERT || nd->type == ND_REDIRECT ? ND_TARGET_MAC
										   : ND_SOURCE_MAC;

	while (!in->bad && read_left(in) > 0) {
		uint8_t type = read_u8(in), units = read_u8(in);
		const uint8_t *value = units > 0 ? read_raw(in, 8u * units - 2) : NULL;

		if (!value)
			return false;
		if (type == wanted && units == 1)
			nd->mac = value;
		else if (type == wanted)
			return false; /* not Ethernet's */
		else if (type == ND_NONCE && units == 1)
			nd->nonce = value;
	}
	return !in->bad;
}

static bool read_nd(struct neighbor_stats *stats, const struct packet_in *packet,
		    const struct ip_view *ip, struct nd *nd)
{
	struct reader in = reader_of(ip->payload, ip->payload_len);

	*nd = (struct nd){.src = ip->src,
			  .dst = ip->dst,
			  .frame_mac = packet->src_mac,
			  .body = ip->payload,
			  .len = ip->payload_len};
	nd->type = read_u8(&in);
	read_skip(&in, 3);
	nd->flags = read_u32(&in);
	if (nd->type == ND_NEIGHBOR_SOLICIT || nd->type == ND_NEIGHBOR_ADVERT)
		nd->target = read_addr(&in, ADDR_IP6);
	else
		read_skip(&in, fixed_part(nd->type) - 8);
	if (read_options(&in, nd))
		return true;
	stats->bad_length++;
	return false;
}

/* ff02::1:ffXX:XXXX. */
static bool is_solicited_node(const struct addr *addr)
{
	static const uint8_t head[13] = {0xff, 2, [11] = 1, [12] = 0xff};

	return memcmp(addr->bytes, head, sizeof(head)) == 0;
}

/* 6.1.1, 6.1.2, 7.1.1, 7.1.2, 8.1: addresses that may not be in a message of its type. */
static bool has_sane_addresses(const struct nd *nd)
{
	bool from_nobody = addr_is_unspecified(&nd->src);

	if (addr_is_multicast(&nd->src) || addr_is_loopback(&nd->src))
		return false;
	switch (nd->type) {
	case ND_NEIGHBOR_SOLICIT:
		return !addr_is_multicast(&nd->target) &&
		       (!from_nobody || (is_solicited_node(&nd->dst) && !nd->mac));
	case ND_NEIGHBOR_ADVERT:
		return !from_nobody && !addr_is_multicast(&nd->target) &&
		       !(addr_is_multicast(&nd->dst) && (nd->flags & ND_SOLICITED));
	case ND_ROUTER_SOLICIT:
		return !(from_nobody && nd->mac);
	default:
		return addr_is_link_local(&nd->src);
	}
}

/* Our own frames may come back to us. */
static bool is_from_us(const struct wire *wire, const struct nd *nd)
{
	return memcmp(nd->frame_mac, wire->mac, sizeof(wire->mac)) == 0;
}

/* Where an answer to it goes: NULL (and counted), where nobody can be. */
static const uint8_t *mac_of(struct wire *wire, const struct nd *nd)
{
	const uint8_t *mac = nd->mac ? nd->mac : nd->frame_mac;

	if (wire_can_have_mac(wire, mac))
		return mac;
	wire->engine->stats.bad_address++;
	return NULL;
}

/* RFC 7527 4.2: the nonce tells whose probe it is, without one the frame has to. */
static bool is_own_probe(const struct own *own, const struct nd *nd)
{
	if (!nd->nonce)
		return is_from_us(own->wire, nd);
	return own->probes > 0 && memcmp(nd->nonce, own->nonce, sizeof(own->nonce)) == 0;
}

/* A solicitation for an address that we do not use yet (RFC 4862 5.4.3): from nobody it is a probe,
 * from somebody it is none of our business. */
static void tentative_solicited(struct own *own, const struct nd *nd)
{
	struct neighbor_stats *stats = &own->wire->engine->stats;

	if (!addr_is_unspecified(&nd->src))
		stats->not_for_us++;
	else if (is_own_probe(own, nd))
		stats->looped++;
	else
		dad_conflict(own, nd->frame_mac);
}

/* 7.2.3; RFC 5942: an address of no subnet of ours is not on the wire because it says so. */
static struct neighbor *learn_sender(struct wire *wire, const struct nd *nd)
{
	bool has_subnet = wire_has_subnet(wire, &nd->src);
	struct neighbor *neighbor;

	if (!nd->mac || !wire_can_have(wire, &nd->src))
		return NULL;
	neighbor = nud_learn(wire, &nd->src, nd->mac, NUD_SPOKE_SAME, NUD_SPOKE_OTHER, has_subnet);
	if (!neighbor && !has_subnet)
		wire->engine->stats.off_link++;
	return neighbor;
}

static void solicited(struct wire *wire, const struct nd *nd)
{
	struct own *own = own_held(wire, &nd->target), *claimed = own_held(wire, &nd->src);
	const uint8_t *mac;

	if (!own)
		own = dad_retried(wire, &nd->target);
	if (own && own->is_probed) {
		tentative_solicited(own, nd);
		return;
	}
	if (is_from_us(wire, nd)) {
		wire->engine->stats.looped++;
		return;
	}
	if (claimed) {
		own_claimed(claimed, nd->frame_mac);
		return;
	}
	if (!own)
		own = own_anycast(wire, &nd->target);
	if (!own || own->state != NEIGHBOR_ADDRESS_USABLE) {
		wire->engine->stats.not_for_us++;
		return;
	}
	mac = mac_of(wire, nd);
	if (!mac)
		return;
	learn_sender(wire, nd);
	if (addr_is_unspecified(&nd->src))
		nd_advertise(own, &nd->target, NULL, NULL);
	else
		nd_advertise(own, &nd->target, &nd->src, mac);
}

/* 7.2.5: another MAC address without the override flag says nothing but that something is odd. */
static bool is_doubtful(const struct neighbor *neighbor, const struct nd *nd)
{
	return neighbor->has_mac && nd->mac && !(nd->flags & ND_OVERRIDE) &&
	       memcmp(neighbor->mac, nd->mac, sizeof(neighbor->mac)) != 0;
}

static enum nud_event other_event(const struct nd *nd)
{
	bool override = nd->flags & ND_OVERRIDE;

	if (nd->flags & ND_SOLICITED)
		return override ? NUD_ANSWER_OTHER : NUD_ANSWER_DOUBT;
	return override ? NUD_NEWS_OTHER : NUD_NEWS_DOUBT;
}

/* 7.2.5: only known ones hear of it. */
static void advertised(struct wire *wire, const struct nd *nd)
{
	bool is_answer = nd->flags & ND_SOLICITED, doubtful;
	struct own *own = own_held(wire, &nd->target), *retried = dad_retried(wire, &nd->target);
	struct neighbor *neighbor = table_find(wire->engine, wire, &nd->target);

	if (is_from_us(wire, nd)) {
		wire->engine->stats.looped++;
		return;
	}
	if (own) {
		own_claimed(own, nd->frame_mac);
		return;
	}
	if (retried)
		dad_conflict(retried, nd->frame_mac);
	if (!mac_of(wire, nd))
		return;
	if (!neighbor) {
		wire->engine->stats.not_for_us++;
		return;
	}
	doubtful = is_doubtful(neighbor, nd);
	neighbor = nud_learn(wire, &nd->target, nd->mac,
			     is_answer ? NUD_ANSWER_SAME : NUD_NEWS_SAME, other_event(nd), false);
	if (neighbor && !doubtful)
		neighbor->is_router = nd->flags & ND_ROUTER;
}

/* 6.2.6: who asks for a router is a host. */
static void router_solicited(struct wire *wire, const struct nd *nd)
{
	struct neighbor *neighbor;

	if (is_from_us(wire, nd)) {
		wire->engine->stats.looped++;
		return;
	}
	if (!mac_of(wire, nd))
		return;
	neighbor = learn_sender(wire, nd);
	if (neighbor)
		neighbor->is_router = false;
	ra_solicited(wire);
}

void nd_input(struct wire *wire, const struct ip_view *ip, const struct packet_in *in)
{
	struct neighbor_stats *stats = &wire->engine->stats;
	struct nd nd;

	stats->nd_in++;
	if (!is_sound(stats, ip) || !read_nd(stats, in, ip, &nd))
		return;
	if (!has_sane_addresses(&nd)) {
		stats->bad_address++;
		return;
	}
	switch (nd.type) {
	case ND_NEIGHBOR_SOLICIT:
		solicited(wire, &nd);
		break;
	case ND_NEIGHBOR_ADVERT:
		advertised(wire, &nd);
		break;
	case ND_ROUTER_SOLICIT:
		router_solicited(wire, &nd);
		break;
	case ND_ROUTER_ADVERT:
		ra_heard(wire, &nd.src, nd.body, nd.len);
		/* fall through */
	default: /* a router takes neither advertisements nor redirects from others */
		stats->ignored++;
	}
}

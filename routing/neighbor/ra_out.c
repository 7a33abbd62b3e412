// SPDX-License-Identifier: BSD-3-Clause
/* A router advertisement as it goes out: RFC 4861 4.2, 4.6; RFC 4191; RFC 8106 5.1. */
#include "routing/core/cursor.h"
#include "routing/core/ip.h"
#include "routing/neighbor/engine.h"

#define RA_MAX            1024 /* all options that a configuration can have */

#define DEFAULT_VALID     2592000 /* 30 days: RFC 4861 6.2.1 */
#define DEFAULT_PREFERRED 604800  /* 7 days */

static void write_head(struct writer *to, const struct ra_conf *conf, bool is_last)
{
	static const uint8_t preferences[] = {[RA_MEDIUM] = 0, [RA_HIGH] = 1, [RA_LOW] = 3};
	uint16_t lifetime = is_last ? 0 : conf->lifetime_s;
	uint8_t flags = 0;

	if (conf->managed)
		flags |= RA_MANAGED;
	if (conf->other)
		flags |= RA_OTHER;
	if (lifetime > 0) /* RFC 4191 2.2: no preference where it is no default router */
		flags |= (uint8_t)(preferences[conf->preference] << RA_PREFERENCE_SHIFT);
	write_u32(to, (uint32_t)ND_ROUTER_ADVERT << 24);
	write_u8(to, conf->hop_limit);
	write_u8(to, flags);
	write_u16(to, lifetime);
	write_u32(to, conf->reachable_ms);
	write_u32(to, conf->retrans_ms);
}

static void write_prefix(struct writer *to, const struct ra_prefix *prefix)
{
	write_u8(to, ND_PREFIX);
	write_u8(to, 4);
	write_u8(to, prefix->prefix.length);
	write_u8(to, (uint8_t)((prefix->on_link ? RA_ON_LINK : 0) |
			       (prefix->autonomous ? RA_AUTONOMOUS : 0)));
	write_u32(to, prefix->valid_s);
	write_u32(to, prefix->preferred_s);
	write_u32(to, 0);
	write_addr(to, &prefix->prefix.addr);
}

/* Whether a subnet of the wire was met before, by another address of ours. */
static bool is_repeated(const struct wire *wire, const struct own *own)
{
	list_foreach(owns, &wire->owns, earlier) {
		if (earlier == own)
			return false;
		if (earlier->prefix.length == own->prefix.length &&
		    prefix_contains(&earlier->prefix, &own->prefix.addr))
			return true;
	}
	return false;
}

/* The subnets of our own addresses. Hosts make addresses of their own in a /64 only (RFC 4862 5.5.3
 * d). */
static void write_subnets(struct writer *to, const struct wire *wire)
{
	uint8_t n = 0;

	list_foreach(owns, &wire->owns, own) {
		struct ra_prefix prefix = {.prefix = prefix_network(&own->prefix),
					   .on_link = true,
					   .autonomous = own->prefix.length == 64,
					   .valid_s = DEFAULT_VALID,
					   .preferred_s = DEFAULT_PREFERRED};

		if (own->prefix.addr.family != ADDR_IP6 || own->prefix.length == 128 ||
		    addr_is_link_local(&own->prefix.addr) || is_repeated(wire, own))
			continue;
		if (n++ < RA_PREFIX_MAX)
			write_prefix(to, &prefix);
	}
}

static void write_rdnss(struct writer *to, const struct ra_conf *conf)
{
	uint32_t lifetime =
		conf->rdnss_lifetime_s ? conf->rdnss_lifetime_s : 3u * conf->max_interval_s;

	if (conf->n_rdnss == 0)
		return;
	write_u8(to, ND_RDNSS);
	write_u8(to, (uint8_t)(1 + 2 * conf->n_rdnss));
	write_u16(to, 0);
	write_u32(to, lifetime);
	for (uint8_t i = 0; i < conf->n_rdnss; i++)
		write_addr(to, &conf->rdnss[i]);
}

void ra_send(struct wire *wire, const struct own *from, bool is_last)
{
	static const struct addr all_nodes = {.family = ADDR_IP6, .bytes = {0xff, 2, [15] = 1}};
	const struct ra_conf *conf = &wire->conf.ra;
	uint8_t packet[IP6_HEADER + RA_MAX];
	struct writer to = writer_of(packet + IP6_HEADER, RA_MAX);

	write_head(&to, conf, is_last);
	nd_write_mac(&to, ND_SOURCE_MAC, wire);
	if (conf->mtu != 0) {
		write_u8(&to, ND_MTU);
		write_u8(&to, 1);
		write_u16(&to, 0);
		write_u32(&to, conf->mtu);
	}
	for (uint8_t i = 0; i < conf->n_prefixes; i++)
		write_prefix(&to, &conf->prefixes[i]);
	if (conf->n_prefixes == 0)
		write_subnets(&to, wire);
	write_rdnss(&to, conf);
	nd_send(wire, &from->prefix.addr, &all_nodes, NULL, packet, (uint32_t)write_size(&to),
		&wire->engine->stats.ra_sent);
}

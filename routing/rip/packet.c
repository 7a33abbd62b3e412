// SPDX-License-Identifier: BSD-3-Clause
#include "routing/rip/packet.h"

enum {
	AFI_NONE = 0,
	AFI_IP = 2,
	AFI_AUTH = 0xffff,
	NG_NEXT_HOP = 0xff, /* in place of a metric, RFC 2080 2.1.1 */
	CLASS_A = 8,
	CLASS_B = 16,
	CLASS_C = 24,
};

enum rip_refused rip_read(uint8_t family, const uint8_t *data, size_t size,
			  const struct iface *iface, struct rip_reader *out)
{
	*out = (struct rip_reader){.in = reader_of(data, size), .family = family, .iface = iface};
	out->command = read_u8(&out->in);
	out->version = read_u8(&out->in);
	read_skip(&out->in, 2);
	if (out->in.bad || (size - RIP_HEADER) % RIP_ENTRY)
		return RIP_BAD_PACKET;
	if (out->version == 0 || (family == ADDR_IP6 && out->version != 1))
		return RIP_BAD_VERSION;
	if (out->command != RIP_REQUEST && out->command != RIP_RESPONSE)
		return RIP_BAD_COMMAND;
	return RIP_REFUSALS;
}

/* -1: it has holes. */
static int mask_length(uint32_t mask)
{
	int length = mask ? 32 - __builtin_ctz(mask) : 0;

	return length == 0 || mask == UINT32_MAX << (32 - length) ? length : -1;
}

/* Version 1 has no masks: that of the interface within its network, else the class's (RFC 1058
 * 3.2); an address with host bits is a host. */
static uint8_t guess_length(const struct iface *iface, uint32_t addr)
{
	uint8_t length = addr >> 31 == 0 ? CLASS_A : addr >> 30 == 2 ? CLASS_B : CLASS_C;

	if (addr == 0)
		return 0;
	for (uint16_t i = 0; i < iface->n_addresses; i++) {
		const struct prefix *own = &iface->addresses[i];

		if (own->addr.family == ADDR_IP4 && own->length > length &&
		    (addr_to_ip4(&own->addr) ^ addr) >> (32 - length) == 0)
			return addr & ~(UINT32_MAX << (32 - own->length)) ? 32 : own->length;
	}
	return addr & ~(UINT32_MAX << (32 - length)) ? 32 : length;
}

/* 3.9.2: networks that no route may lead to: 0/8 but for the default, 127/8, class D and E. */
static bool is_routable(const struct prefix *prefix)
{
	uint8_t first = prefix->addr.bytes[0];

	if (!prefix_is_network(prefix))
		return false;
	if (prefix->addr.family == ADDR_IP4)
		return first < 224 && first != 127 && (first != 0 || prefix->length == 0);
	return !addr_is_multicast(&prefix->addr) && !addr_is_link_local(&prefix->addr) &&
	       !addr_is_loopback(&prefix->addr);
}

static enum rip_refused judge(const struct rip_entry *entry, uint32_t metric)
{
	if (!is_routable(&entry->prefix))
		return RIP_BAD_PREFIX;
	return metric >= 1 && metric <= RIP_INFINITY ? RIP_REFUSALS : RIP_BAD_METRIC;
}

static enum rip_refused read_ip4(struct rip_reader *r, struct rip_entry *out)
{
	uint16_t afi = read_u16(&r->in), tag = read_u16(&r->in);
	uint32_t addr = read_u32(&r->in), mask = read_u32(&r->in);
	uint32_t next_hop = read_u32(&r->in), metric = read_u32(&r->in);
	int length = r->version == 1 ? guess_length(r->iface, addr) : mask_length(mask);

	if (afi != AFI_IP && !(r->command == RIP_REQUEST && afi == AFI_NONE))
		return RIP_BAD_FAMILY;
	if (length < 0)
		return RIP_BAD_PREFIX;
	*out = (struct rip_entry){
		.prefix = {addr_ip4(addr), (uint8_t)length},
		.tag = r->version == 1 ? 0 : tag,
		.metric = metric > RIP_INFINITY ? 0 : (uint8_t)metric,
	};
	if (next_hop && r->version > 1)
		out->next_hop = addr_ip4(next_hop);
	return judge(out, metric);
}

/* The entries that follow lead there; only an address of the wire is taken (RFC 2080 2.1.1). */
static void note_next_hop(struct rip_reader *r, const struct addr *addr)
{
	r->next_hop = addr_is_link_local(addr) ? *addr : (struct addr){0};
}

static enum rip_refused read_ip6(struct rip_reader *r, struct rip_entry *out)
{
	struct addr addr = read_addr(&r->in, ADDR_IP6);
	uint16_t tag = read_u16(&r->in);
	uint8_t length = read_u8(&r->in), metric = read_u8(&r->in);

	if (metric == NG_NEXT_HOP) {
		note_next_hop(r, &addr);
		*out = (struct rip_entry){0};
		return RIP_REFUSALS;
	}
	if (length > 128)
		return RIP_BAD_PREFIX;
	*out = (struct rip_entry){{addr, length}, r->next_hop, tag, metric};
	return judge(out, metric);
}

bool rip_read_entry(struct rip_reader *r, struct rip_entry *out, enum rip_refused *why)
{
	while (read_left(&r->in) >= RIP_ENTRY) {
		*out = (struct rip_entry){0};
		*why = r->family == ADDR_IP4 ? read_ip4(r, out) : read_ip6(r, out);
		if (*why != RIP_REFUSALS || out->metric) /* else it was a next hop */
			return true;
	}
	return false;
}

bool rip_asks_for_all(const struct rip_reader *reader)
{
	struct rip_reader r = *reader;

	if (read_left(&r.in) != RIP_ENTRY)
		return false;
	if (r.family == ADDR_IP4) {
		uint16_t afi = read_u16(&r.in);

		read_skip(&r.in, 14);
		return afi == AFI_NONE && read_u32(&r.in) == RIP_INFINITY;
	}
	struct addr addr = read_addr(&r.in, ADDR_IP6);

	read_skip(&r.in, 2);
	return addr_is_unspecified(&addr) && read_u8(&r.in) == 0 && read_u8(&r.in) == RIP_INFINITY;
}

void rip_write_header(struct writer *out, uint8_t family, enum rip_command command, uint8_t version)
{
	write_u8(out, command);
	write_u8(out, family == ADDR_IP6 ? 1 : version);
	write_u16(out, 0);
}

static void write_ip4(struct writer *out, const struct rip_entry *entry, uint8_t version)
{
	uint8_t length = entry->prefix.length;
	bool is_1 = version == 1;

	write_u16(out, AFI_IP);
	write_u16(out, is_1 ? 0 : entry->tag);
	write_addr(out, &entry->prefix.addr);
	write_u32(out, is_1 || !length ? 0 : UINT32_MAX << (32 - length));
	write_u32(out,
		  is_1 || entry->next_hop.family == ADDR_NONE ? 0 : addr_to_ip4(&entry->next_hop));
	write_u32(out, entry->metric);
}

static void write_ip6(struct writer *out, const struct addr *addr, uint16_t tag, uint8_t length,
		      uint8_t metric)
{
	write_bytes(out, addr->bytes, 16); /* of no address: zeros, the sender */
	write_u16(out, tag);
	write_u8(out, length);
	write_u8(out, metric);
}

void rip_write_entry(struct writer *out, const struct rip_entry *entry, uint8_t version,
		     struct addr *next_hop)
{
	if (entry->prefix.addr.family == ADDR_IP4) {
		write_ip4(out, entry, version);
		return;
	}
	if (addr_compare(&entry->next_hop, next_hop) != 0) {
		*next_hop = entry->next_hop;
		write_ip6(out, next_hop, 0, 0, NG_NEXT_HOP);
	}
	write_ip6(out, &entry->prefix.addr, entry->tag, entry->prefix.length, entry->metric);
}

size_t rip_entry_room(uint8_t family)
{
	return family == ADDR_IP4 ? RIP_ENTRY : 2 * RIP_ENTRY;
}

void rip_write_ask_for_all(struct writer *out)
{
	write_zeros(out, RIP_ENTRY - 4);
	write_u32(out,
		  RIP_INFINITY); /* a metric; of RIPng the same bytes are tag, length, metric */
}

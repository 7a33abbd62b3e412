// SPDX-License-Identifier: BSD-3-Clause
#include "routing/core/addr.h"

#include <string.h>

#include "routing/core/be.h"

struct addr addr_ip4(uint32_t host_order)
{
	struct addr addr = {.family = ADDR_IP4};

	for (int i = 0; i < 4; i++)
		addr.bytes[i] = (uint8_t)(host_order >> (24 - 8 * i));
	return addr;
}

uint32_t addr_to_ip4(const struct addr *addr)
{
	return (uint32_t)addr->bytes[0] << 24 | (uint32_t)addr->bytes[1] << 16 |
	       (uint32_t)addr->bytes[2] << 8 | addr->bytes[3];
}

unsigned addr_bits(const struct addr *addr)
{
	return addr->family == ADDR_IP4 ? 32 : addr->family == ADDR_IP6 ? 128 : 0;
}

int addr_compare(const struct addr *a, const struct addr *b)
{
	if (a->family != b->family)
		return a->family < b->family ? -1 : 1;
	return memcmp(a->bytes, b->bytes, sizeof(a->bytes));
}

int prefix_compare(const struct prefix *a, const struct prefix *b)
{
	int order = addr_compare(&a->addr, &b->addr);

	return order != 0 ? order : (int)a->length - (int)b->length;
}

/* Half of an address, 0 or 1, as a number. */
static uint64_t half(const struct addr *addr, unsigned which)
{
	return load_be64(addr->bytes + 8 * which);
}

/* The part of that half that a prefix of this length covers. */
static uint64_t half_mask(unsigned length, unsigned which)
{
	if (length >= 64 * (which + 1))
		return UINT64_MAX;
	if (length <= 64 * which)
		return 0;
	return UINT64_MAX << (64 * (which + 1) - length);
}

struct prefix prefix_network(const struct prefix *prefix)
{
	struct prefix network = *prefix;

	for (unsigned i = 0; i < 2; i++)
		store_be64(network.addr.bytes + 8 * i,
			   half(&prefix->addr, i) & half_mask(prefix->length, i));
	return network;
}

bool prefix_is_network(const struct prefix *prefix)
{
	return !(half(&prefix->addr, 0) & ~half_mask(prefix->length, 0)) &&
	       !(half(&prefix->addr, 1) & ~half_mask(prefix->length, 1));
}

bool prefix_contains(const struct prefix *prefix, const struct addr *addr)
{
	if (prefix->addr.family != addr->family)
		return false;
	for (unsigned i = 0; i < 2; i++)
		if ((half(&prefix->addr, i) ^ half(addr, i)) & half_mask(prefix->length, i))
			return false;
	return true;
}

bool prefix_is_broadcast(const struct prefix *prefix)
{
	uint32_t host;

	if (prefix->addr.family != ADDR_IP4 || prefix->length > 30)
		return false;
	host = UINT32_MAX >> prefix->length;
	return (addr_to_ip4(&prefix->addr) & host) == host;
}

bool prefix_is_anycast(const struct prefix *subnet, const struct addr *addr)
{
	struct prefix network = prefix_network(subnet);

	return addr->family == ADDR_IP6 && subnet->addr.family == ADDR_IP6 &&
	       subnet->length <= 126 && !addr_is_link_local(addr) &&
	       addr_compare(&network.addr, addr) == 0;
}

bool addr_is_unspecified(const struct addr *addr)
{
	static const uint8_t zero[16];

	return addr->family != ADDR_NONE && memcmp(addr->bytes, zero, sizeof(zero)) == 0;
}

bool addr_is_loopback(const struct addr *addr)
{
	static const uint8_t one[16] = {[15] = 1};

	if (addr->family == ADDR_IP4)
		return addr->bytes[0] == 127;
	return addr->family == ADDR_IP6 && memcmp(addr->bytes, one, sizeof(one)) == 0;
}

bool addr_is_multicast(const struct addr *addr)
{
	if (addr->family == ADDR_IP4)
		return (addr->bytes[0] & 0xf0) == 0xe0;
	return addr->family == ADDR_IP6 && addr->bytes[0] == 0xff;
}

bool addr_is_link_local(const struct addr *addr)
{
	if (addr->family == ADDR_IP4)
		return addr->bytes[0] == 169 && addr->bytes[1] == 254;
	return addr->family == ADDR_IP6 && addr->bytes[0] == 0xfe &&
	       (addr->bytes[1] & 0xc0) == 0x80;
}

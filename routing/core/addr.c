// SPDX-License-Identifier: BSD-3-Clause
#include "routing/core/addr.h"

#include <string.h>

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

/* The part of byte i of an address that a prefix of this length covers. */
static uint8_t mask_byte(unsigned length, unsigned i)
{
	if (length >= 8 * (i + 1))
		return 0xff;
	if (length <= 8 * i)
		return 0;
	return (uint8_t)(0xff << (8 * (i + 1) - length));
}

struct prefix prefix_network(const struct prefix *prefix)
{
	struct prefix network = *prefix;

	for (unsigned i = 0; i < 16; i++)
		network.addr.bytes[i] &= mask_byte(prefix->length, i);
	return network;
}

bool prefix_is_network(const struct prefix *prefix)
{
	struct prefix network = prefix_network(prefix);

	return prefix_compare(&network, prefix) == 0;
}

bool prefix_contains(const struct prefix *prefix, const struct addr *addr)
{
	if (prefix->addr.family != addr->family)
		return false;
	for (unsigned i = 0; i < 16; i++)
		if ((prefix->addr.bytes[i] ^ addr->bytes[i]) & mask_byte(prefix->length, i))
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

// SPDX-License-Identifier: BSD-3-Clause
/*
 * Internet addresses and prefixes of both families as values: parse, print,
 * compare, mask. Text is strict on the way in (no leading zeros, no zones) and
 * RFC 5952's on the way out. No libc beyond mem*, str* and snprintf.
 */
#ifndef WEFT_ROUTING_CORE_ADDR_H
#define WEFT_ROUTING_CORE_ADDR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ADDR_TEXT_MAX   46 /* bytes an address takes as text, with its NUL */
#define PREFIX_TEXT_MAX 50

enum addr_family {
	ADDR_NONE = 0,
	ADDR_IP4 = 4,
	ADDR_IP6 = 6,
};

/* Bytes are in network order; those an IPv4 address does not use are zero, so values compare with
 * memcmp. */
struct addr {
	uint8_t family; /* enum addr_family */
	uint8_t bytes[16];
};

/* As a network its host bits are zero; as an interface's address they are the host's. */
struct prefix {
	struct addr addr;
	uint8_t length; /* bits: 0 to 32 or 128 */
};

struct addr addr_ip4(uint32_t host_order);
uint32_t addr_to_ip4(const struct addr *addr); /* host order; of an IPv4 address only */
unsigned addr_bits(const struct addr *addr);   /* 32, 128, or 0 for no address */

/* 0, or -EINVAL and out untouched. */
int addr_parse(const char *text, struct addr *out);
/* ADDRESS/LENGTH; host bits may be set. 0, or -EINVAL and out untouched. */
int prefix_parse(const char *text, struct prefix *out);
/* For who asks: a prefix without its host bits, or an address, which is as long as can be. 0, or
 * -EINVAL and both untouched. */
int prefix_parse_either(const char *text, struct prefix *out, bool *is_address);

/* Both return out, which has room for ADDR_TEXT_MAX or PREFIX_TEXT_MAX bytes. */
char *addr_print(const struct addr *addr, char *out);
char *prefix_print(const struct prefix *prefix, char *out);

/* A total order: IPv4 before IPv6, then by value; prefixes then the shorter first. <0, 0, >0. */
int addr_compare(const struct addr *a, const struct addr *b);
int prefix_compare(const struct prefix *a, const struct prefix *b);

/* The network a prefix lies in: host bits cleared. */
struct prefix prefix_network(const struct prefix *prefix);
bool prefix_is_network(const struct prefix *prefix);
bool prefix_contains(const struct prefix *prefix, const struct addr *addr);
/* An IPv4 subnet's last address, where a subnet has one (RFC 3021: a /31 has none). */
bool prefix_is_broadcast(const struct prefix *prefix);
/* Whether an address is the one that all routers of an IPv6 subnet share, its lowest: RFC 4291
 * 2.6.1. A link of two has none (RFC 6164). */
bool prefix_is_anycast(const struct prefix *subnet, const struct addr *addr);

bool addr_is_unspecified(const struct addr *addr);
bool addr_is_loopback(const struct addr *addr);
bool addr_is_multicast(const struct addr *addr);
bool addr_is_link_local(const struct addr *addr);

#endif

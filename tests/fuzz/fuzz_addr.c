// SPDX-License-Identifier: BSD-3-Clause
/*
 * An address or a prefix as text, and the C library beside it: both take the same for an address,
 * and the same one, and of the same kind; what is printed means the same again, to both.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "routing/core/addr.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
	if (!holds)
		abort();
}

static bool library_reads(const char *text, struct addr *out)
{
	bool is_6 = strchr(text, ':');

	*out = (struct addr){.family = is_6 ? ADDR_IP6 : ADDR_IP4};
	return inet_pton(is_6 ? AF_INET6 : AF_INET, text, out->bytes) == 1;
}

static void check_kind(const struct addr *addr)
{
	struct in6_addr six;
	in_addr_t four;

	memcpy(&six, addr->bytes, sizeof(six));
	if (addr->family == ADDR_IP6) {
		must(addr_is_unspecified(addr) == !!IN6_IS_ADDR_UNSPECIFIED(&six));
		must(addr_is_loopback(addr) == !!IN6_IS_ADDR_LOOPBACK(&six));
		must(addr_is_multicast(addr) == !!IN6_IS_ADDR_MULTICAST(&six));
		must(addr_is_link_local(addr) == !!IN6_IS_ADDR_LINKLOCAL(&six));
		return;
	}
	four = addr_to_ip4(addr);
	must(addr_is_unspecified(addr) == (four == INADDR_ANY));
	must(addr_is_loopback(addr) == (four >> 24 == IN_LOOPBACKNET));
	must(addr_is_multicast(addr) == !!IN_MULTICAST(four));
	must(addr_is_link_local(addr) == (four >> 16 == 0xa9fe)); /* 169.254/16 */
	struct addr again = addr_ip4(four);
	must(addr_compare(&again, addr) == 0);
}

static void check_addr(const char *text)
{
	struct addr addr, wanted, again;
	char printed[ADDR_TEXT_MAX];
	bool is_one = addr_parse(text, &addr) == 0;

	must(is_one == library_reads(text, &wanted));
	if (!is_one)
		return;
	must(addr_compare(&addr, &wanted) == 0);
	check_kind(&addr);
	addr_print(&addr, printed);
	must(addr_parse(printed, &again) == 0 && addr_compare(&addr, &again) == 0);
	must(library_reads(printed, &again) && addr_compare(&addr, &again) == 0);
}

/* Bit by bit. */
static bool is_within(const struct prefix *prefix, const struct addr *addr)
{
	for (unsigned bit = 0; bit < prefix->length; bit++)
		if ((prefix->addr.bytes[bit / 8] ^ addr->bytes[bit / 8]) & 0x80 >> bit % 8)
			return false;
	return true;
}

/* Its hosts' bits are all ones, or all zeros. */
static void check_ends(const struct prefix *prefix)
{
	const struct addr *addr = &prefix->addr;
	unsigned bits = addr_bits(addr), ones = 0;

	for (unsigned bit = prefix->length; bit < bits; bit++)
		ones += (addr->bytes[bit / 8] & 0x80 >> bit % 8) != 0;
	must(prefix_is_network(prefix) == (ones == 0));
	must(prefix_is_broadcast(prefix) ==
	     (addr->family == ADDR_IP4 && prefix->length < 31 && ones == bits - prefix->length));
	must(prefix_is_anycast(prefix, addr) == (addr->family == ADDR_IP6 && prefix->length < 127 &&
						 ones == 0 && !addr_is_link_local(addr)));
}

static void check_prefix(const char *text)
{
	struct prefix prefix, again, network;
	char printed[PREFIX_TEXT_MAX];

	if (prefix_parse(text, &prefix) < 0)
		return;
	must(prefix.length <= addr_bits(&prefix.addr));
	prefix_print(&prefix, printed);
	must(prefix_parse(printed, &again) == 0 && prefix_compare(&prefix, &again) == 0);
	network = prefix_network(&prefix);
	must(prefix_is_network(&network) && is_within(&prefix, &network.addr));
	must(prefix_is_network(&prefix) == (prefix_compare(&prefix, &network) == 0));
	check_ends(&prefix);
	for (unsigned bit = 0; bit < addr_bits(&prefix.addr); bit += 3) {
		struct addr other = prefix.addr;

		other.bytes[bit / 8] ^= (uint8_t)(0x80 >> bit % 8);
		must(prefix_contains(&prefix, &other) == is_within(&prefix, &other));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);

	must(text != NULL);
	memcpy(text, data, size);
	text[size] = '\0';
	check_addr(text);
	check_prefix(text);
	free(text);
	return 0;
}

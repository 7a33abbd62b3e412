// SPDX-License-Identifier: BSD-3-Clause
#include "tests/unit/dataplane/fib_oracle.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "dataplane/buddy.h"
#include "dataplane/retire.h"

struct oracle oracle;

static struct known known[ORACLE_MAX]; /* by hash; what is taken out keeps its slot */

void oracle_cut(uint8_t bytes[16], uint8_t length)
{
	for (int i = 0; i < 16; i++) {
		int fixed = length - 8 * i;

		bytes[i] &= fixed >= 8 ? 0xff : fixed <= 0 ? 0 : 0xff << (8 - fixed);
	}
}

void oracle_parse(const char *text, uint8_t bytes[16])
{
	memset(bytes, 0, 16);
	assert_int_equal(inet_pton(strchr(text, ':') ? AF_INET6 : AF_INET, text, bytes), 1);
}

/* Its slot, used or to be used. */
static struct known *slot_of(const uint8_t *bytes, uint8_t length)
{
	uint64_t words[2];
	uint32_t at;

	memcpy(words, bytes, 16);
	at = (words[0] * 31 + words[1] + length) * UINT64_C(0x9e3779b97f4a7c15) >> 40;
	for (;; at++) {
		struct known *k = &known[at % ORACLE_MAX];

		if (!k->used || (k->length == length && !memcmp(k->bytes, bytes, 16)))
			return k;
	}
}

/* The longest that holds addr and is shorter than limit; NULL. */
static struct known *longest(const uint8_t *addr, int limit)
{
	uint8_t bytes[16];

	memcpy(bytes, addr, 16);
	for (int length = limit - 1; length >= 0; length--) {
		struct known *k;

		oracle_cut(bytes, length);
		k = slot_of(bytes, length);
		if (k->used && k->group)
			return k;
	}
	return NULL;
}

void oracle_begin(enum fib_family family)
{
	memset(known, 0, sizeof(known));
	oracle = (struct oracle){.fib = fib_create(family), .family = family};
	assert_non_null(oracle.fib);
}

void oracle_end(void)
{
	fib_destroy(oracle.fib);
	retire_drain();
	assert_true(buddy_used() == 0);
}

void oracle_set(const uint8_t bytes[16], uint8_t length, uint32_t group)
{
	struct known *k = slot_of(bytes, length);
	int err = fib_set(oracle.fib, bytes, length, group);

	if (oracle.may_refuse && err == -ENOMEM) {
		oracle.n_refused++;
		return;
	}
	assert_int_equal(err, 0);
	if (!k->used || !k->group)
		oracle.list[oracle.n++] = k;
	k->used = true;
	memcpy(k->bytes, bytes, 16);
	k->length = length;
	k->group = group;
}

void oracle_del(uint32_t i)
{
	struct known *k = oracle.list[i], *cover = longest(k->bytes, k->length);

	fib_del(oracle.fib, k->bytes, k->length, cover ? cover->group : FIB_NONE);
	k->group = FIB_NONE;
	oracle.list[i] = oracle.list[--oracle.n];
}

void oracle_check(const uint8_t addr[16])
{
	struct known *k = longest(addr, oracle.family == FIB_IP4 ? 33 : 129);
	uint32_t expected = k ? k->group : FIB_NONE, got = fib_find(oracle.fib, addr);

	if (got == expected)
		return;
	print_message("%02x%02x%02x%02x %02x%02x%02x%02x…: %u, not %u (of a /%d)\n", addr[0],
		      addr[1], addr[2], addr[3], addr[4], addr[5], addr[6], addr[7], got, expected,
		      k ? k->length : -1);
	fail();
}

void oracle_draw(const struct shape *shape, uint8_t bytes[16], uint8_t *length)
{
	uint8_t mask = 0x11 * ((1 << shape->varied) - 1);

	oracle_parse(shape->base, bytes);
	*length = shape->min + rand() % (shape->max - shape->min + 1);
	for (int i = shape->min / 8; i < (shape->family == FIB_IP4 ? 4 : 16); i++)
		bytes[i] ^= rand() & mask;
}

// SPDX-License-Identifier: BSD-3-Clause
/*
 * Routes that come, change and go, beside a list that is searched line by line: every address that
 * was named is found to lead where the list says, one by one and as bursts, by each way that this
 * processor has of looking up; also where memory lacks, when a route is refused and nothing else
 * changes; and all memory comes back.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "dataplane/buddy.h"
#include "dataplane/fib_lookup.h"
#include "dataplane/fib_table.h"
#include "dataplane/retire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { STEPS = 96, ADDRESSES = FIB_BULK_MAX };

/* One step: what, and how long the prefix is; bytes of the address follow. */
enum { DEL = 0x80, NEAR = 0x40, SHORT = 0x20, GROUP = 0x1f };

/* The first byte. */
enum {
	IS4 = 1,
	LEAST = 0x0e, /* SCARCE: how little memory there is */
	HOW = 0xf0,
	SCARCE = 0xe0, /* then what could not be made smaller may be left: it is destroyed, too */
	DESTROYED = 0xf0, /* with all its routes, not emptied */
	MEMORY_MIN = 128
};

/* An address as two numbers. */
struct bits {
	uint64_t hi, lo;
};

struct known {
	uint8_t bytes[16], length;
	struct bits bits, mask;
	uint32_t group;
};

static struct fib *fib, *fibs[2]; /* made once each, and left empty */
static uint64_t bytes_empty[2];
static unsigned width; /* bytes of an address */
static struct known list[STEPS];
static uint32_t n_list;
static bool is_scarce;
static uint8_t asked[ADDRESSES][16];
static uint32_t n_asked;

static void must(bool holds)
{
	if (!holds)
		abort();
}

static void cut(uint8_t bytes[16], unsigned length)
{
	for (unsigned i = 0; i < 16; i++) {
		int fixed = (int)length - 8 * (int)i;

		bytes[i] &= fixed >= 8 ? 0xff : fixed <= 0 ? 0 : (uint8_t)(0xff << (8 - fixed));
	}
}

static uint64_t number(const uint8_t *bytes, unsigned n)
{
	uint64_t value = 0;

	for (unsigned i = 0; i < n; i++)
		value = value << 8 | bytes[i];
	return value;
}

static struct bits bits_of(const uint8_t bytes[16])
{
	return (struct bits){number(bytes, 8), number(bytes + 8, 8)};
}

static void note_bits(struct known *k)
{
	uint8_t ones[16];

	memset(ones, 0xff, sizeof(ones));
	cut(ones, k->length);
	k->bits = bits_of(k->bytes);
	k->mask = bits_of(ones);
}

static bool is_within(const struct known *k, const struct bits *addr)
{
	return (addr->hi & k->mask.hi) == k->bits.hi && (addr->lo & k->mask.lo) == k->bits.lo;
}

/* The longest that holds bytes and is shorter than limit. */
static uint32_t longest(const uint8_t bytes[16], unsigned limit)
{
	const struct bits addr = bits_of(bytes);
	const struct known *best = NULL;

	for (uint32_t i = 0; i < n_list; i++)
		if (list[i].length < limit && is_within(&list[i], &addr) &&
		    (!best || list[i].length > best->length))
			best = &list[i];
	return best ? best->group : FIB_NONE;
}

static struct known *find(const struct known *k)
{
	for (uint32_t i = 0; i < n_list; i++)
		if (list[i].length == k->length && memcmp(list[i].bytes, k->bytes, 16) == 0)
			return &list[i];
	return NULL;
}

static void set(const struct known *k)
{
	struct known *old = find(k);
	int rc = fib_set(fib, k->bytes, k->length, k->group);

	must(rc == 0 || (rc == -ENOMEM && is_scarce));
	if (rc < 0)
		return;
	if (!old)
		old = &list[n_list++];
	*old = *k;
}

static void take_out(const struct known *k)
{
	struct known *old = find(k);

	if (!old)
		return;
	fib_del(fib, k->bytes, k->length, longest(k->bytes, k->length));
	*old = list[--n_list];
}

static void ask(const uint8_t bytes[16])
{
	memcpy(asked[n_asked++ % ADDRESSES], bytes, 16);
}

/* Its first address and its last, and what lies beside. */
static void ask_around(const struct known *k)
{
	uint8_t bytes[16];

	memcpy(bytes, k->bytes, 16);
	ask(bytes);
	for (unsigned bit = k->length; bit < width * 8; bit++)
		bytes[bit / 8] |= (uint8_t)(0x80 >> bit % 8);
	ask(bytes);
	if (k->length == 0)
		return;
	bytes[(k->length - 1) / 8] ^= (uint8_t)(0x80 >> (k->length - 1) % 8);
	ask(bytes);
}

static void look_up(const struct fib_way *way, uint32_t n, uint32_t groups[ADDRESSES])
{
	struct fib_key6 keys[ADDRESSES];
	uint32_t addrs[ADDRESSES];
	struct fib_walk walk;

	for (uint32_t i = 0; i < n; i++) {
		addrs[i] = (uint32_t)number(asked[i], 4);
		keys[i] = (struct fib_key6){number(asked[i], 8), number(asked[i] + 8, 8)};
	}
	if (width == 4)
		way->start4(&walk, fib, addrs, n);
	else
		way->start6(&walk, fib, keys, n);
	way->step(&walk);
	way->finish(&walk, groups);
}

static void compare(void)
{
	uint32_t n = n_asked < ADDRESSES ? n_asked : ADDRESSES, groups[ADDRESSES];
	uint32_t wanted[ADDRESSES];

	must(fib_prefixes(fib) == n_list);
	look_up(&fib_scalar, n, groups);
	for (uint32_t i = 0; i < n; i++) {
		wanted[i] = longest(asked[i], 129);
		must(groups[i] == wanted[i] && fib_find(fib, asked[i]) == wanted[i]);
	}
#ifdef FIB_LOOKUP_AVX512
	if (!fib_avx512_works())
		return;
	look_up(&fib_avx512, n, groups);
	must(memcmp(groups, wanted, n * sizeof(groups[0])) == 0);
#endif
}

/* Mostly beside those before: what differs is at the end. */
static const uint8_t *step(const uint8_t *at, const uint8_t *end, struct known *k, uint32_t turn)
{
	uint8_t what = *at++, length = *at++;
	unsigned from = what & NEAR ? (what & SHORT ? width / 2 : width - 1) : 0;

	k->length = (uint8_t)(length % (width * 8 + 1));
	k->group = 1 + turn + (what & GROUP) * 100;
	if (!(what & NEAR))
		memset(k->bytes, 0, 16);
	for (; from < width && at < end; from++)
		k->bytes[from] = *at++;
	cut(k->bytes, k->length);
	note_bits(k);
	if (what & DEL)
		take_out(k);
	else
		set(k);
	ask_around(k);
	return at;
}

static void begin(uint8_t how)
{
	bool is_4 = how & IS4;

	n_list = n_asked = 0;
	width = is_4 ? 4 : 16;
	is_scarce = (how & HOW) == SCARCE;
	if (!fibs[is_4]) {
		fibs[is_4] = fib_create(is_4 ? FIB_IP4 : FIB_IP6);
		must(fibs[is_4] != NULL);
		bytes_empty[is_4] = fib_bytes(fibs[is_4]);
	}
	fib = fibs[is_4];
	buddy_limit(is_scarce ? (uint64_t)MEMORY_MIN << (how & LEAST) / 2 : UINT64_MAX);
}

/* By taking all routes out, or with all that there are. */
static void end(uint8_t how)
{
	bool is_4 = how & IS4;
	struct known last;

	buddy_limit(UINT64_MAX);
	while (n_list > 0 && (how & HOW) != DESTROYED) {
		last = list[0];
		take_out(&last);
	}
	compare();
	if (is_scarce || (how & HOW) == DESTROYED) {
		fib_destroy(fib);
		fibs[is_4] = NULL;
	}
	retire_drain();
	must(buddy_used() == 0);
	must(!fibs[is_4] || fib_bytes(fibs[is_4]) == bytes_empty[is_4]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *at = data + 1, *stop = data + size;
	struct known last = {0};

	if (size < 1)
		return 0;
	begin(data[0]);
	for (uint32_t i = 0; i < STEPS && stop - at >= 2; i++) {
		at = step(at, stop, &last, i);
		if (i % 8 == 7)
			compare();
	}
	compare();
	end(data[0]);
	return 0;
}

// SPDX-License-Identifier: BSD-3-Clause
#include "dataplane/fib.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "dataplane/fib_edit.h"
#include "dataplane/fib_lookup.h"
#include "dataplane/mem.h"

struct fib *fib_create(enum fib_family family)
{
	struct fib *fib;

	if (!buddy_start())
		return NULL;
	fib = mem_lines(sizeof(*fib));
	if (!fib)
		return NULL;
	fib_lookup_init();
	fib->family = family;
	fib->large.heap = fib->heap;
	fib->bytes = sizeof(*fib);
	return fib;
}

static void free_below(struct fib *fib, const struct fib_array *a)
{
	const struct fib_prefix any = {0};

	for (uint32_t slot = 0; slot < fib_array_size(a); slot++) {
		uint64_t word = fib_array_get(a, slot), next = 0;
		struct fib_array below;

		if (fib_word_kind(word) == FIB_ARRAY)
			next = word;
		else if (fib_word_kind(word) == FIB_RECORD)
			next = fib_edge_of(word, &any).array;
		if (next) {
			below = fib_array_of(next);
			free_below(fib, &below);
			fib_array_free(fib, &below);
		}
		fib_edge_free(fib, word);
	}
}

void fib_destroy(struct fib *fib)
{
	struct fib_array root;

	if (!fib)
		return;
	root = fib_array_root(fib);
	free_below(fib, &root);
	free(fib);
}

static uint64_t number(const uint8_t *bytes, int n)
{
	uint64_t value = 0;

	for (int i = 0; i < n; i++)
		value = value << 8 | bytes[i];
	return value;
}

/* False: too long, or it has host bits. */
static bool parse(const struct fib *fib, const uint8_t *bytes, uint8_t length,
		  struct fib_prefix *out)
{
	uint64_t hi_mask = length >= 64 ? ~UINT64_C(0) : ~(~UINT64_C(0) >> length);
	uint64_t lo_mask = length <= 64    ? 0
			   : length >= 128 ? ~UINT64_C(0)
					   : ~(~UINT64_C(0) >> (length - 64));

	out->length = length;
	if (fib->family == FIB_IP4) {
		out->hi = number(bytes, 4) << 32;
		out->lo = 0;
		return length <= 32 && !(out->hi & ~hi_mask);
	}
	out->hi = number(bytes, 8);
	out->lo = number(bytes + 8, 8);
	return length <= 128 && !(out->hi & ~hi_mask) && !(out->lo & ~lo_mask);
}

int fib_set(struct fib *fib, const uint8_t *bytes, uint8_t length, uint32_t group)
{
	struct fib_prefix prefix;
	int added;

	if (!group || group >= FIB_GROUP_MAX || !parse(fib, bytes, length, &prefix))
		return -EINVAL;
	added = fib_edit_set(fib, &prefix, group);
	if (added > 0)
		fib->n_prefixes++;
	return added < 0 ? added : 0;
}

void fib_del(struct fib *fib, const uint8_t *bytes, uint8_t length, uint32_t cover_group)
{
	struct fib_prefix prefix;

	if (parse(fib, bytes, length, &prefix))
		fib->n_prefixes -= fib_edit_del(fib, &prefix, cover_group);
}

uint64_t fib_bytes(const struct fib *fib)
{
	return fib->bytes;
}

uint32_t fib_prefixes(const struct fib *fib)
{
	return fib->n_prefixes;
}

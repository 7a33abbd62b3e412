// SPDX-License-Identifier: BSD-3-Clause
#include "control/spine/list_diff.h"

#include <stdint.h>
#include <stdlib.h>

#define NONE SIZE_MAX

static void *allocate(size_t n, size_t size)
{
	void *memory = calloc(n + 1, size);

	if (memory == NULL)
		abort();
	return memory;
}

/* Positions of each value in a list: its text -> [positions, the last one first]. */
static json_t *index_values(const json_t *list)
{
	json_t *index = json_object();

	for (size_t i = json_array_size(list); i > 0; i--) {
		char *text = json_dumps(json_array_get(list, i - 1),
					JSON_SORT_KEYS | JSON_COMPACT | JSON_ENCODE_ANY);
		json_t *places = json_object_get(index, text);

		if (places == NULL) {
			places = json_array();
			json_object_set_new(index, text, places);
		}
		json_array_append_new(places, json_integer((json_int_t)(i - 1)));
		free(text);
	}
	return index;
}

/* For each new item the position of the old one it is paired with, or NONE. */
static size_t *pair_items(const json_t *old, const json_t *new)
{
	size_t n = json_array_size(new);
	size_t *pairs = allocate(n, sizeof(*pairs));
	json_t *index = index_values(old);

	for (size_t i = 0; i < n; i++) {
		char *text = json_dumps(json_array_get(new, i),
					JSON_SORT_KEYS | JSON_COMPACT | JSON_ENCODE_ANY);
		json_t *places = json_object_get(index, text);
		size_t left = json_array_size(places);

		pairs[i] = NONE;
		if (left > 0) {
			pairs[i] = (size_t)json_integer_value(json_array_get(places, left - 1));
			json_array_remove(places, left - 1);
		}
		free(text);
	}
	json_decref(index);
	return pairs;
}

/* The longest run of pairs that rises in both lists (patience sorting): tails[k] is the new item at
 * which a run of k + 1 ends lowest. */
static void keep_longest(struct list_diff *diff, const size_t *pairs, size_t n)
{
	size_t *tails = allocate(n, sizeof(*tails)), *before = allocate(n, sizeof(*before));
	size_t length = 0;

	for (size_t i = 0; i < n; i++) {
		size_t low = 0, high = length;

		if (pairs[i] == NONE)
			continue;
		while (low < high) {
			size_t middle = (low + high) / 2;

			if (pairs[tails[middle]] < pairs[i])
				low = middle + 1;
			else
				high = middle;
		}
		before[i] = low > 0 ? tails[low - 1] : NONE;
		tails[low] = i;
		if (low == length)
			length++;
	}
	for (size_t i = length > 0 ? tails[length - 1] : NONE; i != NONE; i = before[i]) {
		diff->new_kept[i] = true;
		diff->old_kept[pairs[i]] = true;
	}
	free(tails);
	free(before);
}

void list_diff_init(struct list_diff *diff, const json_t *old, const json_t *new)
{
	size_t *pairs = pair_items(old, new);

	diff->old_kept = allocate(json_array_size(old), sizeof(bool));
	diff->new_kept = allocate(json_array_size(new), sizeof(bool));
	keep_longest(diff, pairs, json_array_size(new));
	free(pairs);
}

void list_diff_fini(struct list_diff *diff)
{
	free(diff->old_kept);
	free(diff->new_kept);
}

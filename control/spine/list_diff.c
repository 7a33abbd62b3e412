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

/* The part of two lists between what is the same at their beginnings and at their ends. */
struct middle {
	const json_t *old, *new;
	size_t from;           /* in both */
	size_t old_to, new_to; /* the first behind it, in each */
};

static bool is_same(const struct middle *middle, size_t old, size_t new)
{
	return json_equal(json_array_get(middle->old, old), json_array_get(middle->new, new));
}

static void find_middle(struct list_diff *diff, struct middle *middle)
{
	while (middle->from < middle->old_to && middle->from < middle->new_to &&
	       is_same(middle, middle->from, middle->from)) {
		diff->old_kept[middle->from] = true;
		diff->new_kept[middle->from++] = true;
	}
	while (middle->from < middle->old_to && middle->from < middle->new_to &&
	       is_same(middle, middle->old_to - 1, middle->new_to - 1)) {
		diff->old_kept[--middle->old_to] = true;
		diff->new_kept[--middle->new_to] = true;
	}
}

static char *text_of(const json_t *list, size_t i)
{
	return json_dumps(json_array_get(list, i), JSON_SORT_KEYS | JSON_COMPACT | JSON_ENCODE_ANY);
}

/* Positions of each old value: its text -> [positions, the last one first]. */
static json_t *index_values(const struct middle *middle)
{
	json_t *index = json_object();

	for (size_t i = middle->old_to; i > middle->from; i--) {
		char *text = text_of(middle->old, i - 1);
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

/* For each new item of the middle the position of the old one it is paired with, or NONE. */
static size_t *pair_items(const struct middle *middle)
{
	size_t n = middle->new_to - middle->from;
	size_t *pairs = allocate(n, sizeof(*pairs));
	json_t *index = index_values(middle);

	for (size_t i = 0; i < n; i++) {
		json_t *places = NULL;
		size_t left = 0;

		pairs[i] = NONE;
		if (json_object_size(index) > 0) {
			char *text = text_of(middle->new, middle->from + i);

			places = json_object_get(index, text);
			left = json_array_size(places);
			free(text);
		}
		if (left > 0) {
			pairs[i] = (size_t)json_integer_value(json_array_get(places, left - 1));
			json_array_remove(places, left - 1);
		}
	}
	json_decref(index);
	return pairs;
}

/* The longest run of pairs that rises in both lists (patience sorting): tails[k] is the new item at
 * which a run of k + 1 ends lowest. */
static void keep_longest(struct list_diff *diff, const size_t *pairs, const struct middle *middle)
{
	size_t n = middle->new_to - middle->from;
	size_t *tails = allocate(n, sizeof(*tails)), *before = allocate(n, sizeof(*before));
	size_t length = 0;

	for (size_t i = 0; i < n; i++) {
		size_t low = 0, high = length;

		if (pairs[i] == NONE)
			continue;
		while (low < high) {
			size_t half = (low + high) / 2;

			if (pairs[tails[half]] < pairs[i])
				low = half + 1;
			else
				high = half;
		}
		before[i] = low > 0 ? tails[low - 1] : NONE;
		tails[low] = i;
		if (low == length)
			length++;
	}
	for (size_t i = length > 0 ? tails[length - 1] : NONE; i != NONE; i = before[i]) {
		diff->new_kept[middle->from + i] = true;
		diff->old_kept[pairs[i]] = true;
	}
	free(tails);
	free(before);
}

void list_diff_init(struct list_diff *diff, const json_t *old, const json_t *new)
{
	struct middle middle = {.old = old,
				.new = new,
				.old_to = json_array_size(old),
				.new_to = json_array_size(new)};
	size_t *pairs;

	diff->old_kept = allocate(json_array_size(old), sizeof(bool));
	diff->new_kept = allocate(json_array_size(new), sizeof(bool));
	find_middle(diff, &middle);
	pairs = pair_items(&middle);
	keep_longest(diff, pairs, &middle);
	free(pairs);
}

void list_diff_fini(struct list_diff *diff)
{
	free(diff->old_kept);
	free(diff->new_kept);
}

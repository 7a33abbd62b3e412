// SPDX-License-Identifier: BSD-3-Clause
#include "tools/weft_model.h"

#include <string.h>

#include "routing/core/nearest.h"

const char *model_text(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? text : "";
}

bool model_flag(const json_t *object, const char *key)
{
	return json_is_true(json_object_get(object, key));
}

static bool same(const char *a, const char *b, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if ((a[i] == '-' ? '_' : a[i]) != (b[i] == '-' ? '_' : b[i]))
			return false;
	return true;
}

const json_t *model_find(const json_t *array, const char *name, size_t length)
{
	json_t *one;
	size_t i;

	json_array_foreach((json_t *)array, i, one) {
		const char *known = model_text(one, "name");

		if (strlen(known) == length && same(known, name, length))
			return one;
	}
	return NULL;
}

const json_t *model_noun_named(const json_t *doc, const char *name)
{
	return model_find(json_object_get(doc, "nouns"), name, strlen(name));
}

const json_t *model_verb_named(const json_t *noun, const char *name)
{
	return model_find(json_object_get(noun, "verbs"), name, strlen(name));
}

void model_list(const json_t *array, const char *word, FILE *out)
{
	json_t *one;
	size_t i;

	json_array_foreach((json_t *)array, i, one)
		if (!strncmp(model_text(one, "name"), word, strlen(word)))
			fprintf(out, " %s", model_text(one, "name"));
}

void model_suggest(const json_t *array, const char *word, FILE *out)
{
	struct nearest nearest = {.word = word};
	json_t *one;
	size_t i;

	json_array_foreach((json_t *)array, i, one)
		nearest_offer(&nearest, model_text(one, "name"));
	if (nearest.best)
		fprintf(out, " (did you mean %s?)", nearest.best);
}

/* How well words name a noun: 0 not at all; more for a first word in full, for more words, for more
 * of them in full. */
static unsigned noun_score(const char *name, char *const *words, size_t n, size_t *used)
{
	unsigned exact = 0, first = 0;

	*used = 0;
	while (*name) {
		size_t length = strcspn(name, " ");
		const char *word = *used < n ? words[*used] : "";

		if (!*word || strlen(word) > length || strncmp(name, word, strlen(word)))
			return 0;
		if (strlen(word) == length) {
			exact++;
			first |= !*used;
		}
		++*used;
		name += length;
		name += *name == ' ';
	}
	return first * 10000 + *used * 100 + exact;
}

static void list_matches(const json_t *nouns, char *const *words, size_t n, FILE *err)
{
	const char *separator = "";
	json_t *noun;
	size_t i, used;

	json_array_foreach((json_t *)nouns, i, noun)
		if (noun_score(model_text(noun, "name"), words, n, &used)) {
			fprintf(err, "%s%s", separator, model_text(noun, "name"));
			separator = ", ";
		}
}

const json_t *model_noun(const json_t *doc, char *const *words, size_t n, size_t *used, FILE *err)
{
	const json_t *nouns = json_object_get(doc, "nouns"), *best = NULL;
	unsigned best_score = 0;
	bool many = false;
	json_t *noun;
	size_t i;

	json_array_foreach((json_t *)nouns, i, noun) {
		size_t words_used;
		unsigned score = noun_score(model_text(noun, "name"), words, n, &words_used);

		if (!score || score < best_score)
			continue;
		many = score == best_score;
		best_score = score;
		best = noun;
		*used = words_used;
	}
	if (best && !many)
		return best;
	if (!err)
		return NULL;
	if (many) {
		fprintf(err, "weft: %s is short for several: ", words[0]);
		list_matches(nouns, words, n, err);
	} else {
		fprintf(err, "weft: unknown noun %s", words[0]);
		model_suggest(nouns, words[0], err);
		fputs(": \"weft help\" lists them", err);
	}
	fputc('\n', err);
	return NULL;
}

const json_t *model_verb(const json_t *noun, const char *word, bool *many)
{
	const json_t *verbs = json_object_get(noun, "verbs"), *found = NULL;
	size_t i, n = strlen(word);
	json_t *verb;

	*many = false;
	json_array_foreach((json_t *)verbs, i, verb) {
		const char *name = model_text(verb, "name");

		if (!strcmp(name, word)) {
			*many = false;
			return verb;
		}
		if (n && !strncmp(name, word, n)) {
			*many = *many || found;
			found = verb;
		}
	}
	return *many ? NULL : found;
}

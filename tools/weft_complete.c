// SPDX-License-Identifier: BSD-3-Clause
#include "tools/weft_complete.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "tools/weft_help.h"
#include "tools/weft_model.h"
#include "tools/weft_request.h"

#define SLOTS_MAX 16

/* A completion under way. */
struct place {
	const json_t *doc, *noun, *verb;
	char *const *words;
	size_t n;
	const char *partial;
	const struct name_source *source;
	struct candidates *out;
};

/* Offers PREFIX TEXT SUFFIX if the half written word begins it. */
static void offer(struct place *p, const char *prefix, size_t prefix_length, const char *text,
		  const char *suffix, const char *help)
{
	struct candidates *out = p->out;
	struct candidate *list;
	char *word;

	if (asprintf(&word, "%.*s%s%s", (int)prefix_length, prefix, text, suffix) < 0)
		return;
	for (size_t i = 0; i < out->n; i++)
		if (!strcmp(out->list[i].text, word))
			goto drop;
	if (strncmp(word, p->partial, strlen(p->partial)))
		goto drop;
	list = realloc(out->list, (out->n + 1) * sizeof(*list));
	if (!list)
		goto drop;
	out->list = list;
	list[out->n++] = (struct candidate){.text = word, .help = strdup(help ? help : "")};
	return;
drop:
	free(word);
}

static void offer_word(struct place *p, const char *text, const char *help)
{
	offer(p, "", 0, text, "", help);
}

/* Names of the objects of one or several nouns: "port|bond". */
static void offer_names(struct place *p, const char *nouns, const char *prefix,
			size_t prefix_length, const char *suffix)
{
	for (size_t n; *nouns; nouns += n + (nouns[n] == '|')) {
		char *noun;
		json_t *names, *name;
		size_t i;

		n = strcspn(nouns, "|");
		noun = strndup(nouns, n);
		names = noun ? p->source->names(p->source->arg, noun) : NULL;
		json_array_foreach(names, i, name)
			offer(p, prefix, prefix_length, json_string_value(name), suffix, noun);
		json_decref(names);
		free(noun);
	}
}

/* Values of a field behind what of the word is written already. */
static void offer_values(struct place *p, const json_t *field, const char *prefix, size_t n)
{
	const char *kind = model_text(field, "kind");
	const char *comma = strrchr(p->partial + n, ',');
	const json_t *elem = json_object_get(field, "elem");
	json_t *choice;
	size_t i;

	json_array_foreach(json_object_get(field, "choices"), i, choice)
		offer(p, prefix, n, json_string_value(choice), "", "");
	if (!strcmp(kind, "bool")) {
		offer(p, prefix, n, "true", "", "");
		offer(p, prefix, n, "false", "", "");
	}
	if (model_flag(field, "auto"))
		offer(p, prefix, n, "auto", "", "");
	if (!strcmp(kind, "list") && elem)
		offer_values(p, elem, p->partial, comma ? (size_t)(comma + 1 - p->partial) : n);
	else if (*model_text(field, "ref"))
		offer_names(p, model_text(field, "ref"), prefix, n, "");
}

static bool is_given(const struct place *p, const char *key)
{
	size_t n = strlen(key);

	for (size_t i = 0; i + 1 < p->n; i++)
		if (!strncmp(p->words[i], key, n) && p->words[i][n] == '=')
			return true;
	return false;
}

/*
 * Keys of a noun. Those of objects inside are written with dots; after "map."
 * come names, then the map's own fields. start: where in the word this level
 * begins.
 */
static void offer_keys(struct place *p, const json_t *fields, size_t start)
{
	const char *rest = p->partial + start;
	size_t n = strcspn(rest, ".=");
	const json_t *field = rest[n] ? model_find(fields, rest, n) : NULL;
	const json_t *inside = json_object_get(field, "fields");
	json_t *each;
	size_t i;

	if (field && rest[n] == '=') {
		offer_values(p, field, p->partial, start + n + 1);
	} else if (field && inside) {
		size_t below = start + n + 1;

		if (!strcmp(model_text(field, "kind"), "map")) {
			size_t name = strcspn(p->partial + below, ".=");

			if (p->partial[below + name] != '.') {
				offer_names(p, model_text(field, "ref"), p->partial, below, ".");
				return;
			}
			below += name + 1;
		}
		offer_keys(p, inside, below);
	} else if (!rest[n]) {
		json_array_foreach((json_t *)fields, i, each) {
			bool map = !strcmp(model_text(each, "kind"), "map") ||
				   !strcmp(model_text(each, "kind"), "object");

			if (!is_given(p, model_text(each, "name")) &&
			    !model_flag(each, "read_only"))
				offer(p, p->partial, start, model_text(each, "name"),
				      map ? "." : "=", model_text(each, "help"));
		}
	}
}

static bool is_slot(const json_t *verb, const char *name)
{
	const char *slots[SLOTS_MAX];
	size_t n = request_slots(verb, slots, SLOTS_MAX);

	while (n--)
		if (!strcmp(slots[n], name))
			return true;
	return false;
}

/* --flags, and arguments as key= where they have no place of their own. */
static void offer_args(struct place *p)
{
	const json_t *args = json_object_get(p->verb, "args"), *field;
	bool flag = !strncmp(p->partial, "--", 2);
	const char *rest = p->partial + (flag ? 2 : 0);
	size_t i, n = strcspn(rest, "=");
	json_t *arg;

	field = rest[n] ? model_find(args, rest, n) : NULL;
	if (field) {
		offer_values(p, field, p->partial, rest + n + 1 - p->partial);
		return;
	}
	json_array_foreach((json_t *)args, i, arg) {
		const char *name = model_text(arg, "name");

		if (request_is_hidden(p->verb, arg) || is_slot(p->verb, name))
			continue;
		if (!strcmp(model_text(arg, "kind"), "bool"))
			offer(p, "--", 2, name, "", model_text(arg, "help"));
		else if (!is_given(p, name))
			offer(p, flag ? "--" : "", flag ? 2 : 0, name, flag ? "" : "=",
			      model_text(arg, "help"));
	}
}

/* The flag before the word, if it waits for a value. */
static const json_t *waiting_flag(const struct place *p, size_t i)
{
	const char *word = p->words[i];
	const json_t *arg;

	if (strncmp(word, "--", 2) || strchr(word, '='))
		return NULL;
	arg = model_find(json_object_get(p->verb, "args"), word + 2, strlen(word + 2));
	return strcmp(model_text(arg, "kind"), "bool") ? arg : NULL;
}

/* Words from first on belong to the verb. */
static void offer_slot(struct place *p, size_t first)
{
	const json_t *args = json_object_get(p->verb, "args");
	const char *slots[SLOTS_MAX];
	size_t n_slots = request_slots(p->verb, slots, SLOTS_MAX), bare = 0;

	for (size_t i = first; i + 1 < p->n; i++) {
		if (waiting_flag(p, i))
			i++;
		else
			bare += strncmp(p->words[i], "--", 2) && !strchr(p->words[i], '=');
	}
	if (bare >= n_slots)
		return;
	if (strcmp(slots[bare], "name") && !model_flag(p->verb, "sets"))
		offer_values(p, model_find(args, slots[bare], strlen(slots[bare])), "", 0);
	else if (!strcmp(slots[bare], "name") && strcmp(model_text(p->verb, "name"), "add"))
		offer_names(p, model_text(p->noun, "name"), "", 0, "");
}

static void offer_verb_words(struct place *p, size_t first)
{
	const json_t *waiting = p->n >= first + 2 ? waiting_flag(p, p->n - 2) : NULL;

	if (waiting) {
		offer_values(p, waiting, "", 0);
		return;
	}
	offer_slot(p, first);
	if (model_flag(p->verb, "sets"))
		offer_keys(p, json_object_get(p->noun, "fields"), 0);
	offer_args(p);
}

/* The next word of nouns whose first words are written. */
static void offer_nouns(struct place *p)
{
	json_t *noun;
	size_t i;

	json_array_foreach(json_object_get(p->doc, "nouns"), i, noun) {
		const char *name = model_text(noun, "name");
		size_t word, length;
		char *next;

		for (word = 0; word + 1 < p->n; word++) {
			length = strcspn(name, " ");
			if (!name[length] || !*p->words[word] ||
			    strncmp(name, p->words[word], strlen(p->words[word])) ||
			    strlen(p->words[word]) > length)
				break;
			name += length + 1;
		}
		next = word + 1 == p->n ? strndup(name, strcspn(name, " ")) : NULL;
		if (next)
			offer_word(p, next, model_text(noun, "help"));
		free(next);
	}
}

static void offer_verbs(struct place *p)
{
	json_t *verb;
	size_t i;

	json_array_foreach(json_object_get(p->noun, "verbs"), i, verb)
		offer_word(p, model_text(verb, "name"), model_text(verb, "help"));
	offer_word(p, "help", "How it is used");
}

void complete_words(const json_t *doc, char *const *words, size_t n,
		    const struct name_source *source, struct candidates *out)
{
	struct place p = {.doc = doc, .words = words, .n = n, .source = source, .out = out};
	size_t used = 0;
	bool many;

	*out = (struct candidates){0};
	if (!n)
		return;
	p.partial = words[n - 1];
	offer_nouns(&p);
	if (n == 1) {
		offer_word(&p, "monitor", "Changes as they happen");
		offer_word(&p, "help", "The nouns");
		return;
	}
	if (n == 2 && !strcmp(words[0], "monitor")) {
		p.n = 1;
		offer_nouns(&p);
		return;
	}
	p.noun = model_noun(doc, words, n - 1, &used, NULL);
	if (!p.noun)
		return;
	if (used == n - 1)
		offer_verbs(&p);
	p.verb = used < n - 1 ? model_verb(p.noun, words[used], &many) : NULL;
	if (p.verb) {
		offer_verb_words(&p, used + 1);
		return;
	}
	p.verb = model_verb_named(p.noun, "show");
	if (p.verb)
		offer_verb_words(&p, used);
}

void candidates_fini(struct candidates *candidates)
{
	for (size_t i = 0; i < candidates->n; i++) {
		free(candidates->list[i].text);
		free(candidates->list[i].help);
	}
	free(candidates->list);
	*candidates = (struct candidates){0};
}

size_t candidates_common(const struct candidates *candidates)
{
	size_t common = candidates->n ? strlen(candidates->list[0].text) : 0;

	for (size_t i = 1; i < candidates->n; i++)
		for (size_t c = 0; c < common; c++)
			if (candidates->list[i].text[c] != candidates->list[0].text[c])
				common = c;
	return common;
}

// SPDX-License-Identifier: BSD-3-Clause
#include "tools/weft_request.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "control/wire.h"
#include "tools/weft_help.h"
#include "tools/weft_model.h"

#define SLOTS_MAX 16
#define FILE_MAX  (15 << 20) /* a request has to fit into the daemon's longest line */

/* A command half read. */
struct parse {
	struct request *request;
	const char *slots[SLOTS_MAX];
	size_t n_slots, next_slot;
	char *const *words;
	size_t n, at;
	FILE *err;
};

static bool *option_of(struct options *options, const char *word)
{
	if (!strcmp(word, "-j"))
		return &options->json;
	if (!strcmp(word, "-q"))
		return &options->quiet;
	return !strcmp(word, "-w") ? &options->wide : NULL;
}

size_t options_take(struct options *options, char **words, size_t n)
{
	size_t left = n;

	for (size_t i = 0; i < left && strcmp(words[i], "--");) {
		bool *option = option_of(options, words[i]);
		char *word = words[i];

		if (!option) {
			i++;
			continue;
		}
		*option = true;
		memmove(words + i, words + i + 1, (n - i - 1) * sizeof(*words));
		words[n - 1] = word;
		left--;
	}
	return left;
}

static const json_t *find_arg(const json_t *verb, const char *name, size_t n)
{
	return model_find(json_object_get(verb, "args"), name, n);
}

static bool reads_file(const json_t *verb)
{
	return find_arg(verb, WIRE_ARG_FILE, strlen(WIRE_ARG_FILE)) &&
	       find_arg(verb, WIRE_ARG_TEXT, strlen(WIRE_ARG_TEXT));
}

bool request_is_hidden(const json_t *verb, const json_t *arg)
{
	const char *name = model_text(arg, "name");

	return !strcmp(name, WIRE_ARG_READABLE) ||
	       (!strcmp(name, WIRE_ARG_TEXT) && reads_file(verb));
}

bool request_has_args(const json_t *verb)
{
	json_t *arg;
	size_t i;

	json_array_foreach(json_object_get(verb, "args"), i, arg)
		if (!request_is_hidden(verb, arg))
			return true;
	return false;
}

/* Where the contents are needed, the name of the file is. */
bool request_needs(const json_t *verb, const json_t *arg)
{
	if (request_is_hidden(verb, arg))
		return false;
	if (!strcmp(model_text(arg, "name"), WIRE_ARG_FILE) && reads_file(verb))
		arg = find_arg(verb, WIRE_ARG_TEXT, strlen(WIRE_ARG_TEXT));
	return model_flag(arg, "required");
}

size_t request_slots(const json_t *verb, const char **out, size_t max)
{
	const json_t *positional = json_object_get(verb, "positional");
	const char *object = model_text(verb, "object");
	size_t i, n = 0;
	json_t *name;

	if (max && (!strcmp(object, "required") ||
		    (!strcmp(object, "optional") && !json_array_size(positional))))
		out[n++] = "name";
	json_array_foreach((json_t *)positional, i, name)
		if (n < max)
			out[n++] = json_string_value(name);
	return n;
}

__attribute__((format(printf, 2, 3))) static int usage(struct parse *p, const char *format, ...)
{
	va_list args;

	fprintf(p->err, "weft %s", model_text(p->request->noun, "name"));
	if (p->request->verb)
		fprintf(p->err, " %s", model_text(p->request->verb, "name"));
	fputs(": ", p->err);
	va_start(args, format);
	vfprintf(p->err, format, args);
	va_end(args);
	fputc('\n', p->err);
	if (p->request->verb) {
		fputs("usage: ", p->err);
		help_usage(p->request->noun, p->request->verb, p->err);
	}
	return EXIT_USAGE;
}

static int put(struct parse *p, json_t *object, const char *key, size_t n, json_t *value)
{
	char *name = strndup(key, n);
	int rc = 0;

	if (!name || !value) {
		json_decref(value);
		rc = usage(p, "%.*s: the value is not UTF-8 text", (int)n, key);
	} else if (json_object_get(object, name)) {
		json_decref(value);
		rc = usage(p, "%s is given twice", name);
	} else if (json_object_set_new(object, name, value)) {
		rc = usage(p, "%s: not UTF-8 text", name);
	}
	free(name);
	return rc;
}

static int put_arg(struct parse *p, const json_t *arg, json_t *value)
{
	const char *name = model_text(arg, "name");

	return put(p, p->request->params, name, strlen(name), value);
}

/* --flag, --flag=VALUE, --flag VALUE */
static int parse_flag(struct parse *p, const char *word)
{
	size_t n = strcspn(word, "=");
	const json_t *arg = find_arg(p->request->verb, word, n);
	bool is_bool = !strcmp(model_text(arg, "kind"), "bool");

	if (!arg || request_is_hidden(p->request->verb, arg))
		return usage(p, "unknown option --%.*s", (int)n, word);
	if (word[n])
		return put_arg(p, arg, json_string(word + n + 1));
	if (is_bool)
		return put_arg(p, arg, json_true());
	if (p->at == p->n)
		return usage(p, "--%s needs a value: %s", word, model_text(arg, "type"));
	return put_arg(p, arg, json_string(p->words[p->at++]));
}

static int unknown_verb(struct parse *p, const char *word)
{
	const json_t *noun = p->request->noun;

	fprintf(p->err, "weft %s: unknown verb %s", model_text(noun, "name"), word);
	model_suggest(json_object_get(noun, "verbs"), word, p->err);
	fprintf(p->err, ": \"weft %s help\" lists them\n", model_text(noun, "name"));
	return EXIT_USAGE;
}

static int parse_bare(struct parse *p, const char *word)
{
	const char *slot;

	if (p->next_slot == p->n_slots) {
		/* Nobody said show: the first of so many words was meant for a verb. */
		if (p->request->no_verb)
			return unknown_verb(p, p->request->no_verb);
		if (model_flag(p->request->verb, "sets"))
			return usage(p, "%s: what is to be set comes as KEY=VALUE", word);
		return usage(p, "%s: one word too many", word);
	}
	slot = p->slots[p->next_slot++];
	/* What is no argument of a verb that sets keys is one of the keys. */
	if (strcmp(slot, "name") && model_flag(p->request->verb, "sets"))
		return put(p, json_object_get(p->request->params, "set"), slot, strlen(slot),
			   json_string(word));
	return put(p, p->request->params, slot, strlen(slot), json_string(word));
}

static int parse_word(struct parse *p, const char *word)
{
	size_t n = strcspn(word, "=");
	const json_t *verb = p->request->verb, *arg = NULL;
	bool has_value = word[n] == '=';

	if (!strncmp(word, "--", 2) && word[2])
		return parse_flag(p, word + 2);
	if (!has_value)
		return parse_bare(p, word);
	if (model_flag(verb, "sets")) {
		if (!n)
			return usage(p, "%s: there is no key before =", word);
		return put(p, json_object_get(p->request->params, "set"), word, n,
			   json_string(word + n + 1));
	}
	if (n == 4 && !strncmp(word, "name", 4) && strcmp(model_text(verb, "object"), "none"))
		return put(p, p->request->params, word, n, json_string(word + n + 1));
	arg = find_arg(verb, word, n);
	if (arg && !request_is_hidden(verb, arg))
		return put_arg(p, arg, json_string(word + n + 1));
	/* Texts with = in them, such as filters, may stand where a word is expected. */
	if (p->next_slot < p->n_slots)
		return parse_bare(p, word);
	if (p->request->no_verb)
		return unknown_verb(p, p->request->no_verb);
	return usage(p, "takes no %.*s", (int)n, word);
}

/* What has to be given and was not. */
static int check_complete(struct parse *p)
{
	const json_t *verb = p->request->verb, *params = p->request->params;
	json_t *arg;
	size_t i;

	if (!strcmp(model_text(verb, "object"), "required") && !json_object_get(params, "name"))
		return usage(p, "which one? A name is missing");
	json_array_foreach(json_object_get(verb, "args"), i, arg)
		if (request_needs(verb, arg) && !json_object_get(params, model_text(arg, "name")))
			return usage(p, "%s is missing", model_text(arg, "name"));
	if (!strcmp(model_text(verb, "name"), "set") && model_flag(verb, "sets") &&
	    !json_object_size(json_object_get(params, "set")))
		return usage(p, "there is nothing to set: KEY=VALUE is missing");
	return 0;
}

/* Where a word is needed, the one that is given was meant for it. */
static bool needs_any(const json_t *verb)
{
	json_t *arg;
	size_t i;

	json_array_foreach(json_object_get(verb, "args"), i, arg)
		if (request_needs(verb, arg))
			return true;
	return false;
}

static bool is_help(const char *word)
{
	return !strcmp(word, "--help") || !strcmp(word, "help") || !strcmp(word, "-h");
}

static int parse_verb(struct parse *p)
{
	const json_t *noun = p->request->noun;
	const char *word = p->at < p->n ? p->words[p->at] : "show";
	bool many;

	if (p->at < p->n && is_help(word)) {
		p->request->help = true;
		return 0;
	}
	p->request->verb = model_verb(noun, word, &many);
	if (many) {
		fprintf(p->err, "weft %s: %s is short for several verbs:", model_text(noun, "name"),
			word);
		model_list(json_object_get(noun, "verbs"), word, p->err);
		fputc('\n', p->err);
		return EXIT_USAGE;
	}
	if (p->request->verb) {
		p->at += p->at < p->n;
		return 0;
	}
	/* Without a verb it is show, if that can do with the word. */
	p->request->verb = model_verb_named(noun, "show");
	if (p->request->verb && request_slots(p->request->verb, p->slots, SLOTS_MAX)) {
		p->request->no_verb = needs_any(p->request->verb) ? NULL : word;
		return 0;
	}
	p->request->verb = NULL;
	return unknown_verb(p, word);
}

static int make_method(struct request *request)
{
	if (asprintf(&request->method, "%s.%s", model_text(request->noun, "name"),
		     model_text(request->verb, "name")) < 0) {
		request->method = NULL;
		return EXIT_REFUSED;
	}
	for (char *c = request->method; *c; c++)
		*c = *c == ' ' ? '.' : *c;
	return 0;
}

int request_parse(const json_t *doc, char *const *words, size_t n, const struct options *options,
		  struct request *out, FILE *err)
{
	struct parse p = {.request = out, .words = words, .n = n, .err = err};
	int rc = 0;

	*out = (struct request){.params = json_object()};
	out->noun = model_noun(doc, words, n, &p.at, err);
	if (!out->noun)
		return EXIT_USAGE;
	rc = parse_verb(&p);
	if (rc || out->help)
		return rc;
	if (model_flag(out->verb, "sets"))
		json_object_set_new(out->params, "set", json_object());
	p.n_slots = request_slots(out->verb, p.slots, SLOTS_MAX);
	while (!rc && p.at < n) {
		const char *word = words[p.at++];

		if (!strcmp(word, "--help") || (is_help(word) && p.at == n && !p.next_slot)) {
			out->help = true;
			return 0;
		}
		rc = parse_word(&p, word);
	}
	if (!rc)
		rc = check_complete(&p);
	if (!rc && !options->json && find_arg(out->verb, WIRE_ARG_READABLE, 8))
		json_object_set_new(out->params, WIRE_ARG_READABLE, json_true());
	out->single = json_object_get(out->params, "name");
	return rc ? rc : make_method(out);
}

void request_fini(struct request *request)
{
	free(request->method);
	json_decref(request->params);
	*request = (struct request){0};
}

static char *read_all(FILE *file, size_t *n)
{
	char *text = NULL;

	for (*n = 0; *n <= FILE_MAX;) {
		char *more = realloc(text, *n + 65536);
		size_t got;

		if (!more)
			break;
		text = more;
		got = fread(text + *n, 1, 65536, file);
		*n += got;
		if (!got && !ferror(file))
			return text;
		if (!got)
			break;
	}
	if (*n > FILE_MAX)
		errno = EFBIG;
	free(text);
	return NULL;
}

int request_load_file(struct request *request, FILE *err)
{
	const char *name = model_text(request->params, WIRE_ARG_FILE);
	bool is_stdin = !strcmp(name, "-");
	json_t *string = NULL;
	char *text = NULL;
	FILE *file;
	size_t n;

	if (!*name || !reads_file(request->verb))
		return 0;
	file = is_stdin ? stdin : fopen(name, "re");
	if (file)
		text = read_all(file, &n);
	if (!text)
		fprintf(err, "weft: %s: %s\n", name, strerror(errno));
	else if (!(string = json_stringn(text, n)))
		fprintf(err, "weft: %s: is not UTF-8 text\n", name);
	if (file && !is_stdin)
		fclose(file);
	free(text);
	if (!string)
		return EXIT_REFUSED;
	json_object_set_new(request->params, WIRE_ARG_TEXT, string);
	return 0;
}

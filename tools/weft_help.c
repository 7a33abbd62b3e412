// SPDX-License-Identifier: BSD-3-Clause
#include "tools/weft_help.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "tools/weft_model.h"
#include "tools/weft_request.h"

#define SLOTS_MAX  16
#define NAME_WIDTH 18

void help_program(FILE *out)
{
	fputs("usage: weft [-n NAME] [-j] [-q] [-w] NOUN [VERB] [ARGS…]\n"
	      "       weft [-n NAME] monitor [NOUN]   changes as they happen, one JSON object a "
	      "line\n"
	      "       weft [-n NAME]                  a shell with completion, help (?) and "
	      "history\n"
	      "       weft help                       the nouns\n"
	      "       weft NOUN help                  a noun's verbs and keys\n"
	      "       weft NOUN VERB help             a verb's arguments\n"
	      "\n"
	      "  -n NAME    the instance of weftd (default: weft)\n"
	      "  -j         JSON on standard output\n"
	      "  -q         nothing but errors\n"
	      "  -w         tables with all columns, however wide\n"
	      "  --version  the version of this program\n"
	      "  --help     this text\n"
	      "\n"
	      "The verb is show if none is given. Nouns and verbs may be shortened.\n"
	      "Exit status: 0 done, 1 refused or failed, 2 wrong usage.\n",
	      out);
}

void help_nouns(const json_t *doc, FILE *out)
{
	json_t *noun;
	size_t i;

	fputs("Nouns (\"weft NOUN help\" tells more):\n", out);
	json_array_foreach(json_object_get(doc, "nouns"), i, noun)
		fprintf(out, "  %-18s %s\n", model_text(noun, "name"), model_text(noun, "help"));
}

static void print_upper(const char *text, FILE *out)
{
	for (; *text; text++)
		fputc(toupper((unsigned char)*text), out);
}

/* What stands for a value in a usage line: its unit says most. */
static void print_placeholder(const json_t *field, FILE *out)
{
	const char *unit = model_text(field, "unit"), *kind = model_text(field, "kind");

	if (!strcmp(unit, "s") || !strcmp(unit, "seconds"))
		fputs("SECONDS", out);
	else if (!strcmp(kind, "int"))
		fputc('N', out);
	else
		print_upper(model_text(field, "name"), out);
}

static bool in_slots(const char *name, const char *const *slots, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!strcmp(slots[i], name))
			return true;
	return false;
}

/* An item of a list goes by its position, or by its key. */
static const char *slot_text(const json_t *noun, const char *slot)
{
	if (strcmp(slot, "name") || strcmp(model_text(noun, "shape"), "list"))
		return slot;
	return *model_text(noun, "list_key") ? model_text(noun, "list_key") : "number";
}

void help_usage(const json_t *noun, const json_t *verb, FILE *out)
{
	bool sets = model_flag(verb, "sets");
	const json_t *args = json_object_get(verb, "args");
	const char *slots[SLOTS_MAX];
	size_t i, n = request_slots(verb, slots, SLOTS_MAX);
	json_t *arg;

	fprintf(out, "weft %s %s", model_text(noun, "name"), model_text(verb, "name"));
	for (i = 0; i < n; i++) {
		const json_t *field = model_find(sets ? json_object_get(noun, "fields") : args,
						 slots[i], strlen(slots[i]));
		bool required = field ? request_needs(verb, field)
				      : !strcmp(model_text(verb, "object"), "required");

		fputs(required ? " " : " [", out);
		print_upper(slot_text(noun, slots[i]), out);
		fputs(required ? "" : "]", out);
	}
	json_array_foreach((json_t *)args, i, arg) {
		const char *name = model_text(arg, "name");

		if (in_slots(name, slots, n) || request_is_hidden(verb, arg))
			continue;
		fprintf(out, " %s--%s", request_needs(verb, arg) ? "" : "[", name);
		if (strcmp(model_text(arg, "kind"), "bool")) {
			fputc(' ', out);
			print_placeholder(arg, out);
		}
		fputs(request_needs(verb, arg) ? "" : "]", out);
	}
	if (model_flag(verb, "sets"))
		fputs(" KEY=VALUE…", out);
	fputc('\n', out);
}

void help_field_type(const json_t *field, FILE *out)
{
	const char *def = model_text(field, "default"), *unit = model_text(field, "unit");

	fputs(model_text(field, "type"), out);
	if (*unit && !strstr(model_text(field, "type"), unit))
		fprintf(out, " %s", unit);
	if (model_flag(field, "required"))
		fputs(" (required)", out);
	else if (*def)
		fprintf(out, " (default %s)", def);
	if (model_flag(field, "fixed"))
		fputs("; a change makes it anew", out);
}

/* Fields with those inside them, as dotted keys. */
static void print_fields(const json_t *fields, const char *prefix, const json_t *verb, FILE *out)
{
	json_t *field;
	size_t i;

	json_array_foreach((json_t *)fields, i, field) {
		bool map = !strcmp(model_text(field, "kind"), "map");
		char *name = NULL, *below = NULL;

		if ((verb && request_is_hidden(verb, field)) || model_flag(field, "read_only"))
			continue;
		if (asprintf(&name, "%s%s", prefix, model_text(field, "name")) < 0)
			return;
		fprintf(out, "  %-*s %s\n", NAME_WIDTH, name, model_text(field, "help"));
		fprintf(out, "  %-*s   ", NAME_WIDTH, "");
		help_field_type(field, out);
		fputc('\n', out);
		if (json_array_size(json_object_get(field, "fields")) &&
		    asprintf(&below, "%s.%s", name, map ? "NAME." : "") >= 0) {
			print_fields(json_object_get(field, "fields"), below, NULL, out);
			free(below);
		}
		free(name);
	}
}

static bool is_settable(const json_t *noun)
{
	json_t *verb;
	size_t i;

	json_array_foreach(json_object_get(noun, "verbs"), i, verb)
		if (model_flag(verb, "sets"))
			return true;
	return false;
}

static void print_columns(const json_t *noun, FILE *out)
{
	json_t *column;
	size_t i;

	json_array_foreach(json_object_get(noun, "columns"), i, column) {
		const char *unit = model_text(column, "unit");

		fprintf(out, "  %-*s %s%s%s\n", NAME_WIDTH, model_text(column, "name"),
			model_text(column, "help"), *unit ? ", in " : "", unit);
	}
}

void help_noun(const json_t *noun, FILE *out)
{
	json_t *verb;
	size_t i;

	fprintf(out, "%s: %s\n\n", model_text(noun, "name"), model_text(noun, "help"));
	json_array_foreach(json_object_get(noun, "verbs"), i, verb) {
		fputs("  ", out);
		help_usage(noun, verb, out);
		fprintf(out, "      %s\n", model_text(verb, "help"));
	}
	if (is_settable(noun) && json_array_size(json_object_get(noun, "fields"))) {
		fputs("\nKeys:\n", out);
		print_fields(json_object_get(noun, "fields"), "", NULL, out);
	}
	if (json_array_size(json_object_get(noun, "columns"))) {
		fputs("\nShown:\n", out);
		print_columns(noun, out);
	}
}

void help_verb(const json_t *noun, const json_t *verb, FILE *out)
{
	bool shows = !strcmp(model_text(verb, "name"), "show");

	fputs("usage: ", out);
	help_usage(noun, verb, out);
	fprintf(out, "%s\n", model_text(verb, "help"));
	if (request_has_args(verb)) {
		fputs("\nArguments:\n", out);
		print_fields(json_object_get(verb, "args"), "", verb, out);
	}
	if (model_flag(verb, "sets")) {
		fputs("\nKeys:\n", out);
		print_fields(json_object_get(noun, "fields"), "", NULL, out);
	}
	if (shows && json_array_size(json_object_get(noun, "columns"))) {
		fputs("\nShown:\n", out);
		print_columns(noun, out);
	}
}

// SPDX-License-Identifier: BSD-3-Clause
#include "tools/weft_reference.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "tools/weft_help.h"
#include "tools/weft_model.h"
#include "tools/weft_request.h"

static const char head[] = "# Reference\n"
			   "\n"
			   "Every noun with its verbs, keys and columns. Made from the "
			   "declarations in control/noun_*.c:\n"
			   "`ninja update-reference` writes this file, do not edit it. How the "
			   "command line works is in\n"
			   "[cli.md](cli.md).\n"
			   "\n";

/* A cell of a table: neither its bar nor its line may end in the text. */
static void print_cell(const char *text, FILE *out)
{
	for (; *text; text++) {
		if (*text == '|' || *text == '<')
			fputc('\\', out);
		fputc(*text == '\n' ? ' ' : *text, out);
	}
}

static void print_sentence(const char *text, FILE *out)
{
	if (!*text)
		return;
	/* Names of programs stay as they are. */
	fputc(strncmp(text, "weft", 4) ? toupper((unsigned char)*text) : *text, out);
	fprintf(out, "%s.\n", text + 1);
}

static void print_value(const json_t *field, FILE *out)
{
	const char *unit = model_text(field, "unit"), *type = model_text(field, "type");

	print_cell(type, out);
	if (*unit && !strstr(type, unit))
		fprintf(out, ", in %s", unit);
	if (model_flag(field, "required"))
		fputs("; required", out);
	if (model_flag(field, "fixed"))
		fputs("; a change makes it anew", out);
}

/* Keys inside others are written with dots, as the command line takes them. */
static void print_fields(const json_t *fields, const char *prefix, const json_t *verb, FILE *out)
{
	json_t *field;
	size_t i;

	json_array_foreach((json_t *)fields, i, field) {
		const char *kind = model_text(field, "kind");
		const json_t *elem = json_object_get(field, "elem");
		const json_t *inside = json_object_get(elem ? elem : field, "fields");
		char *name;

		if ((verb && request_is_hidden(verb, field)) || model_flag(field, "read_only"))
			continue;
		fprintf(out, "| `%s%s` | ", prefix, model_text(field, "name"));
		print_value(field, out);
		fputs(" | ", out);
		print_cell(model_text(field, "default"), out);
		fputs(" | ", out);
		print_cell(model_text(field, "help"), out);
		fputs(" |\n", out);
		if (!json_array_size(inside) ||
		    asprintf(&name, "%s%s%s", prefix, model_text(field, "name"),
			     elem                   ? "[]."
			     : !strcmp(kind, "map") ? ".NAME."
						    : ".") < 0)
			continue;
		print_fields(inside, name, NULL, out);
		free(name);
	}
}

static void print_verbs(const json_t *noun, FILE *out)
{
	json_t *verb;
	size_t i;

	json_array_foreach(json_object_get(noun, "verbs"), i, verb) {
		fputs("```\n", out);
		help_usage(noun, verb, out);
		fputs("```\n", out);
		print_sentence(model_text(verb, "help"), out);
		fputc('\n', out);
		if (!request_has_args(verb))
			continue;
		fputs("| argument | value | default | |\n|---|---|---|---|\n", out);
		print_fields(json_object_get(verb, "args"), "", verb, out);
		fputc('\n', out);
	}
}

static void print_columns(const json_t *noun, FILE *out)
{
	json_t *column;
	size_t i;

	json_array_foreach(json_object_get(noun, "columns"), i, column) {
		const char *unit = model_text(column, "unit");

		fprintf(out, "| `%s` | ", model_text(column, "name"));
		print_cell(unit, out);
		fputs(" | ", out);
		print_cell(model_text(column, "help"), out);
		fputs(" |\n", out);
	}
}

/* Where in the configuration its objects stand. */
static void print_place(const json_t *noun, FILE *out)
{
	const char *key = model_text(noun, "key"), *shape = model_text(noun, "shape");

	if (!*key)
		fputs("Nothing of it stands in the configuration.\n\n", out);
	else if (!strcmp(shape, "single"))
		fprintf(out, "In the configuration: `%s: { KEY: VALUE… }`.\n\n", key);
	else if (!strcmp(shape, "list"))
		fprintf(out, "In the configuration: `%s: [ { KEY: VALUE… }… ]`.\n\n", key);
	else
		fprintf(out, "In the configuration: `%s: { NAME: { KEY: VALUE… }… }`.\n\n", key);
}

static void print_noun(const json_t *noun, FILE *out)
{
	fprintf(out, "\n## %s\n\n", model_text(noun, "name"));
	print_sentence(model_text(noun, "help"), out);
	print_place(noun, out);
	print_verbs(noun, out);
	if (json_array_size(json_object_get(noun, "fields"))) {
		fputs("| key | value | default | |\n|---|---|---|---|\n", out);
		print_fields(json_object_get(noun, "fields"), "", NULL, out);
		fputc('\n', out);
	}
	if (json_array_size(json_object_get(noun, "columns"))) {
		fputs("| shown | unit | |\n|---|---|---|\n", out);
		print_columns(noun, out);
	}
}

void reference_print(const json_t *doc, FILE *out)
{
	json_t *noun;
	size_t i;

	fputs(head, out);
	json_array_foreach(json_object_get(doc, "nouns"), i, noun) {
		const char *name = model_text(noun, "name");
		char anchor[64];

		snprintf(anchor, sizeof(anchor), "%s", name);
		for (char *c = anchor; *c; c++)
			*c = *c == ' ' ? '-' : *c;
		fprintf(out, "- [%s](#%s): %s\n", name, anchor, model_text(noun, "help"));
	}
	json_array_foreach(json_object_get(doc, "nouns"), i, noun)
		print_noun(noun, out);
}

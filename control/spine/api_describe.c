// SPDX-License-Identifier: BSD-3-Clause
#include <string.h>

#include "control/spine/api.h"

static const char *const kinds[] = {
	[F_BOOL] = "bool",   [F_INT] = "int",       [F_STRING] = "string",
	[F_NAME] = "name",   [F_ENUM] = "enum",     [F_DURATION] = "duration",
	[F_RATE] = "rate",   [F_SIZE] = "size",     [F_MAC] = "mac",
	[F_IP] = "ip",       [F_PREFIX] = "prefix", [F_IFADDR] = "ifaddr",
	[F_VLANS] = "vlans", [F_REF] = "ref",       [F_LIST] = "list",
	[F_MAP] = "map",     [F_OBJECT] = "object",
};

static const char *const shapes[] = {
	[NOUN_SINGLE] = "single",
	[NOUN_MAP] = "map",
	[NOUN_LIST] = "list",
	[NOUN_VIEW] = "view",
};

static json_t *describe_fields(const struct field *fields);

static void put_text(json_t *object, const char *key, const char *text)
{
	if (text)
		json_object_set_new(object, key, json_string(text));
}

static void put_flag(json_t *object, const char *key, bool value)
{
	if (value)
		json_object_set_new(object, key, json_true());
}

static json_t *describe_field(const struct field *field)
{
	json_t *object = json_object();
	char type[256];

	field_describe_type(field, type, sizeof(type));
	put_text(object, "name", field->name);
	put_text(object, "kind", kinds[field->type]);
	put_text(object, "type", type);
	put_text(object, "default", field->def);
	put_text(object, "unit", field->unit);
	put_text(object, "help", field->help);
	put_text(object, "ref", field->ref);
	put_text(object, "text_form", field->text_form);
	put_flag(object, "required", field->flags & FIELD_REQUIRED);
	put_flag(object, "fixed", field->flags & FIELD_FIXED);
	put_flag(object, "auto", field->flags & FIELD_OR_AUTO);
	put_flag(object, "read_only", field->flags & FIELD_READ_ONLY);
	if (field->type == F_ENUM && field->choices) {
		json_t *choices = json_array();

		for (const char *const *c = field->choices; *c; c++)
			json_array_append_new(choices, json_string(*c));
		json_object_set_new(object, "choices", choices);
	}
	if (field->elem)
		json_object_set_new(object, "elem", describe_field(field->elem));
	if (field->fields)
		json_object_set_new(object, "fields", describe_fields(field->fields));
	return object;
}

static json_t *describe_fields(const struct field *fields)
{
	json_t *array = json_array();

	for (; fields && fields->name; fields++)
		json_array_append_new(array, describe_field(fields));
	return array;
}

static json_t *describe_columns(const struct column *columns)
{
	json_t *array = json_array(), *object;

	for (; columns && columns->name; columns++) {
		object = json_pack("{s:s}", "name", columns->name);
		put_text(object, "unit", columns->unit);
		put_text(object, "help", columns->help);
		put_flag(object, "wide", columns->wide);
		json_array_append_new(array, object);
	}
	return array;
}

static json_t *split_words(const char *text)
{
	json_t *array = json_array();

	for (size_t n; text && *(text += strspn(text, " ")); text += n) {
		n = strcspn(text, " ");
		json_array_append_new(array, json_stringn(text, n));
	}
	return array;
}

/* name: "none", "optional" or "required"; sets: takes keys of the noun in `set`. */
static json_t *describe_verb(const char *name, const char *help, const char *takes_name, bool sets,
			     const struct field *args, const char *positional)
{
	json_t *object =
		json_pack("{s:s, s:s, s:o, s:o}", "name", name, "object", takes_name, "args",
			  describe_fields(args), "positional", split_words(positional));

	put_text(object, "help", help);
	put_flag(object, "sets", sets);
	return object;
}

/* A noun's own verb takes the place of a built-in one. */
static bool has(const struct noun *noun, const char *builtin)
{
	for (const struct verb *v = noun->verbs; v && v->name; v++)
		if (!strcmp(v->name, builtin))
			return false;
	return api_has_builtin(noun, builtin);
}

static json_t *describe_verbs(const struct noun *noun)
{
	static const struct {
		const char *name, *help, *single_help;
		bool sets;
	} builtins[] = {
		{"add", "adds one", NULL, true},
		{"set", "changes keys of one; KEY=none takes a key away",
		 "changes keys; KEY=none takes a key away", true},
		{"del", "removes one", "takes all its keys away", false},
	};
	bool single = noun->shape == NOUN_SINGLE;
	json_t *array = json_array();

	if (has(noun, "show"))
		json_array_append_new(array,
				      describe_verb("show", "shows what there is",
						    api_show_takes_name(noun) ? "optional" : "none",
						    false, noun->show_args, noun->show_positional));
	for (size_t i = 0; i < sizeof(builtins) / sizeof(builtins[0]); i++) {
		bool appends = noun->shape == NOUN_LIST && !strcmp(builtins[i].name, "add");

		if (has(noun, builtins[i].name))
			json_array_append_new(array,
					      describe_verb(builtins[i].name,
							    single ? builtins[i].single_help
								   : builtins[i].help,
							    single || appends ? "none" : "required",
							    builtins[i].sets, NULL,
							    appends ? noun->list_key : NULL));
	}
	for (const struct verb *v = noun->verbs; v && v->name; v++)
		json_array_append_new(array, describe_verb(v->name, v->help,
							   v->takes_name ? "required" : "none",
							   false, v->args, v->positional));
	return array;
}

static json_t *describe_noun(const struct noun *noun)
{
	json_t *object =
		json_pack("{s:s, s:s, s:o, s:o, s:o}", "name", noun->name, "shape",
			  shapes[noun->shape], "fields", describe_fields(noun->fields), "columns",
			  describe_columns(noun->columns), "verbs", describe_verbs(noun));

	put_text(object, "key", noun->key);
	put_text(object, "list_key", noun->list_key);
	put_text(object, "help", noun->help);
	return object;
}

json_t *api_describe(const struct registry *registry)
{
	json_t *nouns = json_array();

	for (size_t i = 0; i < registry->n; i++)
		json_array_append_new(nouns, describe_noun(registry->list[i]));
	return json_pack("{s:s, s:o}", "version", WEFT_VERSION, "nouns", nouns);
}

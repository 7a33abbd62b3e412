// SPDX-License-Identifier: BSD-3-Clause
/* Field types that are one word or one text: bool, int, string, name, enum, and references. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "control/spine/field_type.h"
#include "routing/core/nearest.h"

json_t *field_bool_check(const struct field *field, const json_t *value, const char *path,
			 struct errors *errors)
{
	static const char *const words[] = {"false", "true", "no", "yes", "off", "on"};

	if (json_is_boolean(value))
		return json_boolean(json_is_true(value));
	for (size_t i = 0; json_is_string(value) && i < 6; i++)
		if (strcmp(json_string_value(value), words[i]) == 0)
			return json_boolean(i & 1);
	return field_refuse(field, value, path, errors, "is neither true nor false");
}

void field_bool_describe(const struct field *field, char *out, size_t size)
{
	snprintf(out, size, "true or false");
}

json_t *field_int_check(const struct field *field, const json_t *value, const char *path,
			struct errors *errors)
{
	int64_t number;

	if (json_is_integer(value))
		number = json_integer_value(value);
	else if (!json_is_string(value) || !field_parse_int(json_string_value(value), &number))
		return field_refuse(field, value, path, errors, "is not an integer");
	if (!field_in_range(field, number))
		return field_refuse(field, value, path, errors, "is out of range");
	return json_integer(number);
}

void field_int_describe(const struct field *field, char *out, size_t size)
{
	if (field->min == 0 && field->max == 0)
		snprintf(out, size, "an integer");
	else if (field->max == INT64_MAX)
		snprintf(out, size, "an integer of at least %" PRId64, field->min);
	else
		snprintf(out, size, "an integer from %" PRId64 " to %" PRId64, field->min,
			 field->max);
}

static bool has_control(const char *text)
{
	for (; *text != '\0'; text++)
		if ((unsigned char)*text < 0x20 || *text == 0x7f)
			return true;
	return false;
}

json_t *field_string_check(const struct field *field, const json_t *value, const char *path,
			   struct errors *errors)
{
	char buffer[64];
	const char *text = field_scalar_text(value, buffer, sizeof(buffer));

	if (text == NULL)
		return field_refuse(field, value, path, errors, "is not text");
	if (!(field->flags & FIELD_LINES) && has_control(text))
		return field_refuse(field, value, path, errors, "holds a control character");
	if (!field_in_range(field, (int64_t)strlen(text)))
		return field_refuse(field, value, path, errors,
				    (int64_t)strlen(text) < field->min ? "is too short"
								       : "is too long");
	return json_string(text);
}

void field_string_describe(const struct field *field, char *out, size_t size)
{
	if (field->max == 0)
		snprintf(out, size, "text");
	else if (field->min > 0)
		snprintf(out, size, "text of %" PRId64 " to %" PRId64 " bytes", field->min,
			 field->max);
	else
		snprintf(out, size, "text of at most %" PRId64 " bytes", field->max);
}

static bool is_alnum(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool name_chars_valid(const char *name)
{
	if (!is_alnum(name[0]) && name[0] != '_')
		return false;
	for (; *name != '\0'; name++)
		if (!is_alnum(*name) && strchr("-_.:", *name) == NULL)
			return false;
	return true;
}

bool field_name_valid(const char *name)
{
	return name_chars_valid(name) && strlen(name) <= FIELD_NAME_MAX;
}

static int64_t name_max(const struct field *field)
{
	return field->type == F_NAME && field->max > 0 ? field->max : FIELD_NAME_MAX;
}

json_t *field_name_check(const struct field *field, const json_t *value, const char *path,
			 struct errors *errors)
{
	char buffer[64];
	const char *text = field_scalar_text(value, buffer, sizeof(buffer));

	if (text == NULL || !name_chars_valid(text))
		return field_refuse(field, value, path, errors, "is not a name");
	if ((int64_t)strlen(text) > name_max(field))
		return field_refuse(field, value, path, errors, "is too long");
	return json_string(text);
}

void field_name_describe(const struct field *field, char *out, size_t size)
{
	snprintf(out, size,
		 "a name of at most %" PRId64 " letters, digits, '-', '_', '.' or ':', "
		 "which begins with a letter, a digit or '_'",
		 name_max(field));
}

void field_ref_describe(const struct field *field, char *out, size_t size)
{
	const char *bar = strchr(field->ref, '|');
	const char *article = strchr("aeio", field->ref[0]) != NULL ? "an" : "a";

	if (bar == NULL)
		snprintf(out, size, "the name of %s %s", article, field->ref);
	else
		snprintf(out, size, "the name of %s %.*s or %s", article, (int)(bar - field->ref),
			 field->ref, bar + 1);
}

json_t *field_enum_check(const struct field *field, const json_t *value, const char *path,
			 struct errors *errors)
{
	char buffer[64], quoted[FIELD_TEXT_MAX], expected[FIELD_TEXT_MAX], near[FIELD_TEXT_MAX];
	const char *text = field_scalar_text(value, buffer, sizeof(buffer));
	struct nearest nearest = {.word = text};

	for (size_t i = 0; text != NULL && field->choices[i] != NULL; i++) {
		if (strcmp(text, field->choices[i]) == 0)
			return json_string(text);
		nearest_offer(&nearest, field->choices[i]);
	}
	field_describe_type(field, expected, sizeof(expected));
	field_did_you_mean(&nearest, near, sizeof(near));
	errors_add(errors, path, "%s is not known%s expected %s",
		   field_quote(value, quoted, sizeof(quoted)), near[0] != '\0' ? near : ":",
		   expected);
	return NULL;
}

void field_enum_describe(const struct field *field, char *out, size_t size)
{
	size_t n = (size_t)snprintf(out, size, field->choices[1] != NULL ? "one of " : "");

	for (size_t i = 0; field->choices[i] != NULL && n < size; i++)
		n += (size_t)snprintf(out + n, size - n, "%s%s", i > 0 ? ", " : "",
				      field->choices[i]);
}

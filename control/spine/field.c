// SPDX-License-Identifier: BSD-3-Clause
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "control/spine/field_type.h"
#include "routing/core/nearest.h"

static const struct field_kind {
	const char *name;
	field_check_fn *check; /* also makes the canonical form */
	field_describe_fn *describe;
} kinds[FIELD_TYPES] = {
	[F_BOOL] = {"bool", field_bool_check, field_bool_describe},
	[F_INT] = {"int", field_int_check, field_int_describe},
	[F_STRING] = {"string", field_string_check, field_string_describe},
	[F_NAME] = {"name", field_name_check, field_name_describe},
	[F_ENUM] = {"enum", field_enum_check, field_enum_describe},
	[F_DURATION] = {"duration", field_duration_check, field_duration_describe},
	[F_RATE] = {"rate", field_rate_check, field_rate_describe},
	[F_SIZE] = {"size", field_size_check, field_size_describe},
	[F_MAC] = {"mac", field_mac_check, field_mac_describe},
	[F_IP] = {"ip", field_ip_check, field_ip_describe},
	[F_PREFIX] = {"prefix", field_prefix_check, field_prefix_describe},
	[F_IFADDR] = {"ifaddr", field_ifaddr_check, field_ifaddr_describe},
	[F_VLANS] = {"vlans", field_vlans_check, field_vlans_describe},
	[F_REF] = {"ref", field_name_check, field_ref_describe},
	[F_LIST] = {"list", field_list_check, field_list_describe},
	[F_MAP] = {"map", field_map_check, field_map_describe},
	[F_OBJECT] = {"object", field_object_check, field_object_describe},
};

const char *field_type_name(enum field_type type)
{
	return kinds[type].name;
}

void field_describe_type(const struct field *field, char *out, size_t size)
{
	int n = 0;

	if (field->flags & FIELD_OR_AUTO)
		n = snprintf(out, size, "auto or ");
	if ((size_t)n < size)
		kinds[field->type].describe(field, out + n, size - (size_t)n);
}

/* A list and a map may be written as nothing at all. */
static json_t *check_null(const struct field *field, const char *path, struct errors *errors)
{
	char expected[FIELD_TEXT_MAX];

	if ((field->type == F_LIST || field->type == F_VLANS) && field->min <= 0)
		return json_array();
	if (field->type == F_MAP)
		return json_object();
	if (field->type == F_OBJECT) {
		json_t *empty = json_object();
		json_t *checked = kinds[F_OBJECT].check(field, empty, path, errors);

		json_decref(empty);
		return checked;
	}
	field_describe_type(field, expected, sizeof(expected));
	errors_add(errors, path, "has no value: expected %s", expected);
	return NULL;
}

json_t *field_check(const struct field *field, const json_t *value, const char *path,
		    struct errors *errors)
{
	if (json_is_null(value))
		return check_null(field, path, errors);
	if (json_is_string(value) && strlen(json_string_value(value)) != json_string_length(value))
		return field_refuse(field, value, path, errors, "holds a NUL byte");
	if ((field->flags & FIELD_OR_AUTO) && json_is_string(value) &&
	    strcmp(json_string_value(value), "auto") == 0)
		return json_string("auto");
	return kinds[field->type].check(field, value, path, errors);
}

json_t *field_refuse(const struct field *field, const json_t *value, const char *path,
		     struct errors *errors, const char *problem)
{
	char quoted[FIELD_TEXT_MAX], expected[FIELD_TEXT_MAX];

	field_describe_type(field, expected, sizeof(expected));
	errors_add(errors, path, "%s %s: expected %s", field_quote(value, quoted, sizeof(quoted)),
		   problem, expected);
	return NULL;
}

const char *field_scalar_text(const json_t *value, char *buffer, size_t size)
{
	switch (json_typeof(value)) {
	case JSON_STRING:
		return json_string_value(value);
	case JSON_INTEGER:
		snprintf(buffer, size, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
		return buffer;
	case JSON_REAL:
		snprintf(buffer, size, "%.15g", json_real_value(value));
		return buffer;
	case JSON_TRUE:
		return "true";
	case JSON_FALSE:
		return "false";
	default:
		return NULL;
	}
}

/* Long texts are cut after a whole character; what would break the line becomes "?". */
const char *field_quote_text(const char *text, char *out, size_t size)
{
	size_t limit = size - 8 < 60 ? size - 8 : 60;
	size_t n = strlen(text);
	const char *end = "'";

	if (n > limit) {
		for (n = limit; n > 0 && ((unsigned char)text[n] & 0xc0) == 0x80;)
			n--;
		end = "…'";
	}
	snprintf(out, size, "'%.*s%s", (int)n, text, end);
	for (char *p = out; *p != '\0'; p++)
		if ((unsigned char)*p < 0x20 || *p == 0x7f)
			*p = '?';
	return out;
}

const char *field_quote(const json_t *value, char *out, size_t size)
{
	char buffer[64];
	const char *text = field_scalar_text(value, buffer, sizeof(buffer));
	int64_t number;

	if (text == NULL) {
		snprintf(out, size, "%s",
			 json_is_array(value)    ? "a list"
			 : json_is_object(value) ? "a map"
						 : "no value");
		return out;
	}
	if (json_is_string(value) && !field_parse_int(text, &number))
		return field_quote_text(text, out, size);
	snprintf(out, size, "%s", text);
	return out;
}

const char *field_did_you_mean(const struct nearest *nearest, char *out, size_t size)
{
	out[0] = '\0';
	if (nearest->best != NULL)
		snprintf(out, size, ", did you mean '%s'?", nearest->best);
	return out;
}

bool field_parse_int(const char *text, int64_t *out)
{
	char *end;

	if (strlen(text) > 20 || text[0] == '\0' || strspn(text, "-0123456789") != strlen(text) ||
	    strrchr(text, '-') > text)
		return false;
	errno = 0;
	*out = strtoll(text, &end, 10);
	return errno == 0 && *end == '\0' && end > text && end[-1] != '-';
}

void field_path(char out[FIELD_PATH_MAX], const char *path, const char *key)
{
	snprintf(out, FIELD_PATH_MAX, "%s%s%s", path, path[0] != '\0' ? "." : "", key);
}

void field_path_index(char out[FIELD_PATH_MAX], const char *path, size_t index)
{
	snprintf(out, FIELD_PATH_MAX, "%s[%zu]", path, index);
}

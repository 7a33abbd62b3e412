// SPDX-License-Identifier: BSD-3-Clause
/* Defaults, and readers for objects that have them. */
#include <stdlib.h>
#include <string.h>

#include "control/spine/field_type.h"
#include "control/spine/yaml.h"

/* A declaration whose own default is wrong is a defect of ours. */
static json_t *default_value(const struct field *field)
{
	struct errors errors;
	json_t *text, *value = NULL;

	errors_init(&errors);
	text = yaml_value(field->def, field->name, &errors);
	if (text != NULL)
		value = field_check(field, text, field->name, &errors);
	if (value == NULL)
		abort();
	json_decref(text);
	errors_fini(&errors);
	return value;
}

static json_t *effective_value(const struct field *field, const json_t *value)
{
	json_t *out, *item;
	const char *key;
	size_t i;

	if (field->type == F_OBJECT && json_is_object(value))
		return field_effective(field->fields, value);
	if (field->type == F_LIST && json_is_array(value)) {
		out = json_array();
		json_array_foreach((json_t *)value, i, item)
			json_array_append_new(out, effective_value(field->elem, item));
		return out;
	}
	if (field->type == F_MAP && field->fields != NULL && json_is_object(value)) {
		out = json_object();
		json_object_foreach((json_t *)value, key, item)
			json_object_set_new(out, key, field_effective(field->fields, item));
		return out;
	}
	return json_deep_copy(value);
}

json_t *field_effective(const struct field *fields, const json_t *object)
{
	json_t *out = json_object();

	for (const struct field *field = fields; field->name != NULL; field++) {
		const json_t *value = json_object_get(object, field->name);
		json_t *filled = NULL;

		if (value != NULL) {
			json_object_set_new(out, field->name, effective_value(field, value));
		} else if (field->def != NULL && !(field->flags & FIELD_READ_ONLY)) {
			filled = default_value(field);
			json_object_set_new(out, field->name, effective_value(field, filled));
			json_decref(filled);
		}
	}
	return out;
}

bool conf_bool(const json_t *object, const char *key)
{
	return json_is_true(json_object_get(object, key));
}

int64_t conf_int(const json_t *object, const char *key)
{
	return json_integer_value(json_object_get(object, key));
}

const char *conf_str(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

bool conf_is_auto(const json_t *object, const char *key)
{
	const char *text = conf_str(object, key);

	return text != NULL && strcmp(text, "auto") == 0;
}

static int64_t conf_measure(const json_t *object, const char *key, int64_t (*parse)(const char *))
{
	const char *text = conf_str(object, key);
	int64_t value = text != NULL ? parse(text) : 0;

	return value > 0 ? value : 0;
}

int64_t conf_ms(const json_t *object, const char *key)
{
	return conf_measure(object, key, field_parse_duration);
}

int64_t conf_bps(const json_t *object, const char *key)
{
	return conf_measure(object, key, field_parse_rate);
}

int64_t conf_bytes(const json_t *object, const char *key)
{
	return conf_measure(object, key, field_parse_size);
}

bool conf_mac(const json_t *object, const char *key, uint8_t out[6])
{
	const char *text = conf_str(object, key);

	return text != NULL && field_parse_mac(text, out);
}

// SPDX-License-Identifier: BSD-3-Clause
/*
 * What the files of the field types share: field.c holds the table, and a
 * row's functions live in field_scalar.c, field_unit.c, field_net.c and
 * field_tree.c.
 */
#ifndef WEFT_CONTROL_SPINE_FIELD_TYPE_H
#define WEFT_CONTROL_SPINE_FIELD_TYPE_H

#include "control/spine/field.h"

#define FIELD_TEXT_MAX 256 /* longest description of a type, and longest scalar but a string */

/* As field_check; value is neither null nor, with FIELD_OR_AUTO, auto. */
typedef json_t *field_check_fn(const struct field *field, const json_t *value, const char *path,
			       struct errors *errors);
typedef void field_describe_fn(const struct field *field, char *out, size_t size);

field_check_fn field_bool_check, field_int_check, field_string_check, field_name_check,
	field_enum_check, field_duration_check, field_rate_check, field_size_check, field_mac_check,
	field_ip_check, field_prefix_check, field_ifaddr_check, field_vlans_check, field_list_check,
	field_map_check, field_object_check;

field_describe_fn field_bool_describe, field_int_describe, field_string_describe,
	field_name_describe, field_enum_describe, field_duration_describe, field_rate_describe,
	field_size_describe, field_mac_describe, field_ip_describe, field_prefix_describe,
	field_ifaddr_describe, field_vlans_describe, field_ref_describe, field_list_describe,
	field_map_describe, field_object_describe;

/* A scalar as a user would type it, in buffer where it is not a string; NULL: no scalar. */
const char *field_scalar_text(const json_t *value, char *buffer, size_t size);

/* A value as an error quotes it: 9001, 'text', a list. Returns out. */
const char *field_quote(const json_t *value, char *out, size_t size);
const char *field_quote_text(const char *text, char *out, size_t size);

/* Adds "VALUE PROBLEM: expected DESCRIPTION"; always returns NULL. */
json_t *field_refuse(const struct field *field, const json_t *value, const char *path,
		     struct errors *errors, const char *problem);

/* ", did you mean 'addresses'?", or nothing where no word was near. Returns out. */
struct nearest;
const char *field_did_you_mean(const struct nearest *nearest, char *out, size_t size);

/* A decimal integer, all of text. */
bool field_parse_int(const char *text, int64_t *out);

/* A number with its unit in the base unit (ms, bit/s, bytes); -1: it is none. */
int64_t field_parse_duration(const char *text);
int64_t field_parse_rate(const char *text);
int64_t field_parse_size(const char *text);

bool field_parse_mac(const char *text, uint8_t out[6]);

static inline bool field_in_range(const struct field *field, int64_t value)
{
	return (field->min == 0 && field->max == 0) || (value >= field->min && value <= field->max);
}

#endif

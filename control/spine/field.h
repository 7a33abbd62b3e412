// SPDX-License-Identifier: BSD-3-Clause
/*
 * Fields: the typed values that nouns are made of. One declaration of a field
 * gives its parsing, checking, default, printing, help, completion and its
 * line in the reference manual.
 *
 * A value is kept as JSON in one canonical form: F_BOOL a boolean, F_INT an
 * integer, F_LIST and F_VLANS an array, F_MAP and F_OBJECT an object, every
 * other type a string as a user would write it ("50ms", "100mbit",
 * "10.0.0.1/24"). field_check makes that form out of what a YAML file (where
 * every scalar is a string), the command line or a JSON-RPC client gives.
 */
#ifndef WEFT_CONTROL_SPINE_FIELD_H
#define WEFT_CONTROL_SPINE_FIELD_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

#include "control/spine/error.h"

enum field_type {
	F_BOOL,     /* true false (also yes no on off) */
	F_INT,      /* min to max */
	F_STRING,   /* min and max: shortest and longest, in bytes */
	F_NAME,     /* letters, digits, - _ . : at most max (31) bytes, no - . : at its head */
	F_ENUM,     /* one of choices */
	F_DURATION, /* 50ms 3s 2m 1h, a number alone is seconds; min and max in ms */
	F_RATE,     /* 100kbit 1gbit; min and max in bit/s */
	F_SIZE,     /* 64kB 9MB, a number alone is bytes; 1 kB = 1000 B; min and max in bytes */
	F_MAC,      /* 02:00:00:00:00:01 */
	F_IP,       /* an IPv4 or IPv6 address */
	F_PREFIX,   /* a network: host bits have to be zero */
	F_IFADDR,   /* an address with its prefix length */
	F_VLANS,    /* list of VLANs and ranges: [10, 20-29]; canonical: sorted, merged; "all" is
		       1-4094 */
	F_REF,      /* the name of an object of the noun `ref` ("port", or "port|bond") */
	F_LIST,     /* of `elem`; min and max: how many; a value alone is a list of one, and "a,b" a
		       list of two unless the elements are strings; objects stand alone only where
		       they have a text form */
	F_MAP,      /* names to objects of `fields`; keys are names, or of noun `ref`: a list of
		       such names is a map of them with nothing set */
	F_OBJECT,   /* an object of `fields` */
	FIELD_TYPES /* how many there are */
};

#define FIELD_NAME_MAX 31 /* bytes of an object's name */

enum field_flag {
	FIELD_REQUIRED = 1 << 0,
	FIELD_FIXED = 1 << 1,     /* a change of it means: remove the object and add it again */
	FIELD_OR_AUTO = 1 << 2,   /* the word auto is a value too */
	FIELD_READ_ONLY = 1 << 3, /* shown, never configured (columns) */
	FIELD_LINES = 1 << 4,     /* F_STRING: of many lines, any character but NUL */
	FIELD_ZONE = 1 << 5,      /* F_IP: fe80::1%wan0, with the name of an interface, too */
};

struct field {
	const char *name; /* lower case with hyphens or underscores, as in the contract */
	enum field_type type;
	unsigned flags;
	const char *def;            /* as a user would write it; NULL: none */
	const char *unit;           /* for people: "bytes", "s"; NULL: none */
	const char *help;           /* one line, no full stop */
	int64_t min, max;           /* both 0: no limit */
	const char *const *choices; /* F_ENUM; ends with NULL */
	const char *ref;            /* F_REF, F_MAP */
	const struct field *elem;   /* F_LIST */
	const struct field *fields; /* F_MAP, F_OBJECT; ends with name NULL */

	/* F_OBJECT: the object that a text alone stands for (a new reference, to be checked), or
	 * NULL: for none. text_form says what such a text is, for people. */
	json_t *(*from_text)(const char *text);
	const char *text_form;
};

/* Checks one value against its field and returns the canonical form (a new reference), or NULL with
 * at least one error at path. value is borrowed. References to nouns are not looked up here
 * (schema.h does). */
json_t *field_check(const struct field *field, const json_t *value, const char *path,
		    struct errors *errors);

/* The same for an object of fields: unknown keys and missing required ones are errors, with the
 * nearest known key suggested. Defaults are not filled in. */
json_t *field_check_object(const struct field *fields, const json_t *object, const char *path,
			   struct errors *errors);

/* A copy of a checked object with every default filled in, at any depth. An F_OBJECT that is absent
 * stays so unless it has a def. New reference. */
json_t *field_effective(const struct field *fields, const json_t *object);

/* "bool", "int", "vlans"…: the type's name, for api.describe and the manual. */
const char *field_type_name(enum field_type type);

/* "an integer from 68 to 9000", "one of client, server": what would be right. */
void field_describe_type(const struct field *field, char *out, size_t size);

/* The canonical form of an F_MAC. */
#define FIELD_MAC_MAX 18
void field_mac_text(const uint8_t mac[6], char out[FIELD_MAC_MAX]);

/* Is this an object's name? field_check says so of F_NAME, F_REF and keys of F_MAP. */
bool field_name_valid(const char *name);

/* Where key stands below path: "ports" and "vm1" give "ports.vm1", "" and "ports" "ports"; elements
 * of lists are "addresses[0]". What does not fit is cut off. */
#define FIELD_PATH_MAX 512
void field_path(char out[FIELD_PATH_MAX], const char *path, const char *key);
void field_path_index(char out[FIELD_PATH_MAX], const char *path, size_t index);

/* Readers for checked, effective objects: the value, or zero where the key is absent. */
bool conf_bool(const json_t *object, const char *key);
int64_t conf_int(const json_t *object, const char *key);
const char *conf_str(const json_t *object, const char *key); /* NULL where absent */
bool conf_is_auto(const json_t *object, const char *key);
int64_t conf_ms(const json_t *object, const char *key);               /* F_DURATION */
int64_t conf_bps(const json_t *object, const char *key);              /* F_RATE */
int64_t conf_bytes(const json_t *object, const char *key);            /* F_SIZE */
bool conf_mac(const json_t *object, const char *key, uint8_t out[6]); /* false where absent */

#endif

// SPDX-License-Identifier: BSD-3-Clause
/* One value as typed on the command line, or as JSON from a client, for a field of each type: the
 * canonical form of what is accepted is accepted too, and is its own canonical form. */
#include <stdlib.h>
#include <string.h>

#include "control/spine/field.h"
#include "control/spine/yaml.h"
#include "tests/fuzz/registry.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The first byte: which field, and how the value is written. */
enum { FIELD = 0x3f, JSON = 0x40 };

static void check(const struct field *field, const json_t *value, struct errors *errors)
{
	json_t *once = field_check(field, value, "value", errors);

	if (once) {
		json_t *twice = field_check(field, once, "value", errors);

		if (!json_equal(once, twice))
			abort();
		json_decref(twice);
	} else if (errors->n == 0) {
		abort();
	}
	json_decref(once);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct field *field = fuzz_fields;
	struct errors errors;

	if (size == 0)
		return 0;
	for (int skip = data[0] & FIELD; skip && field[1].name; skip--)
		field++;
	errors_init(&errors);
	char *text = strndup((const char *)data + 1, size - 1);
	json_t *value = data[0] & JSON ? json_loadb((const char *)data + 1, size - 1,
						    JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL)
				       : yaml_value(text, "value", &errors);
	if (value)
		check(field, value, &errors);
	json_decref(value);
	free(text);
	errors_fini(&errors);
	return 0;
}

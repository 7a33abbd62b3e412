// SPDX-License-Identifier: BSD-3-Clause
/* A configuration file: whatever is accepted is printed in a form that means the same. */
#include <stdlib.h>
#include <string.h>

#include "control/spine/schema.h"
#include "control/spine/yaml.h"
#include "tests/fuzz/registry.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static json_t *load(const char *text, size_t size, struct errors *errors)
{
	json_t *positions = NULL, *checked = NULL;
	json_t *tree = yaml_load(text, size, &positions, errors);

	if (tree)
		checked = schema_check(&fuzz_registry, tree, errors);
	if (!checked) {
		if (errors->n == 0)
			abort(); /* refused without a word */
		yaml_locate(positions, errors);
		free(errors_text(errors, "file.yaml"));
	}
	json_decref(tree);
	json_decref(positions);
	return checked;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct errors errors;
	errors_init(&errors);
	json_t *checked = load((const char *)data, size, &errors);

	if (checked) {
		char *text = yaml_dump(checked);
		json_t *again = load(text, strlen(text), &errors);

		if (!json_equal(checked, again))
			abort();
		json_decref(again);
		free(text);
	}
	json_decref(checked);
	errors_fini(&errors);
	return 0;
}

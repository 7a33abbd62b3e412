// SPDX-License-Identifier: BSD-3-Clause
/*
 * A configuration file: whatever is accepted is printed in a form that means the same, and is sound
 * beside itself as it is beside nothing.
 */
#include <stdlib.h>
#include <string.h>

#include "control/spine/schema.h"
#include "control/spine/yaml.h"
#include "tests/fuzz/registry.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
	if (!holds)
		abort();
}

static json_t *load(const char *text, size_t size, struct errors *errors)
{
	json_t *positions = NULL, *checked = NULL;
	json_t *tree = yaml_load(text, size, &positions, errors);

	if (tree)
		checked = schema_check(&fuzz_registry, tree, errors);
	if (!checked) {
		must(errors->n > 0); /* nothing is refused without a word */
		yaml_locate(positions, errors);
		free(errors_text(errors, "file.yaml"));
	}
	json_decref(tree);
	json_decref(positions);
	return checked;
}

/* As a start reads it, without places. */
static void check_printed(const json_t *checked, struct errors *errors)
{
	char *text = yaml_dump(checked);
	json_t *tree = yaml_load(text, strlen(text), NULL, errors);
	json_t *again = tree ? schema_check(&fuzz_registry, tree, errors) : NULL;

	must(json_equal(checked, again));
	json_decref(again);
	json_decref(tree);
	free(text);
}

static int count(void *arg, const struct noun *noun, const char *name, const json_t *value)
{
	size_t *n = arg;

	must(json_is_object(value));
	++*n;
	return 0;
}

static size_t objects(const json_t *tree)
{
	size_t n = 0;

	must(schema_each(&fuzz_registry, tree, count, &n) == 0);
	return n;
}

/* One more item at the head of its routes. */
static json_t *with_another(const json_t *checked)
{
	json_t *tree = json_copy((json_t *)checked), *routes = json_object_get(tree, "routes");
	json_t *others = routes ? json_copy(routes) : json_array();

	json_array_insert_new(others, 0, json_pack("{s:s}", "prefix", "192.0.2.0/25"));
	json_object_set_new(tree, "routes", others);
	return tree;
}

/* What was checked before is not looked at again, but what is new is. */
static void check_beside(const json_t *checked, struct errors *errors)
{
	json_t *same = schema_check_beside(&fuzz_registry, checked, checked, errors);
	json_t *tree = with_another(checked);
	json_t *more = schema_check_beside(&fuzz_registry, tree, checked, errors);
	json_t *afresh = schema_check(&fuzz_registry, tree, errors);

	must(json_equal(same, checked) && more && json_equal(more, afresh));
	must(objects(more) == objects(checked) + 1);
	json_decref(afresh);
	json_decref(more);
	json_decref(tree);
	json_decref(same);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct errors errors;
	errors_init(&errors);
	json_t *checked = load((const char *)data, size, &errors);

	if (checked) {
		check_printed(checked, &errors);
		check_beside(checked, &errors);
	}
	json_decref(checked);
	errors_fini(&errors);
	return 0;
}

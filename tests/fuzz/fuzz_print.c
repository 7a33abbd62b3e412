// SPDX-License-Identifier: BSD-3-Clause
/*
 * What weftd answers, as JSON, printed for people: names in it are of guests, neighbours and
 * others. None of them moves a terminal's cursor.
 */
#include <stdlib.h>
#include <string.h>

#include "control/spine/api.h"
#include "tests/fuzz/registry.h"
#include "tools/weft_model.h"
#include "tools/weft_print.h"
#include "tools/weft_value.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The first byte; the second is the terminal's width, 0 for none. */
enum { JSON = 1, QUIET = 2, WIDE = 4, SINGLE = 8, VERB = 0xf0 };

static void must(bool holds)
{
	if (!holds)
		abort();
}

/* Neither C0 nor C1, but for the ends of lines and, in texts of many lines, tabs. */
static void is_harmless(const char *text)
{
	for (const unsigned char *c = (const unsigned char *)text; *c; c++) {
		must((*c >= ' ' && *c != 0x7f) || *c == '\n' || *c == '\t');
		must(*c != 0xc2 || c[1] < 0x80 || c[1] >= 0xa0);
	}
}

/* Any of the verbs that there are. */
static void choose(struct request *request, const json_t *doc, unsigned number)
{
	const json_t *nouns = json_object_get(doc, "nouns");
	const json_t *noun = json_array_get(nouns, number % json_array_size(nouns));
	const json_t *verbs = json_object_get(noun, "verbs");

	request->noun = noun;
	request->verb = json_array_get(verbs, number / 3 % json_array_size(verbs));
}

static void print(const struct request *request, const json_t *value, const struct options *options,
		  unsigned width)
{
	char *said = NULL, *alone = value_text(value);
	size_t n = 0;
	FILE *out = open_memstream(&said, &n);

	must(out && alone);
	result_print(request, value, options, width, out);
	row_print(value, options, out);
	error_print(value, width & 1 ? "file" : NULL, out);
	fclose(out);
	if (!options->json)
		is_harmless(said);
	is_harmless(alone);
	must(!strpbrk(alone, "\n\t"));
	free(alone);
	free(said);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static json_t *doc;
	struct request request = {0};
	struct options options;
	json_t *value;

	if (size < 2 || size > 1024) /* a column for each key, a line for each row: their product */
		return 0;
	if (!doc)
		doc = api_describe(&fuzz_registry);
	value = json_loadb((const char *)data + 2, size - 2, JSON_DECODE_ANY, NULL);
	if (!value)
		return 0;
	options = (struct options){.json = data[0] & JSON,
				   .quiet = data[0] & QUIET,
				   .wide = data[0] & WIDE};
	request.single = data[0] & SINGLE;
	choose(&request, doc, (data[0] & VERB) >> 4);
	print(&request, value, &options, data[1]);
	json_decref(value);
	return 0;
}

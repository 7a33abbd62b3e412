// SPDX-License-Identifier: BSD-3-Clause
/* Lines from a client, one after another on one configuration: each answer is one line of JSON. */
#include <stdlib.h>
#include <string.h>

#include "control/spine/rpc.h"
#include "tests/fuzz/registry.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void answer(const struct api *api, const char *line, size_t size)
{
	char *text = rpc_answer(api, line, size);

	if (text) {
		size_t length = strlen(text);
		json_t *json = json_loads(text, 0, NULL);

		if (!json || (length && memchr(text, '\n', length - 1)))
			abort();
		json_decref(json);
	}
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct config *config = config_create(&fuzz_registry, NULL);
	const struct api api = {.registry = &fuzz_registry, .config = config};
	const char *at = (const char *)data, *end = at + size;

	while (at < end) {
		const char *newline = memchr(at, '\n', (size_t)(end - at));
		const char *stop = newline ? newline : end;

		answer(&api, at, (size_t)(stop - at));
		at = stop + 1;
	}
	config_destroy(config);
	return 0;
}

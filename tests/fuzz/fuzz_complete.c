// SPDX-License-Identifier: BSD-3-Clause
/* A line of the shell that is not finished: whatever is offered for its last word begins with that,
 * once each, also where names of objects are ones that nobody would give. */
#include <stdlib.h>
#include <string.h>

#include "control/spine/api.h"
#include "tests/fuzz/registry.h"
#include "tools/weft_complete.h"
#include "tools/weft_words.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
	if (!holds)
		abort();
}

static json_t *names(void *arg, const char *noun)
{
	must(*noun != '\0');
	if (strcmp(noun, "port") == 0)
		return json_pack("[s, s, s, s]", "t0", "t0.x", "t=1", "");
	return strcmp(noun, "bond") == 0 ? json_pack("[s]", "bond0") : NULL;
}

static const struct name_source source = {.names = names};

static void check(const struct candidates *found, const char *partial)
{
	size_t common = candidates_common(found);

	for (size_t i = 0; i < found->n; i++) {
		const char *text = found->list[i].text;

		must(strncmp(text, partial, strlen(partial)) == 0 && found->list[i].help);
		must(strlen(text) >= common && strncmp(text, found->list[0].text, common) == 0);
		for (size_t j = 0; j < i; j++)
			must(strcmp(text, found->list[j].text) != 0);
	}
	must(found->n == 0 || common >= strlen(partial));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static json_t *doc;
	static char none[] = "";
	char *line = strndup((const char *)data, size), **list;
	struct candidates found;
	struct words words;
	size_t n;

	if (!doc)
		doc = api_describe(&fuzz_registry);
	must(doc && line && words_split(line, &words) == 0);
	n = words.n + words.spaced;
	list = malloc((words.n + 1) * sizeof(*list));
	must(list != NULL);
	if (words.n > 0)
		memcpy(list, words.list, words.n * sizeof(*list));
	list[words.n] = none;
	complete_words(doc, list, n, &source, &found);
	check(&found, n > 0 ? list[n - 1] : "");
	candidates_fini(&found);
	free(list);
	words_fini(&words);
	free(line);
	return 0;
}

// SPDX-License-Identifier: BSD-3-Clause
/*
 * A line of the shell: cut into words, which quoted are the same words again; and made into a
 * request, which is a method with parameters, or a reason. A file that it names is the line itself.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "control/spine/api.h"
#include "control/wire.h"
#include "tests/fuzz/registry.h"
#include "tools/weft_request.h"
#include "tools/weft_words.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
	if (!holds)
		abort();
}

/* 'word', with each quote as '\''. */
static char *quote(char *to, const char *word)
{
	*to++ = '\'';
	for (; *word; word++) {
		if (*word == '\'') {
			memcpy(to, "'\\''", 4);
			to += 4;
		} else {
			*to++ = *word;
		}
	}
	*to++ = '\'';
	*to++ = ' ';
	return to;
}

static void quoted_are_the_same(const struct words *words, size_t size)
{
	char *line = malloc(4 * size + 3 * words->n + 1), *end = line;
	struct words again;

	must(line != NULL);
	for (size_t i = 0; i < words->n; i++)
		end = quote(end, words->list[i]);
	*end = '\0';
	must(words_split(line, &again) == 0 && again.n == words->n && !again.open);
	for (size_t i = 0; i < words->n; i++)
		must(strcmp(again.list[i], words->list[i]) == 0);
	words_fini(&again);
	free(line);
}

/* With the line as its contents, unless it is one that is not there. */
static void load_file(struct request *request, const char *line, FILE *err)
{
	const char *name = json_string_value(json_object_get(request->params, WIRE_ARG_FILE));
	char path[32];
	int rc, fd;

	if (!name || !request->verb)
		return;
	fd = memfd_create("line", MFD_CLOEXEC);
	must(fd >= 0 && write(fd, line, strlen(line)) == (ssize_t)strlen(line));
	snprintf(path, sizeof(path), "/proc/self/fd/%d%s", fd, *name == '?' ? "none" : "");
	json_object_set_new(request->params, WIRE_ARG_FILE, json_string(path));
	rc = request_load_file(request, err);
	must((rc == 0) == !!json_object_get(request->params, WIRE_ARG_TEXT));
	close(fd);
}

static void request_or_reason(const json_t *doc, struct words *words, const char *line)
{
	struct options options = {0};
	size_t n = options_take(&options, words->list, words->n), said_size = 0;
	struct request request;
	char *said = NULL;
	FILE *err = open_memstream(&said, &said_size);
	int rc;

	must(err != NULL && n <= words->n);
	rc = request_parse(doc, words->list, n, &options, &request, err);
	fflush(err);
	if (rc) {
		must(said_size > 0);
	} else if (!request.help) {
		must(request.method && strchr(request.method, '.'));
		must(json_is_object(request.params));
		load_file(&request, line, err);
	}
	request_fini(&request);
	fclose(err);
	free(said);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static json_t *doc;
	char *line = strndup((const char *)data, size);
	struct words words;

	if (!doc)
		doc = api_describe(&fuzz_registry);
	must(doc && line && words_split(line, &words) == 0);
	must(words.start <= strlen(line));
	quoted_are_the_same(&words, strlen(line));
	if (words.n) /* an empty line asks for nothing */
		request_or_reason(doc, &words, line);
	words_fini(&words);
	free(line);
	return 0;
}

// SPDX-License-Identifier: BSD-3-Clause
#include "tools/weft_words.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int push(struct words *words, const char *word, size_t n)
{
	char **list = realloc(words->list, (words->n + 1) * sizeof(*list));

	if (!list)
		return -ENOMEM;
	words->list = list;
	list[words->n] = strndup(word, n);
	return list[words->n] ? (words->n++, 0) : -ENOMEM;
}

/* Reads one word from *at into buffer; true while it is unfinished at the end of the line. */
static bool read_word(const char **at, char *buffer, size_t *n)
{
	const char *c = *at;
	char quote = 0;
	int depth = 0;

	for (*n = 0; *c && (quote || depth > 0 || !strchr(" \t\r\n", *c)); c++) {
		if (*c == '\\' && quote != '\'' && c[1]) {
			buffer[(*n)++] = *++c;
		} else if (*c == quote) {
			quote = 0;
			if (depth)
				buffer[(*n)++] = *c;
		} else if (!quote && (*c == '"' || *c == '\'')) {
			quote = *c;
			/* Inside brackets quotes are for whoever reads the value. */
			if (depth)
				buffer[(*n)++] = *c;
		} else {
			if (!quote)
				depth += !!strchr("[{", *c) - !!strchr("]}", *c);
			buffer[(*n)++] = *c;
		}
	}
	*at = c;
	return quote || depth > 0;
}

int words_split(const char *line, struct words *out)
{
	char *buffer = malloc(strlen(line) + 1);
	const char *at = line;
	size_t n;

	*out = (struct words){.spaced = true, .start = strlen(line)};
	if (!buffer)
		return -ENOMEM;
	for (;;) {
		at += strspn(at, " \t\r\n");
		if (!*at || *at == '#')
			break;
		out->start = at - line;
		out->open = read_word(&at, buffer, &n);
		if (push(out, buffer, n)) {
			free(buffer);
			words_fini(out);
			return -ENOMEM;
		}
		out->spaced = *at;
	}
	if (out->spaced)
		out->start = strlen(line);
	free(buffer);
	return 0;
}

void words_fini(struct words *words)
{
	for (size_t i = 0; i < words->n; i++)
		free(words->list[i]);
	free(words->list);
	*words = (struct words){0};
}

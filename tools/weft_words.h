// SPDX-License-Identifier: BSD-3-Clause
/* A line of the shell, cut into words as a shell would: quotes, backslashes, # for a comment; and
 * spaces inside [] and {} do not end a word. */
#ifndef WEFT_TOOLS_WEFT_WORDS_H
#define WEFT_TOOLS_WEFT_WORDS_H

#include <stdbool.h>
#include <stddef.h>

struct words {
	char **list;
	size_t n;
	bool open;    /* the line ends inside quotes or brackets */
	bool spaced;  /* the line ends with blanks: the next word has not begun */
	size_t start; /* where in the line the last word begins */
};

/* 0 or -ENOMEM. */
int words_split(const char *line, struct words *out);
void words_fini(struct words *words);

#endif

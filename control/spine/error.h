// SPDX-License-Identifier: BSD-3-Clause
/*
 * Errors meant for people, gathered in a list: what is wrong, where, and what
 * would be right. A place is a path into the configuration ("ports.vm1.mtu");
 * for a file, yaml.h adds line and column.
 */
#ifndef WEFT_CONTROL_SPINE_ERROR_H
#define WEFT_CONTROL_SPINE_ERROR_H

#include <stdbool.h>
#include <stddef.h>

#define ERRORS_MAX 100 /* the first ones are kept, the rest are counted */

struct error {
	char *path; /* "" for none */
	char *key;  /* the key in the object at path that is at fault, or NULL: the value at path */
	char *text;
	int line, column; /* from 1; 0: unknown */
};

struct later;

struct errors {
	size_t n;
	struct error *list;
	size_t more;         /* how many were not kept */
	struct later *later; /* of the request that is checked (later.h); NULL: nobody can wait.
				errors_init and errors_fini leave none */
};

void errors_init(struct errors *errors);
void errors_fini(struct errors *errors);

/* Adds one; always returns -1, so that a caller can return it. */
int errors_add(struct errors *errors, const char *path, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* The same about a key of the object at path: its name, or that it has no business there. */
int errors_add_key(struct errors *errors, const char *path, const char *key, const char *format,
		   ...) __attribute__((format(printf, 4, 5)));
int errors_add_at(struct errors *errors, int line, int column, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* All of them as text, a line each: FILE:LINE:COLUMN: path: text. What is not known is left out,
 * and so is the file where there is no line. file may be NULL. The caller frees it. */
char *errors_text(const struct errors *errors, const char *file);

#endif

// SPDX-License-Identifier: BSD-3-Clause
/*
 * A FIB beside a set of prefixes that is asked length by length: what is done to
 * one is done to the other, and both have to find the same.
 */
#ifndef WEFT_TESTS_UNIT_DATAPLANE_FIB_ORACLE_H
#define WEFT_TESTS_UNIT_DATAPLANE_FIB_ORACLE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "dataplane/fib.h"

#define ORACLE_MAX (1 << 17) /* prefixes, those that were taken out among them */

struct known {
	uint8_t bytes[16];
	uint8_t length;
	bool used;
	uint32_t group; /* FIB_NONE: taken out */
};

struct oracle {
	struct fib *fib;
	enum fib_family family;
	struct known *list[ORACLE_MAX]; /* the prefixes that are there */
	uint32_t n;
	bool may_refuse; /* fib_set may say -ENOMEM: then nothing has changed */
	uint32_t n_refused;
};

extern struct oracle oracle;

/* An empty FIB; and its end, which checks that all its memory is back. */
void oracle_begin(enum fib_family family);
void oracle_end(void);

void oracle_set(const uint8_t bytes[16], uint8_t length, uint32_t group);
void oracle_del(uint32_t i); /* list[i] */
void oracle_check(const uint8_t addr[16]);

/* Zeroes everything behind length. */
void oracle_cut(uint8_t bytes[16], uint8_t length);
void oracle_parse(const char *text, uint8_t bytes[16]);

/* Where prefixes are drawn from: fixed first bits, then some that vary, so that they meet. */
struct shape {
	enum fib_family family;
	const char *base;
	uint8_t min, max; /* lengths */
	uint8_t varied;   /* bits of each nibble behind min that vary: 1 to 4 */
	uint32_t n_max;   /* prefixes at once */
	uint32_t steps;
};

/* A random address of that shape, and a length. */
void oracle_draw(const struct shape *shape, uint8_t bytes[16], uint8_t *length);

#endif

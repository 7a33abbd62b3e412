// SPDX-License-Identifier: BSD-3-Clause
/*
 * A machine of states as a matrix that was agreed on: each event happens in each state, and what
 * has become of it then is a line of a golden file (golden.h).
 */
#ifndef WEFT_TESTS_SUPPORT_MATRIX_H
#define WEFT_TESTS_SUPPORT_MATRIX_H

#include <stddef.h>

struct matrix {
	const char *name; /* of what has these states */
	int n_states, n_events;
	const char *const *states, *const *events; /* their names */
	/* A machine is brought into the state, has the event happen, and is described. */
	void (*one)(char *cell, size_t size, int state, int event);
};

/* A main() of this one test; argv[1] is the golden file. */
int matrix_test(const struct matrix *matrix, int argc, char **argv);

#endif

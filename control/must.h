// SPDX-License-Identifier: BSD-3-Clause
#ifndef WEFT_CONTROL_MUST_H
#define WEFT_CONTROL_MUST_H

#include <stdlib.h>

/* For memory without which nothing sensible is left to do. */
static inline void *must(void *memory)
{
	if (!memory)
		abort();
	return memory;
}

#endif

// SPDX-License-Identifier: BSD-3-Clause
#include "tests/fuzz/scarce.h"

#include <stdlib.h>

#include "routing/core/memory.h"

static uint32_t left; /* until one is refused; 0: none is */

static void *resize(void *block, size_t size)
{
	if (left > 0 && --left == 0)
		return NULL;
	return realloc(block, size);
}

void scarce_use(void)
{
	static const struct memory_ops ops = {.resize = resize, .free = free};

	memory_use(&ops);
}

void scarce_refuse(uint32_t nth)
{
	left = nth;
}

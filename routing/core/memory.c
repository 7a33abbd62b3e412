// SPDX-License-Identifier: BSD-3-Clause
#include "routing/core/memory.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static const struct memory_ops c_library = {.resize = realloc, .free = free};
static const struct memory_ops *ops = &c_library;

void memory_use(const struct memory_ops *wanted)
{
	ops = wanted ? wanted : &c_library;
}

void *memory_resize(void *block, size_t n, size_t size)
{
	void *bigger = NULL;

	if (size == 0 || n <= SIZE_MAX / size)
		bigger = ops->resize(block, n * size);
	if (!bigger)
		errno = ENOMEM;
	return bigger;
}

void *memory_zalloc(size_t size)
{
	void *block = memory_resize(NULL, 1, size);

	if (block)
		memset(block, 0, size);
	return block;
}

void memory_free(void *block)
{
	ops->free(block);
}

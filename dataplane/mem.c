// SPDX-License-Identifier: BSD-3-Clause
#include "dataplane/mem.h"

#include <stdlib.h>
#include <string.h>

#include <rte_common.h>

void *mem_lines(size_t size)
{
	size_t whole = RTE_CACHE_LINE_ROUNDUP(size ? size : 1);
	void *p = aligned_alloc(RTE_CACHE_LINE_SIZE, whole);

	return p ? memset(p, 0, whole) : NULL;
}

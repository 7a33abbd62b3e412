// SPDX-License-Identifier: BSD-3-Clause
/* Memory in whole cache lines, so that no two owners share one. Control. */
#ifndef WEFT_DATAPLANE_MEM_H
#define WEFT_DATAPLANE_MEM_H

#include <stddef.h>

/* Zeroed, aligned to a cache line, for free(); NULL with errno. */
void *mem_lines(size_t size);

#endif

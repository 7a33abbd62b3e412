// SPDX-License-Identifier: BSD-3-Clause
/* The engines' memory, counted: what they hold, and whether all of it comes back. */
#ifndef WEFT_TESTS_SIM_HEAP_H
#define WEFT_TESTS_SIM_HEAP_H

#include <stdint.h>

/* From now on; nothing of the engines' may be allocated yet. */
void heap_count(void);
uint64_t heap_blocks(void);
uint64_t heap_bytes(void);

#endif

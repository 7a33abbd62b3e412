// SPDX-License-Identifier: BSD-3-Clause
/*
 * Where all of routing/ has its memory from: the one place that asks the C
 * library for it, so that a host may ask elsewhere, and a test may count what
 * is given back and refuse what is asked for.
 *
 * One thread, the host's.
 */
#ifndef WEFT_ROUTING_CORE_MEMORY_H
#define WEFT_ROUTING_CORE_MEMORY_H

#include <stddef.h>

struct memory_ops {
	void *(*resize)(void *block, size_t size); /* as realloc; block NULL: a new one */
	void (*free)(void *block);
};

/* NULL: the C library's, as in the beginning. Nothing may be allocated meanwhile, unless the new
 * ops can free it. */
void memory_use(const struct memory_ops *ops);

/* Zeroed; NULL with errno ENOMEM. size is not 0. */
void *memory_zalloc(size_t size);
/* As realloc, with n * size checked for overflow; the block stays as it was where it fails. */
void *memory_resize(void *block, size_t n, size_t size);
void memory_free(void *block); /* NULL is legal */

#endif

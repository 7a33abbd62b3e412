// SPDX-License-Identifier: BSD-3-Clause
/* The ways in which a burst is looked up: all give the same. Worker. */
#ifndef WEFT_DATAPLANE_FIB_LOOKUP_H
#define WEFT_DATAPLANE_FIB_LOOKUP_H

#include "dataplane/fib_trie.h"

/* One way: the functions of fib_table.h. */
struct fib_way {
	void (*start4)(struct fib_walk *walk, const struct fib *fib, const uint32_t *addrs,
		       unsigned n);
	void (*start6)(struct fib_walk *walk, const struct fib *fib, const struct fib_key6 *addrs,
		       unsigned n);
	void (*step)(struct fib_walk *walk);
	void (*finish)(struct fib_walk *walk, uint32_t *groups);
};

extern const struct fib_way fib_scalar;

/* With AVX-512; ThreadSanitizer does not see what vectors load. */
#if defined(__x86_64__) && !defined(__SANITIZE_THREAD__)
#define FIB_LOOKUP_AVX512
#endif
#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#undef FIB_LOOKUP_AVX512
#endif
#endif
#ifdef FIB_LOOKUP_AVX512
extern const struct fib_way fib_avx512;
bool fib_avx512_works(void); /* on this processor */
#endif

/* Control: finds the best way for this processor. */
void fib_lookup_init(void);

#endif

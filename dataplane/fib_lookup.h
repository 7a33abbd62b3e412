// SPDX-License-Identifier: BSD-3-Clause
/* The ways in which a burst is looked up: all give the same. Worker. */
#ifndef WEFT_DATAPLANE_FIB_LOOKUP_H
#define WEFT_DATAPLANE_FIB_LOOKUP_H

#include "dataplane/fib_trie.h"

/* Control, before any worker runs: finds out what this processor can do. */
void fib_lookup_init(void);

/* ThreadSanitizer does not see what vectors load. */
#if defined(__x86_64__) && !defined(__SANITIZE_THREAD__)
#define FIB_LOOKUP_AVX512
#endif
#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#undef FIB_LOOKUP_AVX512
#endif
#endif

void fib4_lookup_scalar(const struct fib *fib, const uint32_t *addrs, uint32_t *groups, unsigned n);
void fib6_lookup_scalar(const struct fib *fib, const struct fib_key6 *addrs, uint32_t *groups,
			unsigned n);

#ifdef FIB_LOOKUP_AVX512
bool fib_lookup_avx512_works(void); /* on this processor */
void fib4_lookup_avx512(const struct fib *fib, const uint32_t *addrs, uint32_t *groups, unsigned n);
void fib6_lookup_avx512(const struct fib *fib, const struct fib_key6 *addrs, uint32_t *groups,
			unsigned n);
#endif

#endif

// SPDX-License-Identifier: BSD-3-Clause
/* Digests for the engines of routing/, by nettle. */
#ifndef WEFT_CONTROL_DIGEST_H
#define WEFT_CONTROL_DIGEST_H

#include "routing/env.h"

/* What env_ops.digest is to do. */
size_t digest(struct env *env, enum digest algorithm, const void *key, size_t key_size,
	      const void *data, size_t size, uint8_t out[DIGEST_MAX]);

#endif

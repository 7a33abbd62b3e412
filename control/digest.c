// SPDX-License-Identifier: BSD-3-Clause
#include "control/digest.h"

#include <nettle/hmac.h>
#include <nettle/nettle-meta.h>

static const struct nettle_hash *const hashes[] = {
	[DIGEST_MD5] = &nettle_md5,       [DIGEST_SHA1] = &nettle_sha1,
	[DIGEST_SHA256] = &nettle_sha256, [DIGEST_SHA384] = &nettle_sha384,
	[DIGEST_SHA512] = &nettle_sha512,
};

union context {
	struct md5_ctx md5;
	struct sha1_ctx sha1;
	struct sha256_ctx sha256;
	struct sha512_ctx sha512; /* and 384 */
};

size_t digest(struct env *env, enum digest algorithm, const void *key, size_t key_size,
	      const void *data, size_t size, uint8_t out[DIGEST_MAX])
{
	const struct nettle_hash *hash = hashes[algorithm];
	union context outer, inner, state;

	if (key) {
		hmac_set_key(&outer, &inner, &state, hash, key_size, key);
		hmac_update(&state, hash, size, data);
		hmac_digest(&outer, &inner, &state, hash, hash->digest_size, out);
	} else {
		hash->init(&state);
		hash->update(&state, size, data);
		hash->digest(&state, hash->digest_size, out);
	}
	return hash->digest_size;
}

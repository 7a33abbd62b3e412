// SPDX-License-Identifier: BSD-3-Clause
#include "routing/rip/auth.h"

#include <string.h>

#include "routing/core/be.h"
#include "routing/rip/packet.h"

enum {
	AFI_AUTH = 0xffff,
	WIRE_PASSWORD = 2,
	WIRE_DIGEST = 3,
	PASSWORD_SIZE = 16,
	MD5_KEY_SIZE = 16,
	TRAILER_HEAD = 4,
	/* offsets */
	AT_TYPE = RIP_HEADER + 2,
	AT_PASSWORD = RIP_HEADER + 4,
	AT_LENGTH = RIP_HEADER + 4,
	AT_KEY_ID = RIP_HEADER + 6,
	AT_DIGEST_SIZE = RIP_HEADER + 7,
	AT_SEQUENCE = RIP_HEADER + 8,
};

static const uint32_t apad = 0x878fe1f3; /* RFC 4822, 2.5: in the digest's place while it is made */

static const struct {
	enum digest digest;
	uint8_t size;
} digests[RIP_AUTH_TYPES] = {
	[RIP_AUTH_MD5] = {DIGEST_MD5, 16},       [RIP_AUTH_SHA1] = {DIGEST_SHA1, 20},
	[RIP_AUTH_SHA256] = {DIGEST_SHA256, 32}, [RIP_AUTH_SHA384] = {DIGEST_SHA384, 48},
	[RIP_AUTH_SHA512] = {DIGEST_SHA512, 64},
};

static bool is_within(int64_t from, int64_t until, int64_t now)
{
	return (!from || now >= from) && (!until || now < until);
}

/* The one whose sending began last, so that both ends change over at the same time. */
const struct rip_key *rip_auth_send_key(struct env *env, const struct rip_iface_conf *conf)
{
	int64_t now = env->ops->wall_s(env);
	const struct rip_key *best = NULL;

	for (uint8_t i = 0; i < conf->n_keys; i++) {
		const struct rip_key *key = &conf->keys[i];

		if (is_within(key->send_from_s, key->send_until_s, now) &&
		    (!best || key->send_from_s > best->send_from_s))
			best = key;
	}
	return best;
}

size_t rip_auth_room(const struct rip_key *key)
{
	if (!key)
		return 0;
	return RIP_ENTRY +
	       (key->type == RIP_AUTH_PASSWORD ? 0 : TRAILER_HEAD + digests[key->type].size);
}

void rip_auth_begin(struct writer *out, const struct rip_key *key, uint32_t sequence)
{
	write_u16(out, AFI_AUTH);
	if (key->type == RIP_AUTH_PASSWORD) {
		write_u16(out, WIRE_PASSWORD);
		write_bytes(out, key->key, key->size);
		write_zeros(out, PASSWORD_SIZE - key->size);
		return;
	}
	write_u16(out, WIRE_DIGEST);
	write_u16(out, 0); /* the length: rip_auth_end knows it */
	write_u8(out, key->id);
	write_u8(out, digests[key->type].size);
	write_u32(out, sequence);
	write_zeros(out, 8);
}

/* data ends with the trailer, whose digest is size bytes long: their place is overwritten. */
static void make_digest(struct env *env, const struct rip_key *key, uint8_t *data, size_t n,
			uint8_t out[DIGEST_MAX])
{
	uint8_t size = digests[key->type].size;
	uint8_t *place = data + n - size;

	if (key->type == RIP_AUTH_MD5) { /* RFC 2082, 3.2.2: the key stands there */
		memset(place, 0, size);
		memcpy(place, key->key, key->size < MD5_KEY_SIZE ? key->size : MD5_KEY_SIZE);
		env->ops->digest(env, DIGEST_MD5, NULL, 0, data, n, out);
		return;
	}
	for (uint8_t i = 0; i < size; i += 4)
		store_be32(place + i, apad);
	env->ops->digest(env, digests[key->type].digest, key->key, key->size, data, n, out);
}

void rip_auth_end(struct env *env, struct writer *out, const struct rip_key *key)
{
	uint8_t result[DIGEST_MAX];

	if (key->type == RIP_AUTH_PASSWORD)
		return;
	write_u16_at(out, AT_LENGTH, (uint16_t)write_size(out));
	write_u16(out, AFI_AUTH);
	write_u16(out, 1);
	write_zeros(out, digests[key->type].size);
	if (out->bad)
		return;
	make_digest(env, key, out->begin, write_size(out), result);
	memcpy(out->at - digests[key->type].size, result, digests[key->type].size);
}

/* Takes as long wherever the first difference is. */
static bool same(const uint8_t *a, const uint8_t *b, size_t n)
{
	uint8_t differ = 0;

	for (size_t i = 0; i < n; i++)
		differ |= a[i] ^ b[i];
	return !differ;
}

static const struct rip_key *find_password(struct env *env, const struct rip_iface_conf *conf,
					   const uint8_t *given)
{
	int64_t now = env->ops->wall_s(env);
	const struct rip_key *found = NULL;

	for (uint8_t i = 0; i < conf->n_keys; i++) {
		const struct rip_key *key = &conf->keys[i];
		uint8_t wanted[PASSWORD_SIZE] = {0};

		if (key->type != RIP_AUTH_PASSWORD ||
		    !is_within(key->accept_from_s, key->accept_until_s, now))
			continue;
		memcpy(wanted, key->key, key->size);
		if (same(wanted, given, PASSWORD_SIZE))
			found = key;
	}
	return found;
}

static bool digest_fits(struct env *env, const struct rip_key *key, const uint8_t *data, size_t n)
{
	uint8_t copy[RIP_HEADER + (RIP_ENTRIES + 1) * RIP_ENTRY + RIP_TRAILER_MAX];
	uint8_t result[DIGEST_MAX], size = digests[key->type].size;

	if (n > sizeof(copy))
		return false;
	memcpy(copy, data, n);
	make_digest(env, key, copy, n, result);
	return same(result, data + n - size, size);
}

static enum rip_refused check_digest(struct env *env, const struct rip_iface_conf *conf,
				     const uint8_t *data, size_t n, struct rip_auth_seen *seen)
{
	size_t length = load_be16(data + AT_LENGTH);
	uint8_t id = data[AT_KEY_ID], told = data[AT_DIGEST_SIZE];
	int64_t now = env->ops->wall_s(env);

	for (uint8_t i = 0; i < conf->n_keys; i++) {
		const struct rip_key *key = &conf->keys[i];
		uint8_t size = digests[key->type].size;

		/* Some count the trailer's head as well (RFC 2082's wording allows it). */
		if (key->type < RIP_AUTH_MD5 || key->id != id ||
		    !is_within(key->accept_from_s, key->accept_until_s, now) ||
		    (told != size && told != size + TRAILER_HEAD) ||
		    length + TRAILER_HEAD + size != n || length < RIP_HEADER + RIP_ENTRY ||
		    load_be32(data + length) != (UINT32_C(0xffff) << 16 | 1))
			continue;
		if (!digest_fits(env, key, data, n))
			continue;
		seen->size = length;
		seen->has_sequence = true;
		seen->sequence = load_be32(data + AT_SEQUENCE);
		seen->key_id = id;
		seen->key = key;
		return RIP_REFUSALS;
	}
	return RIP_BAD_AUTH;
}

enum rip_refused rip_auth_check(struct env *env, const struct rip_iface_conf *conf,
				const uint8_t *data, size_t n, struct rip_auth_seen *seen)
{
	bool is_there = n >= RIP_HEADER + RIP_ENTRY && load_be16(data + RIP_HEADER) == AFI_AUTH;

	*seen = (struct rip_auth_seen){.size = n, .has_entry = is_there};
	if (is_there != (conf->n_keys > 0))
		return RIP_BAD_AUTH;
	if (!is_there)
		return RIP_REFUSALS;
	switch (load_be16(data + AT_TYPE)) {
	case WIRE_PASSWORD:
		seen->key = find_password(env, conf, data + AT_PASSWORD);
		return seen->key ? RIP_REFUSALS : RIP_BAD_AUTH;
	case WIRE_DIGEST:
		return check_digest(env, conf, data, n, seen);
	default:
		return RIP_BAD_AUTH;
	}
}

void rip_auth_blank(uint8_t *data, size_t n)
{
	if (n >= RIP_HEADER + RIP_ENTRY && load_be16(data + RIP_HEADER) == AFI_AUTH &&
	    load_be16(data + AT_TYPE) == WIRE_PASSWORD)
		memset(data + AT_PASSWORD, 0, PASSWORD_SIZE);
}

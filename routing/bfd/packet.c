// SPDX-License-Identifier: BSD-3-Clause
#include "routing/bfd/packet.h"

#include <string.h>

#include "routing/core/cursor.h"

enum {
	VERSION = 1,
	FLAG_POLL = 0x20,
	FLAG_FINAL = 0x10,
	FLAG_AUTH = 0x04,
	FLAG_DEMAND = 0x02,
	FLAG_MULTIPOINT = 0x01,
	SHA1_SECTION = 28, /* bytes, 4.4 */
	SHA1_SIZE = 20,
	SHA1_AT = BFD_PACKET_MIN + 8, /* offset of the digest */
	PASSWORD_MAX = 16,
};

static bool is_sha1(uint8_t type)
{
	return type == BFD_AUTH_SHA1 || type == BFD_AUTH_SHA1_METICULOUS;
}

/* 4.2 to 4.4. What is unknown is kept: bfd_packet_authentic refuses it. */
static enum bfd_refused read_auth(struct reader *r, struct bfd_packet *out)
{
	out->auth_type = read_u8(r);
	out->auth_size = read_u8(r);
	out->key_id = read_u8(r);
	if (r->bad || out->auth_size < 3 || out->auth_size - 3U > read_left(r))
		return BFD_BAD_LENGTH;
	if (!is_sha1(out->auth_type))
		return BFD_REFUSALS;
	read_u8(r); /* reserved */
	out->sequence = read_u32(r);
	return !r->bad && out->auth_size == SHA1_SECTION ? BFD_REFUSALS : BFD_BAD_LENGTH;
}

enum bfd_refused bfd_packet_read(const uint8_t *data, size_t size, struct bfd_packet *out)
{
	struct reader r = reader_of(data, size), auth;
	uint8_t first = read_u8(&r), flags = read_u8(&r);
	uint8_t multiplier = read_u8(&r), length = read_u8(&r);

	*out = (struct bfd_packet){
		.diag = first & 0x1f,
		.state = flags >> 6,
		.multiplier = multiplier,
		.poll = flags & FLAG_POLL,
		.final = flags & FLAG_FINAL,
		.has_auth = flags & FLAG_AUTH,
		.demand = flags & FLAG_DEMAND,
	};
	if (size < BFD_PACKET_MIN || length > size ||
	    length < BFD_PACKET_MIN + (out->has_auth ? 2 : 0))
		return BFD_BAD_LENGTH;
	if (first >> 5 != VERSION)
		return BFD_BAD_VERSION;
	if (!multiplier)
		return BFD_BAD_MULTIPLIER;
	if (flags & FLAG_MULTIPOINT)
		return BFD_MULTIPOINT;
	out->my_discriminator = read_u32(&r);
	out->your_discriminator = read_u32(&r);
	out->tx_us = read_u32(&r);
	out->rx_us = read_u32(&r);
	out->echo_us = read_u32(&r);
	if (!out->my_discriminator)
		return BFD_NO_DISCRIMINATOR;
	if (!out->your_discriminator && out->state > BFD_DOWN)
		return BFD_BAD_STATE;
	auth = read_part(&r, length - BFD_PACKET_MIN);
	return out->has_auth ? read_auth(&auth, out) : BFD_REFUSALS;
}

/* The digest is that of the packet with the key, padded with zeros, where the digest will be
 * (6.7.4). */
static void sha1_of(struct env *env, const uint8_t *data, size_t size, const struct bfd_auth *auth,
		    uint8_t out[DIGEST_MAX])
{
	uint8_t copy[BFD_PACKET_MAX];

	memcpy(copy, data, size);
	memset(copy + SHA1_AT, 0, SHA1_SIZE);
	memcpy(copy + SHA1_AT, auth->key, auth->key_size);
	env->ops->digest(env, DIGEST_SHA1, NULL, 0, copy, size, out);
}

static void write_auth(struct writer *w, const struct bfd_packet *packet,
		       const struct bfd_auth *auth)
{
	write_u8(w, auth->type);
	if (auth->type == BFD_AUTH_PASSWORD) {
		write_u8(w, 3 + auth->key_size);
		write_u8(w, auth->key_id);
		write_bytes(w, auth->key, auth->key_size);
		return;
	}
	write_u8(w, SHA1_SECTION);
	write_u8(w, auth->key_id);
	write_u8(w, 0);
	write_u32(w, packet->sequence);
	write_zeros(w, SHA1_SIZE);
}

static uint8_t auth_size(const struct bfd_auth *auth)
{
	switch (auth->type) {
	case BFD_AUTH_NONE:
		return 0;
	case BFD_AUTH_PASSWORD:
		return 3 + auth->key_size;
	default:
		return SHA1_SECTION;
	}
}

size_t bfd_packet_write(struct env *env, const struct bfd_packet *packet,
			const struct bfd_auth *auth, uint8_t out[BFD_PACKET_MAX])
{
	struct writer w = writer_of(out, BFD_PACKET_MAX);
	uint8_t digest[DIGEST_MAX], length = BFD_PACKET_MIN + auth_size(auth);

	write_u8(&w, VERSION << 5 | packet->diag);
	write_u8(&w, packet->state << 6 | (packet->poll ? FLAG_POLL : 0) |
			     (packet->final ? FLAG_FINAL : 0) | (auth->type ? FLAG_AUTH : 0) |
			     (packet->demand ? FLAG_DEMAND : 0));
	write_u8(&w, packet->multiplier);
	write_u8(&w, length);
	write_u32(&w, packet->my_discriminator);
	write_u32(&w, packet->your_discriminator);
	write_u32(&w, packet->tx_us);
	write_u32(&w, packet->rx_us);
	write_u32(&w, packet->echo_us);
	if (auth->type)
		write_auth(&w, packet, auth);
	if (is_sha1(auth->type)) {
		sha1_of(env, out, length, auth, digest);
		memcpy(out + SHA1_AT, digest, SHA1_SIZE);
	}
	return length;
}

/* Takes as long wherever the first difference is. */
static bool same(const uint8_t *a, const uint8_t *b, size_t n)
{
	uint8_t differ = 0;

	for (size_t i = 0; i < n; i++)
		differ |= a[i] ^ b[i];
	return !differ;
}

bool bfd_packet_authentic(struct env *env, const struct bfd_packet *packet, const uint8_t *data,
			  size_t size, const struct bfd_auth *auth)
{
	uint8_t digest[DIGEST_MAX];

	if (!packet->has_auth || !auth->type)
		return packet->has_auth == (auth->type != BFD_AUTH_NONE);
	if (packet->auth_type != auth->type || packet->key_id != auth->key_id ||
	    packet->auth_size != auth_size(auth))
		return false;
	if (auth->type == BFD_AUTH_PASSWORD)
		return same(data + BFD_PACKET_MIN + 3, auth->key, auth->key_size);
	/* What follows the section is not part of the packet: its length says so. */
	if (data[3] != BFD_PACKET_MIN + SHA1_SECTION || size < data[3])
		return false;
	sha1_of(env, data, data[3], auth, digest);
	return same(data + SHA1_AT, digest, SHA1_SIZE);
}

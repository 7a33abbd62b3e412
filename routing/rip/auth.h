// SPDX-License-Identifier: BSD-3-Clause
/*
 * Authentication of RIP's packets: a password (RFC 2453 4.1), or a digest over
 * the packet in a trailer (RFC 2082, RFC 4822).
 */
#ifndef WEFT_ROUTING_RIP_AUTH_H
#define WEFT_ROUTING_RIP_AUTH_H

#include "routing/core/cursor.h"
#include "routing/rip/rip.h"

#define RIP_TRAILER_MAX (4 + DIGEST_MAX)

/* The key to send with now, or NULL: there is none (any more). */
const struct rip_key *rip_auth_send_key(struct env *env, const struct rip_iface_conf *conf);

/* Behind the header: the entry that says how the packet is authenticated. */
void rip_auth_begin(struct writer *out, const struct rip_key *key, uint32_t sequence);
/* Behind the last entry: the trailer, where there is one. begin: of the packet. */
void rip_auth_end(struct env *env, struct writer *out, const struct rip_key *key);
/* Bytes that the two add. */
size_t rip_auth_room(const struct rip_key *key);

/* What a sound packet said. */
struct rip_auth_seen {
	size_t size; /* of the packet without its trailer */
	bool has_entry;
	bool has_sequence;
	uint32_t sequence;
	uint8_t key_id;
	const struct rip_key *key; /* of the interface's; NULL: it is not authenticated */
};

/* RIP_REFUSALS where the packet is authenticated exactly as conf wants. */
enum rip_refused rip_auth_check(struct env *env, const struct rip_iface_conf *conf,
				const uint8_t *data, size_t size, struct rip_auth_seen *seen);

/* Of a packet that is to be shown: a password in it, which may be nearly right, is overwritten. */
void rip_auth_blank(uint8_t *data, size_t n);

#endif

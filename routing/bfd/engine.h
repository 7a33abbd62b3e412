// SPDX-License-Identifier: BSD-3-Clause
/* What sessions ask of the engine that they belong to. */
#ifndef WEFT_ROUTING_BFD_ENGINE_H
#define WEFT_ROUTING_BFD_ENGINE_H

#include "routing/bfd/session.h"

#define BFD_TTL 255 /* RFC 5881, 5: from a direct neighbour, both ways */

struct bfd {
	struct env *env;
	struct bfd_conf conf;
	struct bfd_session *slots[BFD_SESSIONS_MAX]; /* by the low bits of my_discriminator */
	uint32_t n_slots;                            /* none is used behind these */
	uint64_t round;                              /* of news to users */
	uint16_t next_port;
	uint64_t refused[BFD_REFUSALS];
};

/* An IP packet out of the interface to the peer. 0 or -errno. */
int bfd_send(struct bfd *bfd, uint32_t iface, const struct addr *peer, const uint8_t *data,
	     uint32_t len);
/* Sets session->local: the address on its interface whose network the peer is in, or none. */
void bfd_find_path(struct bfd_session *session);
/* Tells its users. The session may be gone afterwards unless somebody holds it. */
void bfd_tell(struct bfd_session *session, enum bfd_state state);

#endif

// SPDX-License-Identifier: BSD-3-Clause
/* The control packet (RFC 5880, 4): bytes to fields and back, and its authentication (6.7). */
#ifndef WEFT_ROUTING_BFD_PACKET_H
#define WEFT_ROUTING_BFD_PACKET_H

#include <stddef.h>

#include "routing/bfd/bfd.h"

#define BFD_PACKET_MIN 24
#define BFD_PACKET_MAX (BFD_PACKET_MIN + 28) /* with SHA1 */

struct bfd_packet {
	uint8_t diag, state, multiplier;
	bool poll, final, has_auth, demand;
	uint32_t my_discriminator, your_discriminator;
	uint32_t tx_us, rx_us, echo_us; /* desired, required, required for echo */
	/* The authentication section, where has_auth. */
	uint8_t auth_type, auth_size, key_id;
	uint32_t sequence; /* SHA1 */
};

/* BFD_REFUSALS when it is sound in itself (steps 1 to 7 of 6.8.6), or why not. */
enum bfd_refused bfd_packet_read(const uint8_t *data, size_t size, struct bfd_packet *out);

/* Writes a packet with the section that auth asks for; its sequence is packet's. Bytes written. */
size_t bfd_packet_write(struct env *env, const struct bfd_packet *packet,
			const struct bfd_auth *auth, uint8_t out[BFD_PACKET_MAX]);

/* Whether the section is there exactly if auth wants one, of its type and key, and right. Says
 * nothing of the sequence. data is what packet was read from. */
bool bfd_packet_authentic(struct env *env, const struct bfd_packet *packet, const uint8_t *data,
			  size_t size, const struct bfd_auth *auth);

#endif

// SPDX-License-Identifier: BSD-3-Clause
/*
 * A neighbour engine on one wire for the fuzz targets arp and nd, with an input
 * that is a sequence of steps: what is resolved, how time passes, what comes in.
 * What must hold: every held packet comes back once, what is sent is sound,
 * nobody has a MAC address that nobody can have, limits are kept, no timer is left.
 */
#ifndef WEFT_TESTS_FUZZ_NEIGHBORS_H
#define WEFT_TESTS_FUZZ_NEIGHBORS_H

#include "routing/neighbor/neighbor.h"
#include "tests/support/fake_env.h"

struct steps {
	const uint8_t *at, *end;
};

/* Makes a packet of the next bytes. */
typedef struct packet_in packet_maker(struct steps *steps, uint8_t kind);

void neighbors_fuzz(const uint8_t *data, size_t size, packet_maker *make);
/* The next byte or 0; the next n bytes, or as many as there are, copied to the very end of a block
 * of their own, so that a read beyond it is seen. Valid until the next is taken. */
uint8_t steps_byte(struct steps *steps);
uint8_t *steps_bytes(struct steps *steps, uint32_t *n);

#endif

// SPDX-License-Identifier: BSD-3-Clause
/* Packets beside the stream: those that open a path, are learned from, or mark an end. Main thread.
 */
#ifndef WEFT_TOOLS_PKTGEN_SINGLE_H
#define WEFT_TOOLS_PKTGEN_SINGLE_H

#include <stdbool.h>
#include <stdint.h>

#include "tools/pktgen/ports.h"
#include "tools/pktgen/source.h"

struct single {
	const struct source *source;
	uint32_t index; /* the flow, or the recorded frame */
	bool turned;    /* from its receiver to its sender */
	struct stamp stamp;
};

/* Whether it was sent; nothing is to be sent from a group's address, and that is done at once. */
bool single_send(const struct ports *ports, uint16_t port, uint16_t queue,
		 const struct single *single);

#endif

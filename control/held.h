// SPDX-License-Identifier: BSD-3-Clause
/* A packet that waits for its neighbour; what packets.c and punted.c share. */
#ifndef WEFT_CONTROL_HELD_H
#define WEFT_CONTROL_HELD_H

#include <rte_mbuf.h>

#include "routing/env.h"

struct held {
	struct rte_mbuf *m; /* begins with the IP header */
	uint32_t iface;     /* it came in on (id); 0: it is our own */
	uint16_t vrf;
	uint16_t ether_type;
	bool is_own; /* weft's, for the interface and gateway that was asked for */
};

/* As engines want it, in one piece; out is the interface it was to leave by. False: it is gone. The
 * packet lives until the next call. */
bool held_packet(const struct held *held, const struct iface *out, struct packet_in *in);

void packets_count_held(void);
bool packet_addresses(uint16_t ether_type, const uint8_t *data, uint32_t len, struct addr *src,
		      struct addr *dst);

#endif

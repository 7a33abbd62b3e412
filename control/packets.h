// SPDX-License-Identifier: BSD-3-Clause
/*
 * Packets between workers and the engines of routing/: what workers punt goes,
 * by class, to whom it concerns; what engines send takes the dataplane's ways.
 * A packet whose next hop's MAC address is not known is held by the neighbour
 * engine meanwhile.
 *
 * Control thread.
 */
#ifndef WEFT_CONTROL_PACKETS_H
#define WEFT_CONTROL_PACKETS_H

#include "routing/env.h"
#include "routing/neighbor/neighbor.h"

/* 0 or -errno. */
int packets_start(void);
void packets_stop(void);

/* As env has it. */
int packets_send(struct env *env, const struct packet_out *out);
/* As neighbor_ops has it. */
void packets_release(void *ctx, const struct iface *iface, const struct addr *addr, void *packet,
		     enum neighbor_fate fate, const uint8_t *mac);

struct packets_stats {
	uint64_t held, resent;         /* waited for a neighbour; went on after it answered */
	uint64_t unreachable, dropped; /* nobody answered; no room to wait, or no interface */
	uint64_t no_memory;
};
void packets_stats(struct packets_stats *out);

#endif

// SPDX-License-Identifier: BSD-3-Clause
/* The one or two ports of a run, as DPDK devices. Main thread. */
#ifndef WEFT_TOOLS_PKTGEN_PORTS_H
#define WEFT_TOOLS_PKTGEN_PORTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tools/pktgen/options.h"
#include "tools/pktgen/port_name.h"

struct rte_mempool;

struct port {
	const char *name; /* as given */
	enum port_kind kind;
	uint16_t id; /* DPDK's */
	bool open, started;
	char device[64]; /* DPDK's name for it */
	char driver[32];
};

struct ports {
	struct port list[2]; /* tx, rx; one where both are the same */
	unsigned n;
	struct rte_mempool *pool; /* of what is received */
};

/* Opens, sets up and starts them. frame_max: of what is sent. 0, or -errno with a sentence in
 * error. */
int ports_open(struct ports *ports, const struct options *options, uint32_t frame_max, char *error,
	       size_t size);

/* Whether a port's other side is there. */
bool port_is_up(const struct port *port);

/* Also what ports_open left half done. Removes sockets it made. */
void ports_close(struct ports *ports, const struct options *options);

static inline struct port *ports_tx(struct ports *ports)
{
	return &ports->list[0];
}

static inline struct port *ports_rx(struct ports *ports)
{
	return &ports->list[ports->n - 1];
}

#endif

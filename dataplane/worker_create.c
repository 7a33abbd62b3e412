// SPDX-License-Identifier: BSD-3-Clause
/* The life of a worker's memory: control's side of worker.h. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include <rte_cycles.h>

#include "dataplane/mem.h"
#include "dataplane/worker.h"

enum { REPORT_AGAIN_MS = 100, REPORT_MOVE_MS = 1, SPIN_US = 50, SPIN_MORE_US = 2000 };

static int alloc_tables(struct worker *worker)
{
	worker->tx = calloc(PORT_SLOTS, sizeof(*worker->tx));
	worker->storm = calloc(PORT_SLOTS, sizeof(*worker->storm));
	worker->count = calloc(PORT_SLOTS, sizeof(*worker->count));
	worker->drops = calloc(PORT_SLOTS, sizeof(*worker->drops));
	if (!worker->tx || !worker->storm || !worker->count || !worker->drops)
		return -ENOMEM;
	return 0;
}

static int create_ring(struct worker *worker)
{
	ssize_t size = rte_ring_get_memsize_elem(sizeof(struct dp_learned), LEARN_RING);

	worker->learned = mem_lines(size);
	if (!worker->learned)
		return -ENOMEM;
	return rte_ring_init(worker->learned, "learned", LEARN_RING, RING_F_SP_ENQ | RING_F_SC_DEQ);
}

struct worker *worker_create(uint16_t id, uint16_t core, int wake_fd, struct port *const *ports)
{
	struct worker *worker = mem_lines(sizeof(*worker));
	int err;

	if (!worker)
		return NULL;
	worker->id = id;
	worker->core = core;
	worker->ports = ports;
	worker->wake_fd = wake_fd;
	worker->tsc_hz = rte_get_tsc_hz();
	worker->recent_tsc = worker->tsc_hz * REPORT_AGAIN_MS / 1000;
	worker->moved_tsc = worker->tsc_hz * REPORT_MOVE_MS / 1000;
	worker->patience = (struct patience){.least = worker->tsc_hz * SPIN_US / 1000000,
					     .most = worker->tsc_hz * SPIN_MORE_US / 1000000};
	err = alloc_tables(worker);
	if (!err)
		err = create_ring(worker);
	if (!err)
		err = punt_worker_init(worker);
	if (err) {
		worker_destroy(worker);
		errno = -err;
		return NULL;
	}
	return worker;
}

void worker_destroy(struct worker *worker)
{
	if (!worker)
		return;
	punt_worker_fini(worker);
	free(worker->learned);
	free(worker->drops);
	free(worker->count);
	free(worker->storm);
	free(worker->tx);
	free(worker);
}

void worker_inherit(struct worker *heir, const struct worker *worker)
{
	heir->received += worker->received;
	heir->generated += worker->generated;
	heir->sent += worker->sent;
	heir->dropped += worker->dropped;
	heir->consumed += worker->consumed;
	heir->learn_lost += worker->learn_lost;
	heir->options_carried += worker->options_carried;
	for (int i = 0; i < PORT_SLOTS; i++) {
		heir->count[i].rx_packets += worker->count[i].rx_packets;
		heir->count[i].rx_bytes += worker->count[i].rx_bytes;
		heir->count[i].tx_packets += worker->count[i].tx_packets;
		heir->count[i].tx_bytes += worker->count[i].tx_bytes;
		heir->count[i].tx_csum += worker->count[i].tx_csum;
		heir->count[i].tx_cut += worker->count[i].tx_cut;
		heir->count[i].tx_segments += worker->count[i].tx_segments;
		heir->count[i].tx_whole += worker->count[i].tx_whole;
		for (int r = 0; r < DROP_COUNT; r++)
			heir->drops[i][r] += worker->drops[i][r];
	}
}

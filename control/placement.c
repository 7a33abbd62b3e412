// SPDX-License-Identifier: BSD-3-Clause
#include <errno.h>
#include <stdlib.h>

#include "control/placement.h"

struct spread {
	struct placement_queue *queues;
	uint32_t n;
	uint32_t *load; /* queues of each worker */
	uint32_t *same; /* of these, queues of the port in question */
	uint16_t n_workers;
};

/* The worker with the fewest queues; among equals the one with the fewest of this port. */
static uint16_t least_loaded(const struct spread *s, uint32_t port)
{
	uint16_t best = 0;
	for (uint16_t w = 0; w < s->n_workers; w++)
		s->same[w] = 0;
	for (uint32_t i = 0; i < s->n; i++)
		if (s->queues[i].port == port && s->queues[i].worker != PLACEMENT_NONE)
			s->same[s->queues[i].worker]++;
	for (uint16_t w = 1; w < s->n_workers; w++)
		if (s->load[w] < s->load[best] ||
		    (s->load[w] == s->load[best] && s->same[w] < s->same[best]))
			best = w;
	return best;
}

/* The fullest worker that has a queue which may move, and the last such queue on it. */
static struct placement_queue *most_movable(const struct spread *s)
{
	struct placement_queue *best = NULL;
	for (uint32_t i = 0; i < s->n; i++) {
		struct placement_queue *q = &s->queues[i];
		if (!q->pinned && (!best || s->load[q->worker] >= s->load[best->worker]))
			best = q;
	}
	return best;
}

static void move(struct spread *s, struct placement_queue *q, uint16_t worker)
{
	if (q->worker != PLACEMENT_NONE)
		s->load[q->worker]--;
	q->worker = worker;
	s->load[worker]++;
}

/* Each turn takes one queue from a worker that has two more than another: none moves twice. */
static void even_out(struct spread *s)
{
	for (;;) {
		struct placement_queue *q = most_movable(s);
		if (!q)
			return;
		uint16_t to = least_loaded(s, q->port);
		if (s->load[q->worker] <= s->load[to] + 1)
			return;
		move(s, q, to);
	}
}

int placement_spread(struct placement_queue *queues, uint32_t n, uint16_t n_workers)
{
	if (n_workers == 0)
		return -EINVAL;
	for (uint32_t i = 0; i < n; i++)
		if (queues[i].pinned && queues[i].worker >= n_workers)
			return -EINVAL;
	struct spread s = {.queues = queues, .n = n, .n_workers = n_workers};
	s.load = calloc(n_workers * 2, sizeof(*s.load));
	if (!s.load)
		return -ENOMEM;
	s.same = s.load + n_workers;
	for (uint32_t i = 0; i < n; i++) {
		if (queues[i].worker >= n_workers)
			queues[i].worker = PLACEMENT_NONE;
		else
			s.load[queues[i].worker]++;
	}
	for (uint32_t i = 0; i < n; i++)
		if (queues[i].worker == PLACEMENT_NONE)
			move(&s, &queues[i], least_loaded(&s, queues[i].port));
	even_out(&s);
	free(s.load);
	return 0;
}

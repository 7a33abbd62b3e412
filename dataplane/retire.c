// SPDX-License-Identifier: BSD-3-Clause
#include "dataplane/retire.h"

#include <stdbool.h>
#include <stdlib.h>

#include "dataplane/grace.h"

/* A token for each retired object would have workers and control fight for one cache line: the
 * objects of a batch share one. */
enum { BATCH = 256, BATCHES = 64, FIRST = 1024 };

struct object {
	retire_fn *release;
	void *what;
	uint32_t arg;
};

static struct {
	struct object *ring; /* [size], a power of two */
	uint32_t size;
	uint64_t head, tail; /* the oldest one, and the next to come */
	uint64_t closed;     /* those before it belong to a batch */

	struct {
		uint64_t token, end;
	} batches[BATCHES];
	uint32_t first, n_batches;
} list;

static bool grow(void)
{
	uint32_t size = list.size ? list.size * 2 : FIRST;
	struct object *ring = malloc(size * sizeof(*ring));

	if (!ring)
		return false;
	for (uint64_t i = list.head; i < list.tail; i++)
		ring[i & (size - 1)] = list.ring[i & (list.size - 1)];
	free(list.ring);
	list.ring = ring;
	list.size = size;
	return true;
}

static void close_batch(void)
{
	uint32_t at = (list.first + list.n_batches) % BATCHES;

	if (list.closed == list.tail || list.n_batches == BATCHES)
		return;
	list.batches[at].token = grace_start();
	list.batches[at].end = list.tail;
	list.closed = list.tail;
	list.n_batches++;
}

static void release_until(uint64_t end)
{
	while (list.head < end) {
		struct object *o = &list.ring[list.head++ & (list.size - 1)];

		o->release(o->what, o->arg);
	}
}

static void release_batches(void)
{
	while (list.n_batches && grace_over(list.batches[list.first].token)) {
		release_until(list.batches[list.first].end);
		list.first = (list.first + 1) % BATCHES;
		list.n_batches--;
	}
}

uint32_t retire_sweep(void)
{
	release_batches();
	close_batch();
	release_batches();
	return list.tail - list.head;
}

void retire_drain(void)
{
	grace_wait();
	release_until(list.tail);
	list.closed = list.tail;
	list.first = list.n_batches = 0;
	free(list.ring);
	list.ring = NULL;
	list.size = 0;
}

void retire(retire_fn *release, void *what, uint32_t arg)
{
	if (list.tail - list.head == list.size && !grow()) {
		grace_wait();
		release(what, arg);
		return;
	}
	list.ring[list.tail++ & (list.size - 1)] = (struct object){release, what, arg};
	if (list.tail - list.closed >= BATCH)
		retire_sweep();
}

static void release_heap(void *what, uint32_t arg)
{
	free(what);
}

void retire_free(const void *what)
{
	if (what)
		retire(release_heap, (void *)what, 0);
}

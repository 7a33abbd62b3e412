// SPDX-License-Identifier: BSD-3-Clause
/* A binary heap of pointers; a timer knows its place in it, so that stopping it searches nothing.
 */
#include "routing/core/timer.h"

#include <assert.h>
#include <errno.h>

#include "routing/core/memory.h"

void timers_init(struct timers *timers, struct moment now)
{
	*timers = (struct timers){.now = now};
}

void timers_fini(struct timers *timers)
{
	assert(timers->n == 0);
	memory_free(timers->heap);
	*timers = (struct timers){.now = timers->now};
}

void timer_init(struct timer *timer, void (*fn)(struct timer *timer))
{
	*timer = (struct timer){.fn = fn};
}

static bool is_before(const struct timer *a, const struct timer *b)
{
	return a->at.us != b->at.us ? a->at.us < b->at.us : a->serial < b->serial;
}

static void put(struct timers *timers, uint32_t i, struct timer *timer)
{
	timers->heap[i] = timer;
	timer->slot = i + 1;
}

static void sift_up(struct timers *timers, uint32_t i, struct timer *timer)
{
	while (i > 0 && is_before(timer, timers->heap[(i - 1) / 2])) {
		put(timers, i, timers->heap[(i - 1) / 2]);
		i = (i - 1) / 2;
	}
	put(timers, i, timer);
}

static void sift_down(struct timers *timers, uint32_t i, struct timer *timer)
{
	for (uint32_t child = 2 * i + 1; child < timers->n; child = 2 * i + 1) {
		if (child + 1 < timers->n &&
		    is_before(timers->heap[child + 1], timers->heap[child]))
			child++;
		if (!is_before(timers->heap[child], timer))
			break;
		put(timers, i, timers->heap[child]);
		i = child;
	}
	put(timers, i, timer);
}

/* Puts a timer where it belongs, from place i, which is free or its own. */
static void settle(struct timers *timers, uint32_t i, struct timer *timer)
{
	if (i > 0 && is_before(timer, timers->heap[(i - 1) / 2]))
		sift_up(timers, i, timer);
	else
		sift_down(timers, i, timer);
}

static int make_room(struct timers *timers)
{
	uint32_t room = timers->room ? 2 * timers->room : 64;
	struct timer **heap;

	if (timers->n < timers->room)
		return 0;
	heap = memory_resize(timers->heap, room, sizeof(struct timer *));
	if (!heap)
		return -ENOMEM;
	timers->heap = heap;
	timers->room = room;
	return 0;
}

int timer_start(struct timers *timers, struct timer *timer, struct moment at)
{
	int err;

	if (!timer_runs(timer)) {
		err = make_room(timers);
		if (err < 0)
			return err;
		timer->slot = ++timers->n;
	}
	timer->at = at;
	timer->serial = timers->serial++;
	settle(timers, timer->slot - 1, timer);
	return 0;
}

void timer_stop(struct timers *timers, struct timer *timer)
{
	uint32_t i = timer->slot - 1;
	struct timer *last;

	if (!timer_runs(timer))
		return;
	timer->slot = 0;
	last = timers->heap[--timers->n];
	if (last != timer)
		settle(timers, i, last);
}

bool timers_next(const struct timers *timers, struct moment *at)
{
	if (timers->n == 0)
		return false;
	*at = timers->heap[0]->at;
	return true;
}

uint32_t timers_run(struct timers *timers, struct moment now, uint32_t max)
{
	uint32_t ran = 0;

	if (timers->now.us < now.us)
		timers->now = now;
	while (ran < max && timers->n > 0) {
		struct timer *timer = timers->heap[0];

		if (!moment_reached(timer->at, timers->now))
			break;
		timer_stop(timers, timer);
		timer->fn(timer);
		ran++;
	}
	return ran;
}

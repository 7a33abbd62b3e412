// SPDX-License-Identifier: BSD-3-Clause
#include <errno.h>
#include <stdlib.h>
#include <time.h>

#include "control/loop.h"

/* What an event carries as its argument; freed with it. */
struct watch {
	void (*fn)(void *arg);
	void *arg;
};

static struct event_base *base;
static uint32_t max_us;
static bool stopping;

/*
 * How long a turn took: libevent does not tell when its waiting ended, so a
 * turn counts as the longer of its processor time and of the wall time of any
 * one of our callbacks (which sees a callback that blocks).
 */
static uint64_t clock_us(clockid_t id)
{
	struct timespec t;
	clock_gettime(id, &t);
	return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

static void note_us(uint64_t us)
{
	if (us > max_us)
		max_us = us < UINT32_MAX ? (uint32_t)us : UINT32_MAX;
}

struct event_base *loop_base(void)
{
	return base;
}

int loop_init(void)
{
	base = event_base_new();
	max_us = 0;
	stopping = false;
	return base ? 0 : -ENOMEM;
}

void loop_fini(void)
{
	if (base)
		event_base_free(base);
	base = NULL;
}

void loop_run(void)
{
	while (!stopping) {
		uint64_t start = clock_us(CLOCK_THREAD_CPUTIME_ID);
		if (event_base_loop(base, EVLOOP_ONCE | EVLOOP_NO_EXIT_ON_EMPTY) < 0)
			return;
		note_us(clock_us(CLOCK_THREAD_CPUTIME_ID) - start);
	}
}

void loop_stop(void)
{
	stopping = true;
	event_base_loopbreak(base);
}

static void watch_call(evutil_socket_t fd, short what, void *arg)
{
	struct watch *watch = arg;
	uint64_t start = clock_us(CLOCK_MONOTONIC);
	watch->fn(watch->arg);
	note_us(clock_us(CLOCK_MONOTONIC) - start);
}

static struct event *watch_create(int fd, short what, void (*fn)(void *arg), void *arg,
				  const struct timeval *timeout)
{
	struct watch *watch = malloc(sizeof(*watch));
	if (!watch)
		return NULL;
	*watch = (struct watch){.fn = fn, .arg = arg};
	struct event *event = event_new(base, fd, what, watch_call, watch);
	if (!event)
		goto fail;
	if (event_add(event, timeout) < 0) {
		event_free(event);
		goto fail;
	}
	return event;
fail:
	free(watch);
	errno = ENOMEM;
	return NULL;
}

struct event *loop_watch(int fd, void (*fn)(void *arg), void *arg)
{
	return watch_create(fd, EV_READ | EV_PERSIST, fn, arg, NULL);
}

struct event *loop_signal(int number, void (*fn)(void *arg), void *arg)
{
	return watch_create(number, EV_SIGNAL | EV_PERSIST, fn, arg, NULL);
}

struct event *loop_timer(int64_t ms, bool repeat, void (*fn)(void *arg), void *arg)
{
	struct timeval timeout = {.tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000};
	return watch_create(-1, repeat ? EV_PERSIST : 0, fn, arg, &timeout);
}

void loop_cancel(struct event *event)
{
	if (!event)
		return;
	struct watch *watch = event_get_callback_arg(event);
	event_free(event);
	free(watch);
}

uint32_t loop_max_us(void)
{
	return max_us;
}

void loop_max_clear(void)
{
	max_us = 0;
}

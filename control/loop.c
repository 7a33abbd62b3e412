// SPDX-License-Identifier: BSD-3-Clause
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>

#include "control/loop.h"

#define SLICE_US     1500 /* of one kind of work */
#define SLICE_MIN_US 300  /* however long the turn is already */
#define TURN_US      3000 /* of all that is done in slices, together */

/* What an event carries as its argument; freed with it. */
struct watch {
	void (*fn)(void *arg);
	void *arg;
	const char *name;
};

/* A call, or a turn by what took its longest part. */
struct held {
	uint32_t us;
	const char *in; /* NULL: nothing that has a name */
};

static struct event_base *base;
static bool stopping;
static struct held longest;
static uint32_t most_cpu_us;
static struct held call;  /* the longest of this turn */
static uint64_t calls_us; /* all of this turn */

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

static void note(struct held *held, uint64_t us, const char *in)
{
	if (us > held->us)
		*held = (struct held){us < UINT32_MAX ? (uint32_t)us : UINT32_MAX, in};
}

struct event_base *loop_base(void)
{
	return base;
}

int loop_init(void)
{
	base = event_base_new();
	loop_max_clear();
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
		uint64_t us = clock_us(CLOCK_THREAD_CPUTIME_ID);

		call = (struct held){0};
		calls_us = 0;
		if (event_base_loop(base, EVLOOP_ONCE | EVLOOP_NO_EXIT_ON_EMPTY) < 0)
			return;
		us = clock_us(CLOCK_THREAD_CPUTIME_ID) - us;
		note(&longest, us, calls_us > us / 2 ? call.in : NULL);
		if (us > most_cpu_us)
			most_cpu_us = us < UINT32_MAX ? (uint32_t)us : UINT32_MAX;
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
	const char *name = watch->name; /* it may be gone afterwards */
	uint64_t us = clock_us(CLOCK_MONOTONIC);

	watch->fn(watch->arg);
	us = clock_us(CLOCK_MONOTONIC) - us;
	calls_us += us;
	note(&call, us, name);
	note(&longest, us, name);
}

static struct event *watch_create(int fd, short what, void (*fn)(void *arg), void *arg,
				  const char *name, const struct timeval *timeout)
{
	struct watch *watch = malloc(sizeof(*watch));
	if (!watch)
		return NULL;
	*watch = (struct watch){.fn = fn, .arg = arg, .name = name};
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

struct event *loop_watch_as(int fd, void (*fn)(void *arg), void *arg, const char *name)
{
	return watch_create(fd, EV_READ | EV_PERSIST, fn, arg, name, NULL);
}

struct event *loop_signal_as(int number, void (*fn)(void *arg), void *arg, const char *name)
{
	return watch_create(number, EV_SIGNAL | EV_PERSIST, fn, arg, name, NULL);
}

struct event *loop_timer_as(int64_t ms, bool repeat, void (*fn)(void *arg), void *arg,
			    const char *name)
{
	struct timeval timeout = {.tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000};
	return watch_create(-1, repeat ? EV_PERSIST : 0, fn, arg, name, &timeout);
}

void loop_cancel(struct event *event)
{
	if (!event)
		return;
	struct watch *watch = event_get_callback_arg(event);
	event_free(event);
	free(watch);
}

/* How long ago this turn's waiting ended: libevent notes that moment for its timers. */
static int64_t turn_us(void)
{
	struct timeval now, began;

	if (event_base_gettimeofday_cached(base, &began) < 0 || gettimeofday(&now, NULL) < 0)
		return 0;
	return (int64_t)(now.tv_sec - began.tv_sec) * 1000000 + now.tv_usec - began.tv_usec;
}

int64_t loop_now_us(void)
{
	return (int64_t)clock_us(CLOCK_MONOTONIC);
}

int64_t loop_slice_end(void)
{
	int64_t left = TURN_US - turn_us();

	if (left < SLICE_MIN_US)
		left = SLICE_MIN_US;
	if (left > SLICE_US)
		left = SLICE_US;
	return loop_now_us() + left;
}

uint32_t loop_max_us(void)
{
	return longest.us;
}

uint32_t loop_max_cpu_us(void)
{
	return most_cpu_us;
}

const char *loop_max_in(void)
{
	const char *slash = longest.in ? strrchr(longest.in, '/') : NULL;

	if (!longest.in)
		return "";
	return slash ? slash + 1 : longest.in;
}

void loop_max_clear(void)
{
	longest = (struct held){0};
	most_cpu_us = 0;
}

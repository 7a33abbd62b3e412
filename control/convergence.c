// SPDX-License-Identifier: BSD-3-Clause
#include "control/convergence.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

const char *const convergence_step_names[CONVERGENCE_STEPS] = {"detour", "groups", "rib", "fib"};

static struct {
	struct convergence list[CONVERGENCE_EVENTS];
	uint64_t n;      /* ever */
	uint32_t joined; /* events that the open one names */
	bool is_open;
} events;

static int64_t clock_us(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static struct convergence *latest(void)
{
	return &events.list[(events.n - 1) % CONVERGENCE_EVENTS];
}

static void begin(void)
{
	struct convergence *event;

	events.n++;
	events.is_open = true;
	events.joined = 0;
	event = latest();
	*event = (struct convergence){.at_us = clock_us(CLOCK_REALTIME),
				      .clock_us = clock_us(CLOCK_MONOTONIC)};
	for (int i = 0; i < CONVERGENCE_STEPS; i++)
		event->took_us[i] = -1;
}

void convergence_event(const char *format, ...)
{
	struct convergence *event;
	va_list args;
	size_t n;

	if (!events.is_open)
		begin();
	event = latest();
	if (events.joined == CONVERGENCE_JOINED) {
		event->more++;
		return;
	}
	n = strlen(event->what);
	if (events.joined++ > 0 && n + 2 < sizeof(event->what)) {
		memcpy(event->what + n, ", ", 3);
		n += 2;
	}
	va_start(args, format);
	vsnprintf(event->what + n, sizeof(event->what) - n, format, args);
	va_end(args);
}

void convergence_step(enum convergence_step step)
{
	struct convergence *event;

	if (!events.is_open)
		return;
	event = latest();
	event->took_us[step] = clock_us(CLOCK_MONOTONIC) - event->clock_us;
}

void convergence_over(void)
{
	if (!events.is_open)
		return;
	convergence_step(CONVERGENCE_RIB);
	events.is_open = false;
}

const struct convergence *convergence_get(uint32_t nth)
{
	if (nth >= events.n || nth >= CONVERGENCE_EVENTS)
		return NULL;
	return &events.list[(events.n - 1 - nth) % CONVERGENCE_EVENTS];
}

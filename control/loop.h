// SPDX-License-Identifier: BSD-3-Clause
/*
 * The control thread's event loop, on libevent: descriptors and timers for
 * everything in control/, and how long its slowest turn took.
 */
#ifndef WEFT_CONTROL_LOOP_H
#define WEFT_CONTROL_LOOP_H

#include <stdbool.h>
#include <stdint.h>

#include <event2/event.h>

struct event_base *loop_base(void);
/* 0 or -errno. */
int loop_init(void);
void loop_fini(void);
/* Runs until loop_stop. */
void loop_run(void);
void loop_stop(void);

/* A watcher of a descriptor (readable), of a signal, or a timer, ms after now and again every ms
 * when it repeats. Each lives until loop_cancel, a timer that fired once too; its own function may
 * cancel it. NULL with errno. */
struct event *loop_watch(int fd, void (*fn)(void *arg), void *arg);
struct event *loop_signal(int number, void (*fn)(void *arg), void *arg);
struct event *loop_timer(int64_t ms, bool repeat, void (*fn)(void *arg), void *arg);
/* NULL is legal. */
void loop_cancel(struct event *event);

uint32_t loop_max_us(void); /* the longest turn so far */
void loop_max_clear(void);

#endif

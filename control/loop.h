// SPDX-License-Identifier: BSD-3-Clause
/*
 * The control thread's event loop, on libevent: descriptors and timers for
 * everything in control/, and how long its slowest turn took.
 *
 * Work that may be long is done in slices, each a call of its own by a timer of
 * 0 ms, until loop_slice_end. Several kinds of work may be under way in the same
 * turn, and together they may not hold it for more than 5 ms: who is called late
 * in a long turn gets less.
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
struct event *loop_watch_as(int fd, void (*fn)(void *arg), void *arg, const char *name);
struct event *loop_signal_as(int number, void (*fn)(void *arg), void *arg, const char *name);
struct event *loop_timer_as(int64_t ms, bool repeat, void (*fn)(void *arg), void *arg,
			    const char *name);
/* Named by the function and where it stands, for loop_max_in. */
#define loop_watch(fd, fn, arg)         loop_watch_as(fd, fn, arg, LOOP_NAME(fn))
#define loop_signal(number, fn, arg)    loop_signal_as(number, fn, arg, LOOP_NAME(fn))
#define loop_timer(ms, repeat, fn, arg) loop_timer_as(ms, repeat, fn, arg, LOOP_NAME(fn))
#define LOOP_NAME(fn)                   __FILE__ ":" #fn
/* NULL is legal. */
void loop_cancel(struct event *event);

/* Microseconds of CLOCK_MONOTONIC; and until when a slice of work that begins now may last. */
int64_t loop_now_us(void);
int64_t loop_slice_end(void);

uint32_t loop_max_us(void); /* the longest turn so far */
/* The most processor time that a turn has had: what others of the machine take does not count. */
uint32_t loop_max_cpu_us(void);
/* What took the longest part of it: "engines.c:on_kick", or "" where it was none of ours, as with
 * requests. */
const char *loop_max_in(void);
void loop_max_clear(void);

#endif

// SPDX-License-Identifier: BSD-3-Clause
/*
 * How the two cores of a bench are doing while it runs: every few milliseconds, for a fraction of
 * one, a thread on each bounces a cache line with the other, then counts how fast dependent
 * additions go. One line a tick, until standard input ends:
 *
 *   NS        of CLOCK_MONOTONIC
 *   ROUND     nanoseconds from core to core and back; 0: the other one did not come
 *   SPEED     additions a nanosecond on the first core, and on the second
 *   WAITED    nanoseconds for which the threads watched were runnable and did not run, so far
 */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <stdalign.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define ROUNDS      32      /* of the cache line, in each of */
#define CHUNKS      8       /* so many chunks, of which the median counts */
#define ADDITIONS   8192    /* in each of so many chunks, of which the fastest counts */
#define PATIENCE_NS 2000000 /* for the other core */
#define THREADS_MAX 8

static struct {
	unsigned core[2];
	int every_ms, threads[THREADS_MAX], n_threads;
} opt = {.core = {0, 1}, .every_ms = 50};

static alignas(128) atomic_uint ball; /* even: the first core's turn */
static alignas(128) atomic_bool done;
static alignas(128) _Atomic(double) speed[2];

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

/* Waits until the ball has this value; false when it does not come. */
static bool wait_ball(unsigned value)
{
	uint64_t end = 0;

	for (unsigned i = 1; atomic_load_explicit(&ball, memory_order_acquire) != value; i++) {
		if (i % 4096)
			continue;
		if (!end)
			end = now_ns() + PATIENCE_NS;
		else if (now_ns() > end)
			return false;
	}
	return true;
}

static double measure_speed(void)
{
	uint64_t best = UINT64_MAX;

	for (int chunk = 0; chunk < CHUNKS; chunk++) {
		uint64_t x = 0, step = 1, begin = now_ns(), took;
		for (int i = 0; i < ADDITIONS; i++) {
			x += step;
			__asm__ volatile("" : "+r"(x), "+r"(step));
		}
		took = now_ns() - begin;
		if (took < best)
			best = took;
	}
	return best ? ADDITIONS / (double)best : 0;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* The first core's side of the game; it always begins at 0. */
static double measure_round(void)
{
	double chunks[CHUNKS];
	unsigned turn = 0;

	for (int chunk = 0; chunk < CHUNKS; chunk++) {
		uint64_t begin = 0;
		for (int i = 0; i <= ROUNDS; i++) {
			if (i == 1) /* the first round waits for the other to wake up */
				begin = now_ns();
			atomic_store_explicit(&ball, turn + 1, memory_order_release);
			turn += 2;
			if (!wait_ball(turn))
				return 0;
		}
		chunks[chunk] = (double)(now_ns() - begin) / ROUNDS;
	}
	qsort(chunks, CHUNKS, sizeof(*chunks), compare);
	return chunks[CHUNKS / 2];
}

static void answer_rounds(void)
{
	unsigned last = 2 * CHUNKS * (ROUNDS + 1);

	for (unsigned turn = 1; turn < last; turn += 2) {
		if (!wait_ball(turn))
			return;
		atomic_store_explicit(&ball, turn + 1, memory_order_release);
	}
}

/* Alone on its core while it measures, where the system lets it. */
static void settle(unsigned core)
{
	struct sched_param param = {.sched_priority = 1};
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(core, &set);
	if (pthread_setaffinity_np(pthread_self(), sizeof(set), &set)) {
		fprintf(stderr, "core %u cannot be used\n", core);
		exit(EXIT_FAILURE);
	}
	pthread_setschedparam(pthread_self(), SCHED_FIFO, &param);
}

/* Both sides wake at the same multiples of the period. */
static uint64_t next_tick(uint64_t period)
{
	uint64_t at = (now_ns() / period + 1) * period;
	struct timespec t = {(time_t)(at / 1000000000), (long)(at % 1000000000)};

	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL) == EINTR)
		;
	return at;
}

static void *second(void *arg)
{
	settle(opt.core[1]);
	while (!atomic_load(&done)) {
		next_tick((uint64_t)opt.every_ms * 1000000);
		answer_rounds();
		atomic_store(&speed[1], measure_speed());
	}
	return NULL;
}

/* The kernel's account of a thread: time on a core, time waiting for one. */
static uint64_t waited(int thread)
{
	unsigned long long ran = 0, waiting = 0;
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/schedstat", thread);
	FILE *file = fopen(path, "r");
	if (!file)
		return 0;
	if (fscanf(file, "%llu %llu", &ran, &waiting) != 2)
		waiting = 0;
	fclose(file);
	return waiting;
}

static bool input_ended(void)
{
	struct pollfd fd = {.fd = 0, .events = POLLIN};
	char buffer[64];

	return poll(&fd, 1, 0) > 0 && !fgets(buffer, sizeof(buffer), stdin);
}

static void first(void)
{
	settle(opt.core[0]);
	while (!input_ended()) {
		uint64_t at = next_tick((uint64_t)opt.every_ms * 1000000), sum = 0;
		atomic_store(&ball, 0);
		double round = measure_round(), mine = measure_speed();
		for (int i = 0; i < opt.n_threads; i++)
			sum += waited(opt.threads[i]);
		printf("%llu %.1f %.4f %.4f %llu\n", (unsigned long long)at, round, mine,
		       atomic_load(&speed[1]), (unsigned long long)sum);
		fflush(stdout);
	}
}

static bool parse(int argc, char **argv)
{
	for (int i = 1; i + 1 < argc; i += 2) {
		const char *value = argv[i + 1];
		if (!strcmp(argv[i], "--cores")) {
			if (sscanf(value, "%u,%u", &opt.core[0], &opt.core[1]) != 2)
				return false;
		} else if (!strcmp(argv[i], "--every")) {
			opt.every_ms = atoi(value);
		} else if (!strcmp(argv[i], "--thread") && opt.n_threads < THREADS_MAX) {
			opt.threads[opt.n_threads++] = atoi(value);
		} else {
			return false;
		}
	}
	return argc % 2 && opt.every_ms > 0 && opt.core[0] != opt.core[1];
}

int main(int argc, char **argv)
{
	pthread_t other;

	if (!parse(argc, argv)) {
		fputs("usage: probe [--cores N,M] [--every MS] [--thread TID]…\n", stderr);
		return 2;
	}
	if (pthread_create(&other, NULL, second, NULL))
		return EXIT_FAILURE;
	first();
	atomic_store(&done, true);
	pthread_join(other, NULL);
	return EXIT_SUCCESS;
}

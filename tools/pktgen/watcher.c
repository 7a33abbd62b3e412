// SPDX-License-Identifier: BSD-3-Clause
#include "tools/pktgen/watcher.h"

#include <pthread.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

static struct {
	pthread_t thread;
	pthread_mutex_t mutex; /* holds the engine still while it is read */
	pthread_cond_t ended;
	const struct engine *engine;
	bool running, wanted;
	uint64_t sent, received;
} watcher = {.mutex = PTHREAD_MUTEX_INITIALIZER, .ended = PTHREAD_COND_INITIALIZER};

static void show(void)
{
	uint64_t sent = engine_sent(watcher.engine), received = engine_received(watcher.engine);

	/* A new trial begins at nothing. */
	uint64_t more_sent = sent >= watcher.sent ? sent - watcher.sent : sent;
	uint64_t more = received >= watcher.received ? received - watcher.received : received;
	fprintf(stderr, "\rsent %.3f Mpps, received %.3f Mpps\033[K", (double)more_sent / 1e6,
		(double)more / 1e6);
	watcher.sent = sent;
	watcher.received = received;
}

static void *watch(void *arg)
{
	struct timespec at;

	clock_gettime(CLOCK_REALTIME, &at);
	pthread_mutex_lock(&watcher.mutex);
	while (watcher.wanted) {
		at.tv_sec++;
		while (watcher.wanted &&
		       pthread_cond_timedwait(&watcher.ended, &watcher.mutex, &at) == 0)
			;
		if (watcher.wanted && watcher.engine)
			show();
	}
	pthread_mutex_unlock(&watcher.mutex);
	return NULL;
}

void watcher_start(void)
{
	if (!isatty(STDERR_FILENO))
		return;
	watcher.wanted = true;
	watcher.running = pthread_create(&watcher.thread, NULL, watch, NULL) == 0;
}

void watcher_show(const struct engine *engine)
{
	pthread_mutex_lock(&watcher.mutex);
	if (watcher.running && !engine && watcher.engine)
		fputs("\r\033[K", stderr);
	watcher.engine = engine;
	pthread_mutex_unlock(&watcher.mutex);
}

void watcher_stop(void)
{
	if (!watcher.running)
		return;
	watcher_show(NULL);
	pthread_mutex_lock(&watcher.mutex);
	watcher.wanted = false;
	pthread_cond_signal(&watcher.ended);
	pthread_mutex_unlock(&watcher.mutex);
	pthread_join(watcher.thread, NULL);
	watcher.running = false;
}

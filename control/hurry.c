// SPDX-License-Identifier: BSD-3-Clause
#include "control/hurry.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

#define PRIORITY  (-10)
#define MOMENT_NS 10000000 /* DPDK rounds to 10 MHz: a hundredth of it would still do */

static int before, now;
static bool knows_before, starts, is_kept;
static __thread bool sleeps_short;

/* Linux keeps a priority for each thread, and new ones have that of their maker. Threads that chose
 * one of their own keep it. */
static void set_all(int priority)
{
	DIR *threads = opendir("/proc/self/task");
	struct dirent *entry;

	while (threads && (entry = readdir(threads)))
		if (entry->d_name[0] != '.' &&
		    getpriority(PRIO_PROCESS, (id_t)atoi(entry->d_name)) == now)
			setpriority(PRIO_PROCESS, (id_t)atoi(entry->d_name), priority);
	if (threads)
		closedir(threads);
	now = priority;
}

/* As it has to be by now. Who is before others already stays there. */
static void settle(void)
{
	if (!knows_before) {
		errno = 0;
		now = before = getpriority(PRIO_PROCESS, 0);
		knows_before = errno == 0;
	}
	if (knows_before && before > PRIORITY)
		set_all(starts || is_kept ? PRIORITY : before);
}

void hurry_begin(void)
{
	starts = true;
	settle();
}

void hurry_end(void)
{
	starts = false;
	settle();
}

void hurry_keep(bool on)
{
	if (on == is_kept)
		return;
	is_kept = on;
	if (!starts)
		settle();
}

bool hurry_is_kept(void)
{
	return is_kept;
}

void hurry_sleep(bool on)
{
	sleeps_short = on;
}

/* The C library's, in its stead for the whole process. */
int nanosleep(const struct timespec *wanted, struct timespec *rest)
{
	static const struct timespec moment = {.tv_nsec = MOMENT_NS};
	int rc = clock_nanosleep(CLOCK_MONOTONIC, 0, sleeps_short ? &moment : wanted, rest);

	errno = rc ? rc : errno;
	return rc ? -1 : 0;
}

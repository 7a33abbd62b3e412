// SPDX-License-Identifier: BSD-3-Clause
#include "control/hurry.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

#define PRIORITY  (-10)
#define MOMENT_NS 10000000 /* DPDK rounds to 10 MHz: a hundredth of it would still do */

static int before;
static bool begun;
static __thread bool sleeps_short;

void hurry_begin(void)
{
	errno = 0;
	before = getpriority(PRIO_PROCESS, 0);
	begun = errno == 0 && before > PRIORITY && setpriority(PRIO_PROCESS, 0, PRIORITY) == 0;
}

/* Linux keeps a priority for each thread, and new ones have that of their maker. */
void hurry_end(void)
{
	DIR *threads = begun ? opendir("/proc/self/task") : NULL;
	struct dirent *entry;

	while (threads && (entry = readdir(threads)))
		if (entry->d_name[0] != '.')
			setpriority(PRIO_PROCESS, (id_t)atoi(entry->d_name), before);
	if (threads)
		closedir(threads);
	begun = false;
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

// SPDX-License-Identifier: BSD-3-Clause
/*
 * A guest's memory is a file of its own process, which may cut the file short
 * whenever it likes; whoever touches what is gone gets SIGBUS, and would end.
 * While a thread works on a guest's memory, such a page becomes one of zeros
 * instead: the guest deceives nobody but itself, and its port goes on until it
 * hangs up, when the library unmaps the page with the rest.
 */
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

#include "vhost/vhost_port.h"

__thread volatile bool vhost_bus_watched;

static struct sigaction otherwise;

/* Pages of 4 KiB cannot replace part of a huge one. */
static const uintptr_t page_sizes[] = {4096, 2 << 20, 1 << 30};

static bool replace(uintptr_t address)
{
	for (size_t i = 0; i < sizeof(page_sizes) / sizeof(page_sizes[0]); i++) {
		uintptr_t size = page_sizes[i];
		void *page = (void *)(address & ~(size - 1));

		if (mmap(page, size, PROT_READ | PROT_WRITE,
			 MAP_FIXED | MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED)
			return true;
	}
	return false;
}

static void on_bus(int number, siginfo_t *info, void *context)
{
	if (vhost_bus_watched && info->si_code == BUS_ADRERR && replace((uintptr_t)info->si_addr))
		return;
	sigaction(SIGBUS, &otherwise, NULL); /* and here it comes again */
}

static void install(void)
{
	struct sigaction action = {.sa_sigaction = on_bus, .sa_flags = SA_SIGINFO};

	sigaction(SIGBUS, &action, &otherwise);
}

void vhost_bus_install(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, install);
}

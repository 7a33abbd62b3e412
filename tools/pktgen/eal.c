// SPDX-License-Identifier: BSD-3-Clause
#include "tools/pktgen/eal.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <rte_eal.h>
#include <rte_errno.h>
#include <rte_log.h>

#define HUGE_BYTES ((size_t)128 << 20)
#define PAGE_MB    512 /* of address space: only what is used becomes memory */
/* With an allow-list of one address where nothing is, no device is taken at the start. */
#define NO_DEVICE "pci:ffff:ff:1f.7"

static struct {
	bool hugepages, started;
	unsigned core;
	char complaint[256], asked[256];
} eal;

static bool hugepages_are_free(void)
{
	void *p = mmap(NULL, HUGE_BYTES, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB, -1, 0);
	if (p == MAP_FAILED)
		return false;
	munmap(p, HUGE_BYTES);
	return true;
}

static ssize_t note_complaint(void *cookie, const char *text, size_t size)
{
	size_t n = size;

	while (n > 0 && text[n - 1] == '\n')
		n--;
	if (n > 0 && !eal.complaint[0] && rte_log_cur_msg_loglevel() <= (int)RTE_LOG_ERR)
		snprintf(eal.complaint, sizeof(eal.complaint), "%.*s", (int)n, text);
	return (ssize_t)size;
}

const char *eal_complaint(void)
{
	memcpy(eal.asked, eal.complaint, sizeof(eal.asked));
	eal.complaint[0] = '\0';
	return eal.asked;
}

/* Complaints of DPDK go into our own words, and only where something fails. */
static void route_log(void)
{
	FILE *stream = fopencookie(NULL, "w", (cookie_io_functions_t){.write = note_complaint});

	if (stream)
		rte_openlog_stream(stream);
}

static int choose_core(const struct options *options, char *error, size_t size)
{
	cpu_set_t cpus;
	unsigned core = 0;

	if (sched_getaffinity(0, sizeof(cpus), &cpus) < 0)
		return -errno;
	if (options->core_given) {
		core = options->core;
		unsigned wrong = CPU_ISSET(core, &cpus) ? options->receive_core : core;
		if (!CPU_ISSET(core, &cpus) ||
		    (options->cores_given && !CPU_ISSET(options->receive_core, &cpus))) {
			snprintf(error, size,
				 "core %u: there is none, or this process may not use it", wrong);
			return -EINVAL;
		}
	} else {
		while (core < CPU_SETSIZE - 1 && !CPU_ISSET(core, &cpus))
			core++;
	}
	eal.core = core;
	return 0;
}

static int init(const struct options *options)
{
	char line[512], lcores[32], *argv[32], *rest = line;
	int argc = 0;

	snprintf(lcores, sizeof(lcores), "0@%u", eal.core);
	if (options->cores_given)
		snprintf(lcores, sizeof(lcores), "0@%u,1@%u", eal.core, options->receive_core);
	int n = snprintf(
		line, sizeof(line),
		"weft-pktgen --file-prefix pktgen-%d --lcores %s --iova-mode va "
		"--no-telemetry --force-max-simd-bitwidth 512 --log-level error -a " NO_DEVICE,
		(int)getpid(), lcores);
	/* One file a segment: that is what virtio-user can share with the switch. */
	if (eal.hugepages)
		snprintf(line + n, sizeof(line) - (size_t)n, " --in-memory --single-file-segments");
	else
		snprintf(line + n, sizeof(line) - (size_t)n, " --no-huge --no-shconf -m %d",
			 PAGE_MB);
	while (argc < 31 && (argv[argc] = strsep(&rest, " ")))
		argc++;
	argv[argc] = NULL;
	return rte_eal_init(argc, argv) < 0 ? -rte_errno : 0;
}

int eal_start(const struct options *options, char *error, size_t size)
{
	eal.hugepages = hugepages_are_free();
	route_log();
	int r = choose_core(options, error, size);
	if (r < 0)
		return r;
	r = init(options);
	eal.started = r == 0;
	if (r < 0) {
		const char *why = eal_complaint();
		snprintf(error, size, "DPDK does not start: %s", why[0] ? why : strerror(-r));
	}
	return r;
}

void eal_stop(void)
{
	const char *dir = rte_eal_get_runtime_dir();

	if (eal.started)
		rte_eal_cleanup();
	if (dir[0])
		rmdir(dir); /* EAL leaves it, empty */
}

bool eal_has_hugepages(void)
{
	return eal.hugepages;
}

unsigned eal_core(void)
{
	return eal.core;
}

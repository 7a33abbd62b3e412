// SPDX-License-Identifier: BSD-3-Clause
#include <dirent.h>
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <rte_eal.h>
#include <rte_errno.h>
#include <rte_log.h>

#include "control/eal.h"
#include "control/hurry.h"
#include "control/spine/log.h"

#define MB              ((uint64_t)1 << 20)

#define AUTO_HUGE_BYTES (256 * MB)  /* of hugepages, when we choose */
#define AUTO_PAGE_BYTES (1024 * MB) /* of address space: only what is used becomes memory */
#define AUTO_MBUFS_HUGE 65535
#define AUTO_MBUFS      32768
#define MBUFS_MIN       2048
#define MBUFS_MAX       (4 << 20)
#define HUGE_DIR        "/sys/kernel/mm/hugepages"
/* An address where no device of ours can be: with an allow-list no device is probed at start, and
 * ports can still be plugged in later. */
#define NO_DEVICE "pci:ffff:ff:1f.7"

static struct eal_memory memory;
static bool started;

static uint32_t clamp_mbufs(uint64_t n)
{
	return n < MBUFS_MIN ? MBUFS_MIN : n > MBUFS_MAX ? MBUFS_MAX : (uint32_t)n;
}

struct eal_memory eal_memory_plan(uint64_t wanted, uint64_t huge_free, uint64_t available)
{
	struct eal_memory plan = {.wanted = wanted, .bytes = wanted ? wanted : AUTO_HUGE_BYTES};
	plan.hugepages = huge_free >= plan.bytes;
	/* A quarter is left to tables and drivers. */
	if (wanted || plan.hugepages) {
		uint64_t n = plan.bytes / 4 * 3 / EAL_MBUF;
		plan.n_mbufs = clamp_mbufs(!wanted && n > AUTO_MBUFS_HUGE ? AUTO_MBUFS_HUGE : n);
		return plan;
	}
	/* On a small machine no more than an eighth of what is free. */
	plan.bytes = AUTO_PAGE_BYTES;
	uint64_t n = available / 8 / EAL_MBUF;
	plan.n_mbufs = clamp_mbufs(n < AUTO_MBUFS ? n : AUTO_MBUFS);
	return plan;
}

static uint64_t read_number(const char *path)
{
	unsigned long long n = 0;
	FILE *f = fopen(path, "re");
	if (!f)
		return 0;
	if (fscanf(f, "%llu", &n) != 1)
		n = 0;
	fclose(f);
	return n;
}

/* Free hugepages that can really be had: a cgroup may allow fewer than the system has. */
static uint64_t huge_free(uint64_t wanted, uint64_t *exist)
{
	uint64_t sum = 0;
	*exist = 0;
	DIR *dir = opendir(HUGE_DIR);
	if (!dir)
		return 0;
	for (struct dirent *d; (d = readdir(dir));) {
		unsigned kb;
		char path[sizeof(HUGE_DIR) + 64 + sizeof(d->d_name)];
		if (sscanf(d->d_name, "hugepages-%ukB", &kb) != 1)
			continue;
		snprintf(path, sizeof(path), HUGE_DIR "/%s/nr_hugepages", d->d_name);
		*exist += read_number(path) * kb * 1024;
		snprintf(path, sizeof(path), HUGE_DIR "/%s/free_hugepages", d->d_name);
		uint64_t bytes = read_number(path) * kb * 1024;
		if (bytes > wanted)
			bytes = (wanted + kb * 1024ULL - 1) / (kb * 1024ULL) * (kb * 1024ULL);
		if (bytes == 0)
			continue;
		int size = (__builtin_ctz(kb) + 10) << MAP_HUGE_SHIFT;
		void *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
			       MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB | size, -1, 0);
		if (p == MAP_FAILED)
			continue;
		munmap(p, bytes);
		sum += bytes;
	}
	closedir(dir);
	return sum;
}

static uint64_t memory_available(void)
{
	char line[128];
	unsigned long long kb = 0;
	FILE *f = fopen("/proc/meminfo", "re");
	if (!f)
		return UINT64_MAX;
	while (fgets(line, sizeof(line), f))
		if (sscanf(line, "MemAvailable: %llu kB", &kb) == 1)
			break;
	fclose(f);
	return kb * 1024;
}

static void plan_memory(uint64_t wanted)
{
	uint64_t exist, want = wanted ? wanted : AUTO_HUGE_BYTES;
	uint64_t have = huge_free(want, &exist);
	memory = eal_memory_plan(wanted, have, memory_available());
	if (exist > 0 && !memory.hugepages)
		log_warning("hugepages: %llu MB are free, %llu MB are needed: going without",
			    (unsigned long long)(have / MB), (unsigned long long)(want / MB));
}

static ssize_t log_stream_write(void *cookie, const char *text, size_t size)
{
	/* One call is one message: DPDK flushes after each. */
	int dpdk = rte_log_cur_msg_loglevel();
	enum log_level level = dpdk <= (int)RTE_LOG_ERR ? LOG_LEVEL_ERROR : LOG_LEVEL_WARNING;
	size_t n = size;
	while (n > 0 && text[n - 1] == '\n')
		n--;
	/* Of each size of hugepage that has none: what there is was said by ourselves. */
	if (n > 0 && !memmem(text, n, "hugepages reported on node", 26))
		log_write(level, "dpdk: %.*s", (int)n, text);
	return (ssize_t)size;
}

static void route_log(void)
{
	FILE *stream = fopencookie(NULL, "w", (cookie_io_functions_t){.write = log_stream_write});
	if (stream)
		rte_openlog_stream(stream);
}

static int init_eal(const char *instance)
{
	cpu_set_t cpus;
	int cpu = 0, argc = 0;
	char line[512], *argv[32], *rest = line;

	if (sched_getaffinity(0, sizeof(cpus), &cpus) < 0)
		return -errno;
	while (cpu < CPU_SETSIZE - 1 && !CPU_ISSET(cpu, &cpus))
		cpu++;
	int n = snprintf(line, sizeof(line),
			 "weftd --file-prefix weft-%s --lcores 0@%d --iova-mode va --no-telemetry "
			 "-a " NO_DEVICE " --log-level warning ",
			 instance, cpu);
	if (memory.hugepages) /* one file a segment: virtio-user shares it with its backend */
		snprintf(line + n, sizeof(line) - (size_t)n, "--in-memory --single-file-segments");
	else
		snprintf(line + n, sizeof(line) - (size_t)n, "--no-huge --no-shconf -m %llu",
			 (unsigned long long)(memory.bytes / MB));
	while (argc < 31 && (argv[argc] = strsep(&rest, " ")))
		argc++;
	argv[argc] = NULL;
	hurry_sleep(true);
	int r = rte_eal_init(argc, argv);
	hurry_sleep(false);
	/* EAL pins the thread that starts it. */
	sched_setaffinity(0, sizeof(cpus), &cpus);
	return r < 0 ? -rte_errno : 0;
}

int eal_start(const char *instance, uint64_t wanted)
{
	plan_memory(wanted);
	route_log();
	int r = init_eal(instance);
	if (r < 0)
		log_error("DPDK does not start: %s", strerror(-r));
	started = r == 0;
	return r;
}

void eal_stop(void)
{
	if (!started)
		return;
	started = false;
	rte_eal_cleanup();
	rmdir(rte_eal_get_runtime_dir()); /* EAL leaves it, empty */
}

const struct eal_memory *eal_memory(void)
{
	return &memory;
}

// SPDX-License-Identifier: BSD-3-Clause
/* system: weftd itself: its workers, its memory, how it is. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <rte_mempool.h>
#include <rte_version.h>

#include "control/crew.h"
#include "control/daemon.h"
#include "control/eal.h"
#include "control/engines.h"
#include "control/fib_sync.h"
#include "control/kernel.h"
#include "control/loop.h"
#include "control/ports.h"
#include "control/route_files.h"
#include "control/spine/log.h"
#include "control/spine/noun.h"
#include "dataplane/punt.h"

#define MEMORY_MIN 32000000LL
#define MEMORY_MAX 1000000000000LL

static const char *const idle_choices[] = {"adaptive", "poll", NULL};
static const struct field core = {.type = F_INT, .min = 0, .max = 1023};

static const struct field fields[] = {
	{.name = "workers",
	 .type = F_LIST,
	 .flags = FIELD_OR_AUTO,
	 .elem = &core,
	 .def = "auto",
	 .help = "cores that forward packets; auto: all but the first, at most 8"},
	{.name = "idle",
	 .type = F_ENUM,
	 .choices = idle_choices,
	 .def = "adaptive",
	 .help = "what a worker without packets does: sleep after a while, or poll on"},
	{.name = "memory",
	 .type = F_SIZE,
	 .flags = FIELD_OR_AUTO,
	 .min = MEMORY_MIN,
	 .max = MEMORY_MAX,
	 .def = "auto",
	 .help = "for packets and tables; a change takes effect when weftd is started again"},
	{.name = "kernel",
	 .type = F_MAP,
	 .fields = kernel_fields,
	 .help = "routing tables of the host to give routes to and to take routes from, by names "
		 "of yours"},
	{.name = NULL},
};

static const struct column columns[] = {
	{"version", NULL, "of weft"},
	{"uptime", "s", "since weftd was started"},
	{"dpdk", NULL, "version of DPDK"},
	{"hugepages", NULL, "yes: its memory is made of hugepages"},
	{"memory", "bytes",
	 "what DPDK may use of it; without hugepages only what is used is taken"},
	{"in_sync", NULL,
	 "the dataplane is what the configuration and the routes say: no port waits for its "
	 "device, "
	 "no route for its place"},
	{"epoch", NULL,
	 "objects of the configuration and routes added, changed and removed so far"},
	{"loop_max_us", "us", "longest turn of the control thread since the last stats clear"},
	{"loop_max_in", NULL, "what took the longest part of that turn; empty: requests", true},
	{"loop_max_cpu_us", "us", "most processor time of a turn; the rest is the machine's", true},
	{"mbufs", NULL, "packet buffers; the last are made soon after the start"},
	{"mbufs_used", NULL, "of these, in use or in a worker's or a driver's cache"},
	{"restart_needed", NULL, "a changed field waits for the next start", true},
	{"fib_checked", NULL, "addresses whose route was compared with what workers do", true},
	{"fib_repaired", NULL, "of these, wrong and put right", true},
	{"inject_lost", "packets", "weft's own packets for which no worker had room", true},
	{NULL},
};

static bool restart_needed;

static uint64_t memory_wanted(const json_t *value)
{
	return conf_is_auto(value, "memory") ? 0 : (uint64_t)conf_bytes(value, "memory");
}

/* The pool is filled soon after the start: more than the machine has would end in the kernel
 * killing something. */
static int check_memory(const json_t *value, const char *path, struct errors *errors)
{
	uint64_t have = (uint64_t)sysconf(_SC_PHYS_PAGES) * (uint64_t)sysconf(_SC_PAGESIZE);
	char at[256];

	if (memory_wanted(value) <= have / 4 * 3)
		return 0;
	snprintf(at, sizeof(at), "%s.memory", path);
	return errors_add(errors, at, "%s is more than three quarters of this machine's %llu MB",
			  conf_str(value, "memory"), (unsigned long long)(have / 1000000));
}

static int check(const char *name, const json_t *value, const json_t *candidate, const char *path,
		 struct errors *errors)
{
	char at[256];
	struct cores cores;

	snprintf(at, sizeof(at), "%s.workers", path);
	int r = cores_parse(json_object_get(value, "workers"), at, &cores, errors);
	if (check_memory(value, path, errors) < 0)
		r = -1;
	snprintf(at, sizeof(at), "%s.kernel", path);
	if (kernel_check(json_object_get(value, "kernel"), candidate, at, errors) < 0)
		r = -1;
	return r;
}

static int apply(const json_t *value, struct errors *errors)
{
	char text[128];
	struct cores cores;

	if (cores_parse(json_object_get(value, "workers"), "system.workers", &cores, errors) < 0)
		return -1;
	int r = crew_set(&cores);
	if (r < 0) {
		cores_text(&cores, text, sizeof(text));
		return errors_add(errors, "system.workers", "no worker on cores %s: %s", text,
				  strerror(-r));
	}
	const char *idle = conf_str(value, "idle");
	dp_poll_set(idle && strcmp(idle, "poll") == 0);
	bool differs = memory_wanted(value) != eal_memory()->wanted;
	if (differs && !restart_needed)
		log_warning("system.memory takes effect when weftd is started again");
	restart_needed = differs;
	return kernel_set(json_object_get(value, "kernel"), errors);
}

static int add(const char *name, const json_t *value, struct errors *errors)
{
	return apply(value, errors);
}

static int change(const char *name, const json_t *old, const json_t *value, struct errors *errors)
{
	return apply(value, errors);
}

/* What is not configured has its defaults. */
static int del(const char *name, const json_t *old, struct errors *errors)
{
	json_t *none = json_object(), *value = field_effective(fields, none);
	int r = apply(value, errors);
	json_decref(value);
	json_decref(none);
	return r;
}

static json_t *show(struct call *call)
{
	const struct eal_memory *memory = eal_memory();
	const struct rte_mempool *pool = dp_pool();
	double uptime = (double)(daemon_now_ms() - weftd.started_ms) / 1000;
	const char *dpdk = rte_version();
	struct fib_sync_stats fib;

	fib_sync_stats(&fib);
	if (strncmp(dpdk, "DPDK ", 5) == 0)
		dpdk += 5;
	return json_pack("[{s:s, s:o, s:s, s:b, s:I, s:b, s:I, s:I, s:s, s:I, s:I, s:I, s:b, s:I, "
			 "s:I, s:I}]",
			 "version", WEFT_VERSION, "uptime", json_integer((json_int_t)uptime),
			 "dpdk", dpdk, "hugepages", memory->hugepages, "memory",
			 (json_int_t)memory->bytes, "in_sync",
			 ports_all_open() && route_files_are_quiet() && route_files_are_read() &&
				 engines_rib_is_quiet() && fib.wrong == 0,
			 "epoch", (json_int_t)(weftd.epoch + fib.changes), "loop_max_us",
			 (json_int_t)loop_max_us(), "loop_max_in", loop_max_in(), "loop_max_cpu_us",
			 (json_int_t)loop_max_cpu_us(), "mbufs", (json_int_t)pool->populated_size,
			 "mbufs_used", (json_int_t)dp_pool_in_use(), "restart_needed",
			 restart_needed, "fib_checked", (json_int_t)fib.checked, "fib_repaired",
			 (json_int_t)fib.repaired, "inject_lost", (json_int_t)inject_lost());
}

const struct noun noun_system = {
	.name = "system",
	.key = "system",
	.help = "weftd itself: its workers, its memory, how it is",
	.shape = NOUN_SINGLE,
	.fields = fields,
	.columns = columns,
	.check = check,
	.add = add,
	.change = change,
	.remove = del,
	.show = show,
};

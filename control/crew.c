// SPDX-License-Identifier: BSD-3-Clause
#include "control/crew.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "control/loop.h"
#include "control/placement.h"
#include "control/ports.h"
#include "control/spine/field.h"
#include "control/spine/log.h"

#define AUTO_MAX 8 /* workers when we choose: sleeping ones cost little, but memory */

static struct cores running;
static struct event *soon; /* places the queues at the end of this turn of the loop */

static bool usable_cores(cpu_set_t *set)
{
	return sched_getaffinity(0, sizeof(*set), set) == 0 && CPU_COUNT(set) > 0;
}

/* Every core that we may use but the first, which is left to control and to the host. */
static void cores_auto(struct cores *out)
{
	cpu_set_t set;
	bool first = true;

	out->n = 0;
	if (!usable_cores(&set)) {
		out->list[out->n++] = 0;
		return;
	}
	bool only = CPU_COUNT(&set) == 1;
	for (int cpu = 0; cpu < CPU_SETSIZE && out->n < AUTO_MAX; cpu++) {
		if (!CPU_ISSET(cpu, &set))
			continue;
		if (only || !first)
			out->list[out->n++] = (uint16_t)cpu;
		first = false;
	}
}

int cores_find(const struct cores *cores, uint16_t core)
{
	for (uint16_t i = 0; i < cores->n; i++)
		if (cores->list[i] == core)
			return i;
	return -1;
}

static void set_text(const cpu_set_t *set, char *out, size_t size)
{
	size_t at = 0;

	out[0] = '\0';
	for (int a = 0, b; a < CPU_SETSIZE && at < size; a = b + 1) {
		b = a;
		if (!CPU_ISSET(a, set))
			continue;
		while (b + 1 < CPU_SETSIZE && CPU_ISSET(b + 1, set))
			b++;
		if (a == b)
			at += (size_t)snprintf(out + at, size - at, "%s%d", at ? ", " : "", a);
		else
			at += (size_t)snprintf(out + at, size - at, "%s%d-%d", at ? ", " : "", a,
					       b);
	}
}

void cores_text(const struct cores *cores, char *out, size_t size)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	for (uint16_t i = 0; i < cores->n; i++)
		CPU_SET(cores->list[i], &set);
	set_text(&set, out, size);
}

int cores_parse(const json_t *workers, const char *path, struct cores *out, struct errors *errors)
{
	char at[256], there[128];
	const json_t *item;
	cpu_set_t set;
	size_t i;
	int r = 0;

	if (!json_is_array(workers)) {
		cores_auto(out);
		return 0;
	}
	out->n = 0;
	if (!usable_cores(&set))
		return errors_add(errors, path, "cannot find out which cores this machine has");
	set_text(&set, there, sizeof(there));
	if (json_array_size(workers) == 0 || json_array_size(workers) > WORKERS_MAX)
		return errors_add(errors, path, "names %zu cores: expected 1 to %d of %s, or auto",
				  json_array_size(workers), WORKERS_MAX, there);
	json_array_foreach((json_t *)workers, i, item) {
		json_int_t core = json_integer_value(item);
		snprintf(at, sizeof(at), "%s[%zu]", path, i);
		if (core < 0 || core >= CPU_SETSIZE || !CPU_ISSET(core, &set))
			r = errors_add(errors, at, "core %lld is not there: expected some of %s",
				       (long long)core, there);
		else if (cores_find(out, (uint16_t)core) >= 0)
			r = errors_add(errors, at, "core %lld is named twice", (long long)core);
		else
			out->list[out->n++] = (uint16_t)core;
	}
	return r;
}

const struct cores *crew_cores(void)
{
	return &running;
}

/* The core a queue is pinned to by its port's `workers`, or -1: the list is used over and over. */
static int pinned_core(const struct port_entry *entry, uint16_t queue)
{
	const json_t *list = json_object_get(entry->conf, "workers");
	size_t n = json_array_size(list);

	return n == 0 ? -1 : (int)json_integer_value(json_array_get(list, queue % n));
}

static uint32_t count_queues(void)
{
	uint32_t n = 0;

	for (struct port_entry *e = ports_first(); e; e = e->next)
		n += e->port ? e->port->n_rxq : 0;
	return n;
}

static uint32_t fill(struct placement_queue *spread, struct dp_queue *queues)
{
	uint32_t n = 0;

	for (struct port_entry *e = ports_first(); e; e = e->next)
		for (uint16_t q = 0; e->port && q < e->port->n_rxq; q++, n++) {
			int pin = pinned_core(e, q);
			int at = pin < 0 ? -1 : cores_find(&running, (uint16_t)pin);
			/* Pinned to a core that has no worker now: like any other. */
			spread[n].pinned = at >= 0;
			if (at < 0)
				at = cores_find(&running, e->core[q]);
			spread[n].worker = at < 0 ? PLACEMENT_NONE : (uint16_t)at;
			spread[n].port = e->port->index;
			queues[n] = (struct dp_queue){.port = e->port, .queue = q};
		}
	return n;
}

static void place(void)
{
	uint32_t n = count_queues();
	struct placement_queue *spread = calloc(n + 1, sizeof(*spread));
	struct dp_queue *queues = calloc(n + 1, sizeof(*queues));

	if (!spread || !queues || running.n == 0)
		goto out;
	fill(spread, queues);
	if (placement_spread(spread, n, running.n) < 0)
		goto out;
	for (uint32_t i = 0; i < n; i++)
		queues[i].worker = spread[i].worker;
	int r = dp_place(queues, n);
	if (r < 0) {
		log_error("queues cannot be given to workers: %s", strerror(-r));
		goto out;
	}
	for (uint32_t i = 0; i < n; i++)
		ports_by_port(queues[i].port)->core[queues[i].queue] =
			running.list[queues[i].worker];
out:
	free(spread);
	free(queues);
}

int crew_set(const struct cores *cores)
{
	if (cores->n == running.n &&
	    memcmp(cores->list, running.list, cores->n * sizeof(cores->list[0])) == 0)
		return 0;
	int r = dp_workers_set(cores->list, cores->n);
	if (r < 0)
		return r;
	running = *cores;
	place();
	return 0;
}

static void place_soon(void *arg)
{
	loop_cancel(soon);
	soon = NULL;
	place();
}

void crew_place(void)
{
	if (soon || running.n == 0)
		return;
	soon = loop_timer(0, false, place_soon, NULL);
	if (!soon)
		place();
}

void crew_fini(void)
{
	loop_cancel(soon);
	soon = NULL;
	if (running.n > 0)
		dp_workers_set(NULL, 0);
	running.n = 0;
}

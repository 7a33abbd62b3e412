// SPDX-License-Identifier: BSD-3-Clause
#include "dataplane/plans.h"

#include <errno.h>
#include <sched.h>
#include <stdlib.h>

#include "dataplane/grace.h"
#include "dataplane/idle.h"
#include "dataplane/workers.h"

static uint64_t serial;

struct plan *plan_create(uint32_t room)
{
	struct plan *plan = calloc(1, sizeof(*plan) + room * sizeof(plan->queues[0]));

	if (plan)
		plan->serial = ++serial;
	return plan;
}

static void publish(struct worker *worker, const struct plan *plan)
{
	atomic_store_explicit(&worker->plan, plan, memory_order_release);
	idle_kick(worker->wake_fd);
}

static bool has(const struct plan *plan, const struct port *port, uint16_t queue)
{
	for (uint32_t i = 0; i < plan->n; i++)
		if (plan->queues[i].port == port && plan->queues[i].queue == queue)
			return true;
	return false;
}

static void append(struct plan *plan, struct port *port, uint16_t queue)
{
	plan->queues[plan->n++] = (struct plan_queue){port, queue};
}

static void free_plans(struct plan **plans)
{
	for (int i = 0; i < WORKERS_MAX; i++)
		free(plans[i]);
}

/* For each slot in use: what it keeps of its queues, and all it shall have. */
static int make_plans(const struct dp_queue *queues, uint32_t n, struct plan **keep,
		      struct plan **full)
{
	for (uint32_t i = 0; i < n; i++)
		if (queues[i].worker >= workers_n())
			return -EINVAL;
	for (int slot = 0; slot < WORKERS_MAX; slot++) {
		if (!workers_slot(slot))
			continue;
		keep[slot] = plan_create(n);
		full[slot] = plan_create(n);
		if (!keep[slot] || !full[slot])
			return -ENOMEM;
		for (uint32_t i = 0; i < n; i++) {
			if (workers_at(queues[i].worker)->id != slot)
				continue;
			append(full[slot], queues[i].port, queues[i].queue);
			if (has(workers_slot(slot)->plan, queues[i].port, queues[i].queue))
				append(keep[slot], queues[i].port, queues[i].queue);
		}
		if (full[slot]->n > PLAN_MAX)
			return -ENOSPC;
	}
	return 0;
}

/* A sleeper is in its grace period, but holds the files behind the descriptors it sleeps on: a tap
 * that control closes would live on. It was kicked, so this is short. */
static void wait_taken_over(struct worker *worker)
{
	while (worker->threaded &&
	       atomic_load_explicit(&worker->plan_serial, memory_order_acquire) !=
		       worker->plan->serial)
		sched_yield();
}

/* Publishes plans, waits until none follows the former ones or sleeps on their queues, and leaves
 * in plans what was published before. */
static void swap_plans(struct plan **plans)
{
	for (int i = 0; i < WORKERS_MAX; i++) {
		struct plan *old;

		if (!plans[i])
			continue;
		old = (struct plan *)workers_slot(i)->plan;
		publish(workers_slot(i), plans[i]);
		plans[i] = old;
	}
	for (int i = 0; i < WORKERS_MAX; i++)
		if (plans[i])
			wait_taken_over(workers_slot(i));
	grace_wait();
}

static void count_pollers(const struct dp_queue *queues, uint32_t n)
{
	struct port *const *ports = workers_ports();

	for (int i = 0; i < PORT_MAX; i++) {
		uint64_t who = 0;

		if (!ports[i])
			continue;
		for (uint32_t q = 0; q < n; q++)
			if (queues[q].port == ports[i])
				who |= UINT64_C(1) << queues[q].worker;
		ports[i]->n_pollers = __builtin_popcountll(who);
	}
}

int plans_set(const struct dp_queue *queues, uint32_t n)
{
	struct plan *keep[WORKERS_MAX] = {NULL}, *full[WORKERS_MAX] = {NULL};
	int err = make_plans(queues, n, keep, full);

	if (!err) {
		swap_plans(keep);
		count_pollers(queues, n);
		swap_plans(full);
	}
	free_plans(keep);
	free_plans(full);
	return err;
}

void plans_forget(const struct port *port)
{
	struct plan *left[WORKERS_MAX] = {NULL};

	for (uint16_t slot = 0; slot < WORKERS_MAX; slot++) {
		const struct plan *plan;

		if (!workers_slot(slot))
			continue;
		plan = workers_slot(slot)->plan;
		left[slot] = plan_create(plan->n);
		if (!left[slot])
			abort(); /* a port that stays polled while it is freed would be worse */
		for (uint32_t i = 0; i < plan->n; i++)
			if (plan->queues[i].port != port)
				append(left[slot], plan->queues[i].port, plan->queues[i].queue);
	}
	swap_plans(left);
	free_plans(left);
}

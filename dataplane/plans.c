// SPDX-License-Identifier: BSD-3-Clause
#include "dataplane/plans.h"

#include <errno.h>
#include <sched.h>
#include <stdlib.h>

#include "dataplane/grace.h"
#include "dataplane/idle.h"
#include "dataplane/workers.h"

static uint64_t serial;

static struct plan *alloc_plan(uint32_t room)
{
	return calloc(1, sizeof(struct plan) + room * sizeof(struct plan_queue));
}

struct plan *plan_create(uint32_t room)
{
	struct plan *plan = alloc_plan(room);

	if (!plan)
		return NULL;
	plan->spare = alloc_plan(room);
	if (!plan->spare) {
		free(plan);
		return NULL;
	}
	plan->serial = ++serial;
	return plan;
}

void plan_destroy(struct plan *plan)
{
	if (!plan)
		return;
	free(plan->spare);
	free(plan);
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

static bool mentions(const struct plan *plan, const struct port *port)
{
	for (uint32_t i = 0; i < plan->n; i++)
		if (plan->queues[i].port == port)
			return true;
	return false;
}

static void append(struct plan *plan, struct port *port, uint16_t queue)
{
	plan->queues[plan->n++] = (struct plan_queue){port, queue};
}

static bool equal(const struct plan *a, const struct plan *b)
{
	if (a->n != b->n)
		return false;
	for (uint32_t i = 0; i < a->n; i++)
		if (a->queues[i].port != b->queues[i].port ||
		    a->queues[i].queue != b->queues[i].queue)
			return false;
	return true;
}

static void destroy_plans(struct plan **plans)
{
	for (int i = 0; i < WORKER_SLOTS; i++)
		plan_destroy(plans[i]);
}

/* What the worker of a slot keeps of its queues, and all it shall have; neither where nothing
 * changes for it. */
static int make_plans(const struct dp_queue *queues, uint32_t n, uint16_t slot, struct plan **keep,
		      struct plan **full)
{
	const struct plan *now = workers_slot(slot)->plan;

	*keep = plan_create(now->n);
	*full = plan_create(n);
	if (!*keep || !*full)
		return -ENOMEM;
	for (uint32_t i = 0; i < n; i++)
		if (workers_at(queues[i].worker)->id == slot)
			append(*full, queues[i].port, queues[i].queue);
	if (equal(*full, now)) {
		plan_destroy(*keep);
		plan_destroy(*full);
		*keep = *full = NULL;
		return 0;
	}
	for (uint32_t i = 0; i < now->n; i++)
		if (has(*full, now->queues[i].port, now->queues[i].queue))
			append(*keep, now->queues[i].port, now->queues[i].queue);
	return 0;
}

static int make_all_plans(const struct dp_queue *queues, uint32_t n, struct plan **keep,
			  struct plan **full)
{
	for (uint32_t i = 0; i < n; i++)
		if (queues[i].worker >= workers_n() || queues[i].port->index >= PORT_MAX)
			return -EINVAL;
	for (int slot = 0; slot < WORKER_SLOTS; slot++) {
		int err = workers_slot(slot) ? make_plans(queues, n, slot, &keep[slot], &full[slot])
					     : 0;

		if (err)
			return err;
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
	for (int i = 0; i < WORKER_SLOTS; i++) {
		struct plan *old;

		if (!plans[i])
			continue;
		old = (struct plan *)workers_slot(i)->plan;
		publish(workers_slot(i), plans[i]);
		plans[i] = old;
	}
	for (int i = 0; i < WORKER_SLOTS; i++)
		if (plans[i])
			wait_taken_over(workers_slot(i));
	grace_wait();
}

static void count_pollers(const struct dp_queue *queues, uint32_t n)
{
	uint64_t who[PORT_MAX] = {0}; /* a bit for each worker, by the port's index */
	struct port *const *ports = workers_ports();

	for (uint32_t i = 0; i < n; i++)
		who[queues[i].port->index] |= UINT64_C(1) << queues[i].worker;
	for (int i = 0; i < PORT_MAX; i++)
		if (ports[i])
			ports[i]->n_pollers = __builtin_popcountll(who[i]);
}

int plans_set(const struct dp_queue *queues, uint32_t n)
{
	struct plan *keep[WORKER_SLOTS] = {NULL}, *full[WORKER_SLOTS] = {NULL};
	int err = make_all_plans(queues, n, keep, full);

	if (!err) {
		swap_plans(keep);
		count_pollers(queues, n);
		swap_plans(full);
	}
	destroy_plans(keep);
	destroy_plans(full);
	return err;
}

/* Needs no memory: a port has to be able to leave at any time. */
void plans_forget(const struct port *port)
{
	struct plan *plans[WORKER_SLOTS] = {NULL};

	for (int slot = 0; slot < WORKER_SLOTS; slot++) {
		const struct plan *now;
		struct plan *left;

		if (!workers_slot(slot) || !mentions(workers_slot(slot)->plan, port))
			continue;
		now = workers_slot(slot)->plan;
		left = now->spare;
		left->n = 0;
		left->serial = ++serial;
		for (uint32_t i = 0; i < now->n; i++)
			if (now->queues[i].port != port)
				append(left, now->queues[i].port, now->queues[i].queue);
		plans[slot] = left;
	}
	swap_plans(plans);
	for (int slot = 0; slot < WORKER_SLOTS; slot++) {
		struct plan *old = plans[slot];

		if (!old)
			continue;
		old->spare->spare = old; /* the spare is in use now, and this one its spare */
		old->spare = NULL;
	}
}

// SPDX-License-Identifier: BSD-3-Clause
#include "dataplane/workers.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "dataplane/fdb_table.h"
#include "dataplane/grace.h"
#include "dataplane/grace_worker.h"
#include "dataplane/idle.h"

static struct {
	struct port *const *ports;
	bool threads;
	atomic_bool poll;
	_Atomic(struct worker *) slots[WORKERS_MAX];
	uint16_t n;
	uint16_t order[WORKERS_MAX]; /* position to slot */
	struct worker *retired;      /* never runs: has the counters of those that ended */
	uint64_t serial;
	int learned_fd;
	atomic_bool control_waits; /* set by control, cleared by the worker that kicks it */
} set = {.learned_fd = -1};

int workers_init(struct port *const *ports, bool threads)
{
	set.ports = ports;
	set.threads = threads;
	set.learned_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (set.learned_fd < 0)
		return -errno;
	set.retired = worker_create(WORKERS_MAX, 0, ports);
	if (!set.retired)
		return -errno;
	return grace_init(WORKERS_MAX);
}

const struct worker *workers_counting(uint16_t i)
{
	return i < WORKERS_MAX ? set.slots[i] : set.retired;
}

struct worker *workers_slot(uint16_t slot)
{
	return slot < WORKERS_MAX ? set.slots[slot] : NULL;
}

struct worker *workers_at(uint16_t position)
{
	return position < set.n ? set.slots[set.order[position]] : NULL;
}

uint16_t workers_n(void)
{
	return set.n;
}

uint16_t workers_limit(void)
{
	uint16_t limit = 1;

	for (uint16_t i = 0; i < WORKERS_MAX; i++)
		if (set.slots[i])
			limit = i + 1;
	return limit;
}

void workers_poll_set(bool poll)
{
	set.poll = poll;
	workers_kick();
}

void workers_kick(void)
{
	for (int i = 0; i < WORKERS_MAX; i++) {
		struct worker *worker = set.slots[i];

		if (worker)
			idle_kick(worker->wake_fd);
	}
}

static struct plan *plan_create(uint32_t room)
{
	struct plan *plan = calloc(1, sizeof(*plan) + room * sizeof(plan->queues[0]));

	if (plan)
		plan->serial = ++set.serial;
	return plan;
}

static int start(struct worker *worker)
{
	pthread_attr_t attr;
	cpu_set_t cpus;
	char name[16];
	int err;

	CPU_ZERO(&cpus);
	CPU_SET(worker->core, &cpus);
	pthread_attr_init(&attr);
	pthread_attr_setaffinity_np(&attr, sizeof(cpus), &cpus);
	err = pthread_create(&worker->thread, &attr, worker_main, worker);
	pthread_attr_destroy(&attr);
	if (err)
		return -err;
	worker->threaded = true;
	snprintf(name, sizeof(name), "weft-w%u", worker->core);
	pthread_setname_np(worker->thread, name);
	return 0;
}

static void end(uint16_t slot)
{
	struct worker *worker = set.slots[slot];

	if (worker->threaded) {
		atomic_store(&worker->stop, true);
		idle_kick(worker->wake_fd);
		pthread_join(worker->thread, NULL);
	}
	set.slots[slot] = NULL;
	rte_rcu_qsbr_thread_unregister(grace_qsbr, slot);
	worker_inherit(set.retired, worker);
	free((void *)worker->plan);
	worker_destroy(worker);
}

/* Returns the slot of a new worker that has no queues yet, or -errno. */
static int begin(uint16_t core)
{
	struct worker *worker;
	uint16_t slot = 0;
	int err;

	while (slot < WORKERS_MAX && set.slots[slot])
		slot++;
	if (slot == WORKERS_MAX)
		return -ENOSPC;
	err = fdb_workers_set(slot + 1);
	if (err)
		return err;
	worker = worker_create(slot, core, set.ports);
	if (!worker)
		return -errno;
	worker->poll = &set.poll;
	worker->plan = plan_create(0);
	if (!worker->plan) {
		worker_destroy(worker);
		return -ENOMEM;
	}
	rte_rcu_qsbr_thread_register(grace_qsbr, slot);
	set.slots[slot] = worker;
	err = set.threads ? start(worker) : 0;
	if (err) {
		end(slot);
		return err;
	}
	return slot;
}

static int slot_on(uint16_t core)
{
	for (int i = 0; i < WORKERS_MAX; i++)
		if (set.slots[i] && workers_slot(i)->core == core)
			return i;
	return -1;
}

static bool contains(const uint16_t *list, uint16_t n, uint16_t value)
{
	for (uint16_t i = 0; i < n; i++)
		if (list[i] == value)
			return true;
	return false;
}

/* Transmit queues are shared while there are more slots than queues. Before workers are added: true
 * early; after workers are gone: false late. */
static void share_tx(uint16_t n_slots)
{
	for (int i = 0; i < PORT_MAX; i++)
		if (set.ports[i])
			set.ports[i]->tx_shared = set.ports[i]->n_txq < n_slots;
	grace_wait();
}

int workers_set(const uint16_t *cores, uint16_t n)
{
	uint16_t order[WORKERS_MAX];
	bool fresh[WORKERS_MAX] = {false};
	int err = 0;

	if (n > WORKERS_MAX)
		return -ENOSPC;
	share_tx(WORKERS_MAX + 1);
	for (uint16_t i = 0; i < n && !err; i++) {
		int slot = slot_on(cores[i]);

		if (slot < 0) {
			slot = begin(cores[i]);
			if (slot < 0)
				err = slot;
			else
				fresh[slot] = true;
		}
		order[i] = slot;
	}
	for (int i = 0; i < WORKERS_MAX; i++)
		if (set.slots[i] && (err ? fresh[i] : !contains(cores, n, workers_slot(i)->core)))
			end(i);
	if (!err) {
		memcpy(set.order, order, n * sizeof(order[0]));
		set.n = n;
	}
	share_tx(workers_limit());
	return err;
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
		if (queues[i].worker >= set.n)
			return -EINVAL;
	for (int slot = 0; slot < WORKERS_MAX; slot++) {
		if (!set.slots[slot])
			continue;
		keep[slot] = plan_create(n);
		full[slot] = plan_create(n);
		if (!keep[slot] || !full[slot])
			return -ENOMEM;
		for (uint32_t i = 0; i < n; i++) {
			if (set.order[queues[i].worker] != slot)
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

/* Publishes plans, waits, and leaves in plans what was published before. */
static void swap_plans(struct plan **plans)
{
	for (int i = 0; i < WORKERS_MAX; i++) {
		struct plan *old;

		if (!plans[i])
			continue;
		old = (struct plan *)workers_slot(i)->plan;
		publish(set.slots[i], plans[i]);
		plans[i] = old;
	}
	grace_wait();
}

static void count_pollers(const struct dp_queue *queues, uint32_t n)
{
	for (int i = 0; i < PORT_MAX; i++) {
		uint64_t who = 0;

		if (!set.ports[i])
			continue;
		for (uint32_t q = 0; q < n; q++)
			if (queues[q].port == set.ports[i])
				who |= UINT64_C(1) << queues[q].worker;
		set.ports[i]->n_pollers = __builtin_popcountll(who);
	}
}

int workers_place(const struct dp_queue *queues, uint32_t n)
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

void workers_forget(const struct port *port)
{
	struct dp_queue *left = NULL;
	uint32_t n = 0, room = 0;

	for (uint16_t w = 0; w < set.n; w++)
		room += workers_at(w)->plan->n;
	left = calloc(room + 1, sizeof(*left));
	if (!left)
		abort(); /* a port that stays polled while it is freed would be worse */
	for (uint16_t w = 0; w < set.n; w++) {
		const struct plan *plan = workers_at(w)->plan;

		for (uint32_t i = 0; i < plan->n; i++)
			if (plan->queues[i].port != port)
				left[n++] = (struct dp_queue){plan->queues[i].port,
							      plan->queues[i].queue, w};
	}
	if (workers_place(left, n))
		abort();
	free(left);
}

void workers_tell_control(void)
{
	if (atomic_exchange(&set.control_waits, false))
		idle_kick(set.learned_fd);
}

int workers_learned_fd(void)
{
	return set.learned_fd;
}

void workers_learned_arm(void)
{
	uint64_t n;

	(void)!read(set.learned_fd, &n, sizeof(n));
	atomic_store(&set.control_waits, true);
}

void workers_fini(void)
{
	for (int i = 0; i < WORKERS_MAX; i++)
		if (set.slots[i])
			end(i);
	set.n = 0;
	worker_destroy(set.retired);
	set.retired = NULL;
	if (set.learned_fd >= 0)
		close(set.learned_fd);
	set.learned_fd = -1;
	grace_fini();
}

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
#include "dataplane/plans.h"

static struct {
	struct port *const *ports;
	bool threads;
	atomic_bool poll;
	_Atomic(struct worker *) slots[WORKER_SLOTS];
	int wake_fds[WORKER_SLOTS];
	uint16_t n;
	uint16_t order[WORKERS_MAX]; /* position to slot */
	struct worker *retired;      /* never runs: has the counters of those that ended */
	int learned_fd;
	atomic_bool control_waits; /* set by control, cleared by the worker that kicks it */
} set = {.learned_fd = -1};

/* Wake-up descriptors outlive workers: whoever wakes one (workers_kick, any thread) may be late. */
static int open_fds(void)
{
	for (int i = 0; i < WORKER_SLOTS; i++) {
		set.wake_fds[i] = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
		if (set.wake_fds[i] < 0)
			return -errno;
	}
	set.learned_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	return set.learned_fd < 0 ? -errno : 0;
}

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

int workers_init(struct port *const *ports, bool threads)
{
	int err;

	set.ports = ports;
	set.threads = threads;
	set.learned_fd = -1;
	for (int i = 0; i < WORKER_SLOTS; i++)
		set.wake_fds[i] = -1;
	err = open_fds();
	if (!err)
		err = punt_init();
	if (!err) {
		set.retired = worker_create(WORKER_SLOTS, 0, -1, ports);
		err = set.retired ? grace_init(WORKER_SLOTS) : -ENOMEM;
	}
	if (err)
		workers_fini();
	return err;
}

const struct worker *workers_counting(uint16_t i)
{
	return i < WORKER_SLOTS ? set.slots[i] : set.retired;
}

struct port *const *workers_ports(void)
{
	return set.ports;
}

struct worker *workers_slot(uint16_t slot)
{
	return slot < WORKER_SLOTS ? set.slots[slot] : NULL;
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

	for (uint16_t i = 0; i < WORKER_SLOTS; i++)
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
	for (int i = 0; i < WORKER_SLOTS; i++)
		if (set.slots[i])
			idle_kick(set.wake_fds[i]);
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
	punt_inherit(set.retired, worker);
	plan_destroy((struct plan *)worker->plan);
	worker_destroy(worker);
}

/* Returns the slot of a new worker that has no queues yet, or -errno. */
static int begin(uint16_t core)
{
	struct worker *worker;
	uint16_t slot = 0;
	int err;

	while (slot < WORKER_SLOTS && set.slots[slot])
		slot++;
	if (slot == WORKER_SLOTS)
		return -ENOSPC;
	err = fdb_workers_set(slot + 1);
	if (err)
		return err;
	worker = worker_create(slot, core, set.wake_fds[slot], set.ports);
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
	for (int i = 0; i < WORKER_SLOTS; i++)
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
	bool fresh[WORKER_SLOTS] = {false};
	int err = 0;

	if (n > WORKERS_MAX)
		return -ENOSPC;
	share_tx(UINT16_MAX);
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
	for (int i = 0; i < WORKER_SLOTS; i++)
		if (set.slots[i] && (err ? fresh[i] : !contains(cores, n, workers_slot(i)->core)))
			end(i);
	if (!err) {
		memcpy(set.order, order, n * sizeof(order[0]));
		set.n = n;
	}
	for (uint16_t i = 0; i < set.n; i++)
		workers_at(i)->position = i;
	grace_wait(); /* nobody sends by its former position any more */
	share_tx(set.n);
	return err;
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
	for (int i = 0; i < WORKER_SLOTS; i++)
		if (set.slots[i])
			end(i);
	set.n = 0;
	worker_destroy(set.retired);
	set.retired = NULL;
	for (int i = 0; i < WORKER_SLOTS; i++)
		close_fd(&set.wake_fds[i]);
	close_fd(&set.learned_fd);
	punt_fini();
	grace_fini();
}

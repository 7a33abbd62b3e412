// SPDX-License-Identifier: BSD-3-Clause
#include "dataplane/idle.h"

#include <errno.h>
#include <poll.h>
#include <time.h>
#include <unistd.h>

#include <rte_common.h>
#include <rte_pause.h>

#include "dataplane/grace_worker.h"

enum {
	SLEEP_MS = 1000,    /* bounds the harm of a wake-up that never comes */
	NAP_FIRST_US = 50,  /* for queues without a descriptor: doubled … */
	NAP_MOST_US = 1000, /* … up to this, which costs about a hundredth of a core */
};

/* What arming the queues came to. */
struct sleep {
	uint32_t n_fds;
	bool nap;  /* some queue has no descriptor */
	bool busy; /* some queue has packets */
};

void idle_kick(int fd)
{
	uint64_t one = 1;

	/* It fails only when the counter is full: then the descriptor is readable already. */
	(void)!write(fd, &one, sizeof(one));
}

static void drain(int fd)
{
	uint64_t n;

	(void)!read(fd, &n, sizeof(n));
}

static void arm(struct worker *worker, const struct plan *plan, struct sleep *sleep)
{
	worker->fds[sleep->n_fds++] = (struct pollfd){.fd = worker->wake_fd, .events = POLLIN};
	for (uint32_t i = 0; i < plan->n && !sleep->busy; i++) {
		const struct plan_queue *q = &plan->queues[i];
		int fd = q->port->ops->sleep ? q->port->ops->sleep(q->port, q->queue) : -ENOTSUP;

		if (fd >= 0) {
			worker->armed[sleep->n_fds] = i;
			worker->fds[sleep->n_fds++] = (struct pollfd){.fd = fd, .events = POLLIN};
		} else if (fd == -EAGAIN) {
			sleep->busy = true;
		} else if (fd == -ENOTSUP) {
			sleep->nap = true;
		}
	}
}

static void disarm(struct worker *worker, const struct plan *plan, uint32_t n_fds)
{
	for (uint32_t i = 1; i < n_fds; i++) {
		const struct plan_queue *q = &plan->queues[worker->armed[i]];

		if (q->port->ops->wake)
			q->port->ops->wake(q->port, q->queue);
	}
}

void idle_take_over(struct worker *worker, const struct plan *plan)
{
	for (uint32_t i = 0; i < plan->n; i++) {
		const struct plan_queue *q = &plan->queues[i];

		if (q->port->ops->wake)
			q->port->ops->wake(q->port, q->queue);
	}
	atomic_store_explicit(&worker->plan_serial, plan->serial, memory_order_release);
}

static void nap_longer(struct worker *worker)
{
	if (!worker->nap_us)
		worker->nap_us = NAP_FIRST_US;
	else if (worker->nap_us < NAP_MOST_US)
		worker->nap_us = RTE_MIN(2 * worker->nap_us, (uint32_t)NAP_MOST_US);
}

static void wait_for_work(struct worker *worker, const struct sleep *sleep)
{
	struct timespec limit = {.tv_sec = SLEEP_MS / 1000};

	if (sleep->nap) {
		nap_longer(worker);
		limit = (struct timespec){.tv_nsec = worker->nap_us * 1000L};
	}
	atomic_store(&worker->sleeping, true);
	/* Then looks: what control put in before it could see that (punt.c). */
	if (!atomic_load(&worker->injected) && ppoll(worker->fds, sleep->n_fds, &limit, NULL) > 0 &&
	    worker->fds[0].revents)
		drain(worker->wake_fd);
	atomic_store(&worker->sleeping, false);
}

/*
 * While it is offline the worker holds no plan: control may publish another
 * one and free this one and its ports. Then idle_take_over disarms the queues
 * that are left, at the next round; those that went elsewhere are disarmed by
 * who took them over.
 */
static void sleep_once(struct worker *worker)
{
	const struct plan *plan = atomic_load_explicit(&worker->plan, memory_order_acquire);
	struct sleep sleep = {0};

	arm(worker, plan, &sleep);
	if (!sleep.busy) {
		grace_leave(worker->id);
		wait_for_work(worker, &sleep);
		grace_enter(worker->id);
		plan = atomic_load_explicit(&worker->plan, memory_order_acquire);
	}
	if (plan->serial == atomic_load_explicit(&worker->plan_serial, memory_order_relaxed))
		disarm(worker, plan, sleep.n_fds);
}

void idle_step(struct worker *worker)
{
	uint64_t now = rte_rdtsc();

	if (!worker->idle_since)
		worker->idle_since = now;
	if (atomic_load_explicit(worker->poll, memory_order_relaxed) ||
	    !patience_is_over(&worker->patience, now - worker->idle_since)) {
		rte_pause();
	} else {
		patience_sleep(&worker->patience);
		sleep_once(worker);
	}
}

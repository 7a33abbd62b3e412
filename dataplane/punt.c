// SPDX-License-Identifier: BSD-3-Clause
#include "dataplane/punt.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <rte_cycles.h>

#include "dataplane/grace.h"
#include "dataplane/idle.h"
#include "dataplane/l3.h"
#include "dataplane/mem.h"
#include "dataplane/punt_ring.h"
#include "dataplane/workers.h"

atomic_uint punt_rates[PUNT_CLASSES], punt_sessions[PUNT_SESSIONS];
static const uint32_t first_rates[PUNT_CLASSES] = {
	[PUNT_PROTOCOL] = PUNT_RATE_PROTOCOL, [PUNT_BFD] = PUNT_RATE_BFD,
	[PUNT_NEIGHBOR] = PUNT_RATE_NEIGHBOR, [PUNT_GLEAN] = PUNT_RATE_GLEAN,
	[PUNT_LOCAL] = PUNT_RATE_LOCAL,       [PUNT_ERROR] = PUNT_RATE_ERROR,
};

static struct {
	int fd;
	atomic_bool control_waits; /* set by control, cleared by the worker that kicks it */
	uint16_t turn;             /* the worker whose ring is looked at first */
	uint64_t lost;             /* injected, and no worker had room */
	bool is_unsettled;         /* something was injected since inject_settle */
} punts = {.fd = -1};

int punt_init(void)
{
	for (int i = 0; i < PUNT_CLASSES; i++)
		punt_rates[i] = first_rates[i];
	for (int i = 0; i < PUNT_SESSIONS; i++)
		punt_sessions[i] = 0;
	punts.lost = 0;
	punts.fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	return punts.fd < 0 ? -errno : 0;
}

void punt_fini(void)
{
	if (punts.fd >= 0)
		close(punts.fd);
	punts.fd = -1;
}

static struct rte_ring *make_ring(const char *name, unsigned elem, unsigned n)
{
	struct rte_ring *ring = mem_lines(rte_ring_get_memsize_elem(elem, n));

	if (ring && rte_ring_init(ring, name, n, RING_F_SP_ENQ | RING_F_SC_DEQ)) {
		free(ring);
		return NULL;
	}
	return ring;
}

int punt_worker_init(struct worker *worker)
{
	for (int i = 0; i < PUNT_CLASSES; i++) {
		worker->punt[i].ring = make_ring("punt", sizeof(struct punt), PUNT_RING);
		if (!worker->punt[i].ring)
			return -ENOMEM;
	}
	worker->inject = make_ring("inject", sizeof(struct inject), INJECT_RING);
	return worker->inject ? 0 : -ENOMEM;
}

static bool take_punted(struct rte_ring *ring, struct punt *out)
{
	return !rte_ring_sc_dequeue_elem(ring, out, sizeof(*out));
}

static bool take_injected(struct rte_ring *ring, struct inject *out)
{
	return !rte_ring_sc_dequeue_elem(ring, out, sizeof(*out));
}

void punt_worker_fini(struct worker *worker)
{
	struct inject inject;
	struct punt punt;

	for (int i = 0; i < PUNT_CLASSES; i++) {
		while (worker->punt[i].ring && take_punted(worker->punt[i].ring, &punt))
			rte_pktmbuf_free(punt.m);
		free(worker->punt[i].ring);
	}
	while (worker->inject && take_injected(worker->inject, &inject))
		rte_pktmbuf_free(inject.m);
	free(worker->inject);
}

void punt_inherit(struct worker *heir, struct worker *worker)
{
	struct inject injected;
	struct punt punt;

	for (int i = 0; i < PUNT_CLASSES; i++) {
		struct punt_stats *to = &heir->punt[i].stats, *from = &worker->punt[i].stats;

		while (take_punted(worker->punt[i].ring, &punt))
			if (rte_ring_sp_enqueue_elem(heir->punt[i].ring, &punt, sizeof(punt))) {
				rte_pktmbuf_free(punt.m);
				from->full++;
			}
		to->punted += from->punted;
		to->policed += from->policed;
		to->full += from->full;
	}
	while (take_injected(worker->inject, &injected))
		inject(&injected);
}

void punt_tell_control(void)
{
	if (atomic_exchange(&punts.control_waits, false))
		idle_kick(punts.fd);
}

int punt_fd(void)
{
	return punts.fd;
}

/* Of one class, up to max, an equal share of each worker's before any more of one. */
static uint32_t take_class(enum punt_class class, struct punt *out, uint32_t max)
{
	uint32_t share = RTE_MAX(max / (workers_n() + 1U), 1U), n = 0, before;

	do {
		before = n;
		for (uint16_t i = 0; i <= WORKER_SLOTS && n < max; i++) {
			/* Counters aside, the rings are control's to take from. */
			const struct worker *worker =
				workers_counting((punts.turn + i) % (WORKER_SLOTS + 1));

			if (worker)
				n += rte_ring_sc_dequeue_burst_elem(worker->punt[class].ring,
								    out + n, sizeof(*out),
								    RTE_MIN(share, max - n), NULL);
		}
	} while (n < max && n > before);
	return n;
}

/* First each class its share, then the first ones what is left. */
static uint32_t take(struct punt *out, uint32_t max)
{
	uint32_t share = RTE_MAX(max / PUNT_CLASSES, 1U), n = 0;

	punts.turn = (punts.turn + 1) % (WORKER_SLOTS + 1);
	for (int c = 0; c < PUNT_CLASSES; c++)
		n += take_class(c, out + n, RTE_MIN(share, max - n));
	for (int c = 0; c < PUNT_CLASSES; c++)
		n += take_class(c, out + n, max - n);
	return n;
}

uint32_t punt_take(struct punt *out, uint32_t max)
{
	uint32_t n = take(out, max);
	uint64_t kicks;

	if (n)
		return n;
	/* Armed first, looked at again after: no packet falls in between. */
	(void)!read(punts.fd, &kicks, sizeof(kicks));
	atomic_store(&punts.control_waits, true);
	return take(out, max);
}

void punt_stats(enum punt_class class, struct punt_stats *out)
{
	*out = (struct punt_stats){0};
	for (uint16_t i = 0; i <= WORKER_SLOTS; i++) {
		const struct worker *worker = workers_counting(i);
		const struct punt_stats *stats = worker ? &worker->punt[class].stats : NULL;

		if (!stats)
			continue;
		out->punted += count_get(&stats->punted);
		out->policed += count_get(&stats->policed);
		out->full += count_get(&stats->full);
	}
}

void punt_rate(enum punt_class class, uint32_t pps)
{
	atomic_store_explicit(&punt_rates[class], pps, memory_order_relaxed);
}

uint32_t punt_rate_of(enum punt_class class)
{
	return atomic_load_explicit(&punt_rates[class], memory_order_relaxed);
}

void punt_session(uint32_t discriminator, bool is_there)
{
	atomic_store_explicit(&punt_sessions[discriminator % PUNT_SESSIONS],
			      is_there ? discriminator : 0, memory_order_relaxed);
}

uint64_t inject_lost(void)
{
	return punts.lost;
}

/* What leaves by one interface goes by one worker, and so stays in order. While the set of workers
 * changes that one may have ended: then by any. */
static struct worker *worker_for(const struct inject *in)
{
	uint16_t n = workers_n();
	struct worker *worker = n ? workers_at((in->iface + in->vrf) % n) : NULL;

	for (uint16_t slot = 0; !worker && slot < WORKER_SLOTS; slot++)
		worker = workers_slot(slot);
	return worker;
}

int inject(const struct inject *in)
{
	struct worker *worker = worker_for(in);
	struct inject copy = *in;

	if (in->vrf >= L3_VRF_MAX || in->iface >= L3_IFACE_MAX || in->from >= L3_IFACE_MAX)
		worker = NULL; /* there is no such: it can go nowhere */
	if (!worker || rte_ring_sp_enqueue_elem(worker->inject, &copy, sizeof(copy))) {
		rte_pktmbuf_free(in->m);
		punts.lost++;
		return -ENOBUFS;
	}
	/* The worker says that it sleeps, then looks at this: one of us sees the other. */
	punts.is_unsettled = true;
	atomic_store(&worker->injected, true);
	if (atomic_load(&worker->sleeping))
		idle_kick(worker->wake_fd);
	return 0;
}

static bool is_waiting(void)
{
	for (uint16_t slot = 0; slot < WORKER_SLOTS; slot++) {
		const struct worker *worker = workers_slot(slot);

		if (worker && !rte_ring_empty(worker->inject))
			return true;
	}
	return false;
}

void inject_settle(uint32_t ms)
{
	uint64_t end = rte_rdtsc() + rte_get_tsc_hz() / 1000 * ms;

	if (!punts.is_unsettled)
		return;
	punts.is_unsettled = false;
	while (is_waiting()) {
		if (rte_rdtsc() > end)
			return;
		usleep(20); /* a worker has to wake up */
	}
	/* What they took is under way in their rounds. */
	for (uint64_t token = grace_start(); !grace_over(token) && rte_rdtsc() <= end;)
		usleep(20);
}

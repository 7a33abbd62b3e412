// SPDX-License-Identifier: BSD-3-Clause
#include "tools/pktgen/warmup.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include <rte_cycles.h>
#include <rte_ethdev.h>
#include <rte_mbuf.h>

#include "tools/pktgen/drain.h"
#include "tools/pktgen/single.h"

#define PROBE_EVERY_US  10000
#define SILENCE_SECONDS 0.05
#define LINK_EVERY_US   10000
#define LATE_MOST       32 /* packets */

static double seconds_since(uint64_t began)
{
	return (double)(rte_rdtsc() - began) / (double)rte_get_tsc_hz();
}

int warmup_wait_for_ports(struct engine *e, char *error, size_t size)
{
	uint64_t began = rte_rdtsc();

	for (unsigned i = 0; i < e->ports->n; i++) {
		struct port *port = &e->ports->list[i];
		while (!port_is_up(port)) {
			if (*e->stop)
				return -EINTR;
			if (seconds_since(began) > e->options->wait) {
				snprintf(error, size,
					 "%s: no link after %g s (--wait): nobody is on the other "
					 "side",
					 port->name, e->options->wait);
				return -ETIMEDOUT;
			}
			usleep(LINK_EVERY_US);
		}
	}
	return 0;
}

static bool is_probe(const struct engine *e, struct rte_mbuf *m, uint32_t mark)
{
	if (!e->options->stamp)
		return true;
	return m->nb_segs == 1 && m->data_len >= STAMP_SIZE &&
	       stamp_read(rte_pktmbuf_mtod_offset(m, uint8_t *, m->data_len)).mark == mark;
}

static bool probe_arrived(struct engine *e, uint16_t port, uint32_t mark)
{
	bool arrived = false;

	for (uint16_t q = 0; q < e->options->queues; q++) {
		struct rte_mbuf *mbufs[RECEIVER_BURST];
		uint16_t n = rte_eth_rx_burst(port, q, mbufs, RECEIVER_BURST);
		for (uint16_t i = 0; i < n; i++)
			arrived |= is_probe(e, mbufs[i], mark);
		rte_pktmbuf_free_bulk(mbufs, n);
	}
	return arrived;
}

/* Whether a packet came through in time, of those sent every ten milliseconds. */
static bool probe(struct engine *e, uint8_t direction, uint16_t from, uint16_t to)
{
	uint32_t mark = engine_new_mark(e);
	struct single packet = {.source = &e->sources[direction], .stamp = {.mark = mark}};
	uint64_t began = rte_rdtsc();

	do {
		single_send(e->ports, from, 0, &packet);
		for (int i = 0; i < 10; i++) {
			usleep(PROBE_EVERY_US / 10);
			if (probe_arrived(e, to, mark))
				return true;
		}
	} while (!*e->stop && seconds_since(began) < e->options->wait);
	return false;
}

static bool is_learned(enum frame_field_kind kind, enum frame_field_kind mac)
{
	return kind == mac || kind == FIELD_VLAN || kind == FIELD_OUTER_VLAN;
}

/* How many numbers of flows bring a new address, or a new VLAN for one. */
static uint32_t count_addresses(const struct engine *e, const struct source *source,
				enum frame_field_kind mac)
{
	uint32_t n = 1;

	if (source->recording)
		return source->recording->n_frames;
	for (unsigned i = 0; i < source->frames.n_fields; i++) {
		const struct frame_field *field = &source->frames.fields[i];
		if (!is_learned(field->kind, mac) || field->n == 1)
			continue;
		if (n > 1 || field->every > 1)
			return options_flow_numbers(e->options);
		n = field->n;
	}
	return n;
}

/* All addresses on one side speak, at a rate at which a switch can learn them. */
static uint64_t speak(struct engine *e, uint8_t direction, uint16_t port, bool turned)
{
	const struct source *source = &e->sources[direction];
	uint32_t n = count_addresses(e, source, turned ? FIELD_MAC_DST : FIELD_MAC_SRC);
	struct single one = {.source = source, .turned = turned};
	double step = (double)rte_get_tsc_hz() / e->options->warmup_rate,
	       next = (double)rte_rdtsc();

	while (one.index < n && !*e->stop) {
		double now = (double)rte_rdtsc();

		for (unsigned p = 0; p < e->ports->n; p++)
			probe_arrived(e, e->ports->list[p].id,
				      0); /* what is flooded must not pile up */
		/* Time that others had is not made up for: it would be all at once. */
		next = RTE_MAX(next, now - LATE_MOST * step);
		for (; one.index < n && next <= now && single_send(e->ports, port, 0, &one);
		     one.index++)
			next += step;
	}
	return one.index;
}

static volatile sig_atomic_t rested;

void warmup_end_rest(int signal)
{
	rested = 1;
}

/* Leaves the core to others: a switch may be busy with what it has learned. */
static void settle(struct engine *e)
{
	uint64_t began = rte_rdtsc();

	while (!*e->stop && !rested && seconds_since(began) < e->options->settle) {
		usleep(PROBE_EVERY_US / 10);
		for (unsigned p = 0; p < e->ports->n; p++)
			probe_arrived(e, e->ports->list[p].id, 0);
	}
}

static uint8_t opposite(const struct engine *e, uint8_t direction)
{
	return direction == 0 ? (uint8_t)(e->ports->n - 1) : 0;
}

void warmup_run(struct engine *e, struct warmup *warmup)
{
	*warmup = (struct warmup){.came_through = true};
	for (uint8_t d = 0; d < e->n_directions && !*e->stop; d++) {
		uint8_t from = d == 0 ? 0 : (uint8_t)(e->ports->n - 1);
		uint16_t tx = e->ports->list[from].id, rx = e->ports->list[opposite(e, d)].id;
		warmup->came_through &= probe(e, d, tx, rx);
		warmup->addresses += speak(e, d, tx, false);
		warmup->addresses += speak(e, d, rx, true);
	}
	settle(e);
	e->comes_through = warmup->came_through;
	if (e->comes_through && e->options->stamp)
		drain_warmup(e);
	engine_discard(e, SILENCE_SECONDS);
}

// SPDX-License-Identifier: BSD-3-Clause
#include "tests/dp/net.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_mempool.h>

#include "dataplane/punt.h"
#include "dataplane/worker.h"
#include "dataplane/workers.h"
#include "tests/support/eal.h"

enum { N_MBUFS = 8191, FAKES_MAX = 64 };

uint32_t net_now_s, net_serial;

static struct fake *fakes[FAKES_MAX];
static uint32_t n_fakes;

static uint16_t fake_rx(struct port *port, uint16_t queue, struct rte_mbuf **pkts, uint16_t max)
{
	struct fake *f = container_of(port, struct fake, port);
	uint16_t n = 0;

	while (n < max && f->in_head[queue] != f->in_tail[queue])
		pkts[n++] = f->in[queue][f->in_head[queue]++ % FAKE_QUEUE];
	return n;
}

static uint16_t fake_tx(struct port *port, uint16_t queue, struct rte_mbuf **pkts, uint16_t n)
{
	struct fake *f = container_of(port, struct fake, port);
	uint16_t sent = 0;

	for (; sent < n && f->room && f->n_out < FAKE_QUEUE; f->room--)
		f->out[f->n_out++] = pkts[sent++];
	return sent;
}

static void fake_wake(struct port *port, uint16_t queue)
{
	container_of(port, struct fake, port)->n_wake++;
}

static const struct port_ops fake_ops = {.rx = fake_rx, .tx = fake_tx, .wake = fake_wake};

void net_start(uint16_t n_workers)
{
	struct dp_conf conf = {.n_mbufs = N_MBUFS, .manual = true};
	uint16_t cores[WORKERS_MAX];

	test_eal_init();
	assert_int_equal(dp_start(&conf), 0);
	for (uint16_t i = 0; i < n_workers; i++)
		cores[i] = i;
	assert_int_equal(dp_workers_set(cores, n_workers), 0);
	net_now_s = 1000;
	net_serial++;
}

static void check_sum_rule(void)
{
	for (uint16_t i = 0; i < dp_n_workers(); i++) {
		struct dp_worker_stats s;

		dp_worker_stats(i, &s);
		assert_int_equal(s.received + s.generated, s.sent + s.dropped + s.consumed);
	}
}

/* All that workers count as consumed went to control, and control frees it. */
static void check_punted(void)
{
	uint64_t consumed = 0, punted = 0;
	struct punt_stats stats;
	struct punt punt;

	while (punt_take(&punt, 1))
		rte_pktmbuf_free(punt.m);
	for (uint16_t i = 0; i <= WORKER_SLOTS; i++)
		if (workers_counting(i))
			consumed += workers_counting(i)->consumed;
	for (int c = 0; c < PUNT_CLASSES; c++) {
		punt_stats(c, &stats);
		punted += stats.punted;
	}
	assert_int_equal(consumed, punted);
}

void net_stop(void)
{
	run();
	check_sum_rule();
	check_punted();
	while (n_fakes)
		fake_gone(fakes[n_fakes - 1]);
	for (uint16_t id = 0; id < BRIDGE_MAX; id++)
		bridge_destroy(bridge_by_id(id));
	dp_workers_set(NULL, 0);
	assert_int_equal(rte_mempool_avail_count(dp_pool()), N_MBUFS);
	dp_stop();
}

struct fake *fake_queues(const char *name, uint16_t n_rxq, uint16_t n_txq)
{
	struct fake *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	port_init(&f->port, name, &fake_ops, n_rxq, n_txq, 1500);
	f->port.up = true;
	f->room = UINT32_MAX;
	assert_int_equal(dp_port_attach(&f->port), 0);
	assert_true(n_fakes < FAKES_MAX);
	fakes[n_fakes++] = f;
	net_place(0);
	return f;
}

struct fake *fake(const char *name)
{
	return fake_queues(name, 1, 1);
}

void net_place(uint16_t first)
{
	struct dp_queue queues[FAKES_MAX * PORT_QUEUES_MAX];
	uint32_t n = 0;

	for (uint32_t i = 0; i < n_fakes; i++)
		for (uint16_t q = 0; q < fakes[i]->port.n_rxq; q++, n++)
			queues[n] =
				(struct dp_queue){&fakes[i]->port, q, (first + n) % dp_n_workers()};
	assert_int_equal(dp_place(queues, n), 0);
}

void fake_gone(struct fake *f)
{
	dp_port_detach(&f->port);
	fake_take_all(f);
	for (int q = 0; q < PORT_QUEUES_MAX; q++)
		while (f->in_head[q] != f->in_tail[q])
			rte_pktmbuf_free(f->in[q][f->in_head[q]++ % FAKE_QUEUE]);
	for (uint32_t i = 0; i < n_fakes; i++)
		if (fakes[i] == f)
			fakes[i] = fakes[--n_fakes];
	free(f);
}

struct member_conf access_port(uint16_t vlan)
{
	return (struct member_conf){.untagged = vlan};
}

struct member_conf trunk(unsigned native, ...)
{
	struct member_conf conf = {.untagged = (uint16_t)native};
	va_list vlans;

	va_start(vlans, native);
	for (int v; (v = va_arg(vlans, int));)
		conf.tagged[v / 64] |= UINT64_C(1) << (v % 64);
	va_end(vlans);
	return conf;
}

void join(struct bridge *bridge, struct fake *f, struct member_conf conf)
{
	assert_int_equal(bridge_member_set(bridge, &f->port, &conf), 0);
}

/* In as many segments as it needs, as ports receive jumbo frames. */
struct rte_mbuf *mbuf_of(const struct frame *f)
{
	struct rte_mbuf *head = NULL, *last = NULL;
	uint32_t done = 0;

	do {
		struct rte_mbuf *m = rte_pktmbuf_alloc(dp_pool());
		uint32_t n;

		assert_non_null(m);
		n = RTE_MIN(f->len - done, (uint32_t)rte_pktmbuf_tailroom(m));
		memcpy(rte_pktmbuf_append(m, n), f->bytes + done, n);
		done += n;
		if (!head) {
			head = m;
		} else {
			last->next = m;
			head->nb_segs++;
			head->pkt_len += n;
		}
		last = m;
	} while (done < f->len);
	return head;
}

static void enqueue(struct fake *fake, uint16_t queue, struct rte_mbuf *m)
{
	assert_true(fake->in_tail[queue] - fake->in_head[queue] < FAKE_QUEUE);
	fake->in[queue][fake->in_tail[queue]++ % FAKE_QUEUE] = m;
}

void put_mbuf(struct fake *fake, struct rte_mbuf *m)
{
	enqueue(fake, 0, m);
}

void put_queue(struct fake *fake, uint16_t queue, const struct frame *f)
{
	enqueue(fake, queue, mbuf_of(f));
}

void put(struct fake *fake, const struct frame *f)
{
	put_queue(fake, 0, f);
}

/* As control does: events of a member that is gone are void. */
static void take(const struct dp_learned *event)
{
	const struct port *port = dp_port(event->port);
	const struct member *member = port ? atomic_load(&port->member) : NULL;

	if (member && member->serial == event->serial)
		fdb_set(member->bridge, event->key, event->port, false, net_now_s);
}

static uint32_t learn(void)
{
	struct dp_learned events[64];
	uint32_t n = dp_learned(events, 64);

	for (uint32_t i = 0; i < n; i++)
		take(&events[i]);
	return n;
}

static uint32_t rounds(void)
{
	uint32_t moved = 0;

	for (uint16_t i = 0; i < dp_n_workers(); i++)
		moved += worker_round(workers_at(i));
	return moved;
}

void run_round(void)
{
	rounds();
}

void run(void)
{
	while (rounds() + learn())
		;
}

static void print(const char *what, const uint8_t *bytes, uint32_t len)
{
	fprintf(stderr, "%s (%u bytes):", what, len);
	for (uint32_t i = 0; i < len && i < 96; i++)
		fprintf(stderr, "%s%02x", i % 16 ? " " : "\n  ", bytes[i]);
	fprintf(stderr, "\n");
}

void expect_at(const char *file, int line, struct fake *fake, const struct frame *f)
{
	struct rte_mbuf *m;
	uint8_t copy[FRAME_MAX];
	const uint8_t *bytes;
	uint32_t len;

	if (fake->next_out == fake->n_out) {
		fprintf(stderr, "%s: nothing came out\n", fake->port.name);
		_fail(file, line);
	}
	m = fake->out[fake->next_out++];
	len = m->pkt_len;
	bytes = rte_pktmbuf_read(m, 0, len, copy);
	if (len != f->len || memcmp(bytes, f->bytes, len)) {
		print("expected", f->bytes, f->len);
		print(fake->port.name, bytes, len);
		_fail(file, line);
	}
	rte_pktmbuf_free(m);
}

void expect_none_at(const char *file, int line, struct fake *fake)
{
	if (fake->next_out == fake->n_out)
		return;
	fprintf(stderr, "%s: %u more came out\n", fake->port.name, fake->n_out - fake->next_out);
	_fail(file, line);
}

uint32_t fake_take_all(struct fake *fake)
{
	uint32_t n = fake->n_out - fake->next_out;

	while (fake->next_out < fake->n_out)
		rte_pktmbuf_free(fake->out[fake->next_out++]);
	fake->n_out = fake->next_out = 0;
	return n;
}

void expect_drops_at(const char *file, int line, struct fake *fake, enum drop reason, uint64_t n)
{
	struct dp_port_stats stats;

	dp_port_stats(&fake->port, &stats);
	if (stats.drops[reason] == n)
		return;
	fprintf(stderr, "%s: %lu drops for %s, expected %lu\n", fake->port.name,
		stats.drops[reason], drop_info[reason].name, n);
	_fail(file, line);
}

// SPDX-License-Identifier: BSD-3-Clause
/* The gates between workers and control: rates, rings, order, and what becomes of workers that end.
 */
#include "tests/dp/net.h"

#include <poll.h>
#include <string.h>

#include "dataplane/punt.h"
#include "dataplane/worker.h"
#include "dataplane/workers.h"

#define A UINT64_C(0x020000000001)
#define B UINT64_C(0x020000000002)

enum { PPS = 100, PER_BURST = 16 }; /* a tenth of a second's worth, but at least 16 */

static struct fake *in, *other, *from;

static int setup(void **state)
{
	net_start(2);
	from = in = fake("in");
	other = fake("other");
	return 0;
}

static int teardown(void **state)
{
	net_stop();
	return 0;
}

/* n packets reach punt in a worker at once; drop: why they were not forwarded. */
static void reach_at(uint16_t position, enum punt_class class, uint16_t n, enum drop drop)
{
	struct worker *worker = workers_at(position);
	struct burst *burst = &worker->burst;
	struct frame f = plain(B, A);

	memset(burst->lanes, 0, sizeof(burst->lanes));
	burst->in = &from->port;
	for (uint16_t i = 0; i < n; i++) {
		burst->mbufs[i] = mbuf_of(&f);
		burst->pkts[i] = (struct pkt){.ether_type = 0x0800,
					      .l3 = 14,
					      .iface = 7,
					      .punt = class,
					      .why = PUNT_TTL,
					      .nexthop = 70000,
					      .mtu = 1400,
					      .drop = drop};
		lane_push(burst, STAGE_PUNT, i);
	}
	count_add(&worker->received, n);
	stage_punt(worker, burst, &burst->lanes[STAGE_PUNT]);
	if (burst->lanes[STAGE_DROP].n)
		stage_drop(worker, burst, &burst->lanes[STAGE_DROP]);
}

static void reach(enum punt_class class, uint16_t n)
{
	reach_at(0, class, n, DROP_runt);
}

static void later(double seconds)
{
	for (uint16_t i = 0; i < dp_n_workers(); i++)
		workers_at(i)->now += (uint64_t)(seconds * workers_at(i)->tsc_hz);
}

static uint32_t take_all(enum punt_class class)
{
	struct punt punt;
	uint32_t n = 0;

	while (punt_take(&punt, 1)) {
		assert_int_equal(punt.class, class);
		rte_pktmbuf_free(punt.m);
		n++;
	}
	return n;
}

static void expect_stats(enum punt_class class, uint64_t punted, uint64_t policed, uint64_t full)
{
	struct punt_stats stats;

	punt_stats(class, &stats);
	assert_int_equal(stats.punted, punted);
	assert_int_equal(stats.policed, policed);
	assert_int_equal(stats.full, full);
}

static void control_gets_the_frame_and_all_that_is_known_of_it(void **state)
{
	struct frame f = plain(B, A);
	struct punt punt;

	later(1);
	reach(PUNT_GLEAN, 1);
	assert_int_equal(punt_take(&punt, 1), 1);
	assert_int_equal(punt.m->pkt_len, f.len);
	assert_memory_equal(rte_pktmbuf_mtod(punt.m, void *), f.bytes, f.len);
	assert_int_equal(punt.class, PUNT_GLEAN);
	assert_int_equal(punt.nexthop, 70000);
	assert_int_equal(punt.iface, 7);
	assert_int_equal(punt.l3, 14);
	assert_int_equal(punt.ether_type, 0x0800);
	assert_int_equal(punt.mtu, 1400);
	assert_int_equal(punt.why, PUNT_TTL);
	rte_pktmbuf_free(punt.m);
}

static void beyond_its_rate_a_class_is_dropped(void **state)
{
	punt_rate(PUNT_LOCAL, PPS);
	later(1);
	reach(PUNT_LOCAL, PER_BURST + 5);
	expect_stats(PUNT_LOCAL, PER_BURST, 5, 0);
	expect_drops(in, punt_policed, 5);
	assert_int_equal(take_all(PUNT_LOCAL), PER_BURST);
}

static void a_rate_fills_up_with_time(void **state)
{
	punt_rate(PUNT_LOCAL, PPS);
	later(1);
	reach(PUNT_LOCAL, PER_BURST);
	later(0.0901); /* nine, the last one of which is for others */
	reach(PUNT_LOCAL, 9);
	expect_stats(PUNT_LOCAL, PER_BURST + 8, 1, 0);
	expect_drops(in, punt_policed, 1);
	assert_int_equal(take_all(PUNT_LOCAL), PER_BURST + 8);
}

static void a_rate_of_nothing_lets_nothing_through(void **state)
{
	punt_rate(PUNT_LOCAL, 0);
	later(1);
	reach(PUNT_LOCAL, 3);
	expect_stats(PUNT_LOCAL, 0, 3, 0);
	expect_drops(in, punt_policed, 3);
}

static void a_rate_of_one_lets_one_through_a_second(void **state)
{
	punt_rate(PUNT_ERROR, 1);
	for (int i = 0; i < 3; i++) {
		later(1.001);
		reach(PUNT_ERROR, 5);
	}
	expect_stats(PUNT_ERROR, 3, 12, 0);
	assert_int_equal(take_all(PUNT_ERROR), 3);
}

static void a_flood_of_one_class_takes_nothing_from_another(void **state)
{
	punt_rate(PUNT_LOCAL, PPS);
	later(1);
	for (int i = 0; i < 100; i++)
		reach(PUNT_LOCAL, BURST_MAX);
	reach(PUNT_PROTOCOL, BURST_MAX);
	expect_stats(PUNT_PROTOCOL, BURST_MAX, 0, 0);
}

/* Without it the other port would have a chance of one in ten. */
static void a_port_that_floods_leaves_others_their_share(void **state)
{
	struct punt_stats stats;

	punt_rate(PUNT_GLEAN, PPS);
	later(1);
	for (int i = 0; i < 100; i++) { /* for two seconds, at ten times the rate */
		from = in;
		reach(PUNT_GLEAN, 20);
		later(0.02);
		from = other;
		if (i % 10 == 9)
			reach(PUNT_GLEAN, 1);
		take_all(PUNT_GLEAN);
	}
	punt_stats(PUNT_GLEAN, &stats);
	assert_in_range(stats.punted, PER_BURST + 195, PER_BURST + 205); /* nothing is left over */
	expect_drops(in, punt_policed, stats.policed); /* and of the other port none */
}

static void each_worker_has_the_rate(void **state)
{
	punt_rate(PUNT_LOCAL, PPS);
	later(1);
	reach_at(0, PUNT_LOCAL, BURST_MAX, DROP_runt);
	reach_at(1, PUNT_LOCAL, BURST_MAX, DROP_runt);
	expect_stats(PUNT_LOCAL, 2 * PER_BURST, 2 * (BURST_MAX - PER_BURST), 0);
}

static void what_the_ring_has_no_room_for_is_dropped(void **state)
{
	uint32_t n = 0;

	punt_rate(PUNT_PROTOCOL, 1000000);
	later(1);
	for (; n <= PUNT_RING; n += BURST_MAX)
		reach(PUNT_PROTOCOL, BURST_MAX);
	expect_stats(PUNT_PROTOCOL, PUNT_RING - 1, 0, n - PUNT_RING + 1);
	expect_drops(in, punt_full, n - PUNT_RING + 1);
	assert_int_equal(take_all(PUNT_PROTOCOL), PUNT_RING - 1);
}

/* Its sender hears of it or does not: it is dropped for the same reason. */
static void what_could_not_be_forwarded_counts_as_dropped_either_way(void **state)
{
	struct dp_worker_stats stats;

	punt_rate(PUNT_ERROR, PPS);
	later(1);
	reach_at(0, PUNT_ERROR, PER_BURST + 4, DROP_giant);
	expect_drops(in, giant, PER_BURST + 4);
	expect_drops(in, punt_policed, 0);
	dp_worker_stats(0, &stats);
	assert_int_equal(stats.generated, PER_BURST);
	assert_int_equal(stats.consumed, PER_BURST);
	assert_int_equal(stats.dropped, PER_BURST + 4);
}

static void classes_come_in_order_and_each_gets_its_share(void **state)
{
	struct punt out[2 * PUNT_CLASSES];
	uint32_t n;

	later(1);
	for (int c = PUNT_CLASSES - 1; c >= 0; c--)
		reach(c, BURST_MAX);
	n = punt_take(out, 2 * PUNT_CLASSES);
	assert_int_equal(n, 2 * PUNT_CLASSES);
	for (uint32_t i = 0; i < n; i++) {
		assert_int_equal(out[i].class, i / 2);
		rte_pktmbuf_free(out[i].m);
	}
}

static void what_others_leave_of_their_share_goes_to_the_first_class(void **state)
{
	struct punt out[20];
	int n_protocol = 0, n_error = 0;

	later(1);
	reach(PUNT_PROTOCOL, BURST_MAX);
	reach(PUNT_ERROR, BURST_MAX);
	assert_int_equal(punt_take(out, 20), 20);
	for (int i = 0; i < 20; i++) {
		n_protocol += out[i].class == PUNT_PROTOCOL;
		n_error += out[i].class == PUNT_ERROR;
		rte_pktmbuf_free(out[i].m);
	}
	assert_int_equal(n_protocol, 17);
	assert_int_equal(n_error, 3);
}

static void no_worker_keeps_another_from_being_heard(void **state)
{
	struct punt out[BURST_MAX];
	int n_second = 0;

	later(1);
	reach_at(0, PUNT_PROTOCOL, BURST_MAX, DROP_runt);
	reach_at(1, PUNT_PROTOCOL, BURST_MAX, DROP_runt);
	assert_int_equal(punt_take(out, BURST_MAX), BURST_MAX);
	for (int i = 0; i < BURST_MAX; i++)
		rte_pktmbuf_free(out[i].m);
	n_second = BURST_MAX - (int)rte_ring_count(workers_at(1)->punt[PUNT_PROTOCOL].ring);
	assert_in_range(n_second, BURST_MAX / 4, BURST_MAX * 3 / 4);
}

/* The round of a worker is what tells control: here one without packets. */
static void control_is_told_once_it_waits(void **state)
{
	struct pollfd fd = {.fd = punt_fd(), .events = POLLIN};
	struct punt punt;

	later(1);
	assert_int_equal(punt_take(&punt, 1), 0);
	assert_int_equal(poll(&fd, 1, 0), 0);
	reach(PUNT_LOCAL, 1);
	run_round();
	assert_int_equal(poll(&fd, 1, 0), 1);
	assert_int_equal(take_all(PUNT_LOCAL), 1); /* and waits again */
	assert_int_equal(poll(&fd, 1, 0), 0);
}

static void what_a_worker_punted_before_it_ended_still_comes(void **state)
{
	later(1);
	reach_at(1, PUNT_NEIGHBOR, 5, DROP_runt);
	assert_int_equal(dp_workers_set((uint16_t[]){0}, 1), 0);
	net_place(0);
	expect_stats(PUNT_NEIGHBOR, 5, 0, 0);
	assert_int_equal(take_all(PUNT_NEIGHBOR), 5);
}

static void packets_outlive_the_port_they_came_in_on(void **state)
{
	struct frame f = plain(B, A);
	struct punt punt;

	later(1);
	reach(PUNT_LOCAL, 1);
	fake_gone(in);
	assert_int_equal(punt_take(&punt, 1), 1);
	assert_memory_equal(rte_pktmbuf_mtod(punt.m, void *), f.bytes, f.len);
	rte_pktmbuf_free(punt.m);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(control_gets_the_frame_and_all_that_is_known_of_it),
		T(beyond_its_rate_a_class_is_dropped),
		T(a_rate_fills_up_with_time),
		T(a_rate_of_nothing_lets_nothing_through),
		T(a_rate_of_one_lets_one_through_a_second),
		T(a_flood_of_one_class_takes_nothing_from_another),
		T(a_port_that_floods_leaves_others_their_share),
		T(each_worker_has_the_rate),
		T(what_the_ring_has_no_room_for_is_dropped),
		T(what_could_not_be_forwarded_counts_as_dropped_either_way),
		T(classes_come_in_order_and_each_gets_its_share),
		T(what_others_leave_of_their_share_goes_to_the_first_class),
		T(no_worker_keeps_another_from_being_heard),
		T(control_is_told_once_it_waits),
		T(what_a_worker_punted_before_it_ended_still_comes),
		T(packets_outlive_the_port_they_came_in_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: BSD-3-Clause
/* Options that routers write into: record route and timestamp. The router is 10.1.0.1 on the left
 * and 10.2.0.1 on the right. */
#include <string.h>

#include "tests/dp/cases.h"
#include "tests/dp/router.h"

#define AT_OPTIONS 34 /* in a frame */
#define NOON       43200000
#define IN         , 10, 1, 0, 1
#define OUT        , 10, 2, 0, 1

static int setup(void **state)
{
	int r = router_setup(state);

	memcpy(iface_conf(left)->ip4, (uint8_t[]){10, 1, 0, 1}, 4);
	memcpy(iface_conf(right)->ip4, (uint8_t[]){10, 2, 0, 1}, 4);
	iface_changed(left);
	iface_changed(right);
	l3_clock(NOON);
	return r;
}

static struct frame with_options(const char *dst, const uint8_t *options, uint8_t n)
{
	struct frame f = eth(R1, A);

	udp4_options(&f, HOST, dst, options, n, 20);
	return f;
}

/* What leaves on the right of a packet whose options became these. */
static struct frame recorded(const struct frame *f, const uint8_t *options, uint8_t n)
{
	struct frame g = one_hop(f, B, R2);

	memcpy(g.bytes + AT_OPTIONS, options, n);
	fix_sum(&g);
	return g;
}

struct record_case {
	const char *shows;
	uint8_t n, before[40], after[40];
};

static const struct record_case records[] = {
	{"the address that a packet leaves by is recorded",
	 8,
	 {7, 7, 4, 0, 0, 0, 0, 0},
	 {7, 7, 8 OUT, 0}},
	{"it comes behind those that are there",
	 12,
	 {7, 11, 8, 192, 0, 2, 1, 0, 0, 0, 0, 0},
	 {7, 11, 12, 192, 0, 2, 1 OUT, 0}},
	{"what comes later keeps its room",
	 12,
	 {7, 11, 4, 0, 0, 0, 0, 1, 2, 3, 4, 0},
	 {7, 11, 8 OUT, 1, 2, 3, 4, 0}},
	{"an option that is full goes on as it is",
	 8,
	 {7, 7, 8, 192, 0, 2, 1, 0},
	 {7, 7, 8, 192, 0, 2, 1, 0}},
	{"one without any room, too", 4, {7, 3, 4, 0}, {7, 3, 4, 0}},
	{"a pointer far behind the end is full",
	 8,
	 {7, 7, 255, 1, 2, 3, 4, 0},
	 {7, 7, 255, 1, 2, 3, 4, 0}},
	{"an option is found behind padding",
	 12,
	 {1, 1, 1, 7, 7, 4, 0, 0, 0, 0, 1, 0},
	 {1, 1, 1, 7, 7, 8 OUT, 1, 0}},
	{"two of them are both written into",
	 16,
	 {7, 7, 4, 0, 0, 0, 0, 7, 7, 4, 0, 0, 0, 0, 0, 0},
	 {7, 7, 8 OUT, 7, 7, 8 OUT, 0, 0}},
	{"nine addresses are the most that fit",
	 40,
	 {7, 39, 36, [35] = 0, [39] = 0},
	 {7, 39, 40, [35] = 10, 2, 0, 1, 0}},
	{"what follows the end of options is none",
	 8,
	 {0, 7, 7, 4, 0, 0, 0, 0},
	 {0, 7, 7, 4, 0, 0, 0, 0}},
	{"a timestamp option without room counts who missed",
	 8,
	 {68, 8, 9, 0x20, 1, 2, 3, 4},
	 {68, 8, 9, 0x30, 1, 2, 3, 4}},
	{"so does one with addresses",
	 12,
	 {68, 12, 13, 0xe1, 1, 2, 3, 4, 5, 6, 7, 8},
	 {68, 12, 13, 0xf1, 1, 2, 3, 4, 5, 6, 7, 8}},
	{"where all who were asked have answered nobody is counted",
	 12,
	 {68, 12, 13, 0x03, 1, 2, 3, 4, 5, 6, 7, 8},
	 {68, 12, 13, 0x03, 1, 2, 3, 4, 5, 6, 7, 8}},
	{"who is asked for and is another router is left to answer",
	 12,
	 {68, 12, 5, 0x03, 10, 2, 0, 9, 0, 0, 0, 0},
	 {68, 12, 5, 0x03, 10, 2, 0, 9, 0, 0, 0, 0}},
	{"a timestamp option of an unknown kind goes on as it is",
	 8,
	 {68, 8, 5, 0x07, 0, 0, 0, 0},
	 {68, 8, 5, 0x07, 0, 0, 0, 0}},
};

static void record_case(void **state)
{
	const struct record_case *c = *state;
	struct frame f = with_options(FAR, c->before, c->n), g = recorded(&f, c->after, c->n);

	put(lp, &f);
	run();
	expect(rp, &g);
	expect_none(rp);
	expect_no_punt();
}

struct fault {
	const char *shows;
	uint8_t n, bytes[40];
	uint8_t at; /* in the IP header */
};

static const struct fault faults[] = {
	{"a recorded route too short for its pointer is malformed", 4, {7, 2, 0, 0}, 21},
	{"one whose pointer lies in front of its room", 8, {7, 7, 3, 0, 0, 0, 0, 0}, 22},
	{"one with room for a part of an address", 8, {7, 8, 6, 0, 0, 0, 0, 0}, 22},
	{"one behind padding, at its place", 8, {1, 1, 7, 6, 5, 0, 0, 0}, 24},
	{"timestamps without the count are malformed", 4, {68, 3, 5, 0}, 21},
	{"those whose pointer lies in the count", 8, {68, 8, 4, 0, 0, 0, 0, 0}, 22},
	{"those with room for a part of a time", 8, {68, 8, 6, 0, 0, 0, 0, 0}, 22},
	{"those with room for an address and no time", 8, {68, 8, 5, 1, 0, 0, 0, 0}, 22},
	{"those where sixteen would have missed", 8, {68, 8, 9, 0xf0, 0, 0, 0, 0}, 23},
};

static void fault_case(void **state)
{
	const struct fault *c = *state;
	struct frame f = with_options(FAR, c->bytes, c->n);
	struct punt more;

	put(lp, &f);
	run();
	expect_drops(lp, bad_options, 1);
	expect_punt_more(&f, PUNT_ERROR, PUNT_PARAMETER, left, &more);
	assert_int_equal(more.mtu, c->at);
	expect_none(rp);
}

/* --- times --- */

static uint32_t word_at(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | p[1] << 16 | p[2] << 8 | p[3];
}

/* Sends a packet with such an option; what leaves has the time in it at a place, and else is this.
 */
static void expect_time(const uint8_t *before, const uint8_t *after, uint8_t n, uint8_t at)
{
	struct frame f = with_options(FAR, before, n), g;
	uint8_t wanted[40];
	const uint8_t *sent;

	put(lp, &f);
	run();
	assert_int_equal(rp->n_out - rp->next_out, 1);
	sent = rte_pktmbuf_mtod(rp->out[rp->next_out], const uint8_t *) + AT_OPTIONS;
	assert_in_range(word_at(sent + at), NOON, NOON + 60000);
	memcpy(wanted, after, n);
	memcpy(wanted + at, sent + at, 4);
	g = recorded(&f, wanted, n);
	expect(rp, &g);
}

static void the_time_is_stamped(void **state)
{
	expect_time((uint8_t[]){68, 8, 5, 0, 0, 0, 0, 0}, (uint8_t[]){68, 8, 9, 0, 0, 0, 0, 0}, 8,
		    4);
	expect_time((uint8_t[]){68, 12, 9, 0, 1, 2, 3, 4, 0, 0, 0, 0},
		    (uint8_t[]){68, 12, 13, 0, 1, 2, 3, 4, 0, 0, 0, 0}, 12, 8);
}

static void the_address_and_the_time_are_stamped(void **state)
{
	expect_time((uint8_t[]){68, 12, 5, 1, 0, 0, 0, 0, 0, 0, 0, 0},
		    (uint8_t[]){68, 12, 13, 1 OUT, 0, 0, 0, 0}, 12, 8);
}

/* Any address of the router's is, be it where the packet goes or not. */
static void who_is_asked_for_by_an_address_of_ours_answers(void **state)
{
	expect_time((uint8_t[]){68, 12, 5, 3 IN, 0, 0, 0, 0},
		    (uint8_t[]){68, 12, 13, 3 IN, 0, 0, 0, 0}, 12, 8);
}

static void times_go_on_at_midnight(void **state)
{
	struct frame f = with_options(FAR, (uint8_t[]){68, 8, 5, 0, 0, 0, 0, 0}, 8);

	l3_clock(86399999);
	for (int i = 0; i < 20; i++) {
		put(lp, &f);
		run();
		rte_delay_us_sleep(1000);
		assert_true(word_at(rte_pktmbuf_mtod(rp->out[rp->next_out], const uint8_t *) +
				    AT_OPTIONS + 4) < 86400000);
		fake_take_all(rp);
	}
}

/* --- whose address, and when --- */

static void an_interface_without_an_address_is_known_by_the_one_before(void **state)
{
	const uint8_t before[] = {7, 7, 4, 0, 0, 0, 0, 0}, after[] = {7, 7, 8 IN, 0};
	struct frame f = with_options(FAR, before, 8), g = recorded(&f, after, 8);

	memset(iface_conf(right)->ip4, 0, 4);
	iface_changed(right);
	put(lp, &f);
	run();
	expect(rp, &g);
	memset(iface_conf(left)->ip4, 0, 4);
	iface_changed(left);
	put(lp, &f);
	run();
	g = recorded(&f, before, 8);
	expect(rp, &g);
}

static void what_does_not_leave_stays_as_it_came(void **state)
{
	const uint8_t option[] = {7, 7, 4, 0, 0, 0, 0, 0};
	struct frame f = with_options(OURS, option, 8);

	check_end(&f, &(struct ends)PUNT_AS(LOCAL));
	f = with_options(FAR, option, 8);
	set_ttl(&f, 1);
	check_end(&f, &(struct ends)DROP_AND_TELL(ttl, TTL));
	f = with_options("10.1.0.9", option, 8); /* nobody knows yet where that is */
	put(lp, &f);
	run();
	expect_punt(&f, PUNT_GLEAN, PUNT_FOR_US, left);
}

static void a_packet_that_was_held_is_recorded_once(void **state)
{
	const uint8_t before[] = {7, 11, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0};
	struct frame f = with_options(FAR, before, 12), g;

	g = recorded(&f, (uint8_t[]){7, 11, 8 OUT, 0, 0, 0, 0, 0}, 12);
	inject_routed(&f, 0, true);
	run();
	expect(rp, &g);
}

static void control_sees_an_alert_as_it_came(void **state)
{
	const uint8_t before[] = {148, 4, 0, 0, 7, 7, 4, 0, 0, 0, 0, 0};
	struct frame f = with_options(FAR, before, 12), g;

	g = recorded(&f, (uint8_t[]){148, 4, 0, 0, 7, 7, 8 OUT, 0}, 12);
	put(lp, &f);
	run();
	expect(rp, &g);
	expect_punt(&f, PUNT_LOCAL, PUNT_OPTIONS, left);
}

static void of_fragments_the_first_has_it(void **state)
{
	const uint8_t before[] = {7, 7, 4, 0, 0, 0, 0, 0}, after[] = {7, 7, 8 OUT, 0};
	struct frame f = eth(R1, A);

	iface_mtu(right, 600);
	udp4_options(&f, HOST, FAR, before, 8, 900);
	put(lp, &f);
	run();
	assert_int_equal(rp->n_out - rp->next_out, 2);
	assert_memory_equal(rte_pktmbuf_mtod(rp->out[rp->next_out], uint8_t *) + AT_OPTIONS, after,
			    8);
	assert_int_equal(rte_pktmbuf_mtod(rp->out[rp->next_out + 1], uint8_t *)[14], 0x45);
	fake_take_all(rp);
}

/* --- where it is not wanted --- */

static const uint8_t asks[] = {7, 7, 4, 0, 0, 0, 0, 0};

static void set_record(uint16_t iface, enum l3_record record)
{
	iface_conf(iface)->record = record;
	iface_changed(iface);
}

static void expect_carried(uint64_t n)
{
	struct dp_worker_stats stats;

	dp_worker_stats(0, &stats);
	assert_int_equal(stats.options_carried, n);
}

/* Sends a packet with options from the left; it leaves with these. */
static void expect_options(const uint8_t *before, const uint8_t *after, uint8_t n)
{
	struct frame f = with_options(FAR, before, n), g = recorded(&f, after, n);

	put(lp, &f);
	run();
	expect(rp, &g);
	expect_no_punt();
}

static void options_to_be_carried_stay_as_they_are_and_are_counted(void **state)
{
	const uint8_t times[] = {68, 8, 5, 0, 0, 0, 0, 0}, full[] = {68, 8, 9, 0x20, 1, 2, 3, 4};

	set_record(left, L3_RECORD_CARRY);
	expect_options(asks, asks, 8);
	expect_options(times, times, 8);
	expect_options(full, full, 8);
	expect_carried(3);
}

/* Those, too, that nobody could write into. */
static void options_to_be_carried_are_not_looked_at(void **state)
{
	set_record(left, L3_RECORD_CARRY);
	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++)
		expect_options(faults[i].bytes, faults[i].bytes, faults[i].n);
	expect_carried(sizeof(faults) / sizeof(faults[0]));
}

static void what_is_no_such_option_is_none_to_be_carried(void **state)
{
	const uint8_t other[] = {1, 1, 1, 1, 30, 3, 0, 0};
	struct frame f = with_options(FAR, (uint8_t[]){7, 9, 4, 0, 0, 0, 0, 0}, 8);

	set_record(left, L3_RECORD_CARRY);
	expect_options(other, other, 8);
	expect_carried(0);
	check_end(&f, &(struct ends)DROP_AND_TELL(bad_options, PARAMETER));
}

static void packets_whose_options_are_not_wanted_are_dropped(void **state)
{
	struct frame f = with_options(FAR, asks, 8), g;

	set_record(left, L3_RECORD_DROP);
	put(lp, &f);
	f = with_options(FAR, (uint8_t[]){68, 8, 5, 0, 0, 0, 0, 0}, 8);
	put(lp, &f);
	f = with_options(OURS, asks, 8);
	put(lp, &f);
	run();
	expect_drops(lp, record_options, 3);
	expect_none(rp);
	expect_no_punt();
	f = with_options(FAR, (uint8_t[]){1, 1, 30, 2}, 4);
	g = recorded(&f, (uint8_t[]){1, 1, 30, 2}, 4);
	put(lp, &f);
	run();
	expect(rp, &g);
}

static void it_is_the_interface_of_arrival_that_counts(void **state)
{
	set_record(right, L3_RECORD_DROP);
	expect_options(asks, (uint8_t[]){7, 7, 8 OUT, 0}, 8);
}

static void a_packet_that_was_held_is_treated_as_where_it_came_in(void **state)
{
	struct frame f = with_options(FAR, asks, 8), g = recorded(&f, asks, 8);

	set_record(left, L3_RECORD_CARRY);
	inject_held(&f, 0, left);
	run();
	expect(rp, &g);
	expect_carried(1);
	set_record(left, L3_RECORD_FILL);
	memset(iface_conf(right)->ip4, 0, 4);
	iface_changed(right);
	inject_held(&f, 0, left);
	run();
	g = recorded(&f, (uint8_t[]){7, 7, 8 IN, 0}, 8);
	expect(rp, &g);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, router_teardown)

int main(void)
{
	const struct table tables[] = {
		TABLE(records, record_case),
		TABLE(faults, fault_case),
	};
	const struct CMUnitTest tests[] = {
		T(the_time_is_stamped),
		T(the_address_and_the_time_are_stamped),
		T(who_is_asked_for_by_an_address_of_ours_answers),
		T(times_go_on_at_midnight),
		T(an_interface_without_an_address_is_known_by_the_one_before),
		T(what_does_not_leave_stays_as_it_came),
		T(a_packet_that_was_held_is_recorded_once),
		T(control_sees_an_alert_as_it_came),
		T(of_fragments_the_first_has_it),
		T(options_to_be_carried_stay_as_they_are_and_are_counted),
		T(options_to_be_carried_are_not_looked_at),
		T(what_is_no_such_option_is_none_to_be_carried),
		T(packets_whose_options_are_not_wanted_are_dropped),
		T(it_is_the_interface_of_arrival_that_counts),
		T(a_packet_that_was_held_is_treated_as_where_it_came_in),
	};

	return run_cases(tables, sizeof(tables) / sizeof(tables[0]), tests,
			 sizeof(tests) / sizeof(tests[0]), setup, router_teardown);
}

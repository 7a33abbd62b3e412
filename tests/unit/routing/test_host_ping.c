// SPDX-License-Identifier: BSD-3-Clause
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "routing/rib.h"
#include "tests/unit/routing/path.h"

static void on_ping(void *ctx, const struct ping_result *result)
{
	static const char *const outcomes[] = {"reply", "error", "timeout", "not sent"};
	struct path *path = ctx;
	char line[256], from[ADDR_TEXT_MAX];

	snprintf(line, sizeof(line), "%u %s %s %u/%u %lld", result->sequence,
		 outcomes[result->outcome], addr_print(&result->from, from), result->type,
		 result->code, (long long)result->rtt_us / 1000);
	path_write(path, line);
	path->is_over = result->is_last;
	if (path->stop_after > 0 && --path->stop_after == 0) {
		ping_stop(path->ping);
		path->is_over = true;
	}
}

static struct ping_conf ping_conf(const char *dst, uint32_t count)
{
	return (struct ping_conf){.dst = fake_addr(dst),
				  .size = 56,
				  .count = count,
				  .interval_ms = 1000,
				  .timeout_ms = 2000};
}

static void start_ping(struct path *path, const struct ping_conf *conf)
{
	path->ping = ping_start(path->bench.host, conf, on_ping, path);
	assert_non_null(path->ping);
	assert_int_equal(path->n_sent, 0); /* nothing from within */
}

static void each_request_is_answered_once(void **state)
{
	static const char *const targets[] = {"192.0.2.9", "2001:db8::9"};
	struct path path;

	for (int i = 0; i < 2; i++) {
		struct ping_conf conf = ping_conf(targets[i], 3);
		char expected[256];

		path_begin(&path, 0);
		start_ping(&path, &conf);
		fake_run(&path.bench.fake, SPAN_MS(2500));
		snprintf(expected, sizeof(expected),
			 "1 reply %s %s 10\n2 reply %s %s 10\n3 reply %s %s 10\n", targets[i],
			 i ? "129/0" : "0/0", targets[i], i ? "129/0" : "0/0", targets[i],
			 i ? "129/0" : "0/0");
		assert_string_equal(path.text, expected);
		assert_true(path.is_over);
		assert_int_equal(path.sent_at[1] - path.sent_at[0], SPAN_S(1));
		assert_int_equal(path.n_sent, 3);
		path_end(&path);
	}
}

static void silence_is_told_in_time(void **state)
{
	struct ping_conf conf = ping_conf("192.0.2.9", 2);
	struct path path;

	path_begin(&path, 0);
	path.is_dead = true;
	start_ping(&path, &conf);
	fake_run(&path.bench.fake, SPAN_MS(1999));
	assert_string_equal(path.text, "");
	fake_run(&path.bench.fake, SPAN_MS(1));
	assert_string_equal(path.text, "1 timeout  0/0 0\n");
	fake_run(&path.bench.fake, SPAN_S(1));
	assert_string_equal(path.text, "1 timeout  0/0 0\n2 timeout  0/0 0\n");
	assert_true(path.is_over);
	path_end(&path);
}

static void an_error_on_the_way_is_told_with_its_sender(void **state)
{
	struct ping_conf conf = ping_conf("198.18.0.1", 1), six = ping_conf("2001:db8:5::1", 1);
	struct path path;

	path_begin(&path, 5);
	conf.ttl = six.ttl = 2;
	start_ping(&path, &conf);
	fake_run(&path.bench.fake, SPAN_MS(500));
	assert_string_equal(path.text, "1 error 10.0.0.2 11/0 10\n");
	path_end(&path);
	path_begin(&path, 5);
	start_ping(&path, &six);
	fake_run(&path.bench.fake, SPAN_MS(500));
	assert_string_equal(path.text, "1 error 2001:db8:aaaa::2 3/0 10\n");
	path_end(&path);
}

static void an_answer_with_other_contents_is_none(void **state)
{
	struct ping_conf conf = ping_conf("192.0.2.9", 1);
	struct path path;

	path_begin(&path, 0);
	path.spoils = true;
	start_ping(&path, &conf);
	fake_run(&path.bench.fake, SPAN_S(3));
	assert_string_equal(path.text, "1 timeout  0/0 0\n");
	path_end(&path);
}

static void what_cannot_be_sent_is_told(void **state)
{
	struct ping_conf conf = ping_conf("192.0.2.9", 2);
	struct path path;

	path_begin(&path, 0);
	path.bench.fake.send_result = -ENETDOWN;
	start_ping(&path, &conf);
	fake_run(&path.bench.fake, SPAN_S(3));
	assert_string_equal(path.text, "1 not sent  0/0 0\n2 not sent  0/0 0\n");
	path_end(&path);
}

static void a_ping_may_be_stopped_at_any_time_even_from_its_report(void **state)
{
	struct ping_conf conf = ping_conf("192.0.2.9", 5);
	struct path path;

	path_begin(&path, 0);
	path.stop_after = 2;
	start_ping(&path, &conf);
	fake_run(&path.bench.fake, SPAN_S(10));
	assert_int_equal(path.n_sent, 2);
	path.is_over = false;
	path.stop_after = 0;
	path.ping = ping_start(path.bench.host, &conf, on_ping, &path);
	fake_run(&path.bench.fake, SPAN_MS(1500));
	ping_stop(path.ping);
	path.is_over = true;
	path_end(&path);
}

static void a_ping_has_the_fields_that_it_was_given(void **state)
{
	struct ping_conf conf = ping_conf("192.0.2.9", 1);
	struct path path;

	path_begin(&path, 0);
	conf.ttl = 7;
	conf.tos = 0x20;
	conf.dont_fragment = true;
	conf.iface = path.bench.eth;
	start_ping(&path, &conf);
	fake_run(&path.bench.fake, SPAN_S(1));
	assert_int_equal(path.last_ttl, 7);
	assert_int_equal(path.last_tos, 0x20);
	assert_true(path.last_dont_fragment);
	assert_ptr_equal(path.last_iface, path.bench.eth);
	path_end(&path);
}

static void an_interface_whose_wire_the_destination_is_not_on_lends_its_address(void **state)
{
	struct ping_conf conf = ping_conf("198.18.0.1", 1);
	struct path path;

	path_begin(&path, 0);
	conf.iface = path.bench.wan;
	start_ping(&path, &conf);
	fake_run(&path.bench.fake, SPAN_S(1));
	assert_null(path.last_iface);
	path_end(&path);
}

static void several_pings_do_not_take_each_others_answers(void **state)
{
	struct ping_conf conf = ping_conf("192.0.2.9", 2);
	struct path path;
	struct ping *other;

	path_begin(&path, 0);
	start_ping(&path, &conf);
	fake_run(&path.bench.fake, SPAN_MS(500));
	other = ping_start(path.bench.host, &conf, on_ping, &path);
	assert_non_null(other);
	fake_run(&path.bench.fake, SPAN_MS(520));
	assert_string_equal(path.text, "1 reply 192.0.2.9 0/0 10\n1 reply 192.0.2.9 0/0 10\n"
				       "2 reply 192.0.2.9 0/0 10\n");
	path.is_over = false;
	fake_run(&path.bench.fake, SPAN_S(1));
	path_end(&path);
}

static void what_makes_no_sense_is_refused(void **state)
{
	struct ping_conf good = ping_conf("192.0.2.9", 1), conf;
	struct path path;
	struct ping *pings[65];

	path_begin(&path, 0);
#define REFUSED(error)                                                   \
	assert_null(ping_start(path.bench.host, &conf, on_ping, &path)); \
	assert_int_equal(errno, error)
	conf = good, conf.count = 0;
	REFUSED(EINVAL);
	conf = good, conf.count = 65536;
	REFUSED(EINVAL);
	conf = good, conf.timeout_ms = 0;
	REFUSED(EINVAL);
	conf = good, conf.dst = fake_addr("224.0.0.1");
	REFUSED(EINVAL);
	conf = good, conf.dst = (struct addr){0};
	REFUSED(EINVAL);
	conf = good, conf.dst = fake_addr("fe80::9");
	REFUSED(EINVAL);
	conf = good, conf.source = fake_addr("2001:db8::1");
	REFUSED(EINVAL);
	conf = good, conf.source = fake_addr("192.0.2.2");
	REFUSED(EADDRNOTAVAIL);
	conf = good, conf.vrf = 9;
	REFUSED(EADDRNOTAVAIL);
	for (int i = 0; i < 64; i++)
		assert_non_null(pings[i] = ping_start(path.bench.host, &good, on_ping, &path));
	conf = good;
	REFUSED(EBUSY);
	for (int i = 0; i < 64; i++)
		ping_stop(pings[i]);
	path_end(&path);
}

/* The route says which interface's address is used. */
static void a_source_is_of_the_interface_that_the_route_leads_to(void **state)
{
	struct prefix prefix = fake_prefix("198.18.0.0/15");
	struct addr dst = fake_addr("198.18.0.1"), source, wan = fake_addr("198.51.100.1");
	struct rib_route route = {.distance = 1};
	struct nexthop hop = {.kind = NEXTHOP_GATEWAY,
			      .gateway = fake_addr("198.51.100.2"),
			      .iface = 2,
			      .weight = 1};
	struct path path;
	struct rib *rib;
	uint32_t id;

	path_begin(&path, 0);
	rib = path.bench.fake.env.rib = rib_create(&path.bench.fake.env);
	rib_iface_changed(rib, path.bench.wan);
	id = rib_source_add(rib, RIB_STATIC);
	route.set = nexthop_set_get(rib_sets(rib), &hop, 1);
	assert_int_equal(rib_set(rib, id, 0, &prefix, &route), 0);
	nexthop_set_unref(rib_sets(rib), route.set);
	while (rib_work(rib, 100) > 0)
		;
	assert_true(host_source(path.bench.host, 0, NULL, &dst, &source));
	assert_int_equal(addr_compare(&source, &wan), 0);
	rib_source_del(rib, id);
	while (rib_work(rib, 100) > 0)
		;
	assert_true(host_source(path.bench.host, 0, NULL, &dst, &source));
	assert_int_not_equal(addr_compare(&source, &wan), 0);
	path.bench.fake.env.rib = NULL;
	rib_destroy(rib);
	path_end(&path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_request_is_answered_once),
		cmocka_unit_test(silence_is_told_in_time),
		cmocka_unit_test(an_error_on_the_way_is_told_with_its_sender),
		cmocka_unit_test(an_answer_with_other_contents_is_none),
		cmocka_unit_test(what_cannot_be_sent_is_told),
		cmocka_unit_test(a_ping_may_be_stopped_at_any_time_even_from_its_report),
		cmocka_unit_test(a_ping_has_the_fields_that_it_was_given),
		cmocka_unit_test(
			an_interface_whose_wire_the_destination_is_not_on_lends_its_address),
		cmocka_unit_test(several_pings_do_not_take_each_others_answers),
		cmocka_unit_test(what_makes_no_sense_is_refused),
		cmocka_unit_test(a_source_is_of_the_interface_that_the_route_leads_to),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

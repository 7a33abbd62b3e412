// SPDX-License-Identifier: BSD-3-Clause
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/routing/path.h"

static void on_trace(void *ctx, const struct trace_result *result)
{
	static const char *const outcomes[] = {"hop", "arrived", "unreachable", "timeout",
					       "not sent"};
	struct path *path = ctx;
	char line[256], from[ADDR_TEXT_MAX];

	snprintf(line, sizeof(line), "%u.%u %s %s", result->hop, result->probe,
		 outcomes[result->outcome], addr_print(&result->from, from));
	path_write(path, line);
	path->is_over = result->is_last;
	if (path->stop_after > 0 && --path->stop_after == 0) {
		trace_stop(path->trace);
		path->is_over = true;
	}
}

static struct trace_conf trace_conf(const char *dst, bool icmp)
{
	return (struct trace_conf){.dst = fake_addr(dst),
				   .icmp = icmp,
				   .first_hop = 1,
				   .max_hops = 30,
				   .probes = 2,
				   .size = 32,
				   .timeout_ms = 1000};
}

static void start_trace(struct path *path, const struct trace_conf *conf)
{
	path->trace = trace_start(path->bench.host, conf, on_trace, path);
	assert_non_null(path->trace);
}

static void every_hop_is_told_in_order_until_the_destination(void **state)
{
	static const struct {
		const char *dst, *lines;
	} cases[] = {
		{"198.18.0.1", "1.1 hop 10.0.0.1\n1.2 hop 10.0.0.1\n2.1 hop 10.0.0.2\n"
			       "2.2 hop 10.0.0.2\n3.1 arrived 198.18.0.1\n"
			       "3.2 arrived 198.18.0.1\n"},
		{"2001:db8:5::1",
		 "1.1 hop 2001:db8:aaaa::1\n1.2 hop 2001:db8:aaaa::1\n2.1 hop 2001:db8:aaaa::2\n"
		 "2.2 hop 2001:db8:aaaa::2\n3.1 arrived 2001:db8:5::1\n"
		 "3.2 arrived 2001:db8:5::1\n"},
	};
	struct path path;

	for (int i = 0; i < 4; i++) {
		struct trace_conf conf = trace_conf(cases[i / 2].dst, i % 2);

		path_begin(&path, 2);
		start_trace(&path, &conf);
		fake_run(&path.bench.fake, SPAN_S(1));
		assert_string_equal(path.text, cases[i / 2].lines);
		assert_true(path.is_over);
		path_end(&path);
	}
}

static void silent_hops_cost_their_time_together(void **state)
{
	struct trace_conf conf = trace_conf("198.18.0.1", false);
	struct path path;
	int64_t began;

	path_begin(&path, 5);
	path.silent = 1u << 2 | 1u << 3 | 1u << 4;
	began = path.bench.fake.timers.now.us;
	start_trace(&path, &conf);
	while (!path.is_over)
		fake_run(&path.bench.fake, SPAN_MS(1));
	assert_string_equal(path.text,
			    "1.1 hop 10.0.0.1\n1.2 hop 10.0.0.1\n2.1 timeout \n2.2 timeout \n"
			    "3.1 timeout \n3.2 timeout \n4.1 timeout \n4.2 timeout \n"
			    "5.1 hop 10.0.0.5\n5.2 hop 10.0.0.5\n6.1 arrived 198.18.0.1\n"
			    "6.2 arrived 198.18.0.1\n");
	assert_in_range(path.bench.fake.timers.now.us - began, SPAN_S(1), SPAN_MS(1300));
	path_end(&path);
}

static void a_way_that_ends_early_ends_with_the_reason(void **state)
{
	struct trace_conf conf = trace_conf("198.18.0.1", false);
	struct path path;

	path_begin(&path, 5);
	path.unreachable_at = 2;
	path.unreachable_code = 13;
	start_trace(&path, &conf);
	fake_run(&path.bench.fake, SPAN_S(1));
	assert_string_equal(path.text, "1.1 hop 10.0.0.1\n1.2 hop 10.0.0.1\n"
				       "2.1 unreachable 10.0.0.2\n2.2 unreachable 10.0.0.2\n");
	assert_true(path.is_over);
	path_end(&path);
}

static void a_dead_destination_costs_all_hops(void **state)
{
	struct trace_conf conf = trace_conf("198.18.0.1", true);
	struct path path;
	uint32_t lines = 0;

	path_begin(&path, 3);
	path.is_dead = true;
	conf.max_hops = 20;
	start_trace(&path, &conf);
	fake_run(&path.bench.fake, SPAN_S(10));
	assert_true(path.is_over);
	for (const char *c = path.text; *c; c++)
		lines += *c == '\n';
	assert_int_equal(lines, 40);
	path_end(&path);
}

/* Where nothing leads, further hops would be told the same; where a queue was full, they may not.
 */
static void what_cannot_be_sent_at_all_ends_with_the_first_hop(void **state)
{
	struct trace_conf conf = trace_conf("198.18.0.1", true);
	struct path path;

	path_begin(&path, 3);
	path.refusal = -EHOSTUNREACH;
	start_trace(&path, &conf);
	fake_run(&path.bench.fake, SPAN_S(10));
	assert_string_equal(path.text, "1.1 not sent \n1.2 not sent \n");
	path_end(&path);
	path_begin(&path, 3);
	path.refusal = -ENOBUFS;
	conf.max_hops = 3;
	start_trace(&path, &conf);
	fake_run(&path.bench.fake, SPAN_S(10));
	assert_non_null(strstr(path.text, "3.2 not sent \n"));
	path_end(&path);
}

static void a_trace_may_be_stopped_at_any_time_even_from_its_report(void **state)
{
	struct trace_conf conf = trace_conf("198.18.0.1", true);
	struct path path;

	path_begin(&path, 3);
	path.stop_after = 3;
	start_trace(&path, &conf);
	fake_run(&path.bench.fake, SPAN_S(10));
	assert_int_equal(path.stop_after, 0);
	path.is_over = false;
	path.trace = trace_start(path.bench.host, &conf, on_trace, &path);
	fake_run(&path.bench.fake, SPAN_MS(5));
	trace_stop(path.trace);
	path.is_over = true;
	conf.first_hop = 0;
	assert_null(trace_start(path.bench.host, &conf, on_trace, &path));
	conf.first_hop = 9;
	conf.max_hops = 8;
	assert_null(trace_start(path.bench.host, &conf, on_trace, &path));
	path_end(&path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_hop_is_told_in_order_until_the_destination),
		cmocka_unit_test(silent_hops_cost_their_time_together),
		cmocka_unit_test(a_way_that_ends_early_ends_with_the_reason),
		cmocka_unit_test(a_dead_destination_costs_all_hops),
		cmocka_unit_test(what_cannot_be_sent_at_all_ends_with_the_first_hop),
		cmocka_unit_test(a_trace_may_be_stopped_at_any_time_even_from_its_report),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

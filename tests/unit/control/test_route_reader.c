// SPDX-License-Identifier: BSD-3-Clause
/* The thread that reads files of routes: the helper. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "control/helper.h"
#include "control/loop.h"
#include "control/route_reader.h"

#define MANY       300000
#define PATIENCE_S 60

static char path[] = "/tmp/weft-routes-XXXXXX";

/* What has come of a reading. */
struct outcome {
	int n;
	struct route_text *text;
	char why[128];
	int order;
};

static int order;

static void on_done(void *arg, struct route_text *text, const struct errors *errors)
{
	struct outcome *outcome = arg;

	outcome->n++;
	outcome->text = text;
	outcome->order = ++order;
	if (errors->n > 0)
		snprintf(outcome->why, sizeof(outcome->why), "%s", errors->list[0].text);
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void wait_for(const struct outcome *outcome)
{
	double end = now() + PATIENCE_S;

	while (outcome->n == 0) {
		assert_true(now() < end);
		event_base_loop(loop_base(), EVLOOP_ONCE);
	}
}

/* In no order, so that they have to be sorted. */
static void file_has(int n)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	for (int i = 0; i < n; i++) {
		unsigned k = (unsigned)i * 7919U % (unsigned)n;

		fprintf(file, "10.%u.%u.%u/32 192.0.2.%u\n", k >> 16, k >> 8 & 255, k & 255,
			k % 200 + 1);
	}
	fclose(file);
}

static void tick(void *arg)
{
	++*(int *)arg;
}

static void the_loop_goes_on_while_a_file_is_read(void **state)
{
	struct outcome outcome = {0};
	int ticks = 0;
	struct event *timer = loop_timer(1, true, tick, &ticks);

	file_has(MANY);
	assert_non_null(route_reader_ask(path, on_done, &outcome));
	wait_for(&outcome);
	assert_int_equal(outcome.text->n, MANY);
	assert_int_equal(outcome.text->n_vias, 200);
	assert_true(ticks > 3);
	route_reader_unref(outcome.text);
	loop_cancel(timer);
}

static void files_are_read_one_after_the_other(void **state)
{
	struct outcome a = {0}, b = {0}, c = {0};

	file_has(1000);
	assert_non_null(route_reader_ask(path, on_done, &a));
	assert_non_null(route_reader_ask("/nonexistent", on_done, &b));
	assert_non_null(route_reader_ask(path, on_done, &c));
	wait_for(&c);
	assert_int_equal(a.text->n, 1000);
	assert_null(b.text);
	assert_string_equal(b.why, "cannot read /nonexistent: No such file or directory");
	assert_int_equal(c.text->n, 1000);
	assert_true(a.order < b.order && b.order < c.order);
	route_reader_unref(a.text);
	route_reader_unref(c.text);
}

static void who_does_not_want_it_any_more_hears_nothing(void **state)
{
	struct outcome gone = {0}, last = {0};
	struct route_read *running, *waiting;

	file_has(MANY);
	running = route_reader_ask(path, on_done, &gone);
	waiting = route_reader_ask(path, on_done, &gone);
	usleep(20000); /* the first is under way */
	route_reader_cancel(running);
	route_reader_cancel(waiting);
	assert_non_null(route_reader_ask("/nonexistent", on_done, &last));
	wait_for(&last);
	assert_int_equal(gone.n, 0);
}

/* Done already, and not taken by the loop yet. */
static void what_was_read_in_vain_is_let_go(void **state)
{
	struct outcome gone = {0}, last = {0};
	struct route_read *read;

	file_has(5000);
	read = route_reader_ask(path, on_done, &gone);
	usleep(200000);
	route_reader_cancel(read);
	assert_non_null(route_reader_ask("/nonexistent", on_done, &last));
	wait_for(&last);
	assert_int_equal(gone.n, 0);
}

static void it_ends_in_the_middle_of_a_file(void **state)
{
	struct outcome outcome = {0};
	double began;

	file_has(MANY);
	assert_non_null(route_reader_ask(path, on_done, &outcome));
	assert_non_null(route_reader_ask(path, on_done, &outcome));
	usleep(20000);
	began = now();
	helper_stop();
	assert_true(now() - began < 2);
	assert_int_equal(outcome.n, 0);
	/* And begins again. */
	assert_non_null(route_reader_ask("/nonexistent", on_done, &outcome));
	wait_for(&outcome);
}

static int setup(void **state)
{
	strcpy(path + strlen(path) - 6, "XXXXXX");
	close(mkstemp(path));
	return loop_init();
}

static int teardown(void **state)
{
	helper_stop();
	loop_fini();
	return unlink(path);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(the_loop_goes_on_while_a_file_is_read),
		TEST(files_are_read_one_after_the_other),
		TEST(who_does_not_want_it_any_more_hears_nothing),
		TEST(what_was_read_in_vain_is_let_go),
		TEST(it_ends_in_the_middle_of_a_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

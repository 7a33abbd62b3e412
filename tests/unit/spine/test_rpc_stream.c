// SPDX-License-Identifier: BSD-3-Clause
/* Answers that come bit by bit. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/unit/spine/rpc_under_test.h"

#define STREAM(id, params)                                               \
	"{\"jsonrpc\":\"2.0\",\"id\":" #id ",\"method\":\"job.stream\"," \
	"\"params\":" params "}\n"

static void steps(int n)
{
	for (int i = 0; i < n; i++)
		assert_true(fake_stream_step());
	assert_false(fake_stream_step());
}

static void an_answer_may_come_bit_by_bit_and_others_meanwhile(void **state)
{
	static const char ask[] = STREAM(5, "{}") ASK(6);
	int fd = join();

	assert_true(say(fd, ask, strlen(ask)));
	expect(fd, "\"id\":6,\"result\"");
	steps(3);
	expect(fd,
	       "{\"jsonrpc\":\"2.0\",\"method\":\"row\",\"params\":{\"id\":5,\"row\":\"one\"}}");
	expect(fd, "{\"id\":5,\"row\":\"two\"}");
	expect(fd, "{\"jsonrpc\":\"2.0\",\"id\":5,\"result\":\"done\"}");
	close(fd);
}

static void it_may_end_as_a_refusal(void **state)
{
	static const char ask[] = STREAM(5, "{\"refused\":true}");
	int fd = join();

	assert_true(say(fd, ask, strlen(ask)));
	for (int i = 0; i < 20; i++)
		turn();
	steps(1);
	expect(fd, "\"id\":5,\"error\":{\"code\":-32000,\"message\":\"nothing answered\"");
	close(fd);
}

static void it_comes_whole_where_the_sending_side_is_closed(void **state)
{
	static const char ask[] = STREAM(5, "{}");
	int fd = join();

	assert_true(say(fd, ask, strlen(ask)));
	shutdown(fd, SHUT_WR);
	for (int i = 0; i < 20; i++)
		turn();
	steps(3);
	expect(fd, "\"row\":\"one\"");
	expect(fd, "\"row\":\"two\"");
	expect(fd, "\"result\":\"done\"");
	expect_end(fd);
}

static void a_stream_ends_with_its_connection(void **state)
{
	static const char ask[] = STREAM(5, "{}");
	int fd = join();

	assert_true(say(fd, ask, strlen(ask)));
	for (int i = 0; i < 20; i++)
		turn();
	assert_true(fake_stream_step());
	close(fd);
	for (int i = 0; i < 20; i++)
		turn();
	assert_false(fake_stream_step());
	others_are_served();
}

static void what_is_answered_bit_by_bit_is_no_part_of_a_batch(void **state)
{
	static const char ask[] = "[{\"jsonrpc\":\"2.0\",\"id\":5,\"method\":\"job.stream\"}]\n";
	int fd = join();

	assert_true(say(fd, ask, strlen(ask)));
	expect(fd, "expected a request of its own");
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_answer_may_come_bit_by_bit_and_others_meanwhile),
		cmocka_unit_test(it_may_end_as_a_refusal),
		cmocka_unit_test(it_comes_whole_where_the_sending_side_is_closed),
		cmocka_unit_test(a_stream_ends_with_its_connection),
		cmocka_unit_test(what_is_answered_bit_by_bit_is_no_part_of_a_batch),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}

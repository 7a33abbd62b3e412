// SPDX-License-Identifier: BSD-3-Clause
/* Requests that have to wait before they can be checked. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/unit/spine/rpc_under_test.h"

#define ADD(id, name)                                                                     \
	"{\"jsonrpc\":\"2.0\"," id "\"method\":\"port.add\",\"params\":{\"name\":\"" name \
	"\",\"set\":{\"type\":\"none\"}}}"

static void turns(void)
{
	for (int i = 0; i < 20; i++)
		turn();
}

/* Nothing has been said. */
static void is_silent(int fd)
{
	char byte;

	turns();
	assert_int_equal(recv(fd, &byte, 1, MSG_PEEK), -1);
}

static bool is_there(const char *port)
{
	return json_object_get(json_object_get(fake_system(), "port"), port) != NULL;
}

static int ask(const char *text)
{
	int fd = join();

	assert_true(say(fd, text, strlen(text)));
	turns();
	return fd;
}

static void a_request_waits_and_others_are_served_meanwhile(void **state)
{
	int fd = ask(ADD("\"id\":1,", "slow") "\n");

	is_silent(fd);
	others_are_served();
	assert_false(is_there("slow"));
	assert_true(fake_port_come());
	expect(fd, "\"id\":1,\"result\"");
	assert_true(is_there("slow"));
	assert_false(fake_port_come());
	close(fd);
}

static void what_was_asked_after_it_is_answered_after_it(void **state)
{
	int fd = ask(ADD("\"id\":1,", "slow") "\n" ASK(2) ADD("\"id\":3,", "slow2") "\n" ASK(4));

	is_silent(fd);
	assert_true(fake_port_come());
	expect(fd, "\"id\":1,\"result\"");
	expect(fd, "\"id\":2,\"result\"");
	is_silent(fd);
	assert_true(fake_port_come());
	expect(fd, "\"id\":3,\"result\"");
	expect(fd, "\"id\":4,\"result\"");
	close(fd);
}

static void a_batch_goes_on_where_it_waited(void **state)
{
	int fd = ask("[" ADD("\"id\":1,", "a") "," ADD("\"id\":2,", "slow") "," ADD(
		"", "b") "," ADD("\"id\":4,", "slow2") "," ADD("\"id\":5,", "a") "]\n" ASK(6));
	char *line;

	is_silent(fd);
	assert_true(is_there("a"));
	assert_false(is_there("b"));
	assert_true(fake_port_come());
	is_silent(fd);
	assert_true(is_there("b"));
	assert_true(fake_port_come());
	line = hear(fd);
	/* The first was done once: only the last says that it is there already. */
	assert_int_equal(strncmp(line, "[{\"jsonrpc\":\"2.0\",\"id\":1,\"result\"", 33), 0);
	assert_non_null(strstr(line, "\"id\":2,\"result\""));
	assert_non_null(strstr(line, "\"id\":4,\"result\""));
	assert_non_null(strstr(line, "\"id\":5,\"error\""));
	free(line);
	expect(fd, "\"id\":6,\"result\"");
	close(fd);
}

/* One that a thread reads. */
static void a_long_line_waits_like_a_short_one(void **state)
{
	enum { BLANKS = 200000 };
	static const char batch[] =
		"[" ADD("\"id\":1,", "a") "," ADD("\"id\":2,", "slow") "]\n" ASK(3);
	char *line = malloc(BLANKS + sizeof(batch));
	int fd = join();

	memset(line, ' ', BLANKS);
	strcpy(line + BLANKS, batch);
	assert_true(say(fd, line, strlen(line)));
	free(line);
	while (!is_there("a"))
		turn();
	is_silent(fd);
	others_are_served();
	assert_true(fake_port_come());
	expect(fd, "[{\"jsonrpc\":\"2.0\",\"id\":1,\"result\"");
	expect(fd, "\"id\":3,\"result\"");
	assert_true(is_there("slow"));
	close(fd);
}

static void two_clients_wait_each_for_their_own(void **state)
{
	int first = ask(ADD("\"id\":1,", "slow") "\n");
	int second = ask(ADD("\"id\":2,", "slow2") "\n");

	assert_true(fake_port_come());
	expect(second, "\"id\":2,\"result\"");
	is_silent(first);
	assert_true(fake_port_come());
	expect(first, "\"id\":1,\"result\"");
	close(first);
	close(second);
}

static void it_is_checked_beside_what_there_is_when_it_goes_on(void **state)
{
	int first = ask(ADD("\"id\":1,", "slow") "\n");
	int second = ask(ADD("\"id\":2,", "slow") "\n");

	assert_true(fake_port_come());
	expect(second, "\"id\":2,\"result\"");
	assert_true(fake_port_come());
	expect(first, "port slow is there already");
	close(first);
	close(second);
}

static void a_notification_waits_too(void **state)
{
	int fd = ask(ADD("", "slow") "\n" ASK(2));

	is_silent(fd);
	assert_true(fake_port_come());
	expect(fd, "\"id\":2,\"result\"");
	assert_true(is_there("slow"));
	close(fd);
}

static void whose_sending_side_is_closed_is_answered(void **state)
{
	int fd = ask(ADD("\"id\":1,", "slow") "\n");

	shutdown(fd, SHUT_WR);
	is_silent(fd);
	assert_true(fake_port_come());
	expect(fd, "\"id\":1,\"result\"");
	expect_end(fd);
}

static void nothing_is_left_of_a_request_when_the_server_ends(void **state)
{
	int fd = ask("[" ADD("\"id\":1,", "a") "," ADD("\"id\":2,", "slow") "]\n");

	rpc_destroy(rpc);
	rpc = NULL;
	assert_false(fake_port_come());
	assert_false(is_there("slow"));
	close(fd);
	rpc = rpc_create(base, path, &api);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(a_request_waits_and_others_are_served_meanwhile),
		TEST(what_was_asked_after_it_is_answered_after_it),
		TEST(a_batch_goes_on_where_it_waited),
		TEST(a_long_line_waits_like_a_short_one),
		TEST(two_clients_wait_each_for_their_own),
		TEST(it_is_checked_beside_what_there_is_when_it_goes_on),
		TEST(a_notification_waits_too),
		TEST(whose_sending_side_is_closed_is_answered),
		TEST(nothing_is_left_of_a_request_when_the_server_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

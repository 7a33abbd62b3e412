// SPDX-License-Identifier: BSD-3-Clause
/* The server over its real socket, clients and server in one thread. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "control/spine/rpc_own.h"
#include "tests/unit/spine/rpc_under_test.h"

static void requests_are_answered_in_order(void **state)
{
	static const char two[] = ASK(1) ASK(2);
	int fd = join();

	assert_true(say(fd, two, strlen(two)));
	expect(fd, "\"id\":1,");
	expect(fd, "\"id\":2,");
	close(fd);
}

static void half_a_request_waits_for_its_other_half(void **state)
{
	int fd = join();

	for (const char *c = ASK(5); *c; c++)
		assert_true(say(fd, c, 1));
	expect(fd, "\"id\":5,");
	assert_true(say(fd, ASK(6), 20));
	others_are_served();
	close(fd);
	others_are_served();
}

static void garbage_is_answered_and_the_connection_stays(void **state)
{
	static const char garbage[] = "\x00\xff\n}{\n\n \t\r\n" ASK(3);
	int fd = join();

	assert_true(say(fd, garbage, sizeof(garbage) - 1));
	expect(fd, "-32700");
	expect(fd, "-32700");
	expect(fd, "\"id\":3,");
	close(fd);
}

static void send_padded(int fd, size_t size)
{
	char *line = malloc(size + 1);

	memset(line, ' ', size);
	memcpy(line, ASK(8), strlen(ASK(8)) - 1);
	line[size] = '\n';
	assert_true(say(fd, line, size + 1));
	free(line);
}

static void a_line_of_64_kib_and_of_16_mib_is_a_request(void **state)
{
	int fd = join();

	send_padded(fd, 65536);
	expect(fd, "\"id\":8,\"result\"");
	send_padded(fd, RPC_LINE_MAX);
	expect(fd, "\"id\":8,\"result\"");
	close(fd);
}

static void a_longer_line_is_refused_and_the_next_is_served(void **state)
{
	int fd = join();

	send_padded(fd, 17 << 20);
	expect(fd, "-32600");
	assert_true(say(fd, ASK(9), strlen(ASK(9))));
	expect(fd, "\"id\":9,\"result\"");
	/* Twice the limit: said once. */
	send_padded(fd, 34 << 20);
	expect(fd, "-32600");
	assert_true(say(fd, ASK(9), strlen(ASK(9))));
	expect(fd, "\"id\":9,\"result\"");
	close(fd);
}

static void a_large_answer_arrives_whole(void **state)
{
	static const char ask[] = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"job.big\","
				  "\"params\":{\"size\":30000000}}\n";
	int fd = join();
	char *line;

	assert_true(say(fd, ask, strlen(ask)));
	line = hear(fd);
	assert_true(strlen(line) > 30000000);
	free(line);
	close(fd);
}

/* How much the server takes from one that reads nothing. */
static size_t flood(int fd)
{
	size_t n = 0, idle = 0;

	while (idle < 2000 && n < 8000000) {
		ssize_t sent = send(fd, ASK(1), strlen(ASK(1)), MSG_NOSIGNAL);

		turn();
		idle = sent > 0 ? 0 : idle + 1;
		n += sent > 0 ? sent : 0;
		/* A part of a request sent: the stream is out of step, and it may be. */
	}
	return n;
}

static void a_client_that_does_not_read_is_not_read_from(void **state)
{
	int fd = join();

	assert_true(flood(fd) < 6000000);
	others_are_served();
	/* Once it reads, it gets what it asked for. */
	expect(fd, "\"id\":1,\"result\"");
	expect(fd, "\"id\":1,\"result\"");
	close(fd);
	others_are_served();
}

/* Costly requests that were read at once already, and somebody who comes while they are served. */
static void a_newcomer_does_not_wait_for_the_end_of_a_flood(void **state)
{
	static const char costly[] =
		"{\"jsonrpc\":\"2.0\",\"method\":\"job.big\",\"params\":{\"size\":3000000}}\n";
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int flooder = join(), newcomer = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
	char flood[4096] = "", one; /* what one read takes */

	for (int i = 0; i < 60; i++)
		memcpy(flood + i * strlen(costly), costly, strlen(costly));
	strcat(flood, ASK(1));
	strcpy(address.sun_path, path);
	assert_int_equal(send(flooder, flood, strlen(flood), MSG_NOSIGNAL), strlen(flood));
	assert_int_equal(connect(newcomer, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(send(newcomer, ASK(2), strlen(ASK(2)), MSG_NOSIGNAL), strlen(ASK(2)));
	while (recv(newcomer, &one, 1, MSG_PEEK) != 1)
		event_base_loop(base, EVLOOP_ONCE);
	assert_int_equal(recv(flooder, &one, 1, MSG_PEEK), -1);
	expect(flooder, "\"id\":1,\"result\"");
	close(newcomer);
	close(flooder);
}

static void a_connection_closed_with_answers_pending_harms_nobody(void **state)
{
	static const char ask[] = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"job.big\","
				  "\"params\":{\"size\":20000000}}\n";

	for (int i = 0; i < 5; i++) {
		int fd = join();

		assert_true(say(fd, ask, strlen(ask)));
		turn();
		close(fd);
		others_are_served();
	}
}

static void answers_still_come_after_the_sending_side_is_closed(void **state)
{
	static const char ask[] = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"job.big\","
				  "\"params\":{\"size\":5000000}}\n" ASK(2) "{\"half";
	int fd = join();

	assert_true(say(fd, ask, strlen(ask)));
	shutdown(fd, SHUT_WR);
	for (int i = 0; i < 10; i++)
		turn();
	expect(fd, "\"id\":1,");
	expect(fd, "\"id\":2,");
	expect_end(fd);
}

static void tell(const char *noun)
{
	json_t *event = json_pack("{s:s, s:s}", "noun", noun, "action", "add");

	rpc_notify(rpc, event);
	json_decref(event);
}

static void events_reach_those_who_asked_for_them(void **state)
{
	static const char all[] = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"monitor\"}\n";
	static const char ports[] = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"monitor\","
				    "\"params\":{\"noun\":\"port\"}}\n";
	static const char wrong[] = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"monitor\","
				    "\"params\":{\"noun\":\"prot\"}}\n";
	int one = join(), two = join(), three = join();

	assert_true(say(one, all, strlen(all)));
	assert_true(say(two, ports, strlen(ports)));
	assert_true(say(three, wrong, strlen(wrong)));
	expect(one, "\"result\":null");
	expect(two, "\"result\":null");
	expect(three, "-32602");
	tell("bridge");
	tell("port");
	expect(one, "{\"jsonrpc\":\"2.0\",\"method\":\"event\",\"params\":{\"noun\":\"bridge\"");
	expect(one, "{\"noun\":\"port\"");
	expect(two, "{\"noun\":\"port\"");
	assert_true(say(three, ASK(4), strlen(ASK(4))));
	expect(three, "\"id\":4,");
	close(one);
	close(two);
	close(three);
}

static void a_subscriber_that_does_not_read_is_cut_off(void **state)
{
	static const char all[] = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"monitor\"}\n";
	char *text = malloc(1 << 20);
	int fd = join();
	json_t *event;

	assert_true(say(fd, all, strlen(all)));
	expect(fd, "\"result\":null");
	memset(text, 'x', (1 << 20) - 1);
	text[(1 << 20) - 1] = '\0';
	event = json_pack("{s:s, s:s}", "noun", "port", "new", text);
	for (int i = 0; i < RPC_OUTPUT_MAX / (1 << 20) + 2; i++) {
		rpc_notify(rpc, event);
		turn();
	}
	json_decref(event);
	free(text);
	others_are_served();
	for (char *line; (line = hear(fd)); free(line))
		;
	close(fd);
}

/* Where turn() goes on until nobody has anything to say. */
static void single_turn(void)
{
	event_base_loop(base, EVLOOP_ONCE | EVLOOP_NONBLOCK);
}

/* How many whole lines have come to it. */
static size_t lines_at(int fd)
{
	char text[4096];
	ssize_t got = recv(fd, text, sizeof(text), MSG_PEEK);
	size_t n = 0;

	for (ssize_t i = 0; i < got; i++)
		n += text[i] == '\n';
	return n;
}

/* Each has sent twenty pairs of a costly request and one that is answered, all of which the first
 * read takes. Whoever comes last waits for one request of each. */
static void nobody_waits_for_more_than_a_request_of_each(void **state)
{
	enum { N = 20 };
	static const char pair[] =
		"{\"jsonrpc\":\"2.0\",\"method\":\"job.big\",\"params\":{\"size\":300000}}\n" ASK(
			1);
	int fds[N], newcomer = join();
	size_t n_answered = 0;

	for (int i = 0; i < N; i++)
		fds[i] = join();
	for (int i = 0; i < 20 * N; i++)
		assert_int_equal(send(fds[i % N], pair, strlen(pair), MSG_NOSIGNAL), strlen(pair));
	assert_int_equal(send(newcomer, ASK(2), strlen(ASK(2)), MSG_NOSIGNAL), strlen(ASK(2)));
	while (!lines_at(newcomer))
		single_turn();
	for (int i = 0; i < N; i++)
		n_answered += lines_at(fds[i]);
	/* A pair of each at most, where the newcomer was read a turn of the loop later. */
	assert_true(n_answered <= 2 * N);
	for (int i = 0; i < N; i++)
		close(fds[i]);
	close(newcomer);
	turn();
}

#define BIG(size) \
	"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"job.big\",\"params\":{\"size\":" #size "}}"

static void a_batch_takes_a_turn_for_each_of_its_requests(void **state)
{
	enum { N = 50 };
	int fd = join(), other = join();
	char line[N * 80] = "[" BIG(100000);

	for (int i = 1; i < N; i++)
		strcat(line, "," BIG(100000));
	strcat(line, "]\n");
	assert_int_equal(send(fd, line, strlen(line), MSG_NOSIGNAL), strlen(line));
	assert_int_equal(send(other, ASK(2), strlen(ASK(2)), MSG_NOSIGNAL), strlen(ASK(2)));
	while (!lines_at(other)) {
		single_turn();
		assert_int_equal(recv(fd, line, 1, MSG_PEEK), -1);
	}
	expect(fd, "[{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":");
	close(fd);
	close(other);
	turn();
	assert_int_equal(rpc->held, 0);
}

/* A line of this length that a thread reads. */
static char *long_line(size_t size, const char *end)
{
	static const char begin[] =
		"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"system.show\",\"more\":\"";
	char *line = malloc(size + 100);

	memset(line, 'x', size);
	memcpy(line, begin, strlen(begin));
	strcpy(line + size, end);
	return line;
}

static void a_long_line_keeps_nobody_waiting(void **state)
{
	char *line = long_line(12 << 20, "\"}\n" ASK(3));
	int fd = join(), other = join();

	assert_true(say(fd, line, (12 << 20) - 1));
	for (int i = 0; i < 100; i++)
		turn();
	assert_int_equal(send(fd, line + (12 << 20) - 1, strlen(ASK(3)) + 4, MSG_NOSIGNAL),
			 strlen(ASK(3)) + 4);
	assert_int_equal(send(other, ASK(2), strlen(ASK(2)), MSG_NOSIGNAL), strlen(ASK(2)));
	while (!lines_at(other))
		single_turn();
	assert_int_equal(lines_at(fd), 0);
	expect(fd, "\"id\":1,");
	expect(fd, "\"id\":3,"); /* in order, if it is quick to read */
	close(fd);
	close(other);
	turn();
	assert_int_equal(rpc->held, 0);
	free(line);
}

static void who_leaves_while_its_line_is_read_harms_nobody(void **state)
{
	char *line = long_line(4 << 20, "\"}\n");
	int fds[8];

	for (int i = 0; i < 8; i++) {
		fds[i] = join();
		assert_true(say(fds[i], line, strlen(line)));
	}
	for (int i = 0; i < 8; i++) {
		close(fds[i]);
		turn();
	}
	others_are_served();
	while (rpc->n_clients)
		turn();
	assert_int_equal(rpc->held, 0);
	free(line);
}

static void a_long_line_of_blanks_is_none(void **state)
{
	char *line = malloc(200000);
	int fd = join();

	memset(line, ' ', 200000);
	line[199999] = '\n';
	assert_true(say(fd, line, 200000));
	assert_true(say(fd, ASK(1), strlen(ASK(1))));
	expect(fd, "\"id\":1,");
	close(fd);
	free(line);
}

static void what_a_flood_sends_stays_in_the_kernel(void **state)
{
	static const char costly[] =
		"{\"jsonrpc\":\"2.0\",\"method\":\"job.big\",\"params\":{\"size\":1000000}}\n";
	int fd = join();

	while (send(fd, costly, strlen(costly), MSG_NOSIGNAL) > 0)
		;
	for (int i = 0; i < 20; i++) {
		single_turn();
		assert_true(rpc->held < 3 * 4096); /* what a read or two take */
	}
	close(fd);
	turn();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(requests_are_answered_in_order),
		cmocka_unit_test(half_a_request_waits_for_its_other_half),
		cmocka_unit_test(garbage_is_answered_and_the_connection_stays),
		cmocka_unit_test(a_line_of_64_kib_and_of_16_mib_is_a_request),
		cmocka_unit_test(a_longer_line_is_refused_and_the_next_is_served),
		cmocka_unit_test(a_large_answer_arrives_whole),
		cmocka_unit_test(a_client_that_does_not_read_is_not_read_from),
		cmocka_unit_test(a_newcomer_does_not_wait_for_the_end_of_a_flood),
		cmocka_unit_test(nobody_waits_for_more_than_a_request_of_each),
		cmocka_unit_test(what_a_flood_sends_stays_in_the_kernel),
		cmocka_unit_test(a_batch_takes_a_turn_for_each_of_its_requests),
		cmocka_unit_test(a_long_line_keeps_nobody_waiting),
		cmocka_unit_test(who_leaves_while_its_line_is_read_harms_nobody),
		cmocka_unit_test(a_long_line_of_blanks_is_none),
		cmocka_unit_test(a_connection_closed_with_answers_pending_harms_nobody),
		cmocka_unit_test(answers_still_come_after_the_sending_side_is_closed),
		cmocka_unit_test(events_reach_those_who_asked_for_them),
		cmocka_unit_test(a_subscriber_that_does_not_read_is_cut_off),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}

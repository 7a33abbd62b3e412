// SPDX-License-Identifier: BSD-3-Clause
/* The server's limits: more connections than it takes, or than there are descriptors; more memory.
 */
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "control/spine/rpc_own.h"
#include "tests/unit/spine/rpc_under_test.h"

/* Where turn() goes on until nobody has anything to say. */
static void single_turn(void)
{
	event_base_loop(base, EVLOOP_ONCE | EVLOOP_NONBLOCK);
}

/* Until the requests of all connections wait for something. */
static void wait_until_all_wait(void)
{
	const struct rpc_client *client;
	double end = now() + PATIENCE_S;

	do {
		assert_true(now() < end);
		turn();
		TAILQ_FOREACH(client, &rpc->clients, link)
		if (!rpc_client_has_to_wait(client))
			break;
	} while (client);
}

static void raise_limit(void)
{
	struct rlimit limit;

	getrlimit(RLIMIT_NOFILE, &limit);
	limit.rlim_cur = limit.rlim_max < 4096 ? limit.rlim_max : 4096;
	setrlimit(RLIMIT_NOFILE, &limit);
	assert_true(limit.rlim_cur >= 2 * RPC_CLIENTS_MAX + 128);
}

static void the_silent_go_where_there_are_too_many(void **state)
{
	static int fds[RPC_CLIENTS_MAX];
	int subscriber = join();

	raise_limit();
	assert_true(say(subscriber, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"monitor\"}\n", 44));
	expect(subscriber, "\"result\":null");
	for (int i = 0; i < RPC_CLIENTS_MAX - 1; i++)
		fds[i] = join();
	/* The first has just spoken: the second is the one that was silent longest. */
	assert_true(say(fds[0], ASK(1), strlen(ASK(1))));
	expect(fds[0], "\"id\":1,");
	others_are_served();
	expect(fds[1], "too many connections");
	expect_end(fds[1]);
	assert_true(say(fds[0], ASK(2), strlen(ASK(2))));
	expect(fds[0], "\"id\":2,");
	assert_true(say(fds[2], ASK(2), strlen(ASK(2))));
	expect(fds[2], "\"id\":2,");
	for (int i = 0; i < RPC_CLIENTS_MAX - 1; i++)
		if (i != 1)
			close(fds[i]);
	turn();
	close(subscriber);
	others_are_served();
}

/* It has gone, and been told why. */
static bool has_gone(int fd)
{
	char text[400] = "";

	return recv(fd, text, sizeof(text) - 1, MSG_DONTWAIT) > 0 &&
	       strstr(text, "too many connections");
}

static void those_who_never_asked_do_not_drive_out_who_has(void **state)
{
	enum { MORE = RPC_CLIENTS_MAX + 50 };
	static int fds[MORE];
	int known = join(), n_gone = 0;

	raise_limit();
	assert_true(say(known, ASK(1), strlen(ASK(1))));
	expect(known, "\"id\":1,");
	for (int i = 0; i < MORE; i++)
		fds[i] = join();
	assert_true(say(known, ASK(2), strlen(ASK(2))));
	expect(known, "\"id\":2,");
	for (int i = 0; i < MORE; i++) {
		n_gone += has_gone(fds[i]);
		close(fds[i]);
	}
	assert_int_equal(n_gone, MORE + 1 - RPC_CLIENTS_MAX);
	close(known);
	turn();
	others_are_served();
}

/* The whole crowd has asked, and fallen silent: whoever comes then has time to ask. */
static void a_newcomer_is_not_driven_out_by_the_next(void **state)
{
	static int fds[RPC_CLIENTS_MAX];
	int first, second;

	raise_limit();
	for (int i = 0; i < RPC_CLIENTS_MAX; i++) {
		fds[i] = join();
		assert_true(say(fds[i], ASK(1), strlen(ASK(1))));
		expect(fds[i], "\"id\":1,");
	}
	first = join();
	second = join();
	assert_true(say(first, ASK(1), strlen(ASK(1))));
	expect(first, "\"id\":1,");
	expect(fds[0], "too many connections");
	expect(fds[1], "too many connections");
	for (int i = 0; i < RPC_CLIENTS_MAX; i++)
		close(fds[i]);
	close(first);
	close(second);
	turn();
	others_are_served();
}

/* A socket whose descriptor is beyond those that the limit allows. */
static int high_socket(void)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
	int high = fcntl(fd, F_DUPFD_CLOEXEC, 1500);

	close(fd);
	return high;
}

static void connections_leave_descriptors_to_others(void **state)
{
	enum { N = 120, FEW = 100 };
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	struct rlimit before, few = {.rlim_cur = FEW};
	int fds[N], highest;

	strcpy(address.sun_path, path);
	raise_limit();
	getrlimit(RLIMIT_NOFILE, &before);
	few.rlim_max = before.rlim_max;
	for (int i = 0; i < N; i++)
		fds[i] = high_socket();
	setrlimit(RLIMIT_NOFILE, &few);
	for (int i = 0; i < N; i++) {
		connect(fds[i], (struct sockaddr *)&address, sizeof(address));
		turn();
	}
	assert_in_range(rpc->n_clients, FEW / 2, FEW * 3 / 4);
	highest = dup(0);
	assert_in_range(highest, 0, FEW * 3 / 4 + 5); /* one may go later than the next comes */
	close(highest);
	assert_true(say(fds[N - 1], ASK(1), strlen(ASK(1))));
	expect(fds[N - 1], "\"id\":1,");
	setrlimit(RLIMIT_NOFILE, &before);
	for (int i = 0; i < N; i++)
		close(fds[i]);
	turn();
	others_are_served();
}

/* All the others have been taken, whoever did so. */
static void somebody_new_is_served_without_a_free_descriptor(void **state)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	struct rlimit before, few = {.rlim_cur = 0};
	int silent = high_socket(), fd = high_socket();

	strcpy(address.sun_path, path);
	connect(silent, (struct sockaddr *)&address, sizeof(address));
	turn();
	getrlimit(RLIMIT_NOFILE, &before);
	few.rlim_max = before.rlim_max;
	few.rlim_cur = dup(0); /* the lowest that is free */
	close((int)few.rlim_cur);
	connect(fd, (struct sockaddr *)&address, sizeof(address));
	setrlimit(RLIMIT_NOFILE, &few);
	assert_true(say(fd, ASK(1), strlen(ASK(1))));
	expect(fd, "\"id\":1,");
	expect(silent, "too many connections");
	setrlimit(RLIMIT_NOFILE, &before);
	close(silent);
	close(fd);
	turn();
	others_are_served();
}

static void memory_is_bounded_over_all_connections(void **state)
{
	enum { N = 24, HALF = 12 << 20 }; /* 288 MiB together */
	char *half = malloc(HALF);
	int fds[N], gone = 0;

	memset(half, 'x', HALF);
	for (int i = 0; i < N; i++) {
		fds[i] = join();
		if (!say(fds[i], half, HALF))
			break;
	}
	others_are_served();
	for (int i = 0; i < N; i++) {
		char byte;

		if (recv(fds[i], &byte, 1, MSG_PEEK) >= 0 || errno != EAGAIN)
			gone++;
		close(fds[i]);
	}
	assert_in_range(gone, 1, 6);
	free(half);
	turn();
	others_are_served();
}

/* With weftd's limit of what the heap keeps. Something small is allocated after them. */
static void what_long_lines_took_is_not_kept(void **state)
{
	enum { N = 8, HALF = 12 << 20 };
	char *half = malloc(HALF), *small[N];
	size_t before;
	int fds[N];

	mallopt(M_MMAP_THRESHOLD, 1 << 20);
	before = mallinfo2().arena;
	memset(half, 'x', HALF);
	for (int i = 0; i < N; i++) {
		fds[i] = join();
		assert_true(say(fds[i], half, HALF));
		small[i] = malloc(2000);
	}
	assert_in_range(rpc->held, N * HALF / 2, N * HALF);
	for (int i = 0; i < N; i++)
		close(fds[i]);
	while (rpc->n_clients)
		turn();
	assert_true(mallinfo2().arena <= before + (4 << 20));
	for (int i = 0; i < N; i++)
		free(small[i]);
	free(half);
}

/* An array of values enough of this shape: where the allocator tells what it gave, that is no more
 * than what is counted. */
static void count_shape(const char *value)
{
	size_t n = strlen(value), size = 1, before, taken;
	char *line = malloc(1 << 20);
	struct rpc_ask *ask;

	line[0] = '[';
	while (size + n + 2 < 1 << 20 && size < 4000 * n) {
		memcpy(line + size, value, n);
		line[size + n] = ',';
		size += n + 1;
	}
	line[size - 1] = ']';
	before = mallinfo2().uordblks + mallinfo2().hblkhd;
	ask = rpc_ask_read(line, size);
	taken = mallinfo2().uordblks + mallinfo2().hblkhd - before;
	if (taken > rpc_ask_size(ask))
		print_error("%.40s takes %zu, of which %zu are counted\n", line, taken,
			    rpc_ask_size(ask));
	assert_true(taken <= rpc_ask_size(ask));
	rpc_ask_free(ask);
	free(line);
}

static void what_is_counted_for_a_line_is_not_less_than_it_takes(void **state)
{
	count_shape("0");
	count_shape("\"\"");
	count_shape("\"abcdefghijklmnopqrstuvwxy\"");
	count_shape("[]");
	count_shape("[[[[[[[[[[[[0]]]]]]]]]]]]");
	count_shape("{}");
	count_shape("{\"a\":0}");
	count_shape("{\"a\":{},\"b\":{},\"c\":{},\"d\":{},\"e\":{}}");
	count_shape("{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{}}}}}}}}");
	count_shape("{\"a\":0,\"b\":0,\"c\":0,\"d\":0,\"e\":0,\"f\":0,\"g\":0,\"h\":0,\"i\":0}");
}

/* Batches that wait for something in the middle, each of which has a request of very many values.
 */
static void the_values_of_lines_count_until_they_are_answered(void **state)
{
	enum { N = 12, VALUES = 200000 };
	static const char head[] =
		"[{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"port.add\",\"params\":"
		"{\"name\":\"slow\",\"set\":{\"type\":\"none\"}}},[";
	char *line = malloc(sizeof(head) + 2 * VALUES + 8), *at = stpcpy(line, head);
	int fds[N];

	for (int i = 0; i < VALUES; i++)
		at = stpcpy(at, "0,");
	strcpy(at, "0]]\n");
	for (int i = 0; i < N; i++) {
		fds[i] = join();
		assert_true(say(fds[i], line, strlen(line)));
	}
	wait_until_all_wait();
	assert_in_range(rpc->held, RPC_MEMORY_MAX / 2, RPC_MEMORY_MAX);
	assert_in_range(rpc->n_clients, N / 2, N - 1);
	while (fake_port_come())
		turn();
	for (int i = 0; i < N; i++)
		close(fds[i]);
	while (rpc->n_clients)
		turn();
	assert_int_equal(rpc->held, 0);
	free(line);
}

static void many_who_come_at_once_do_not_hold_the_loop(void **state)
{
	enum { N = 100 };
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fds[N];
	size_t before = rpc->n_clients;

	strcpy(address.sun_path, path);
	for (int i = 0; i < N; i++) {
		fds[i] = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
		assert_int_equal(connect(fds[i], (struct sockaddr *)&address, sizeof(address)), 0);
	}
	single_turn();
	assert_in_range(rpc->n_clients - before, 1, N / 2);
	for (int i = 0; i < N; i++)
		turn();
	assert_int_equal(rpc->n_clients - before, N);
	for (int i = 0; i < N; i++)
		close(fds[i]);
	for (int i = 0; i < N; i++)
		turn();
	others_are_served();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(many_who_come_at_once_do_not_hold_the_loop),
		cmocka_unit_test(the_silent_go_where_there_are_too_many),
		cmocka_unit_test(those_who_never_asked_do_not_drive_out_who_has),
		cmocka_unit_test(a_newcomer_is_not_driven_out_by_the_next),
		cmocka_unit_test(connections_leave_descriptors_to_others),
		cmocka_unit_test(somebody_new_is_served_without_a_free_descriptor),
		cmocka_unit_test(memory_is_bounded_over_all_connections),
		cmocka_unit_test(what_long_lines_took_is_not_kept),
		cmocka_unit_test(what_is_counted_for_a_line_is_not_less_than_it_takes),
		cmocka_unit_test(the_values_of_lines_count_until_they_are_answered),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}

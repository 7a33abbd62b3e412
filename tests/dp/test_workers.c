// SPDX-License-Identifier: BSD-3-Clause
/*
 * Workers with threads: a source sends numbered packets to a sink while
 * control moves queues, adds and removes workers, ports and members. Nothing
 * may be lost, doubled or overtaken, and no queue polled by two at once.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "tests/dp/stream.h"

#define SRC UINT64_C(0x020000000001)
#define DST UINT64_C(0x020000000002)

static struct bridge *br;

static void join(struct port *port, uint32_t storm)
{
	struct member_conf conf = {.untagged = 1, .storm_pps = storm};

	assert_int_equal(bridge_member_set(br, port, &conf), 0);
}

static int setup(void **state)
{
	struct frame f = sized(DST, SRC, 100);

	stream_start(&f);
	br = bridge_create(100);
	join(&source->port, 0);
	join(&sink->port, 0);
	fdb_set(br, fdb_key_make((uint8_t[]){2, 0, 0, 0, 0, 2}, 1), sink->port.index, true, 0);
	return 0;
}

static int teardown(void **state)
{
	stream_stop();
	return 0;
}

static void queues_move_between_workers_without_loss(void **state)
{
	source->open = true;
	for (int i = 0; i < 30; i++) {
		stream_place(i);
		breathe();
	}
	settle();
}

static void workers_come_and_go_without_loss(void **state)
{
	source->open = true;
	for (int i = 0; i < 20; i++) {
		assert_int_equal(dp_workers_set((uint16_t[]){i % 2}, 1), 0);
		stream_place(0);
		breathe();
		assert_int_equal(dp_workers_set((uint16_t[]){1, 0}, 2), 0);
		stream_place(i);
		breathe();
	}
	settle();
}

static void other_ports_come_and_go_without_loss(void **state)
{
	source->open = true;
	for (int i = 0; i < 30; i++) {
		struct port other;

		port_init(&other, "other", &quiet_ops, 1, 1, 1500);
		assert_int_equal(dp_port_attach(&other), 0);
		join(&other, 0);
		fdb_set(br, fdb_key_make((uint8_t[]){2, 0, 0, 0, 1, i}, 1), other.index, false, 0);
		breathe();
		dp_port_detach(&other);
		assert_int_equal(fdb_count(br), 1); /* the sink's static address */
	}
	settle();
}

static void members_and_addresses_change_without_loss(void **state)
{
	source->open = true;
	for (int i = 0; i < 30; i++) {
		join(&source->port, i);
		join(&sink->port, i);
		for (int k = 0; k < 1000; k++)
			fdb_set(br, fdb_key_make((uint8_t[]){2, 1, 0, i, k >> 8, k}, 1), 0, false,
				0);
		fdb_flush(br, 0, 0, false);
		fdb_limit(br, 100000);
		breathe();
	}
	settle();
}

static bool all_sleep(uint64_t unused)
{
	struct dp_worker_stats s[2];

	dp_worker_stats(0, &s[0]);
	dp_worker_stats(1, &s[1]);
	return s[0].sleeping && s[1].sleeping;
}

static void idle_workers_sleep_and_a_descriptor_wakes_them(void **state)
{
	source->fd = eventfd(0, EFD_NONBLOCK);
	dp_wake(); /* they may be napping: the descriptor is new */
	wait_until(all_sleep, 0);
	for (int i = 0; i < 20; i++) {
		uint64_t one = 1;

		source->left = 3;
		assert_int_equal(write(source->fd, &one, sizeof(one)), sizeof(one));
		wait_until(has_received, 3 * (i + 1));
		wait_until(all_sleep, 0);
	}
	settle();
}

/* A sleeper holds the file behind its descriptor: a tap that is gone would live on with it. */
static void no_worker_sleeps_on_a_queue_that_was_taken_from_it(void **state)
{
	signal(SIGPIPE, SIG_IGN);
	for (int i = 0; i < 20; i++) {
		int ends[2];

		assert_int_equal(pipe2(ends, O_NONBLOCK), 0);
		source->fd = ends[0];
		dp_wake();
		wait_until(all_sleep, 0);
		usleep(1000); /* until they are in the kernel */
		assert_int_equal(dp_place(NULL, 0), 0);
		source->fd = -1;
		close(ends[0]);
		assert_int_equal(write(ends[1], "x", 1), -1); /* nobody holds the other end */
		close(ends[1]);
		stream_place(0);
	}
}

static void queues_without_a_descriptor_are_looked_at_from_time_to_time(void **state)
{
	wait_until(all_sleep, 0);
	source->left = 5;
	wait_until(has_received, 5);
	settle();
}

static void a_polling_worker_never_sleeps(void **state)
{
	int slept;

	dp_poll_set(true);
	source->open = true;
	breathe();
	settle();
	slept = source->n_slept;
	usleep(20000);
	assert_int_equal(source->n_slept, slept);
	dp_poll_set(false);
	wait_until(all_sleep, 0);
}

static void a_learning_event_wakes_control_once_it_waits(void **state)
{
	struct dp_learned events[16];
	struct pollfd fd = {.fd = dp_learned_fd(), .events = POLLIN};

	assert_int_equal(dp_learned(events, 16), 0);
	source->left = 1;
	assert_int_equal(poll(&fd, 1, STREAM_WAIT_MS), 1);
	assert_int_equal(dp_learned(events, 16), 1);
	assert_true(events[0].key == fdb_key_make((uint8_t[]){2, 0, 0, 0, 0, 1}, 1));
	assert_int_equal(events[0].port, source->port.index);
	assert_int_equal(events[0].bridge, br->id);
	assert_int_equal(dp_learned(events, 16), 0);
	assert_int_equal(poll(&fd, 1, 0), 0);
	wait_until(has_received, 1);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(queues_move_between_workers_without_loss),
		T(workers_come_and_go_without_loss),
		T(other_ports_come_and_go_without_loss),
		T(members_and_addresses_change_without_loss),
		T(idle_workers_sleep_and_a_descriptor_wakes_them),
		T(no_worker_sleeps_on_a_queue_that_was_taken_from_it),
		T(queues_without_a_descriptor_are_looked_at_from_time_to_time),
		T(a_polling_worker_never_sleeps),
		T(a_learning_event_wakes_control_once_it_waits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

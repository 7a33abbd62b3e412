// SPDX-License-Identifier: BSD-3-Clause
/* News of links: at once, of what was asked for, and also when there were more than could be kept.
 */
#include <errno.h>
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
#include <dirent.h>

#include "control/loop.h"
#include "control/netdev.h"
#include "tests/support/net.h"

#define GUARD_MS 3000 /* ends a test that hears nothing */

static struct netns *here;

/* A listener that looks at its device, as a port does. */
struct heard {
	const char *device;
	struct netns *ns;
	struct netdev_watch *watch;
	int n;
	bool is_there, is_up, has_carrier;
	bool ends; /* its watch, when it hears of anything */
};

static void look(void *arg)
{
	struct heard *h = arg;
	struct netdev dev = {0};

	h->n++;
	h->is_there = netdev_get(h->ns, h->device, &dev) == 0;
	h->is_up = dev.is_up;
	h->has_carrier = dev.has_carrier;
	if (h->ends) {
		netdev_unwatch(h->watch);
		h->watch = NULL;
	}
}

static struct heard listen_to(struct netns *ns, const char *device)
{
	return (struct heard){.device = device, .ns = ns};
}

static void begin(struct heard *h)
{
	h->watch = netdev_watch(h->ns, h->device, look, h);
	assert_non_null(h->watch);
	look(h);
	h->n = 0;
}

static int64_t now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static void out_of_time(void *arg)
{
	*(bool *)arg = true;
}

/* Sleeps in the loop, without any timer but the guard, until the state is as wanted. How long that
 * took. */
static int64_t wait_carrier(const struct heard *h, bool wanted)
{
	bool is_over = false;
	struct event *guard = loop_timer(GUARD_MS, false, out_of_time, &is_over);
	int64_t began = now_us();

	while (h->has_carrier != wanted && !is_over)
		event_base_loop(loop_base(), EVLOOP_ONCE);
	loop_cancel(guard);
	assert_false(is_over);
	return now_us() - began;
}

static void turns(int n)
{
	while (n-- > 0)
		event_base_loop(loop_base(), EVLOOP_NONBLOCK);
}

static int open_descriptors(void)
{
	DIR *dir = opendir("/proc/self/fd");
	int n = 0;

	while (readdir(dir))
		n++;
	closedir(dir);
	return n;
}

static void a_lost_carrier_is_heard_of_at_once(void **state)
{
	struct heard h = listen_to(here, "v0");
	int64_t worst = 0;

	test_sh("ip link add v0 up type veth peer name v1 && ip link set v1 up");
	begin(&h);
	assert_true(h.has_carrier);
	for (int i = 0; i < 20; i++) {
		test_sh("ip link set v1 %s", i % 2 ? "up" : "down");
		int64_t us = wait_carrier(&h, i % 2);
		worst = us > worst ? us : worst;
	}
	print_message("heard within %lld us of the end of the command\n", (long long)worst);
	netdev_unwatch(h.watch);
	test_sh("ip link del v0");
}

static void links_appear_are_renamed_and_vanish(void **state)
{
	struct heard h = listen_to(here, "v0");

	begin(&h);
	assert_false(h.is_there);
	test_sh("ip link add v0 type veth peer name v1");
	turns(3);
	assert_true(h.is_there);
	test_sh("ip link set v0 name other0");
	turns(3);
	assert_false(h.is_there);
	test_sh("ip link set other0 name v0");
	turns(3);
	assert_true(h.is_there);
	test_sh("ip link del v0");
	turns(3);
	assert_false(h.is_there);
	netdev_unwatch(h.watch);
}

static void other_links_are_nobodys_business(void **state)
{
	struct heard h = listen_to(here, "v0");

	test_sh("ip link add v0 type veth peer name v1 && ip link add w0 type veth peer name w1");
	begin(&h);
	test_sh("ip link set w0 up && ip link set w1 up && ip link del w0");
	turns(3);
	assert_int_equal(h.n, 0);
	netdev_unwatch(h.watch);
	test_sh("ip link del v0");
}

/* The state that a link is left in is seen though nothing was read meanwhile. */
static void news_beyond_the_buffer_are_not_missed(void **state)
{
	struct heard h = listen_to(here, "v0");

	test_sh("ip link add v0 up type veth peer name v1 && ip link set v1 up");
	begin(&h);
	assert_true(h.is_up);
	test_sh("(for i in $(seq 3000); do echo link set v1 mtu $((1000 + i %% 2)); done; "
		"echo link set v0 down) | ip -batch -");
	turns(200);
	assert_true(h.n > 0);
	assert_false(h.is_up);
	test_sh("ip link set v0 up");
	turns(3);
	assert_true(h.is_up);
	netdev_unwatch(h.watch);
	test_sh("ip link del v0");
}

static void watches_of_one_namespace_share_a_socket(void **state)
{
	int before = open_descriptors();
	struct netns *red;
	struct heard h[100], far;

	for (int i = 0; i < 100; i++) {
		h[i] = listen_to(here, i < 50 ? "v0" : "v1");
		begin(&h[i]);
	}
	assert_int_equal(open_descriptors(), before + 1);
	test_ns_add("red");
	red = netns_open("red");
	far = listen_to(red, "v0");
	before = open_descriptors();
	begin(&far);
	assert_int_equal(open_descriptors(), before + 1);

	test_sh("ip link add v0 type veth peer name v1");
	turns(3);
	for (int i = 0; i < 100; i++)
		assert_true(h[i].n > 0 && h[i].is_there);
	assert_int_equal(far.n, 0);
	test_sh("ip -n red link add v0 type veth peer name v1");
	turns(3);
	assert_true(far.is_there);
	for (int i = 0; i < 100; i++)
		netdev_unwatch(h[i].watch);
	netdev_unwatch(far.watch);
	assert_int_equal(open_descriptors(), before - 1);
	netns_close(red);
	test_sh("ip link del v0 && ip netns del red");
}

static void a_watch_may_end_itself(void **state)
{
	struct heard h[3];

	for (int i = 0; i < 3; i++) {
		h[i] = listen_to(here, "v0");
		begin(&h[i]);
		h[i].ends = true;
	}
	test_sh("ip link add v0 type veth peer name v1");
	turns(3);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(h[i].n, 1);
		assert_null(h[i].watch);
	}
	test_sh("ip link del v0");
	turns(3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_lost_carrier_is_heard_of_at_once),
		cmocka_unit_test(links_appear_are_renamed_and_vanish),
		cmocka_unit_test(other_links_are_nobodys_business),
		cmocka_unit_test(news_beyond_the_buffer_are_not_missed),
		cmocka_unit_test(watches_of_one_namespace_share_a_socket),
		cmocka_unit_test(a_watch_may_end_itself),
	};
	int rc;

	if (!test_net_init())
		return TEST_SKIPPED;
	if (loop_init() < 0 || !(here = netns_open(NULL)))
		return 1;
	rc = cmocka_run_group_tests(tests, NULL, NULL);
	netns_close(here);
	loop_fini();
	return rc;
}

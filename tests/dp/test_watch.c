// SPDX-License-Identifier: BSD-3-Clause
/*
 * A gateway that BFD gives up leaves its groups before anybody else has drawn a
 * conclusion: shown by packets, with the real RIB, RIP and BFD above the real
 * dataplane. Two gateways, 10.1.0.2 and 10.2.0.2, lead equally well to 9.0.0.0/8
 * by a static route and to 8.0.0.0/8 by RIP.
 */
#include <string.h>

#include <event2/event.h>

#include "control/engines.h"
#include "control/fib_sync.h"
#include "control/interfaces.h"
#include "control/loop.h"
#include "control/watches.h"
#include "routing/core/be.h"
#include "routing/rib.h"
#include "routing/rip/rip.h"
#include "tests/dp/conf.h"

#define FLOWS 64
#define HOST  UINT64_C(0x0200000000bb)

#define YAML(hold)                                                           \
	BOTH "bfd: { interval: 100ms, multiplier: 3, hold: " hold " }\n"     \
	     "rip: { interfaces: { l: { bfd: true }, r: { bfd: true } } }\n" \
	     "routes:\n- { prefix: 9.0.0.0/8, via: [10.1.0.2, 10.2.0.2], bfd: true }\n"

static const char *const gateways[] = {"10.1.0.2", "10.2.0.2"};
static const char *const ours[] = {"10.1.0.1", "10.2.0.1"};

/* --- what the gateways say --- */

static uint32_t discriminator_of(const char *peer)
{
	const struct bfd_session *session = NULL;
	struct bfd_info info;
	struct addr addr;

	assert_int_equal(addr_parse(peer, &addr), 0);
	while ((session = bfd_next(watches_bfd(), session))) {
		bfd_info(session, &info);
		if (addr_compare(&info.peer, &addr) == 0)
			return info.my_discriminator;
	}
	return 0;
}

/* So seldom (tx and rx of a second) that nothing runs out meanwhile. */
static void says_bfd(int i, enum bfd_state state)
{
	uint8_t data[24] = {0x20, (uint8_t)(state << 6), 3, sizeof(data)};

	store_be32(data + 4, 77);
	store_be32(data + 8, discriminator_of(gateways[i]));
	store_be32(data + 12, 1000000);
	store_be32(data + 16, 1000000);
	tells(i ? right : left, gateways[i], 49152, ours[i], BFD_PORT, 255, data, sizeof(data));
}

static void says_rip(int i)
{
	static const uint8_t data[24] = {2, 2, 0, 0, 0, 2, 0, 0, 8, 0, 0, 0, 255, [23] = 1};

	tells(i ? right : left, gateways[i], 520, "224.0.0.9", 520, 1, data, sizeof(data));
}

static void two_ways_with(const char *yaml)
{
	must_apply(yaml);
	for (int i = 0; i < 2; i++) {
		says_bfd(i, BFD_DOWN);
		conf_settle();
		says_bfd(i, BFD_INIT);
		conf_settle();
		says_rip(i);
		conf_settle();
	}
	assert_leads("9.1.1.1", "10.1.0.2 on l x8, 10.2.0.2 on r x8");
	assert_leads("8.1.1.1", "10.1.0.2 on l x8, 10.2.0.2 on r x8");
}

static void two_ways(void)
{
	two_ways_with(YAML("0s"));
}

/* --- what packets do --- */

static uint32_t count(struct fake *fake, const char *dst)
{
	const char *at = sent(fake);
	char wanted[64];
	uint32_t n = 0;

	snprintf(wanted, sizeof(wanted), "10.1.0.7 > %s ttl 63 to 02:00:00:00:00:0a\n", dst);
	while ((at = strstr(at, wanted))) {
		at++;
		n++;
	}
	return n;
}

/* Sends a packet of each flow, with nothing of control in between; how many went to the left. */
static uint32_t go_left(const char *dst)
{
	uint32_t n;

	fake_take_all(left);
	fake_take_all(right);
	for (uint16_t i = 0; i < FLOWS; i++) {
		struct frame f = eth(UINT64_C(0), HOST);

		memcpy(f.bytes, interfaces_find("l")->iface.mac, 6);
		udp4(&f, "10.1.0.7", dst, 1000 + i, 2000, 26);
		put(left, &f);
	}
	for (int i = 0; i < 4; i++)
		run_round();
	n = count(left, dst);
	assert_int_equal(n + count(right, dst), FLOWS);
	return n;
}

/* --- what others know --- */

static uint32_t hops_in_rib(const char *prefix)
{
	struct prefix wanted;
	struct rib_best best;

	assert_int_equal(prefix_parse(prefix, &wanted), 0);
	assert_true(rib_find(engines_env()->rib, 0, &wanted, &best));
	return best.hops->n;
}

static uint32_t told;

/* The last to ask is the first to be told: neither RIP nor the static routes know yet. */
static void on_news(void *arg, bool is_alive)
{
	assert_false(is_alive);
	told++;
	assert_int_equal(hops_in_rib("9.0.0.0/8"), 2);
	assert_int_equal(hops_in_rib("8.0.0.0/8"), 2);
	assert_int_equal(go_left("9.1.1.1"), 0);
	assert_int_equal(go_left("8.1.1.1"), 0);
	/* By a detour: not even the groups have been changed. */
	assert_leads("9.1.1.1", "10.1.0.2 on l x8, 10.2.0.2 on r x8");
	assert_leads("8.1.1.1", "10.1.0.2 on l x8, 10.2.0.2 on r x8");
}

static void packets_go_the_other_way_before_anybody_is_told(void **state)
{
	struct env_watch *watch;
	struct addr peer;

	two_ways();
	assert_int_equal(addr_parse(gateways[0], &peer), 0);
	watch = watches_add(engines_env(), interfaces_find("l")->iface.id, &peer, on_news, NULL);
	assert_non_null(watch);
	told = 0;
	says_bfd(0, BFD_DOWN);
	conf_settle();
	assert_int_equal(told, 1);
	watches_del(engines_env(), watch);
	assert_leads("9.1.1.1", "10.2.0.2 on r");
	assert_leads("8.1.1.1", "10.2.0.2 on r");
}

static void packets_go_the_other_way_before_routes_are_decided(void **state)
{
	two_ways();
	assert_in_range(go_left("9.1.1.1"), 1, FLOWS - 1);
	assert_in_range(go_left("8.1.1.1"), 1, FLOWS - 1);
	conf_settle();
	says_bfd(0, BFD_DOWN);
	run_round();
	/* The turn of control's loop that takes the packet, and no other. */
	event_base_loop(loop_base(), EVLOOP_ONCE | EVLOOP_NONBLOCK);
	assert_int_equal(hops_in_rib("9.0.0.0/8"), 2);
	assert_int_equal(hops_in_rib("8.0.0.0/8"), 2);
	assert_int_equal(go_left("9.1.1.1"), 0);
	assert_int_equal(go_left("8.1.1.1"), 0);
	conf_settle();
	assert_int_equal(hops_in_rib("9.0.0.0/8"), 1);
	assert_int_equal(hops_in_rib("8.0.0.0/8"), 1);
	assert_leads("9.1.1.1", "10.2.0.2 on r");
	assert_leads("8.1.1.1", "10.2.0.2 on r");
}

static uint64_t refused_by_rip(enum rip_refused why)
{
	uint64_t n = 0;

	for (size_t i = 0; i < ENGINES_MAX; i++)
		if (engines_instance(i) && engines_instance(i)->protocol == &protocol_rip)
			n += rip_refused(engines_instance(i), why);
	return n;
}

static void a_gateway_that_answers_again_is_used_again(void **state)
{
	two_ways();
	says_bfd(0, BFD_DOWN);
	conf_settle();
	assert_int_equal(go_left("9.1.1.1"), 0);
	says_rip(0);
	conf_settle();
	assert_int_equal(refused_by_rip(RIP_BFD_DOWN), 1);
	assert_leads("8.1.1.1", "10.2.0.2 on r");
	says_bfd(0, BFD_INIT);
	conf_settle();
	assert_in_range(go_left("9.1.1.1"), 1, FLOWS - 1);
	assert_int_equal(go_left("8.1.1.1"), 0); /* RIP waits for its word */
	conf_settle();
	says_rip(0);
	conf_settle();
	assert_in_range(go_left("8.1.1.1"), 1, FLOWS - 1);
	conf_settle();
}

static void flap(uint32_t times)
{
	for (uint32_t i = 0; i < times; i++) {
		says_bfd(0, BFD_DOWN);
		conf_settle();
		says_bfd(0, BFD_DOWN);
		conf_settle();
		says_bfd(0, BFD_INIT);
		conf_settle();
	}
}

static void a_gateway_that_flaps_changes_routes_once(void **state)
{
	struct fib_sync_stats before, after;
	struct rib_counts first, last;

	two_ways_with(YAML("1m"));
	flap(1);
	fib_sync_stats(&before);
	rib_counts(engines_env()->rib, 0, &first);
	flap(20);
	fib_sync_stats(&after);
	rib_counts(engines_env()->rib, 0, &last);
	assert_int_equal(after.changes, before.changes);
	assert_int_equal(last.changes, first.changes);
	assert_int_equal(go_left("9.1.1.1"), 0);
	conf_settle();
	must_apply(YAML("0s")); /* up to now: it is up */
	assert_leads("9.1.1.1", "10.1.0.2 on l x8, 10.2.0.2 on r x8");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, conf_setup, conf_teardown)
	const struct CMUnitTest tests[] = {
		TEST(packets_go_the_other_way_before_anybody_is_told),
		TEST(packets_go_the_other_way_before_routes_are_decided),
		TEST(a_gateway_that_answers_again_is_used_again),
		TEST(a_gateway_that_flaps_changes_routes_once),
	};

	return cmocka_run_group_tests_name("watch", tests, NULL, NULL);
}

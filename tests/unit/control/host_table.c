// SPDX-License-Identifier: BSD-3-Clause
#include "tests/unit/control/host_table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>
#include <net/if.h>

#include "control/daemon.h"
#include "control/loop.h"
#include "tests/support/fake_env.h"
#include "tests/support/net.h"

#define WAIT_MS 6000
#define HOPS    8

struct kernel_sync *host_sync;
struct rib *host_rib;

static struct fake fake;
static struct netns *here;
static uint32_t sources[RIB_PROTOCOLS];

/* --- the world --- */

static void work(void)
{
	while (rib_work(host_rib, 1000) > 0)
		;
	event_base_loop(loop_base(), EVLOOP_NONBLOCK);
	while (rib_work(host_rib, 1000) > 0)
		;
}

static void changed(void)
{
}

int host_setup(void **state)
{
	test_sh("for i in eth0 host0 eth9; do ip link add $i type veth peer name $i-far && "
		"ip link set $i-far up && ip link set $i up; done && "
		"ip addr add 192.0.2.10/24 dev eth0 && ip addr add 2001:db8::10/64 dev eth0 nodad "
		"&& ip addr add 10.5.0.2/24 dev host0 && ip addr add fd05::2/64 dev host0 nodad && "
		"ip addr add 198.51.100.10/24 dev eth9");
	fake_init(&fake, 1);
	fake_iface(&fake, "wire", "192.0.2.2/24 2001:db8::2/64");
	fake_iface(&fake, "link", "10.5.0.1/24 fd05::1/64");
	fake_iface(&fake, "guests", "10.7.0.1/24");
	host_rib = rib_create(&fake.env);
	fake.env.rib = host_rib;
	sources[RIB_STATIC] = rib_source_add(host_rib, RIB_STATIC);
	sources[RIB_OSPF] = rib_source_add(host_rib, RIB_OSPF);
	sources[RIB_RIP] = rib_source_add(host_rib, RIB_RIP);
	return host_rib && sources[RIB_RIP] ? 0 : -1;
}

int host_teardown(void **state)
{
	host_end();
	for (int i = 0; i < RIB_PROTOCOLS; i++) {
		if (sources[i])
			rib_source_del(host_rib, sources[i]);
		sources[i] = 0;
	}
	work();
	rib_destroy(host_rib);
	fake_fini(&fake);
	test_sh("for i in eth0 host0 eth9; do ip link del $i; done; ip route flush table 300 "
		"2>/dev/null; "
		"ip route flush proto 77; true");
	return 0;
}

int host_main(int (*run)(void))
{
	int rc;

	if (!test_net_init())
		return TEST_SKIPPED;
	if (loop_init() < 0 || !(here = netns_open(NULL)))
		return 1;
	rc = run();
	netns_close(here);
	loop_fini();
	return rc;
}

/* --- the sync --- */

static size_t parse_prefixes(const char *text, bool exact, struct prefix *out)
{
	char copy[256], *rest = copy, *word;
	size_t n = 0;

	snprintf(copy, sizeof(copy), "%s", text);
	while ((word = strsep(&rest, " ")))
		if (*word && (*word == '=') == exact)
			out[n++] = fake_prefix(word + exact);
	return n;
}

void host_begin_table(uint32_t table, const char *import)
{
	struct prefix within[8], exactly[8];
	struct kernel_sync_conf conf = {.table = table,
					.export = EXPORT,
					.metric = METRIC,
					.import = within,
					.import_exact = exactly,
					.distance = 20};

	conf.n_import = parse_prefixes(import, false, within);
	conf.n_import_exact = parse_prefixes(import, true, exactly);
	host_sync = kernel_sync_create(&conf, here, host_rib, changed);
	assert_non_null(host_sync);
	host_map();
}

void host_begin(const char *import)
{
	host_begin_table(254, import);
}

void host_map(void)
{
	struct kernel_pair pairs[2] = {{WIRE, (int32_t)if_nametoindex("eth0"), KERNEL_NIC},
				       {LINK, (int32_t)if_nametoindex("host0"), KERNEL_TAP}};
	struct addr own[] = {fake_addr("192.0.2.2"), fake_addr("10.5.0.1"), fake_addr("fd05::1"),
			     fake_addr("2001:db8::2")};
	struct kernel_map map = {.pairs = pairs,
				 .n_pairs = 2,
				 .own = own,
				 .n_own = 4,
				 .link = {.iface = LINK,
					  .device = pairs[1].device,
					  .weft = {fake_addr("10.5.0.1"), fake_addr("fd05::1")},
					  .host = {fake_addr("10.5.0.2"), fake_addr("fd05::2")}}};

	assert_int_equal(kernel_sync_map(host_sync, &map), 0);
}

void host_end(void)
{
	kernel_sync_destroy(host_sync);
	host_sync = NULL;
	work();
}

/* --- routes --- */

static struct nexthop parse_hop(char *word)
{
	struct nexthop hop = {.weight = 1, .kind = NEXTHOP_IFACE};
	char *at = strchr(word, '@'), *weight = strchr(word, '*');

	if (weight) {
		hop.weight = (uint8_t)atoi(weight + 1);
		*weight = '\0';
	}
	if (!at) {
		assert_string_equal(word, "blackhole");
		hop.kind = NEXTHOP_BLACKHOLE;
		return hop;
	}
	*at = '\0';
	hop.iface = (uint32_t)atoi(at + 1);
	if (*word) {
		hop.kind = NEXTHOP_GATEWAY;
		hop.gateway = fake_addr(word);
	}
	return hop;
}

void host_route(enum rib_protocol protocol, const char *text, const char *hops)
{
	struct prefix prefix = fake_prefix(text);
	struct nexthop list[HOPS];
	struct rib_route route = {.distance = 1};
	char copy[256], *rest = copy, *word;
	uint32_t n = 0;

	if (!hops) {
		assert_int_equal(rib_del(host_rib, sources[protocol], 0, &prefix), 0);
		return;
	}
	snprintf(copy, sizeof(copy), "%s", hops);
	while ((word = strsep(&rest, " ")))
		list[n++] = parse_hop(word);
	route.set = nexthop_set_get(rib_sets(host_rib), list, n);
	assert_non_null(route.set);
	assert_int_equal(rib_set(host_rib, sources[protocol], 0, &prefix, &route), 0);
	nexthop_set_unref(rib_sets(host_rib), route.set);
}

/* --- waiting --- */

static void print_hop(const struct nexthop *hop, char *out, size_t size)
{
	char gateway[ADDR_TEXT_MAX] = "";

	if (hop->kind == NEXTHOP_BLACKHOLE) {
		snprintf(out, size, "blackhole");
		return;
	}
	if (hop->kind == NEXTHOP_GATEWAY)
		addr_print(&hop->gateway, gateway);
	snprintf(out, size, "%s@%u", gateway, hop->iface);
}

static void print_best(const char *text, char *out, size_t size)
{
	struct prefix prefix = fake_prefix(text);
	struct rib_best best;
	size_t n = 0;

	*out = '\0';
	if (!rib_lookup(host_rib, 0, &prefix.addr, &best) || best.protocol != RIB_KERNEL ||
	    prefix_compare(&best.prefix, &prefix) != 0)
		return;
	for (uint32_t i = 0; i < best.hops->n; i++) {
		if (n > 0)
			out[n++] = ' ';
		print_hop(&best.hops->hops[i], out + n, size - n);
		n += strlen(out + n);
	}
}

void host_wait_rib(const char *prefix, const char *hops)
{
	int64_t end = daemon_now_ms() + WAIT_MS;
	char now[512];

	do {
		work();
		print_best(prefix, now, sizeof(now));
		if (strcmp(now, hops) == 0)
			return;
		nanosleep(&(struct timespec){.tv_nsec = 2000000}, NULL);
	} while (daemon_now_ms() < end);
	fail_msg("%s leads to \"%s\", not to \"%s\"", prefix, now, hops);
}

void host_wait(const char *format, ...)
{
	int64_t end = daemon_now_ms() + WAIT_MS;
	char line[512];
	va_list args;

	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	do {
		work();
		if (system(line) == 0)
			return;
		host_pass_ms(20);
	} while (daemon_now_ms() < end);
	system("ip route show table all proto 87; ip -6 route show table all proto 87");
	fail_msg("does not come true: %s", line);
}

void host_pass_ms(int ms)
{
	int64_t end = daemon_now_ms() + ms;

	do {
		work();
		nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
	} while (daemon_now_ms() < end);
}

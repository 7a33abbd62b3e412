// SPDX-License-Identifier: BSD-3-Clause
#include "tests/dp/conf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "control/bridges.h"
#include "control/config_file.h"
#include "control/daemon.h"
#include "control/engines.h"
#include "control/fib_sync.h"
#include "control/helper.h"
#include "control/interfaces.h"
#include "control/loop.h"
#include "control/nexthop_rows.h"
#include "control/route_files.h"
#include "control/spine/later.h"
#include "control/statics.h"
#include "control/vrfs.h"
#include "dataplane/l3.h"

#define TURNS     200
#define TURNS_MAX 100000
#define SHARES    16
#define BRIDGES   "bridges: { left: { ports: {} }, right: { ports: {} } }\n"

struct fake *left, *right;

static char *said;

void conf_settle(void)
{
	for (int i = 0; i < TURNS || !route_files_are_quiet() || !engines_rib_is_quiet(); i++) {
		assert_true(i < TURNS_MAX);
		event_base_loop(loop_base(), EVLOOP_NONBLOCK);
		run_round();
		if (i >= TURNS && !route_files_are_quiet())
			usleep(50); /* a thread may be reading */
	}
}

static void resume(void *arg)
{
	*(bool *)arg = true;
}

const char *conf_run(void (*request)(void *arg, struct errors *errors), void *arg)
{
	bool is_run = true;
	struct later later = {.resume = resume, .arg = &is_run};
	struct errors errors;

	do {
		is_run = false;
		errors_init(&errors);
		errors.later = &later;
		request(arg, &errors);
		free(said);
		said = errors.n > 0 ? errors_text(&errors, NULL) : NULL;
		errors_fini(&errors);
		while (later_is_waiting(&later))
			event_base_loop(loop_base(), EVLOOP_ONCE);
	} while (is_run);
	later_end(&later);
	conf_settle();
	return said;
}

static void apply_text(void *arg, struct errors *errors)
{
	const char *text = arg;
	json_t *tree = config_text_load(text, strlen(text), NULL, errors);

	if (tree)
		json_decref(config_apply(weftd.config, tree, "test", errors));
	json_decref(tree);
}

const char *apply(const char *yaml)
{
	const char *why;
	char *text = NULL;

	assert_true(asprintf(&text, BRIDGES "%s", yaml) > 0);
	why = conf_run(apply_text, text);
	free(text);
	return why;
}

int conf_setup(void **state)
{
	net_start(1);
	assert_int_equal(loop_init(), 0);
	weftd = (struct daemon){.instance = "test"};
	assert_int_equal(engines_start(), 0);
	bridges_on_news(interfaces_bridge_changed, interfaces_bridge_closing);
	weftd.config = config_create(&nouns, NULL);
	assert_non_null(weftd.config);
	must_apply("");
	left = fake("left");
	right = fake("right");
	join(bridges_find("left")->bridge, left, access_port(1));
	join(bridges_find("right")->bridge, right, access_port(1));
	return 0;
}

int conf_teardown(void **state)
{
	fake_take_all(left);
	fake_take_all(right);
	must_apply("");
	route_files_fini();
	helper_stop();
	engines_stop();
	bridge_member_del(bridges_find("left")->bridge, &left->port);
	bridge_member_del(bridges_find("right")->bridge, &right->port);
	bridges_on_news(NULL, NULL);
	bridges_fini();
	config_destroy(weftd.config);
	weftd.config = NULL;
	fake_take_all(left);
	fake_take_all(right);
	net_stop();
	loop_fini();
	free(said);
	said = NULL;
	return 0;
}

/* "10.0.0.2 on gw", with a question mark before it where its MAC address is not known. */
static void hop_text(uint32_t number, char *out, size_t size)
{
	struct iface_entry *entry;
	struct fib_target target;
	char address[ADDR_TEXT_MAX];
	const char *kind, *what;
	bool asks;

	assert_true(fib_sync_target(number, &target));
	entry = interfaces_by_id(target.iface);
	kind = nexthop_kind_name(target.kind);
	what = kind ? kind : addr_print(&target.addr, address);
	asks = target.kind == NEXTHOP_GATEWAY && !target.resolved;
	snprintf(out, size, "%s%s%s%s%s%s%s", asks ? "?" : "", what,
		 target.kind == NEXTHOP_VRF ? " " : "",
		 target.kind == NEXTHOP_VRF ? vrfs_name(target.vrf) : "",
		 what[0] && entry ? " " : "", entry ? "on " : "", entry ? entry->iface.name : "");
}

static int by_text(const void *a, const void *b)
{
	const char *x = a, *y = b;

	x += *x == '?';
	y += *y == '?';
	return strcmp(x, y);
}

const char *leads(const char *vrf, const char *address)
{
	static char out[512], hops[4096][64];
	struct addr addr;
	uint32_t group, n = 0, k;
	int64_t hop;

	assert_int_equal(addr_parse(address, &addr), 0);
	group = l3_route_find((uint16_t)vrfs_id(vrf), addr.family, addr.bytes);
	for (; group && (hop = l3_group_bucket(group, n)) >= 0; n++)
		hop_text((uint32_t)hop, hops[n], sizeof(hops[n]));
	qsort(hops, n, sizeof(hops[0]), by_text);
	snprintf(out, sizeof(out), "%s", n == 0 ? "none" : hops[0]);
	if (n == 0 || strcmp(hops[0], hops[n - 1]) == 0)
		return out;
	out[0] = '\0';
	for (uint32_t i = 0; i < n; i = k) {
		size_t at = strlen(out);

		for (k = i; k < n && strcmp(hops[i], hops[k]) == 0;)
			k++;
		snprintf(out + at, sizeof(out) - at, "%s%s x%u", at ? ", " : "", hops[i],
			 ((k - i) * SHARES + n / 2) / n);
	}
	return out;
}

uint32_t buckets_of(const char *address, uint32_t out[4096])
{
	struct addr addr;
	uint32_t group, n = 0;
	int64_t hop;

	assert_int_equal(addr_parse(address, &addr), 0);
	group = l3_route_find(0, addr.family, addr.bytes);
	while ((hop = l3_group_bucket(group, n)) >= 0)
		out[n++] = (uint32_t)hop;
	return n;
}

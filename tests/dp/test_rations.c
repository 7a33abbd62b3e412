// SPDX-License-Identifier: BSD-3-Clause
/* How much workers hand to control, and how much of it is answered, is the user's to say. */
#include <stddef.h>
#include <string.h>

#include "control/engines.h"
#include "dataplane/punt.h"
#include "tests/dp/conf.h"

#define HOST 0x0200000000aaULL
#define WIRES                                                                                    \
	"interfaces:\n" LEFT ", neighbors: [{ address: 10.1.0.7, mac: \"02:00:00:00:00:aa\" }] " \
	"}\n" RIGHT " }\n"

/* How many of five packets whose hops run out here, or that are for us, are answered by such an
 * error. */
static int answered(const char *to, uint8_t ttl, const char *icmp)
{
	int n = 0;

	sent(left);
	for (int i = 0; i < 5; i++) {
		sends(left, HOST, "l", "10.1.0.7", to, ttl);
		n += strstr(sent(left), icmp) != NULL;
	}
	return n;
}

static void each_ration_of_errors_is_the_one_that_is_configured(void **state)
{
	static const char *const of_all[] = {"errors", "interface", "network"};
	char yaml[1024];

	must_apply(WIRES);
	assert_int_equal(answered("10.2.0.9", 1, "icmp 11/0"), 5);
	for (size_t i = 0; i < sizeof(of_all) / sizeof(of_all[0]); i++) {
		snprintf(yaml, sizeof(yaml), WIRES "punt: { answers: { %s: 0 } }\n", of_all[i]);
		must_apply(yaml);
		assert_int_equal(answered("10.2.0.9", 1, "icmp 11/0"), 0);
	}
	must_apply(WIRES);
	assert_int_equal(answered("10.2.0.9", 1, "icmp 11/0"), 5);
}

static void a_class_has_the_rate_that_is_configured(void **state)
{
	must_apply(WIRES);
	assert_int_equal(answered("10.1.0.1", 64, "icmp 3/3"), 5);
	must_apply(WIRES "punt: { local: 0 }\n");
	assert_int_equal(answered("10.1.0.1", 64, "icmp 3/3"), 0);
	expect_drops(left, punt_policed, 5);
	assert_int_equal(answered("10.2.0.9", 1, "icmp 11/0"), 5);
	must_apply(WIRES "punt: { error: 0 }\n");
	assert_int_equal(answered("10.2.0.9", 1, "icmp 11/0"), 0);
}

static void every_key_means_its_own_rate(void **state)
{
	struct host_conf conf;

	must_apply(
		"punt: { protocol: 11, bfd: 12, neighbor: 13, glean: 14, local: 15, error: 16, "
		"answers: { errors: 17, interface: 18, network: 19, too_big: 20, echo: 21 } }\n");
	for (int i = 0; i < PUNT_CLASSES; i++)
		assert_int_equal(punt_rate_of(i), 11 + i);
	host_conf_get(engines_host(), &conf);
	assert_int_equal(conf.errors.per_s, 17);
	assert_int_equal(conf.iface_errors.per_s, 18);
	assert_int_equal(conf.source.per_s, 19);
	assert_int_equal(conf.too_big.per_s, 20);
	assert_int_equal(conf.echo.per_s, 21);
	assert_int_equal(conf.source.burst, 19);
	assert_int_equal(conf.echo.burst, 4);
	assert_true(conf.redirects); /* those are an interface's own matter */
}

static void what_is_not_configured_is_as_if_nothing_were(void **state)
{
	static const char *const as_ever[] = {"punt: {}\n", "punt: { answers: {} }\n", ""};
	uint32_t rates[PUNT_CLASSES];
	struct host_conf before, now;

	for (int i = 0; i < PUNT_CLASSES; i++)
		rates[i] = punt_rate_of(i);
	host_conf_get(engines_host(), &before);
	for (size_t n = 0; n < sizeof(as_ever) / sizeof(as_ever[0]); n++) {
		must_apply("punt: { protocol: 1, local: 1, answers: { errors: 1, echo: 1 } }\n");
		must_apply(as_ever[n]);
		for (int i = 0; i < PUNT_CLASSES; i++)
			assert_int_equal(punt_rate_of(i), rates[i]);
		host_conf_get(engines_host(), &now);
		assert_memory_equal(&now, &before, offsetof(struct host_conf, redirects));
	}
}

static void what_is_no_rate_is_refused(void **state)
{
	assert_non_null(apply("punt: { local: -1 }\n"));
	assert_non_null(apply("punt: { error: 1000001 }\n"));
	assert_non_null(apply("punt: { answers: { echo: many } }\n"));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, conf_setup, conf_teardown)
	const struct CMUnitTest tests[] = {
		TEST(each_ration_of_errors_is_the_one_that_is_configured),
		TEST(a_class_has_the_rate_that_is_configured),
		TEST(every_key_means_its_own_rate),
		TEST(what_is_not_configured_is_as_if_nothing_were),
		TEST(what_is_no_rate_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

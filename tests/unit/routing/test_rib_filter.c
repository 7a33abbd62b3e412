// SPDX-License-Identifier: BSD-3-Clause
/* Which routes a filter lets through, and as what. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "routing/rib.h"

static struct prefix prefix(const char *text)
{
	struct prefix out = {0};

	if (text && prefix_parse(text, &out) < 0)
		fail_msg("%s is no prefix", text);
	return out;
}

static bool passes(struct rib_rule rule, const char *dest, uint32_t *metric, uint32_t *tag)
{
	struct rib_filter filter = {1, &rule};
	struct rib_best best = {.prefix = prefix(dest),
				.protocol = RIB_STATIC,
				.metric = 7,
				.tag = 9};

	return rib_filter_passes(&filter, &best, metric, tag);
}

static void lengths_are_those_of_ge_and_le(void **state)
{
	static const struct {
		const char *rule;
		uint8_t ge, le;
		const char *dest;
		bool passes;
	} cases[] = {
		{NULL, 0, 0, "10.0.0.0/8", true},
		{"10.0.0.0/8", 0, 0, "10.0.0.0/8", true},
		{"10.0.0.0/8", 0, 0, "10.1.0.0/16", false},
		{"10.0.0.0/8", 16, 0, "10.0.0.0/8", false},
		{"10.0.0.0/8", 16, 0, "10.1.0.0/16", true},
		{"10.0.0.0/8", 16, 0, "10.1.1.1/32", true},
		{"10.0.0.0/8", 0, 16, "10.0.0.0/8", true},
		{"10.0.0.0/8", 0, 16, "10.1.0.0/16", true},
		{"10.0.0.0/8", 0, 16, "10.1.1.0/24", false},
		{"10.0.0.0/8", 12, 16, "10.1.1.0/24", false},
		{"10.0.0.0/8", 12, 16, "10.16.0.0/12", true},
		{"10.0.0.0/8", 8, 32, "11.0.0.0/8", false},
		{"0.0.0.0/0", 0, 32, "2001:db8::/32", false},
		{"2001:db8::/32", 48, 64, "2001:db8:1::/48", true},
	};
	uint32_t metric = 0, tag = 0;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct rib_rule rule = {.prefix = prefix(cases[i].rule),
					.ge = cases[i].ge,
					.le = cases[i].le};

		if (passes(rule, cases[i].dest, &metric, &tag) != cases[i].passes)
			fail_msg("case %zu", i);
	}
}

static void protocol_tag_and_metric_all_have_to_fit(void **state)
{
	uint32_t metric = 0, tag = 0;

	assert_true(passes((struct rib_rule){.protocols = 1 << RIB_STATIC}, "10.0.0.0/8", &metric,
			   &tag));
	assert_false(
		passes((struct rib_rule){.protocols = 1 << RIB_RIP}, "10.0.0.0/8", &metric, &tag));
	assert_true(passes((struct rib_rule){.match_tag = true, .tag = 9}, "10.0.0.0/8", &metric,
			   &tag));
	assert_false(passes((struct rib_rule){.match_tag = true, .tag = 8}, "10.0.0.0/8", &metric,
			    &tag));
	assert_true(passes((struct rib_rule){.match_metric = true, .metric = 7}, "10.0.0.0/8",
			   &metric, &tag));
	assert_false(passes((struct rib_rule){.match_metric = true}, "10.0.0.0/8", &metric, &tag));
}

/* Each criterion is not given, fits, or does not: all combinations of them. A rule fits where none
 * of them does not. */
static void a_rule_fits_where_each_of_its_criteria_does(void **state)
{
	enum { NONE, FITS, OTHER, WAYS };
	uint32_t n_fit = 0;

	for (int i = 0; i < WAYS * WAYS * WAYS * WAYS; i++) {
		int protocol = i % WAYS, range = i / 3 % WAYS, mark = i / 9 % WAYS, cost = i / 27;
		bool wanted = protocol != OTHER && range != OTHER && mark != OTHER && cost != OTHER;
		struct rib_rule rule = {.match_tag = mark != NONE,
					.tag = mark == FITS ? 9 : 8,
					.match_metric = cost != NONE,
					.metric = cost == FITS ? 7 : 6,
					.set_metric = true,
					.new_metric = 5,
					.set_tag = true,
					.new_tag = 6};
		uint32_t metric = 1, tag = 2;

		if (protocol != NONE)
			rule.protocols = protocol == FITS ? 1 << RIB_STATIC | 1 << RIB_RIP
							  : 1 << RIB_KERNEL | 1 << RIB_OSPF;
		if (range != NONE) {
			rule.prefix = prefix("10.0.0.0/8");
			rule.ge = range == FITS ? 16 : 25;
			rule.le = 28;
		}
		if (passes(rule, "10.1.2.0/24", &metric, &tag) != wanted)
			fail_msg("protocol %d, range %d, tag %d, metric %d", protocol, range, mark,
				 cost);
		/* What does not fit sets nothing. */
		assert_int_equal(metric, wanted ? 5 : 1);
		assert_int_equal(tag, wanted ? 6 : 2);
		n_fit += wanted;
	}
	assert_int_equal(n_fit, 16);
}

static void a_rule_that_does_not_fit_leaves_the_next_ones_to_set_and_decide(void **state)
{
	struct rib_rule rules[] = {
		{.match_tag = true, .tag = 1, .set_metric = true, .new_metric = 11},
		{.prefix = prefix("10.0.0.0/8"), .ge = 24, .le = 32, .deny = true},
		{.protocols = 1 << RIB_STATIC,
		 .match_metric = true,
		 .metric = 7,
		 .set_tag = true,
		 .new_tag = 33},
		{.set_metric = true, .new_metric = 44},
	};
	static const struct {
		const char *dest;
		uint32_t tag, metric;
		bool passes;
		uint32_t told_metric, told_tag;
	} cases[] = {
		{"10.1.0.0/16", 1, 7, true, 11, 100},
		{"10.1.1.0/24", 1, 7, true, 11, 100}, /* the deny comes behind */
		{"10.1.1.0/24", 2, 7, false, 0, 0},
		{"10.1.0.0/16", 2, 7, true, 99, 33},
		{"10.1.0.0/16", 2, 8, true, 44, 100},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct rib_filter list = {4, rules};
		struct rib_best best = {.prefix = prefix(cases[i].dest),
					.protocol = RIB_STATIC,
					.metric = cases[i].metric,
					.tag = cases[i].tag};
		uint32_t metric = 99, tag = 100;

		if (rib_filter_passes(&list, &best, &metric, &tag) != cases[i].passes)
			fail_msg("case %zu", i);
		if (cases[i].passes && (metric != cases[i].told_metric || tag != cases[i].told_tag))
			fail_msg("case %zu is told with %u, %u", i, metric, tag);
	}
}

static void what_a_rule_sets_is_told_and_nothing_else(void **state)
{
	uint32_t metric = 1, tag = 2;

	assert_true(passes((struct rib_rule){.set_metric = true, .new_metric = 5}, "10.0.0.0/8",
			   &metric, &tag));
	assert_int_equal(metric, 5);
	assert_int_equal(tag, 2);
	assert_true(passes((struct rib_rule){.set_tag = true, .new_tag = 6}, "10.0.0.0/8", &metric,
			   &tag));
	assert_int_equal(metric, 5);
	assert_int_equal(tag, 6);
}

static void the_first_rule_that_fits_decides(void **state)
{
	struct rib_rule rules[] = {{.prefix = prefix("10.1.0.0/16"), .deny = true}, {0}};
	struct rib_filter list = {2, rules};
	struct rib_best denied = {.prefix = prefix("10.1.0.0/16")},
			other = {.prefix = prefix("10.2.0.0/16")};
	uint32_t metric, tag;

	assert_false(rib_filter_passes(&list, &denied, &metric, &tag));
	assert_true(rib_filter_passes(&list, &other, &metric, &tag));
	list.n = 0;
	assert_false(rib_filter_passes(&list, &other, &metric, &tag));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lengths_are_those_of_ge_and_le),
		cmocka_unit_test(protocol_tag_and_metric_all_have_to_fit),
		cmocka_unit_test(a_rule_fits_where_each_of_its_criteria_does),
		cmocka_unit_test(a_rule_that_does_not_fit_leaves_the_next_ones_to_set_and_decide),
		cmocka_unit_test(what_a_rule_sets_is_told_and_nothing_else),
		cmocka_unit_test(the_first_rule_that_fits_decides),
	};

	return cmocka_run_group_tests_name("filters of routes", tests, NULL, NULL);
}

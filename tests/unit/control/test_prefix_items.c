// SPDX-License-Identifier: BSD-3-Clause
/* Items by prefix, and the queue of those that wait. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "control/prefix_items.h"

struct thing {
	struct prefix_item item;
	int value;
};

static struct prefix_items items;

static struct prefix net(const char *text)
{
	struct prefix prefix;

	assert_int_equal(prefix_parse(text, &prefix), 0);
	return prefix;
}

static uint32_t get(const char *text)
{
	struct prefix prefix = net(text);
	uint32_t number = prefix_items_get(&items, &prefix);

	assert_int_not_equal(number, 0);
	return number;
}

static int setup(void **state)
{
	prefix_items_init(&items, sizeof(struct thing));
	return 0;
}

static int teardown(void **state)
{
	prefix_items_fini(&items);
	return 0;
}

static void an_item_is_found_by_its_prefix_and_begins_with_zeros(void **state)
{
	uint32_t a = get("10.0.0.0/8"), b = get("10.0.0.0/9"), c = get("fd00::/8");
	struct prefix other = net("10.0.0.0/10");
	struct thing *thing = prefix_items_at(&items, a);

	assert_int_equal(thing->value, 0);
	thing->value = 7;
	assert_int_equal(get("10.0.0.0/8"), a);
	assert_int_equal(((struct thing *)prefix_items_at(&items, get("10.0.0.0/8")))->value, 7);
	assert_true(a != b && b != c && a != c);
	assert_int_equal(prefix_items_find(&items, &other), 0);
	assert_int_equal(prefix_items_count(&items), 3);
	prefix_items_del(&items, b);
	assert_int_equal(prefix_items_count(&items), 2);
	assert_int_equal(get("10.0.0.0/8"), a);
}

static void an_item_waits_once_and_in_turn(void **state)
{
	uint32_t a = get("10.0.0.0/8"), b = get("fd00::/8");

	prefix_items_wait(&items, b);
	prefix_items_wait(&items, a);
	prefix_items_wait(&items, b);
	assert_int_equal(prefix_items_waiting(&items), 2);
	assert_int_equal(prefix_items_take(&items), b);
	prefix_items_wait(&items, b);
	assert_int_equal(prefix_items_take(&items), a);
	assert_int_equal(prefix_items_take(&items), b);
	assert_int_equal(prefix_items_take(&items), 0);
}

static void a_walk_sees_all_in_order_while_some_leave(void **state)
{
	static const char *const order[] = {"0.0.0.0/0", "10.0.0.0/8", "10.0.0.0/9", "10.1.0.0/16",
					    "::/0",      "fd00::/8",   "fd00::/64"};
	struct prefix_walk walk = {0};
	uint32_t number;
	int n = 0;

	for (int i = 6; i >= 0; i--)
		get(order[i]);
	while ((number = prefix_items_next(&items, &walk))) {
		struct prefix wanted = net(order[n++]);
		const struct thing *thing = prefix_items_at(&items, number);
		assert_int_equal(prefix_compare(&thing->item.prefix, &wanted), 0);
		prefix_items_del(&items, number);
	}
	assert_int_equal(n, 7);
	assert_int_equal(prefix_items_count(&items), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			an_item_is_found_by_its_prefix_and_begins_with_zeros, setup, teardown),
		cmocka_unit_test_setup_teardown(an_item_waits_once_and_in_turn, setup, teardown),
		cmocka_unit_test_setup_teardown(a_walk_sees_all_in_order_while_some_leave, setup,
						teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

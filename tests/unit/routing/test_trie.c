// SPDX-License-Identifier: BSD-3-Clause
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "routing/core/memory.h"
#include "routing/core/trie.h"

static struct pool pool;
static struct trie trie;

static void begin(uint8_t family)
{
	pool_init(&pool, trie_node_size(family));
	trie_init(&trie, family, &pool);
}

static void end(void)
{
	trie_fini(&trie);
	pool_fini(&pool);
}

static struct trie_key key_of(const char *text)
{
	struct prefix prefix;

	assert_int_equal(prefix_parse(text, &prefix), 0);
	return trie_key_of(&prefix);
}

static uint32_t put(const char *text, uint32_t value)
{
	struct trie_key key = key_of(text);
	uint32_t node = trie_get(&trie, &key, value);

	assert_int_not_equal(node, 0);
	trie_node_at(&trie, node)->mark = 1;
	return node;
}

static const char *text_of(uint32_t node)
{
	static char text[PREFIX_TEXT_MAX];
	struct prefix prefix;

	if (node == 0)
		return "";
	prefix = trie_prefix_of(&trie, node);
	return prefix_print(&prefix, text);
}

static const char *lookup(const char *text, bool strictly)
{
	struct trie_key key = key_of(text);

	return text_of(trie_lookup(&trie, &key, strictly));
}

static void the_longest_marked_prefix_is_found(void **state)
{
	uint32_t node;

	begin(ADDR_IP4);
	assert_string_equal(lookup("10.1.2.3/32", false), "");
	put("0.0.0.0/0", 1);
	put("10.0.0.0/8", 2);
	node = put("10.1.0.0/16", 3);
	put("10.1.2.3/32", 4);
	assert_string_equal(lookup("10.1.2.3/32", false), "10.1.2.3/32");
	assert_string_equal(lookup("10.1.2.3/32", true), "10.1.0.0/16");
	assert_string_equal(lookup("10.1.2.4/32", false), "10.1.0.0/16");
	assert_string_equal(lookup("11.0.0.0/8", false), "0.0.0.0/0");
	assert_string_equal(lookup("0.0.0.0/0", true), "");
	trie_node_at(&trie, node)->mark = 0;
	assert_string_equal(lookup("10.1.2.4/32", false), "10.0.0.0/8");
	end();
}

static void what_is_taken_out_leaves_no_node_behind(void **state)
{
	static const char *const texts[] = {"::/0", "2001:db8::/32", "2001:db8:8000::/33",
					    "2001:db8::1/128", "8000::/1"};
	struct trie_key key;

	begin(ADDR_IP6);
	for (uint32_t i = 0; i < 5; i++)
		put(texts[i], i + 1);
	assert_int_equal(trie.n, 5);
	put(texts[1], 99); /* there already: keeps its value */
	key = key_of(texts[1]);
	assert_int_equal(trie_node_at(&trie, trie_find(&trie, &key))->value, 2);
	for (uint32_t i = 0; i < 5; i++) {
		key = key_of(texts[i]);
		trie_del(&trie, &key);
		assert_int_equal(trie_find(&trie, &key), 0);
	}
	assert_int_equal(trie.n, 0);
	assert_int_equal(trie.root, 0);
	assert_int_equal(pool.n, 0);
	end();
}

static void all_holders_come_the_shortest_first(void **state)
{
	static const uint32_t expected[] = {1, 2, 4};
	struct trie_key key = key_of("10.1.2.3/32");
	uint32_t nodes[TRIE_DEPTH_MAX];

	begin(ADDR_IP4);
	put("10.1.2.3/32", 4);
	put("10.0.0.0/8", 2);
	put("0.0.0.0/0", 1);
	put("10.128.0.0/9", 5);
	assert_int_equal(trie_holders(&trie, &key, nodes), 3);
	for (uint32_t i = 0; i < 3; i++)
		assert_int_equal(trie_node_at(&trie, nodes[i])->value, expected[i]);
	end();
}

static int budget;

static void *resize_within_budget(void *block, size_t size)
{
	return budget-- > 0 ? realloc(block, size) : NULL;
}

static void without_memory_nothing_changes(void **state)
{
	static const struct memory_ops ops = {.resize = resize_within_budget, .free = free};
	struct trie_key key = key_of("10.0.0.0/8");

	begin(ADDR_IP4);
	memory_use(&ops);
	for (budget = 0; trie_get(&trie, &key, 1) == 0; budget = 2)
		assert_int_equal(trie.n + trie.root, 0);
	memory_use(NULL);
	assert_int_equal(trie.n, 1);
	end();
}

/* The trie's oracle: all prefixes that there might be, and which there are. */
enum { KNOWN = 1500 };

struct known {
	struct prefix prefix;
	bool is_there, is_marked;
};

static struct known known[KNOWN];

/* Clustered, so that all relations of two prefixes occur; areas and what is shorter, too. */
static struct prefix random_prefix(unsigned *seed, uint8_t family)
{
	struct prefix prefix = {.addr.family = family};
	unsigned bits = addr_bits(&prefix.addr);

	for (unsigned i = 0; i < bits / 8; i++)
		prefix.addr.bytes[i] =
			(uint8_t)(rand_r(seed) % 3 ? rand_r(seed) % 4 << 6 : rand_r(seed));
	prefix.length = (uint8_t)(rand_r(seed) % (bits + 1));
	if (family == ADDR_IP6 && rand_r(seed) % 2)
		prefix.length = (uint8_t)(rand_r(seed) % 50);
	return prefix_network(&prefix);
}

static int find_known(const struct prefix *prefix)
{
	for (int i = 0; i < KNOWN; i++)
		if (prefix_compare(&known[i].prefix, prefix) == 0)
			return i;
	return -1;
}

static int known_lookup(const struct prefix *prefix, bool strictly)
{
	int best = -1;

	for (int i = 0; i < KNOWN; i++) {
		const struct prefix *at = &known[i].prefix;

		if (known[i].is_there && known[i].is_marked && prefix_contains(at, &prefix->addr) &&
		    at->length < prefix->length + !strictly &&
		    (best < 0 || at->length > known[best].prefix.length))
			best = i;
	}
	return best;
}

static int known_next(const struct prefix *prefix, bool inclusive)
{
	int best = -1;

	for (int i = 0; i < KNOWN; i++) {
		int order = prefix_compare(&known[i].prefix, prefix);

		if (known[i].is_there && order > -(int)inclusive &&
		    (best < 0 || prefix_compare(&known[i].prefix, &known[best].prefix) < 0))
			best = i;
	}
	return best;
}

static void expect(uint32_t node, int i)
{
	assert_int_equal(node != 0, i >= 0);
	if (node != 0)
		assert_int_equal(trie_node_at(&trie, node)->value, i + 1);
}

static void check(const struct prefix *prefix, bool flag)
{
	struct trie_key key = trie_key_of(prefix);
	int exact = find_known(prefix);

	expect(trie_find(&trie, &key), exact >= 0 && known[exact].is_there ? exact : -1);
	expect(trie_lookup(&trie, &key, flag), known_lookup(prefix, flag));
	expect(trie_next(&trie, &key, flag), known_next(prefix, flag));
}

static void change(int i, unsigned *seed)
{
	struct trie_key key = trie_key_of(&known[i].prefix);
	uint32_t node;

	if (known[i].is_there && rand_r(seed) % 3 == 0) {
		trie_del(&trie, &key);
		known[i].is_there = false;
		return;
	}
	node = trie_get(&trie, &key, (uint32_t)i + 1);
	assert_int_not_equal(node, 0);
	known[i].is_there = true;
	known[i].is_marked = rand_r(seed) % 2;
	trie_node_at(&trie, node)->mark = known[i].is_marked;
}

static void run_against_the_oracle(uint8_t family, unsigned seed)
{
	print_message("SEED=%u\n", seed);
	begin(family);
	memset(known, 0, sizeof(known));
	for (int i = 0; i < KNOWN; i++)
		do
			known[i].prefix = random_prefix(&seed, family);
		while (find_known(&known[i].prefix) != i);
	for (int step = 0; step < 20000; step++) {
		struct prefix other = random_prefix(&seed, family);

		change(rand_r(&seed) % KNOWN, &seed);
		check(&known[rand_r(&seed) % KNOWN].prefix, rand_r(&seed) % 2);
		check(&other, rand_r(&seed) % 2);
	}
	assert_true(trie.n_areas > 0); /* the short ways down were tried, too */
	for (int i = 0; i < KNOWN; i++)
		if (known[i].is_there) {
			struct trie_key key = trie_key_of(&known[i].prefix);

			trie_del(&trie, &key);
		}
	assert_int_equal(trie.n + pool.n, 0);
	end();
}

static void random_changes_agree_with_a_table_without_tricks(void **state)
{
	const char *text = getenv("SEED");
	unsigned seed = text ? (unsigned)strtoul(text, NULL, 10) : (unsigned)time(NULL);

	run_against_the_oracle(ADDR_IP4, seed);
	run_against_the_oracle(ADDR_IP6, seed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_longest_marked_prefix_is_found),
		cmocka_unit_test(what_is_taken_out_leaves_no_node_behind),
		cmocka_unit_test(all_holders_come_the_shortest_first),
		cmocka_unit_test(without_memory_nothing_changes),
		cmocka_unit_test(random_changes_agree_with_a_table_without_tricks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

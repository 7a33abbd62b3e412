// SPDX-License-Identifier: BSD-3-Clause
/* Lists, cursors, checksums, memory. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "routing/core/checksum.h"
#include "routing/core/cursor.h"
#include "routing/core/list.h"
#include "routing/core/memory.h"

struct item {
	int value;
	struct list_link link;
};

LIST_DEFINE(items, struct item, link);

static void expect_items(const struct items *list, const char *expected)
{
	char forth[32] = "", back[32] = "";
	size_t n = 0;

	list_foreach(items, list, item)
		forth[n++] = (char)item->value;
	for (struct item *item = items_last(list); item; item = items_prev(list, item))
		back[--n] = (char)item->value;
	assert_string_equal(forth, expected);
	assert_string_equal(back, expected);
	assert_int_equal(list->n, strlen(expected));
	assert_int_equal(items_is_empty(list), expected[0] == '\0');
}

static void lists_keep_the_order_in_which_items_were_put(void **state)
{
	struct item a = {'a'}, b = {'b'}, c = {'c'}, d = {'d'};
	struct items list;

	items_init(&list);
	expect_items(&list, "");
	assert_null(items_take(&list));
	items_add(&list, &b);
	items_add_first(&list, &a);
	items_add_before(&list, NULL, &d);
	items_add_before(&list, &d, &c);
	expect_items(&list, "abcd");
	assert_true(list_is_linked(&b.link));
	items_del(&list, &b);
	assert_false(list_is_linked(&b.link));
	expect_items(&list, "acd");
	assert_ptr_equal(items_take(&list), &a);
	expect_items(&list, "cd");
}

static void items_may_leave_while_the_list_is_walked(void **state)
{
	struct item all[6] = {{'a'}, {'b'}, {'c'}, {'d'}, {'e'}, {'f'}};
	struct items list;

	items_init(&list);
	for (int i = 0; i < 6; i++)
		items_add(&list, &all[i]);
	list_foreach_safe(items, &list, item)
		if (item->value % 2)
			items_del(&list, item);
	expect_items(&list, "bdf");
	list_foreach_safe(items, &list, item)
		items_del(&list, item);
	expect_items(&list, "");
}

static void numbers_are_big_endian_on_the_wire(void **state)
{
	static const uint8_t wire[] = {1,    2,    3,    0xf1, 0xf2, 0xf3, 0xa0, 0xa1, 0xa2, 0xa3,
				       0xb0, 0xb1, 0xb2, 0xb3, 0xb4, 0xb5, 0xb6, 0xb7, 10,   0,
				       0,    9,    0x20, 1,    0xd,  0xb8, 0,    0,    0,    0,
				       0,    0,    0,    0,    0,    0,    0,    5};
	uint8_t room[sizeof(wire)];
	struct reader in = reader_of(wire, sizeof(wire));
	struct writer out = writer_of(room, sizeof(room));
	struct addr four, six;
	char text[ADDR_TEXT_MAX];

	write_u8(&out, read_u8(&in));
	write_u16(&out, read_u16(&in));
	write_u24(&out, read_u24(&in));
	write_u32(&out, read_u32(&in));
	write_u64(&out, read_u64(&in));
	four = read_addr(&in, ADDR_IP4);
	six = read_addr(&in, ADDR_IP6);
	write_addr(&out, &four);
	write_addr(&out, &six);
	assert_false(in.bad || out.bad);
	assert_int_equal(read_left(&in), 0);
	assert_int_equal(write_size(&out), sizeof(wire));
	assert_memory_equal(room, wire, sizeof(wire));
	assert_string_equal(addr_print(&four, text), "10.0.0.9");
	assert_string_equal(addr_print(&six, text), "2001:db8::5");

	in = reader_of(wire, sizeof(wire));
	assert_int_equal(read_u8(&in), 1);
	assert_int_equal(read_u16(&in), 0x0203);
	assert_int_equal(read_u24(&in), 0xf1f2f3);
	assert_int_equal(read_u32(&in), 0xa0a1a2a3);
	assert_int_equal(read_u64(&in), 0xb0b1b2b3b4b5b6b7);
}

static void a_read_beyond_the_end_yields_zeros_for_good(void **state)
{
	static const uint8_t wire[] = {1, 2, 3};
	struct reader in = reader_of(wire, sizeof(wire));
	uint8_t bytes[2] = {9, 9};

	assert_int_equal(read_u16(&in), 0x0102);
	assert_int_equal(read_u16(&in), 0);
	assert_true(in.bad);
	assert_int_equal(read_left(&in), 0);
	assert_int_equal(read_u8(&in), 0); /* although one byte would be there */
	read_bytes(&in, bytes, 2);
	assert_int_equal(bytes[0] | bytes[1], 0);
	assert_null(read_raw(&in, 0));
}

static void a_part_cannot_be_read_beyond(void **state)
{
	static const uint8_t wire[] = {1, 2, 3, 4};
	struct reader in = reader_of(wire, sizeof(wire)), part = read_part(&in, 3);

	assert_int_equal(read_left(&part), 3);
	assert_int_equal(read_u8(&in), 4);
	assert_int_equal(read_u32(&part), 0);
	assert_true(part.bad);
	assert_false(in.bad);
	part = read_part(&in, 1);
	assert_true(part.bad && in.bad);
	in = reader_of(wire, sizeof(wire));
	part = read_part(&in, SIZE_MAX);
	assert_true(part.bad && in.bad);
}

static void a_write_without_room_leaves_nothing_to_send(void **state)
{
	uint8_t room[5] = {0, 0, 0, 0, 0xee};
	struct writer out = writer_of(room, 4);

	write_u16(&out, 0x0102);
	write_u24(&out, 0x030405);
	assert_true(out.bad);
	write_u8(&out, 6);
	assert_int_equal(write_size(&out), 0);
	assert_int_equal(write_room(&out), 0);
	assert_int_equal(room[2], 0);
	assert_int_equal(room[4], 0xee);
}

static void lengths_are_filled_in_where_something_was_written(void **state)
{
	uint8_t room[8];
	struct writer out = writer_of(room, sizeof(room));

	write_zeros(&out, 6);
	write_u16_at(&out, 4, 0xabcd);
	write_u32_at(&out, 0, 0x01020304);
	assert_false(out.bad);
	assert_int_equal(load_be16(room + 4), 0xabcd);
	assert_int_equal(load_be32(room), 0x01020304);
	write_u16_at(&out, 5, 1); /* its second byte was not written */
	assert_true(out.bad);
	out.bad = false;
	write_u32_at(&out, SIZE_MAX, 1);
	assert_true(out.bad);
}

/* The example of RFC 1071, 3. */
static void checksums_are_those_of_the_rfc(void **state)
{
	static const uint8_t data[] = {0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7};
	uint64_t whole = checksum_add(0, data, sizeof(data));

	assert_int_equal(checksum_finish(whole), (uint16_t)~0xddf2);
	assert_int_equal(checksum_add(checksum_add(0, data, 2), data + 2, 6), whole);
	assert_int_equal(checksum_add(0, data, 3), 0x0001 + 0xf200);
}

/* An IPv4 header and an IPv6 UDP packet as tcpdump found them right. */
static void right_packets_sum_up_to_zero(void **state)
{
	static const uint8_t ip4[] = {0x45, 0x00, 0x00, 0x73, 0x00, 0x00, 0x40, 0x00, 0x40, 0x11,
				      0xb8, 0x61, 0xc0, 0xa8, 0x00, 0x01, 0xc0, 0xa8, 0x00, 0xc7};
	struct addr src = {ADDR_IP6, {0x20, 1, 0xd, 0xb8, [15] = 1}};
	struct addr dst = {ADDR_IP6, {0x20, 1, 0xd, 0xb8, [15] = 2}};
	uint8_t udp[11] = {0x12, 0x34, 0x56, 0x78, 0, 11, 0, 0, 'a', 'b', 'c'};
	uint64_t sum = checksum_pseudo(&src, &dst, 17, sizeof(udp));
	/* 2001+db8+1 + 2001+db8+2 + 11 + b + 1234+5678+b + 6162+6300, carries folded, inverted. */
	uint16_t expected = 0x7754;

	assert_int_equal(checksum_finish(checksum_add(0, ip4, sizeof(ip4))), 0);
	store_be16(udp + 6, checksum_udp(checksum_finish(checksum_add(sum, udp, sizeof(udp)))));
	assert_int_equal(load_be16(udp + 6), expected);
	assert_int_equal(checksum_finish(checksum_add(sum, udp, sizeof(udp))), 0);
	assert_int_equal(checksum_udp(0), 0xffff);
}

static void a_changed_word_updates_the_checksum(void **state)
{
	uint8_t data[6] = {0xff, 0xff, 0x12, 0x34, 0x00, 0x00};
	static const uint16_t values[] = {0, 1, 0x1234, 0xfffe, 0xffff, 0xedcb};
	uint16_t sum = checksum_finish(checksum_add(0, data, sizeof(data)));

	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		uint16_t was = load_be16(data + 2);

		store_be16(data + 2, values[i]);
		sum = checksum_update(sum, was, values[i]);
		assert_int_equal(sum, checksum_finish(checksum_add(0, data, sizeof(data))));
	}
}

static size_t asked;

static void *count_bytes(void *block, size_t size)
{
	asked += size;
	return realloc(block, size);
}

static void memory_comes_from_where_the_host_says(void **state)
{
	static const struct memory_ops counting = {.resize = count_bytes, .free = free};
	uint8_t *block;

	memory_use(&counting);
	block = memory_zalloc(100);
	assert_non_null(block);
	assert_int_equal(block[99], 0);
	block = memory_resize(block, 10, 20);
	assert_non_null(block);
	assert_int_equal(asked, 300);
	errno = 0;
	assert_null(memory_resize(NULL, SIZE_MAX / 2, 3));
	assert_int_equal(errno, ENOMEM);
	assert_int_equal(asked, 300);
	memory_free(block);
	memory_use(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lists_keep_the_order_in_which_items_were_put),
		cmocka_unit_test(items_may_leave_while_the_list_is_walked),
		cmocka_unit_test(numbers_are_big_endian_on_the_wire),
		cmocka_unit_test(a_read_beyond_the_end_yields_zeros_for_good),
		cmocka_unit_test(a_part_cannot_be_read_beyond),
		cmocka_unit_test(a_write_without_room_leaves_nothing_to_send),
		cmocka_unit_test(lengths_are_filled_in_where_something_was_written),
		cmocka_unit_test(checksums_are_those_of_the_rfc),
		cmocka_unit_test(right_packets_sum_up_to_zero),
		cmocka_unit_test(a_changed_word_updates_the_checksum),
		cmocka_unit_test(memory_comes_from_where_the_host_says),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: BSD-3-Clause
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tools/pktgen/frames.h"

static const struct frame_header header = {
	.mac_src = {0x02, 0x57, 0, 0, 0, 1},
	.mac_dst = {0x02, 0x58, 0, 0, 0, 1},
	.ip_src = 0xc6120001,
	.ip_dst = 0xc6130001,
	.port_src = 1024,
	.port_dst = 9,
};

static uint16_t get16(const uint8_t *at)
{
	return (uint16_t)(at[0] << 8 | at[1]);
}

static uint32_t get32(const uint8_t *at)
{
	return (uint32_t)get16(at) << 16 | get16(at + 2);
}

/* The sum over a sound IPv4 header is all ones. */
static void assert_ip_is_sound(const uint8_t *ip, uint16_t len)
{
	uint32_t sum = 0;

	assert_int_equal(ip[0], 0x45);
	assert_int_equal(get16(ip + 2), len);
	for (int i = 0; i < 20; i += 2)
		sum += get16(ip + i);
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	assert_int_equal(sum, 0xffff);
	assert_int_equal(get16(ip + 24), len - 20); /* UDP */
}

static void sizes_count_the_checksum_that_is_not_there(void **state)
{
	static const unsigned sizes[] = {64, 65, 128, 1518, 9018};
	struct frames frames;

	for (int i = 0; i < 5; i++) {
		assert_int_equal(frames_build(&frames, &header, sizes[i]), 0);
		assert_int_equal(frames.classes[0].len, sizes[i] - 4);
		assert_ip_is_sound(frames.classes[0].bytes + 14, (uint16_t)(sizes[i] - 18));
		frames_fini(&frames);
	}
	assert_int_equal(frames_build(&frames, &header, 63), -EINVAL);
	assert_int_equal(frames_build(&frames, &header, 9019), -EINVAL);
}

static void imix_is_seven_four_and_one(void **state)
{
	struct frames frames;
	int counts[FRAME_CLASSES_MAX] = {0};

	assert_int_equal(frames_build(&frames, &header, 0), 0);
	assert_int_equal(frames.n_pattern, 12);
	for (unsigned i = 0; i < frames.n_pattern; i++)
		counts[frames.pattern[i]]++;
	assert_int_equal(counts[0], 7);
	assert_int_equal(counts[1], 4);
	assert_int_equal(counts[2], 1);
	assert_int_equal(frames.classes[0].len, 60);
	assert_int_equal(frames.classes[1].len, 590);
	assert_int_equal(frames.classes[2].len, 1514);
	frames_fini(&frames);
}

static void a_tagged_frame_of_64_bytes_has_room_for_the_stamp(void **state)
{
	struct frame_header tagged = header;
	struct frames frames;

	tagged.vlan = 10;
	assert_int_equal(frames_build(&frames, &tagged, 64), 0);
	assert_int_equal(get16(frames.classes[0].bytes + 12), 0x8100);
	assert_int_equal(get16(frames.classes[0].bytes + 14), 10);
	assert_int_equal(get16(frames.classes[0].bytes + 16), 0x0800);
	assert_ip_is_sound(frames.classes[0].bytes + 18, 42);
	assert_true(frames.ip + 28 + STAMP_SIZE <= frames.classes[0].len);
	frames_fini(&frames);
}

struct place {
	enum frame_field_kind kind;
	unsigned offset, width;
	uint32_t base;
};

static const struct place places[] = {
	{FIELD_MAC_DST, 2, 4, 1},          {FIELD_MAC_SRC, 8, 4, 1},
	{FIELD_VLAN, 14, 2, 10},           {FIELD_IP_SRC, 30, 4, 0xc6120001},
	{FIELD_IP_DST, 34, 4, 0xc6130001}, {FIELD_PORT_SRC, 38, 2, 1024},
	{FIELD_PORT_DST, 40, 2, 9},
};

static void each_field_takes_its_values_and_nothing_else_changes(void **state)
{
	struct frame_header tagged = header;
	uint8_t data[128], before[128];
	struct frames frames;

	tagged.vlan = 10;
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		const struct place *p = &places[i];
		assert_int_equal(frames_build(&frames, &tagged, 128), 0);
		assert_int_equal(frames_add_field(&frames, p->kind, 1000, 1), 0);
		memcpy(data, frames.classes[0].bytes, 124);
		for (uint32_t flow = 0; flow < 3000; flow += 7) {
			memcpy(before, data, 124);
			frame_patch(&frames, 0, data, flow);
			uint32_t value =
				p->width == 4 ? get32(data + p->offset) : get16(data + p->offset);
			assert_int_equal(value, p->base + flow % 1000);
			assert_ip_is_sound(data + 18, 106);
			memset(data + p->offset, 0, p->width);
			memset(before + p->offset, 0, p->width);
			memset(before + 28, 0, 2); /* the IP header's sum */
			uint8_t sum[2] = {data[28], data[29]};
			memset(data + 28, 0, 2);
			assert_memory_equal(data, before, 124);
			memcpy(data + 28, sum, 2);
		}
		frames_fini(&frames);
	}
}

static void fields_have_no_more_values_than_fit(void **state)
{
	struct frame_header tagged = header;
	struct frames frames;

	assert_int_equal(frames_build(&frames, &header, 64), 0);
	assert_int_equal(frames_add_field(&frames, FIELD_VLAN, 1, 1), -EINVAL); /* no tag */
	assert_int_equal(frames_add_field(&frames, FIELD_PORT_SRC, 65536 - 1024, 1), 0);
	assert_int_equal(frames_add_field(&frames, FIELD_PORT_SRC, 65537 - 1024, 1), -EINVAL);
	assert_int_equal(frames_add_field(&frames, FIELD_IP_SRC, 0, 1), -EINVAL);
	frames_fini(&frames);
	tagged.vlan = 4000;
	assert_int_equal(frames_build(&frames, &tagged, 64), 0);
	assert_int_equal(frames_add_field(&frames, FIELD_VLAN, 96, 1), -EINVAL);
	assert_int_equal(frames_add_field(&frames, FIELD_VLAN, 95, 1), 0);
	frames_fini(&frames);
}

static void a_stamp_is_read_as_it_was_written(void **state)
{
	uint8_t data[20];

	memset(data, 0xee, sizeof(data));
	stamp_write(data + 17, 0xabcdef12, 0x98765432, UINT64_C(0xfedcba987654));
	struct stamp stamp = stamp_read(data + 17);
	assert_int_equal(stamp.mark, 0xabcdef12);
	assert_int_equal(stamp.number, 0x98765432);
	assert_true(stamp.time == UINT64_C(0xfedcba987654));
	assert_int_equal(data[2], 0xee);
	assert_int_equal(data[17], 0xee);
}

static void a_turned_frame_goes_back(void **state)
{
	struct frames frames;

	assert_int_equal(frames_build(&frames, &header, 64), 0);
	frame_turn(frames.classes[0].bytes);
	assert_memory_equal(frames.classes[0].bytes, header.mac_src, 6);
	assert_memory_equal(frames.classes[0].bytes + 6, header.mac_dst, 6);
	frames_fini(&frames);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sizes_count_the_checksum_that_is_not_there),
		cmocka_unit_test(imix_is_seven_four_and_one),
		cmocka_unit_test(a_tagged_frame_of_64_bytes_has_room_for_the_stamp),
		cmocka_unit_test(each_field_takes_its_values_and_nothing_else_changes),
		cmocka_unit_test(fields_have_no_more_values_than_fit),
		cmocka_unit_test(a_stamp_is_read_as_it_was_written),
		cmocka_unit_test(a_turned_frame_goes_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

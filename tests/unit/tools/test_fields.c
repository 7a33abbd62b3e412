// SPDX-License-Identifier: BSD-3-Clause
/* Header fields of the generator's packets, found again where the standards have them: by counting
 * bits from the start of a frame with both tags. */
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

#define IP     22 /* behind addresses, two tags and the type */
#define L4_OF4 42
#define L4_OF6 62
#define NONE   0

/* The first bit over IPv4 and over IPv6, how many, and which half has it. */
struct spot {
	enum frame_field_kind kind;
	unsigned bit4, bit6, bits;
	uint32_t max;
	bool tcp;
};

static const struct spot spots[] = {
	{FIELD_MAC_DST, 16, 16, 32, UINT32_MAX},
	{FIELD_MAC_SRC, 64, 64, 32, UINT32_MAX},
	{FIELD_OUTER_TPID, 96, 96, 16, 0xffff},
	{FIELD_OUTER_PCP, 112, 112, 3, 7},
	{FIELD_OUTER_DEI, 115, 115, 1, 1},
	{FIELD_OUTER_VLAN, 116, 116, 12, 4094},
	{FIELD_VLAN_TPID, 128, 128, 16, 0xffff},
	{FIELD_VLAN_PCP, 144, 144, 3, 7},
	{FIELD_VLAN_DEI, 147, 147, 1, 1},
	{FIELD_VLAN, 148, 148, 12, 4094},
	{FIELD_ETHER_TYPE, 160, 160, 16, 0xffff},
	{FIELD_DSCP, IP * 8 + 8, IP * 8 + 4, 6, 63},
	{FIELD_ECN, IP * 8 + 14, IP * 8 + 10, 2, 3},
	{FIELD_FLOW_LABEL, NONE, IP * 8 + 12, 20, 0xfffff},
	{FIELD_IP_ID, IP * 8 + 32, NONE, 16, 0xffff},
	{FIELD_IP_FLAGS, IP * 8 + 48, NONE, 3, 7},
	{FIELD_FRAGMENT, IP * 8 + 51, NONE, 13, 0x1fff},
	{FIELD_TTL, (IP + 8) * 8, (IP + 7) * 8, 8, 255},
	{FIELD_PROTOCOL, (IP + 9) * 8, (IP + 6) * 8, 8, 255},
	{FIELD_IP_SRC, (IP + 12) * 8, (IP + 20) * 8, 32, UINT32_MAX},
	{FIELD_IP_DST, (IP + 16) * 8, (IP + 36) * 8, 32, UINT32_MAX},
	{FIELD_PORT_SRC, L4_OF4 * 8, L4_OF6 * 8, 16, 0xffff},
	{FIELD_PORT_DST, (L4_OF4 + 2) * 8, (L4_OF6 + 2) * 8, 16, 0xffff},
	{FIELD_TCP_SEQ, (L4_OF4 + 4) * 8, (L4_OF6 + 4) * 8, 32, UINT32_MAX, true},
	{FIELD_TCP_ACK, (L4_OF4 + 8) * 8, (L4_OF6 + 8) * 8, 32, UINT32_MAX, true},
	{FIELD_TCP_FLAGS, (L4_OF4 + 13) * 8, (L4_OF6 + 13) * 8, 8, 255, true},
	{FIELD_TCP_WINDOW, (L4_OF4 + 14) * 8, (L4_OF6 + 14) * 8, 16, 0xffff, true},
	{FIELD_TCP_URGENT, (L4_OF4 + 18) * 8, (L4_OF6 + 18) * 8, 16, 0xffff, true},
};
#define N_SPOTS (sizeof(spots) / sizeof(spots[0]))

static struct frame_header header_of(bool ip6, bool tcp)
{
	return (struct frame_header){.mac_src = {0x02, 0x57, 0, 0, 0, 1},
				     .mac_dst = {0x02, 0x58, 0, 0, 0, 1},
				     .vlan = 10,
				     .outer_vlan = 20,
				     .ip6 = ip6,
				     .tcp = tcp,
				     .udp_checksum = true,
				     .ip_src = 0xc6120001,
				     .ip_dst = 0xc613fff0,
				     .ip6_src = {0x20, 0x01, 0, 2, [15] = 1},
				     .ip6_dst = {0x20, 0x01, 0, 2, [7] = 1, [15] = 1},
				     .port_src = 1024,
				     .port_dst = 9};
}

static uint32_t get_bits(const uint8_t *data, unsigned first, unsigned n)
{
	uint32_t value = 0;

	for (unsigned bit = first; bit < first + n; bit++)
		value = value << 1 | (data[bit / 8] >> (7 - bit % 8) & 1);
	return value;
}

static void clear_bits(uint8_t *data, unsigned first, unsigned n)
{
	for (unsigned bit = first; bit < first + n; bit++)
		data[bit / 8] &= (uint8_t) ~(0x80 >> bit % 8);
}

static uint32_t sum_over(const uint8_t *data, unsigned n)
{
	uint32_t sum = 0;

	for (unsigned i = 0; i < n; i++)
		sum += i % 2 ? data[i] : (uint32_t)data[i] << 8;
	return sum;
}

static void assert_all_ones(uint32_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	assert_int_equal(sum, 0xffff);
}

/* As whoever receives it would check it. */
static void assert_sums_are_right(const uint8_t *data, unsigned len, bool ip6, bool tcp)
{
	unsigned l4 = ip6 ? L4_OF6 : L4_OF4;
	uint32_t pseudo = len - l4;

	if (!ip6) {
		assert_all_ones(sum_over(data + IP, 20));
		pseudo += data[IP + 9] + sum_over(data + IP + 12, 8);
	} else {
		pseudo += data[IP + 6] + sum_over(data + IP + 8, 32);
	}
	assert_all_ones(pseudo + sum_over(data + l4, len - l4));
	assert_int_not_equal(get_bits(data, (l4 + (tcp ? 16 : 6)) * 8, 16), 0);
}

/* What is left when a field, the sums and the stamp are taken out. */
static void strip(uint8_t *data, unsigned len, bool ip6, bool tcp, unsigned bit, unsigned bits)
{
	unsigned l4 = ip6 ? L4_OF6 : L4_OF4;

	clear_bits(data, bit, bits);
	if (!ip6)
		clear_bits(data, (IP + 10) * 8, 16);
	clear_bits(data, (l4 + (tcp ? 16 : 6)) * 8, 16);
	memset(data + len - STAMP_SIZE, 0, STAMP_SIZE);
}

static void try_field(const struct spot *spot, bool ip6, bool tcp, unsigned size)
{
	struct frame_header header = header_of(ip6, tcp);
	unsigned len = size - 4, bit = ip6 ? spot->bit6 : spot->bit4;
	uint8_t data[256], one[256], other[256];
	struct frames frames;

	assert_int_equal(frames_build(&frames, &header, size), 0);
	if (bit == NONE || (spot->tcp && !tcp)) {
		assert_non_null(header_lacks(&header, spot->kind));
		assert_int_equal(frames_field_range(&frames, spot->kind), 0);
		frames_fini(&frames);
		return;
	}
	uint32_t base = get_bits(frames.classes[0].bytes, bit, spot->bits);
	uint32_t range = frames_field_range(&frames, spot->kind), n = range < 1500 ? range : 1500;
	assert_int_equal(range, spot->max - base + (spot->max - base != UINT32_MAX));
	assert_int_equal(frames_add_field(&frames, spot->kind, n, 1), 0);
	memcpy(data, frames.classes[0].bytes, len);
	for (uint32_t flow = 0; flow < 2 * n + 3; flow += 1 + flow % 3) {
		struct stamp stamp = {flow * 2654435761u, ~flow, UINT64_C(0xfedc00000000) + flow};
		frame_patch_rich(&frames, 0, data, flow, stamp);
		if (get_bits(data, bit, spot->bits) != base + flow % n)
			fail_msg("%s of flow %u: %u", field_kinds[spot->kind].name, flow,
				 get_bits(data, bit, spot->bits));
		assert_sums_are_right(data, len, ip6, tcp);
		struct stamp found = stamp_read(data + len);
		assert_true(found.mark == stamp.mark && found.number == stamp.number &&
			    found.time == stamp.time);
	}
	memcpy(one, data, len);
	memcpy(other, frames.classes[0].bytes, len);
	strip(one, len, ip6, tcp, bit, spot->bits);
	strip(other, len, ip6, tcp, bit, spot->bits);
	assert_memory_equal(one, other, len);
	frames_fini(&frames);
}

static void each_field_is_where_it_belongs_and_sums_are_right(void **state)
{
	assert_int_equal(N_SPOTS, N_FIELDS);
	for (size_t i = 0; i < N_SPOTS; i++) {
		assert_int_equal(spots[i].kind, i);
		for (int kind = 0; kind < 4; kind++) {
			try_field(&spots[i], kind & 1, kind & 2, 128);
			try_field(&spots[i], kind & 1, kind & 2, 133); /* a stamp at an odd place */
		}
	}
}

static void what_is_patched_the_short_way_is_the_same_packet(void **state)
{
	static const enum frame_field_kind kinds[] = {FIELD_MAC_DST,  FIELD_MAC_SRC,
						      FIELD_VLAN,     FIELD_IP_SRC,
						      FIELD_IP_DST,   FIELD_PORT_SRC,
						      FIELD_PORT_DST, FIELD_OUTER_VLAN};
	struct frame_header header = header_of(false, false);
	uint8_t one[128], other[128];
	struct frames frames;

	header.udp_checksum = false;
	assert_int_equal(frames_build(&frames, &header, 128), 0);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		assert_int_equal(frames_add_field(&frames, kinds[i], 1000, 1), 0);
	assert_false(frames.rich);
	memcpy(one, frames.classes[0].bytes, 124);
	memcpy(other, one, 124);
	for (uint32_t flow = 0; flow < 3000; flow++) {
		struct stamp stamp = {flow, 2 * flow, 3 * flow};
		frame_patch(&frames, 0, one, flow);
		stamp_write(one + 124, stamp.mark, stamp.number, stamp.time);
		frame_patch_rich(&frames, 0, other, flow, stamp);
		assert_memory_equal(one, other, 124);
	}
	frames_fini(&frames);
}

/* Three fields of 64, 8 and 4 values, two of them in the same word as a third. */
static void fields_that_turn_as_digits_tell_all_flows_apart(void **state)
{
	struct frame_header header = header_of(false, true);
	static bool seen[64][8][4];
	uint8_t data[128];
	struct frames frames;

	assert_int_equal(frames_build(&frames, &header, 128), 0);
	assert_int_equal(frames_add_field(&frames, FIELD_DSCP, 64, 1), 0);
	assert_int_equal(frames_add_field(&frames, FIELD_VLAN_PCP, 8, 64), 0);
	assert_int_equal(frames_add_field(&frames, FIELD_ECN, 4, 512), 0);
	assert_true(frames.rich);
	memcpy(data, frames.classes[0].bytes, 124);
	for (uint32_t flow = 0; flow < 2048; flow++) {
		frame_patch_rich(&frames, 0, data, flow, (struct stamp){1, flow, 3});
		bool *one = &seen[get_bits(data, (IP + 1) * 8, 6)][get_bits(data, 144, 3)]
				 [get_bits(data, (IP + 1) * 8 + 6, 2)];
		assert_false(*one);
		*one = true;
		assert_int_equal(get_bits(data, 148, 12), 10); /* the VLAN beside it */
		assert_sums_are_right(data, 124, false, true);
	}
	frames_fini(&frames);
}

static void values_that_are_set_are_in_each_packet_and_its_sums(void **state)
{
	struct frame_header header = header_of(false, true);
	uint8_t data[128];
	struct frames frames;

	header.values[0] = (struct header_value){FIELD_TTL, 7};
	header.values[1] = (struct header_value){FIELD_VLAN_PCP, 5};
	header.values[2] = (struct header_value){FIELD_TCP_FLAGS, 2};
	header.n_values = 3;
	assert_int_equal(frames_build(&frames, &header, 128), 0);
	assert_int_equal(frames_add_field(&frames, FIELD_VLAN, 100, 1), 0);
	assert_true(frames.rich); /* a tag is more than its VLAN now */
	memcpy(data, frames.classes[0].bytes, 124);
	for (uint32_t flow = 0; flow < 100; flow++) {
		frame_patch_rich(&frames, 0, data, flow, (struct stamp){flow, flow, flow});
		assert_int_equal(get_bits(data, (IP + 8) * 8, 8), 7);
		assert_int_equal(get_bits(data, 144, 3), 5);
		assert_int_equal(get_bits(data, 148, 12), 10 + flow);
		assert_int_equal(get_bits(data, (L4_OF4 + 13) * 8, 8), 2);
		assert_sums_are_right(data, 124, false, true);
	}
	frames_fini(&frames);
}

static void a_narrow_field_beside_a_value_is_not_patched_the_short_way(void **state)
{
	struct frame_header header = header_of(false, false);
	struct frames frames;

	header.udp_checksum = false;
	header.values[0] = (struct header_value){FIELD_OUTER_PCP, 1};
	header.n_values = 1;
	assert_int_equal(frames_build(&frames, &header, 128), 0);
	assert_int_equal(frames_add_field(&frames, FIELD_VLAN, 9, 1), 0);
	assert_false(frames.rich);
	assert_int_equal(frames_add_field(&frames, FIELD_OUTER_VLAN, 9, 1), 0);
	assert_true(frames.rich);
	frames_fini(&frames);
}

static void frames_have_room_for_their_headers_and_the_stamp(void **state)
{
	struct frame_header header = header_of(true, true);
	struct frames frames;

	assert_int_equal(frames_least(&header), 100);
	assert_int_equal(frames_build(&frames, &header, 99), -EINVAL);
	assert_int_equal(frames_build(&frames, &header, 100), 0);
	frames_fini(&frames);
	assert_int_equal(frames_build(&frames, &header, 0), 0); /* IMIX */
	assert_int_equal(frames.classes[0].len, 96);
	frames_fini(&frames);
	header = header_of(false, false);
	assert_int_equal(frames_least(&header), 68);
	header.outer_vlan = 0;
	assert_int_equal(frames_least(&header), 64);
}

static void fields_below_another_type_or_protocol_are_not_there(void **state)
{
	struct frame_header header = header_of(false, true);

	header.values[0] = (struct header_value){FIELD_ETHER_TYPE, 0x0806};
	header.n_values = 1;
	assert_non_null(header_lacks(&header, FIELD_TTL));
	assert_non_null(header_lacks(&header, FIELD_PORT_SRC));
	assert_null(header_lacks(&header, FIELD_VLAN_PCP));
	assert_null(header_lacks(&header, FIELD_ETHER_TYPE));
	header.values[0].value = 0x0800;
	assert_null(header_lacks(&header, FIELD_TTL));
	header.values[0] = (struct header_value){FIELD_PROTOCOL, 47};
	assert_null(header_lacks(&header, FIELD_TTL));
	assert_non_null(header_lacks(&header, FIELD_PORT_SRC));
	assert_non_null(header_lacks(&header, FIELD_TCP_SEQ));
}

static void fields_are_found_by_their_whole_name(void **state)
{
	assert_int_equal(field_find("ttl", 3), FIELD_TTL);
	assert_int_equal(field_find("ttl,dscp", 3), FIELD_TTL);
	assert_int_equal(field_find("tt", 2), N_FIELDS);
	assert_int_equal(field_find("ttls", 4), N_FIELDS);
	assert_int_equal(field_find("", 0), N_FIELDS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_field_is_where_it_belongs_and_sums_are_right),
		cmocka_unit_test(what_is_patched_the_short_way_is_the_same_packet),
		cmocka_unit_test(fields_that_turn_as_digits_tell_all_flows_apart),
		cmocka_unit_test(values_that_are_set_are_in_each_packet_and_its_sums),
		cmocka_unit_test(a_narrow_field_beside_a_value_is_not_patched_the_short_way),
		cmocka_unit_test(frames_have_room_for_their_headers_and_the_stamp),
		cmocka_unit_test(fields_below_another_type_or_protocol_are_not_there),
		cmocka_unit_test(fields_are_found_by_their_whole_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

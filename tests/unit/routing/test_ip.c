// SPDX-License-Identifier: BSD-3-Clause
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "routing/core/checksum.h"
#include "routing/core/ip.h"

static uint32_t bytes_of(const char *hex, uint8_t *out)
{
	uint32_t n = 0;
	unsigned byte;

	for (; *hex; n++) {
		assert_int_equal(sscanf(hex, "%2x", &byte), 1);
		out[n] = (uint8_t)byte;
		hex += 2;
		hex += *hex == ' ';
	}
	return n;
}

#define ADDRS4 "c0000201 cb007101"
#define ADDRS6 "20010db8000000000000000000000001 20010db8000000000000000000000002"

static void headers_are_read_as_they_are_written(void **state)
{
	struct ip_out four = {.proto = 89, .ttl = 1, .tos = 0xc0, .dont_fragment = true, .id = 7};
	struct ip_out six = {.proto = 89, .ttl = 1, .tos = 0xc0};
	struct ip_view view;
	uint8_t packet[60];

	addr_parse("192.0.2.1", &four.src);
	addr_parse("224.0.0.5", &four.dst);
	addr_parse("fe80::1", &six.src);
	addr_parse("ff02::5", &six.dst);
	for (int i = 0; i < 2; i++) {
		const struct ip_out *out = i ? &six : &four;
		uint32_t len = ip_write(packet, out, 9);

		assert_int_equal(len, i ? 40 : 20);
		assert_int_equal(len, ip_header_len(out));
		assert_int_equal(ip_read(packet, len + 12, false, &view), 0); /* padded */
		assert_int_equal(addr_compare(&view.src, &out->src), 0);
		assert_int_equal(addr_compare(&view.dst, &out->dst), 0);
		assert_int_equal(view.proto, 89);
		assert_int_equal(view.ttl, 1);
		assert_int_equal(view.tos, 0xc0);
		assert_int_equal(view.len, len + 9);
		assert_int_equal(view.payload_len, 9);
		assert_ptr_equal(view.payload, packet + len);
		assert_int_equal(view.proto_at, i ? 6 : 9);
		assert_false(ip_is_fragment(&view));
	}
	ip_write(packet, &four, 9);
	assert_int_equal(checksum_finish(checksum_add(0, packet, 20)), 0);
	ip_read(packet, 29, false, &view);
	assert_true(view.dont_fragment);
	assert_int_equal(view.id, 7);
}

static void what_is_no_packet_is_refused(void **state)
{
	static const char *const cases[] = {
		"",
		"45",
		"45000014 00000000 40110000 c0000201 cb0071",     /* short header */
		"44000014 00000000 40110000 " ADDRS4,             /* header length 16 */
		"46000014 00000000 40110000 " ADDRS4,             /* options beyond the end */
		"45000013 00000000 40110000 " ADDRS4,             /* total below the header */
		"45000015 00000000 40110000 " ADDRS4,             /* total beyond the end */
		"46000014 00000000 40110000 " ADDRS4 " 01010101", /* total within the options */
		"25000014 00000000 40110000 " ADDRS4,             /* version 2 */
		"60000000 00011140 " ADDRS6,                      /* payload beyond the end */
		"60000000 00000040 " ADDRS6,                     /* no room for the options named */
		"60000000 00080040 " ADDRS6 " 1101000000000000", /* options beyond the end */
		"60000000 00080040 " ADDRS6 " 1101000000000000 0000000000000000", /* of it */
		"60000000 00042c40 " ADDRS6 " 11000000",         /* half a fragment header */
		"60000000 00083340 " ADDRS6 " 1102000000000000", /* an authentication of 16 */
	};
	struct ip_view view;
	uint8_t packet[128];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint32_t len = bytes_of(cases[i], packet);

		if (ip_read(packet, len, false, &view) != -EBADMSG)
			fail_msg("%s", cases[i]);
	}
}

static void extension_headers_are_walked_to_the_payload(void **state)
{
	static const struct {
		const char *packet;
		uint8_t proto;
		uint32_t payload_at, proto_at;
		bool fragment_header, is_fragment;
	} cases[] = {
		{"60000000 00083a40 " ADDRS6 " 8000000000000000", 58, 40, 6, false, false},
		{"60000000 00100040 " ADDRS6 " 3a00000000000000 8000000000000000", 58, 48, 40,
		 false, false},
		{"60000000 00183c40 " ADDRS6 " 2b00000000000000 3a00000000000000 8000000000000000",
		 58, 56, 48, false, false},
		{"60000000 00182b40 " ADDRS6 " 3a01000000000000 0000000000000000 8000000000000000",
		 58, 56, 40, false, false},
		{"60000000 00183340 " ADDRS6 " 3a02000000000000 0000000000000000 8000000000000000",
		 58, 56, 40, false, false},
		{"60000000 00102c40 " ADDRS6 " 3a00000000000007 8000000000000000", 58, 48, 40, true,
		 false},
		{"60000000 00102c40 " ADDRS6 " 3a00000100000007 8000000000000000", 58, 48, 40, true,
		 true},
		/* what looks like options in a later fragment are its contents */
		{"60000000 00102c40 " ADDRS6 " 0000000800000007 ffff000000000000", 0, 48, 40, true,
		 true},
		{"60000000 00003b40 " ADDRS6, 59, 40, 6, false, false},
	};
	struct ip_view view;
	uint8_t packet[128];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint32_t len = bytes_of(cases[i].packet, packet);

		if (ip_read(packet, len, false, &view) < 0 || view.proto != cases[i].proto ||
		    view.payload - packet != (long)cases[i].payload_at ||
		    view.proto_at != cases[i].proto_at ||
		    view.fragment_header != cases[i].fragment_header ||
		    ip_is_fragment(&view) != cases[i].is_fragment)
			fail_msg("%s", cases[i].packet);
	}
}

static void a_part_of_a_packet_is_read_as_far_as_it_goes(void **state)
{
	static const char packet4[] = "450005dc 00000000 40110000 " ADDRS4 " 1234567800000000";
	static const char packet6[] = "60000000 05001140 " ADDRS6 " 1234567800000000";
	struct ip_view view;
	uint8_t packet[128];

	for (int i = 0; i < 2; i++) {
		uint32_t len = bytes_of(i ? packet6 : packet4, packet);

		assert_int_equal(ip_read(packet, len, false, &view), -EBADMSG);
		assert_int_equal(ip_read(packet, len, true, &view), 0);
		assert_int_equal(view.len, len);
		assert_int_equal(view.payload_len, 8);
		assert_int_equal(ip_read(packet, i ? 39 : 19, true, &view), -EBADMSG);
	}
}

static void fragments_of_ipv4_are_known(void **state)
{
	struct ip_view view;
	uint8_t packet[64];
	uint32_t len = bytes_of("45000014 00002000 40110000 " ADDRS4, packet);

	assert_int_equal(ip_read(packet, len, false, &view), 0);
	assert_true(view.more_fragments && ip_is_fragment(&view));
	assert_int_equal(view.fragment_offset, 0);
	packet[6] = 0x1f, packet[7] = 0xff;
	assert_int_equal(ip_read(packet, len, false, &view), 0);
	assert_int_equal(view.fragment_offset, 65528);
	packet[6] = 0x40, packet[7] = 0;
	assert_int_equal(ip_read(packet, len, false, &view), 0);
	assert_false(ip_is_fragment(&view));
	assert_true(view.dont_fragment);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(headers_are_read_as_they_are_written),
		cmocka_unit_test(what_is_no_packet_is_refused),
		cmocka_unit_test(extension_headers_are_walked_to_the_payload),
		cmocka_unit_test(a_part_of_a_packet_is_read_as_far_as_it_goes),
		cmocka_unit_test(fragments_of_ipv4_are_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

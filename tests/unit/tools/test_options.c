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

#include "tools/pktgen/options.h"

#define WORDS_MAX 24

static struct options options;
static char error[OPTIONS_ERROR_SIZE];

/* As a shell would call it, with two ports before the words. */
static int parse(const char *line)
{
	static char copy[512];
	char *words[WORDS_MAX] = {(char *)"weft-pktgen"}, *rest = copy;
	int n = 1;

	snprintf(copy, sizeof(copy), "%s", line);
	while (n < WORDS_MAX - 1 && (words[n] = strsep(&rest, " ")))
		n += *words[n] != '\0';
	words[n] = NULL;
	return options_parse(&options, n, words, error);
}

static int parse_with_ports(const char *line)
{
	char all[512];

	snprintf(all, sizeof(all), "--tx net_ring0 --rx net_ring1 %s", line);
	return parse(all);
}

struct refusal {
	const char *line, *says;
};

static const struct refusal refusals[] = {
	{"--size 63", "--size 63: expected 64 to 9018 bytes, or imix"},
	{"--size 9019", "--size 9019"},
	{"--size 64.5", "--size 64.5"},
	{"--size small", "--size small"},
	{"--dst-prefixes f --flows 2", "--dst-prefixes brings its own destinations"},
	{"--dst-prefixes f --macs 2", "--dst-prefixes brings its own destinations"},
	{"--dst-prefixes f --pcap g", "--dst-prefixes brings its own destinations"},
	{"--dst-prefixes f --both", "--dst-prefixes is of one direction"},
	{"--settle -1", "--settle -1: expected a number from 0 to 60"},
	{"--flows 0", "--flows 0: expected a number from 1 to 10000000"},
	{"--flows 10000001", "--flows 10000001"},
	{"--flows -1", "--flows -1"},
	{"--flows 1e", "--flows 1e"},
	{"--flows 10x", "--flows 10x"},
	{"--flows 0x10", "--flows 0x10"},
	{"--rate 0", "--rate 0: expected 1 to 1G packets a second"},
	{"--rate fast", "--rate fast"},
	{"--rate 2G", "--rate 2G"},
	{"--rate inf", "--rate inf"},
	{"--rate nan", "--rate nan"},
	{"--rate 1MM", "--rate 1MM"},
	{"--seconds 0", "--seconds 0"},
	{"--seconds forever", "--seconds forever"},
	{"--burst 65", "--burst 65"},
	{"--queues 17", "--queues 17"},
	{"--ring 1000", "--ring 1000: expected a power of two"},
	{"--ring 32", "--ring 32"},
	{"--flow-order backwards", "expected sequential, random or zipf"},
	{"--flow-field ip", "--flow-field ip: expected one or more of ip-src"},
	{"--flow-field ip-src,", "--flow-field ip-src,: expected"},
	{"--flow-field ip-src,ip-src", "ip-src is there twice"},
	{"--flow-field vlan --flows 10", "--flow-field vlan needs --vlan"},
	{"--flow-field port-src --flows 100000", "--flow-field tells 64512 apart at most; add"},
	{"--flow-field dscp --flows 1M", "--flows 1000000: --flow-field tells 64 apart at most"},
	{"--flow-field dscp,ecn,ttl --flows 50k", "tells 49152 apart at most"},
	{"--flow-field flow-label --flows 2", "--flow-field flow-label needs --ipv6"},
	{"--ipv6 --size 80 --flow-field ip-id --flows 2", "--flow-field ip-id is a field of IPv4"},
	{"--flow-field tcp-seq --flows 2", "--flow-field tcp-seq needs --tcp"},
	{"--vlan 5 --flow-field outer-pcp --flows 2", "outer-pcp needs --outer-vlan"},
	{"--set ether-type=0x0806 --flow-field ttl --flows 2",
	 "ttl is a field of IP, which frames"},
	{"--set protocol=47 --flow-field port-src --flows 2", "port-src is a field of UDP and TCP"},
	{"--set ether-type=0x88b5 --flows 2", "--flow-field ip-src is a field of IP"},
	{"--set ttl", "--set ttl: expected the name of a field"},
	{"--set tos=1", "--set tos=1: expected the name of a field"},
	{"--set dscp=64", "--set dscp=64: expected 0 to 63"},
	{"--set dscp=-1", "--set dscp=-1: expected 0 to 63"},
	{"--set dscp=0x", "--set dscp=0x: expected 0 to 63"},
	{"--set dscp=1k", "--set dscp=1k: expected 0 to 63"},
	{"--set tcp-seq=4294967296 --tcp", "expected 0 to 4294967295"},
	{"--set dscp=1,dscp=2", "--set: dscp is there twice"},
	{"--set dscp=1,", "--set : expected the name of a field"},
	{"--set ip-src=1", "--set ip-src=1: use --src-ip"},
	{"--set flow-label=1", "--set: flow-label needs --ipv6"},
	{"--set vlan-pcp=1", "--set: vlan-pcp needs --vlan"},
	{"--ipv6", "--size 64: expected 80 at least, for the headers and the stamp"},
	{"--tcp", "--size 64: expected 72 at least"},
	{"--outer-vlan 5", "--outer-vlan needs --vlan"},
	{"--ipv6 --size 80 --src-ip 10.0.0.1", "--src-ip: --ipv6 wants an IPv6 address"},
	{"--dst-ip 2001:db8::1", "--dst-ip: an IPv6 address needs --ipv6"},
	{"--dst-ip 2001:db8:::1",
	 "--dst-ip 2001:db8:::1: expected an IPv4 address, or with --ipv6"},
	{"--dst-prefixes f --tcp --size 72",
	 "--dst-prefixes makes UDP packets of the file's family"},
	{"--pcap f --set ttl=3", "--pcap brings its own packets"},
	{"--pcap f --vlan 5 --outer-vlan 6", "--pcap brings its own packets"},
	{"--flow-field mac-dst --flows 9 --macs 9", "use one of them"},
	{"--vlan 4095", "--vlan 4095: expected 1 to 4094"},
	{"--vlan 0", "--vlan 0"},
	{"--dst-mac 01:00:5e:00:00:01", "--dst-mac 01:00:5e:00:00:01: expected the address of one"},
	{"--src-mac 02:00:00:00:00", "--src-mac 02:00:00:00:00"},
	{"--src-mac 02:00:00:00:00:01:02", "--src-mac"},
	{"--src-mac 02:00:00:00:00:0g", "--src-mac"},
	{"--macs 100 --dst-mac 02:00:ff:ff:ff:fe", "--macs 100: not as many from --dst-mac on"},
	{"--src-ip 10.0.0.256", "--src-ip 10.0.0.256: expected an IPv4 address"},
	{"--dst-port 65536", "--dst-port 65536: expected 1 to 65535"},
	{"--core x", "--core x"},
	{"--cores 1", "--cores 1: expected two cores"},
	{"--cores 1,1", "--cores 1,1: expected two cores"},
	{"--cores 1,2,3", "--cores 1,2,3"},
	{"--pcap f --size 128", "--pcap brings its own sizes"},
	{"--pcap f --flows 2", "--pcap brings its own sizes"},
	{"--pcap f --no-stamp --latency", "--latency needs the stamp"},
	{"--no-stamp", "--no-stamp goes with --pcap only"},
	{"--pcap", "--pcap needs a value"},
	{"--fast", "--fast: no such option"},
	{"-x", "-x: no such option"},
	{"--latency=yes", "--latency=yes: no such option, or a value"},
	{"more", "more: expected an option"},
	{"--rx net_ring0 --both", "--both needs two ports"},
	{"--zipf 0", "--zipf 0"},
	{"--windows 1 --seconds 101", "--windows 1: more than 100000 of them in 101 s"},
	{"--windows 50 --ndr", "not with --ndr"},
	{"--max-loss 51", "--max-loss 51"},
};

static void wrong_words_are_named_with_what_would_be_right(void **state)
{
	for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
		int r = parse_with_ports(refusals[i].line);
		if (r != -EINVAL || !strstr(error, refusals[i].says))
			fail_msg("%s: %d, %s", refusals[i].line, r, error);
	}
}

static void both_ports_are_needed(void **state)
{
	assert_int_equal(parse(""), -EINVAL);
	assert_non_null(strstr(error, "--tx PORT and --rx PORT are needed"));
	assert_int_equal(parse("--tx net_ring0"), -EINVAL);
	assert_int_equal(parse("--rx net_ring0"), -EINVAL);
	assert_int_equal(parse("--tx net_ring0 --rx net_ring0"), 0);
}

static void what_is_not_said_has_its_default(void **state)
{
	assert_int_equal(parse_with_ports(""), 0);
	assert_string_equal(options.tx, "net_ring0");
	assert_string_equal(options.rx, "net_ring1");
	assert_int_equal(options.size, 64);
	assert_int_equal(options.flows, 1);
	assert_true(options.rate == 0 && options.seconds == 5);
	assert_true(options.packed && options.warmup && options.stamp);
	assert_false(options.latency || options.ndr || options.json || options.both ||
		     options.server);
}

static void words_reach_their_options(void **state)
{
	assert_int_equal(parse_with_ports(
				 "--size imix --rate 1.5M --seconds 0.25 --latency --ndr -j "
				 "--split --server --both --cores 1,0 --no-warmup"),
			 0);
	assert_int_equal(options.size, 0);
	assert_true(options.rate == 1.5e6 && options.seconds == 0.25);
	assert_true(options.latency && options.ndr && options.json && options.server &&
		    options.both);
	assert_false(options.packed || options.warmup);
	assert_int_equal(options.core, 1);
	assert_int_equal(options.receive_core, 0);
	assert_int_equal(parse_with_ports("--flows 1M --macs 100k --flow-field ip-dst,port-src "
					  "--flow-order zipf --vlan 7 --src-mac 0a:00:00:00:00:0b"),
			 0);
	assert_int_equal(options.flows, 1000000);
	assert_int_equal(options.n_fields, 2);
	assert_int_equal(options.fields[1], FIELD_PORT_SRC);
	assert_int_equal(options.order, FLOW_ZIPF);
	assert_int_equal(options.header.mac_src[5], 0x0b);
}

static void words_make_packets_of_other_kinds(void **state)
{
	struct frames frames;

	assert_int_equal(parse_with_ports("--ipv6 --tcp --size imix --src-ip 2001:db8::5 --vlan 4 "
					  "--outer-vlan 3 --set dscp=46,tcp-flags=0x12"),
			 0);
	assert_true(options.header.ip6 && options.header.tcp);
	assert_int_equal(options.header.ip6_src[15], 5);
	assert_int_equal(options.header.n_values, 2);
	assert_int_equal(options.header.values[1].value, 0x12);
	assert_int_equal(options_frames(&options, true, &frames, error), 0);
	assert_int_equal(frames.classes[0].bytes[15], 3);
	assert_int_equal(frames.classes[0].bytes[19], 4);
	frames_fini(&frames);
}

static void fields_turn_together_or_as_digits(void **state)
{
	struct frames frames;

	assert_int_equal(parse_with_ports("--flow-field ip-dst,dscp --flows 1M"), 0);
	assert_int_equal(options_frames(&options, true, &frames, error), 0);
	assert_int_equal(frames.fields[1].n, 64);
	assert_int_equal(frames.fields[1].every, 1);
	frames_fini(&frames);
	assert_int_equal(parse_with_ports("--flow-field dscp,port-src,ttl --flows 10M"), 0);
	assert_int_equal(options_frames(&options, true, &frames, error), 0);
	assert_int_equal(frames.n_fields, 3);
	assert_int_equal(frames.fields[0].every, 1);
	assert_int_equal(frames.fields[1].every, 64);
	assert_int_equal(frames.fields[1].n, 64512);
	assert_int_equal(frames.fields[2].every, 64 * 64512);
	frames_fini(&frames);
	/* Back, the ports change places: the receiver's has more values. */
	assert_int_equal(options_frames(&options, false, &frames, error), 0);
	assert_int_equal(frames.fields[1].kind, FIELD_PORT_DST);
	frames_fini(&frames);
}

static void help_and_version_come_before_all_else(void **state)
{
	assert_int_equal(parse("--help"), OPTIONS_HELP);
	assert_int_equal(parse("-h"), OPTIONS_HELP);
	assert_int_equal(parse("--version"), OPTIONS_VERSION);
}

static void frames_back_are_those_there_the_other_way_round(void **state)
{
	struct frames there, back;

	assert_int_equal(parse_with_ports("--both --flows 10 --macs 5"), 0);
	assert_int_equal(options_frames(&options, true, &there, error), 0);
	assert_int_equal(options_frames(&options, false, &back, error), 0);
	assert_memory_equal(there.classes[0].bytes, back.classes[0].bytes + 6, 6);
	assert_memory_equal(there.classes[0].bytes + 26, back.classes[0].bytes + 30, 4);
	assert_int_equal(there.n_fields, 2);
	assert_int_equal(there.fields[0].kind, FIELD_IP_SRC);
	assert_int_equal(there.fields[0].n, 10);
	assert_int_equal(there.fields[1].kind, FIELD_MAC_DST);
	assert_int_equal(there.fields[1].n, 5);
	assert_int_equal(back.fields[0].kind, FIELD_IP_DST);
	assert_int_equal(back.fields[1].kind, FIELD_MAC_SRC);
	assert_int_equal(options_flow_numbers(&options), 10);
	frames_fini(&there);
	frames_fini(&back);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(wrong_words_are_named_with_what_would_be_right),
		cmocka_unit_test(both_ports_are_needed),
		cmocka_unit_test(what_is_not_said_has_its_default),
		cmocka_unit_test(words_reach_their_options),
		cmocka_unit_test(words_make_packets_of_other_kinds),
		cmocka_unit_test(fields_turn_together_or_as_digits),
		cmocka_unit_test(help_and_version_come_before_all_else),
		cmocka_unit_test(frames_back_are_those_there_the_other_way_round),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: BSD-3-Clause
#include "tools/pktgen/options.h"

#include <errno.h>
#include <getopt.h>
#include <stddef.h>
#include <string.h>

#include "tools/pktgen/options_check.h"
#include "tools/pktgen/options_set.h"
#include "tools/pktgen/values.h"

#define FLOWS_MAX     10000000
#define ROWS          (sizeof(rows) / sizeof(rows[0]))
#define AT(member)    offsetof(struct options, member)
#define FIRST_LETTER  256 /* options without a letter of their own are numbered from here */
#define SECONDS_MAX   86400
#define HELP_COLUMN   24
#define FIELDS_A_LINE 8

enum kind { FLAG_ON, FLAG_OFF, NUMBER, REAL, TEXT, OTHER };

struct row {
	const char *name, *value;
	enum kind kind;
	size_t at;
	double min, max; /* NUMBER and REAL */
	option_set *set; /* OTHER */
	const char *help;
};

static const struct row rows[] = {
	{"tx", "PORT", TEXT, AT(tx), .help = "sends here"},
	{"rx", "PORT", TEXT, AT(rx), .help = "receives there; may be the same port"},
	{"size", "N", OTHER, .set = option_set_size,
	 .help = "bytes of a frame with its checksum, or imix (default 64)"},
	{"pcap", "FILE", TEXT, AT(pcap), .help = "sends these frames, round and round"},
	{"dst-prefixes", "FILE", TEXT, AT(dst_prefixes),
	 .help = "sends to random addresses below the prefixes in a file, one a line"},
	{"no-stamp", NULL, FLAG_OFF, AT(stamp),
	 .help = "with --pcap: sends them untouched, and only counts"},
	{"flows", "N", NUMBER, AT(flows), 1, FLOWS_MAX, .help = "flows (default 1)"},
	{"flow-field", "LIST", OTHER, .set = option_set_fields,
	 .help = "what tells them apart: one field or several (default ip-src)"},
	{"flow-order", "ORDER", OTHER, .set = option_set_order,
	 .help = "sequential (default), random or zipf"},
	{"zipf", "S", REAL, AT(zipf), 0.01, 10, .help = "exponent of zipf (default 1)"},
	{"macs", "N", NUMBER, AT(macs), 1, FLOWS_MAX,
	 .help = "MAC addresses behind the receiving port (default 1)"},
	{"seed", "N", NUMBER, AT(seed), 0, UINT32_MAX, .help = "of what is random (default 1)"},
	{"src-mac", "MAC", OTHER, .set = option_set_mac_src,
	 .help = "first or only address of the sender"},
	{"dst-mac", "MAC", OTHER, .set = option_set_mac_dst,
	 .help = "first or only address of the receiver"},
	{"ipv6", NULL, FLAG_ON, AT(header.ip6), .help = "IPv6 packets"},
	{"tcp", NULL, FLAG_ON, AT(header.tcp), .help = "TCP packets, else UDP"},
	{"udp-checksum", NULL, FLAG_ON, AT(header.udp_checksum),
	 .help = "over IPv4, too; over IPv6 there always is one"},
	{"src-ip", "IP", OTHER, .set = option_set_ip_src,
	 .help = "default 198.18.0.1; IPv6 2001:2::1"},
	{"dst-ip", "IP", OTHER, .set = option_set_ip_dst,
	 .help = "default 198.19.0.1; IPv6 2001:2:0:1::1"},
	{"src-port", "N", OTHER, .set = option_set_port_src, .help = "default 1024"},
	{"dst-port", "N", OTHER, .set = option_set_port_dst, .help = "default 9 (discard)"},
	{"vlan", "N", OTHER, .set = option_set_vlan, .help = "tags the frames"},
	{"outer-vlan", "N", OTHER, .set = option_set_outer_vlan,
	 .help = "a second tag before it (802.1ad)"},
	{"set", "LIST", OTHER, .set = option_set_values,
	 .help = "values of fields, as in dscp=46,ttl=8: of all packets, or of the first flow"},
	{"rate", "PPS", OTHER, .set = option_set_rate,
	 .help = "packets a second in each direction, or max (default)"},
	{"seconds", "S", REAL, AT(seconds), 0.001, SECONDS_MAX,
	 .help = "how long to send (default 5), each trial of --ndr too"},
	{"burst", "N", NUMBER, AT(burst), 1, 64,
	 .help = "packets sent at once at most (default 32)"},
	{"latency", NULL, FLAG_ON, AT(latency), .help = "measures it"},
	{"ndr", NULL, FLAG_ON, AT(ndr),
	 .help = "searches the highest rate without loss, up to --rate"},
	{"resolution", "PERCENT", REAL, AT(resolution), 0.01, 50,
	 .help = "of that search (default 1)"},
	{"max-loss", "PERCENT", REAL, AT(max_loss), 0, 50,
	 .help = "that still counts as none (default 0)"},
	{"repeats", "N", NUMBER, AT(repeats), 1, 10,
	 .help = "trials that must pass at a rate (default 2)"},
	{"both", NULL, FLAG_ON, AT(both), .help = "sends in both directions at once"},
	{"queues", "N", NUMBER, AT(queues), 1, OPTIONS_QUEUES_MAX,
	 .help = "of each port (default 1)"},
	{"ring", "N", NUMBER, AT(ring), 64, 4096,
	 .help = "packets in each queue, a power of two (default 1024)"},
	{"packed", NULL, FLAG_ON, AT(packed), .help = "sockets: packed rings (default)"},
	{"split", NULL, FLAG_OFF, AT(packed), .help = "sockets: split rings"},
	{"client", NULL, FLAG_OFF, AT(server), .help = "sockets: connects to the switch (default)"},
	{"server", NULL, FLAG_ON, AT(server),
	 .help = "sockets: makes them and waits for the switch, as QEMU does"},
	{"virtio", "ARGS", TEXT, AT(virtio),
	 .help = "sockets: further arguments of DPDK's virtio-user"},
	{"core", "N", OTHER, .set = option_set_core,
	 .help = "sends and receives there (default: the first allowed)"},
	{"cores", "N,M", OTHER, .set = option_set_cores,
	 .help = "sends on the one, receives on the other"},
	{"warmup", NULL, FLAG_ON, AT(warmup),
	 .help = "each address speaks once before, so that a switch learns it (default)"},
	{"no-warmup", NULL, FLAG_OFF, AT(warmup), .help = "sends from the first moment"},
	{"warmup-rate", "PPS", REAL, AT(warmup_rate), 1, 1e7,
	 .help = "addresses a second then (default 100k)"},
	{"wait", "S", REAL, AT(wait), 0, 3600,
	 .help = "for the switch, and for a first packet to come through (default 5)"},
	{"settle", "S", REAL, AT(settle), 0, 60,
	 .help = "of rest between warm-up and the first trial (default 0.05)"},
	{"windows", "MS", NUMBER, AT(windows), 1, 10000,
	 .help = "counts of each window of so many milliseconds, with -j"},
	{"json", NULL, FLAG_ON, AT(json), .help = "one JSON object on standard output; also -j"},
	{"help", NULL, OTHER, .help = "this text"},
	{"version", NULL, OTHER, .help = "the version of this program"},
};

static void set_defaults(struct options *options)
{
	*options = (struct options){
		.size = 64,
		.stamp = true,
		.flows = 1,
		.macs = 1,
		.zipf = 1,
		.seed = 1,
		.fields = {FIELD_IP_SRC},
		.n_fields = 1,
		.header = {.mac_src = {0x02, 0x57, 0, 0, 0, 1},
			   .mac_dst = {0x02, 0x58, 0, 0, 0, 1},
			   .ip_src = 0xc6120001,
			   .ip_dst = 0xc6130001,
			   .ip6_src = {0x20, 0x01, 0, 2, [15] = 1},
			   .ip6_dst = {0x20, 0x01, 0, 2, [7] = 1, [15] = 1},
			   .port_src = 1024,
			   .port_dst = 9},
		.seconds = 5,
		.burst = 32,
		.resolution = 1,
		.repeats = 2,
		.packed = true,
		.queues = 1,
		.ring = 1024,
		.warmup = true,
		.warmup_rate = 100e3,
		.wait = 5,
		.settle = 0.05,
	};
}

static int set_row(struct options *options, const struct row *row, const char *value, char *error)
{
	void *at = (char *)options + row->at;
	double real;

	switch (row->kind) {
	case FLAG_ON:
	case FLAG_OFF:
		*(bool *)at = row->kind == FLAG_ON;
		return 0;
	case TEXT:
		if (!*value)
			return options_refuse(error, "--%s needs a %s", row->name, row->value);
		*(const char **)at = value;
		return 0;
	case NUMBER:
		if (value_number(value, (uint32_t)row->min, (uint32_t)row->max, at) == 0)
			return 0;
		return options_refuse(error, "--%s %s: expected a number from %.0f to %.0f",
				      row->name, value, row->min, row->max);
	case REAL:
		if (value_real(value, &real) < 0 || real < row->min || real > row->max)
			return options_refuse(error, "--%s %s: expected a number from %g to %g",
					      row->name, value, row->min, row->max);
		*(double *)at = real;
		return 0;
	default:
		return row->set(options, value, error);
	}
}

static const struct row *row_of(int number)
{
	return &rows[number - FIRST_LETTER];
}

static int parse(struct options *options, int argc, char **argv, char *error)
{
	struct option longs[ROWS + 1] = {0};
	int c, r;

	for (size_t i = 0; i < ROWS; i++)
		longs[i] = (struct option){rows[i].name,
					   rows[i].value ? required_argument : no_argument, NULL,
					   FIRST_LETTER + (int)i};
	optind = 0; /* starts anew */
	opterr = 0;
	while ((c = getopt_long(argc, argv, "+:jh", longs, NULL)) != -1) {
		if (c == ':')
			return options_refuse(error, "%s needs a value", argv[optind - 1]);
		if (c == '?')
			return options_refuse(error,
					      "%s: no such option, or a value it does not take",
					      argv[optind > 1 ? optind - 1 : 1]);
		if (c == 'h' || (c >= FIRST_LETTER && !strcmp(row_of(c)->name, "help")))
			return OPTIONS_HELP;
		if (c >= FIRST_LETTER && !strcmp(row_of(c)->name, "version"))
			return OPTIONS_VERSION;
		if (c == 'j')
			options->json = true;
		else if ((r = set_row(options, row_of(c), optarg, error)) < 0)
			return r;
	}
	if (optind < argc)
		return options_refuse(error, "%s: expected an option", argv[optind]);
	return 0;
}

int options_parse(struct options *options, int argc, char **argv, char *error)
{
	set_defaults(options);
	error[0] = '\0';
	int r = parse(options, argc, argv, error);
	return r ? r : options_check(options, error);
}

void options_help(FILE *out)
{
	fputs("usage: weft-pktgen --tx PORT --rx PORT [OPTION…]\n"
	      "Sends packets into one port, receives them from another, and tells what became of "
	      "them.\n"
	      "A PORT is the path of a vhost-user socket (joined as a guest would), a device that "
	      "DPDK\n"
	      "makes (net_ring0, or net_pcap0,rx_pcap=FILE,…), or a PCI address "
	      "(0000:8a:00.0).\n\n",
	      out);
	for (size_t i = 0; i < ROWS; i++) {
		int n = fprintf(out, "  --%s%s%s", rows[i].name, rows[i].value ? " " : "",
				rows[i].value ? rows[i].value : "");
		fprintf(out, "%*s%s\n", n < HELP_COLUMN ? HELP_COLUMN - n : 1, "", rows[i].help);
	}
	fputs("\nFields:", out);
	for (size_t i = 0; i < N_FIELDS; i++)
		fprintf(out, "%s%s", i % FIELDS_A_LINE ? " " : "\n  ", field_kinds[i].name);
	fputs("\n\nNumbers take k, M or G. Exit status: 0 ran, 1 could not run, 2 wrong usage.\n",
	      out);
}

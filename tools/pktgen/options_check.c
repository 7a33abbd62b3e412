// SPDX-License-Identifier: BSD-3-Clause
#include "tools/pktgen/options_check.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

#define WINDOWS_MAX    100000
#define PACKET_OPTIONS "--ipv6, --tcp, --udp-checksum or --set"

int options_refuse(char *error, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(error, OPTIONS_ERROR_SIZE, format, args);
	va_end(args);
	return -EINVAL;
}

static bool has_field(const struct options *options, enum frame_field_kind kind)
{
	for (uint32_t i = 0; i < options->n_fields; i++)
		if (options->fields[i] == kind)
			return true;
	return false;
}

static int check_ports(const struct options *options, char *error)
{
	if (!options->tx || !options->rx)
		return options_refuse(error,
				      "--tx PORT and --rx PORT are needed; --help tells more");
	if (options->both && !strcmp(options->tx, options->rx))
		return options_refuse(error, "--both needs two ports: --tx and --rx are the same");
	if (options->ring & (options->ring - 1))
		return options_refuse(error, "--ring %u: expected a power of two", options->ring);
	return 0;
}

static bool changes_packets(const struct frame_header *h)
{
	return h->ip6 || h->tcp || h->udp_checksum || h->n_values > 0;
}

static int check_pcap(const struct options *options, char *error)
{
	if (!options->pcap) {
		return options->stamp ? 0
				      : options_refuse(error, "--no-stamp goes with --pcap only");
	}
	if (options->flows > 1 || options->macs > 1 || options->size != 64)
		return options_refuse(error, "--pcap brings its own sizes, flows and addresses: "
					     "not with --size, --flows or --macs");
	if (changes_packets(&options->header) || options->header.outer_vlan)
		return options_refuse(error, "--pcap brings its own packets: not with "
					     "--outer-vlan, " PACKET_OPTIONS);
	if (!options->stamp && options->latency)
		return options_refuse(error,
				      "--latency needs the stamp that --no-stamp leaves out");
	return 0;
}

static int check_destinations(const struct options *options, char *error)
{
	if (!options->dst_prefixes)
		return 0;
	if (options->pcap || options->flows > 1 || options->macs > 1)
		return options_refuse(error, "--dst-prefixes brings its own destinations: not with "
					     "--pcap, --flows or --macs");
	if (changes_packets(&options->header))
		return options_refuse(error, "--dst-prefixes makes UDP packets of the file's "
					     "family: not with " PACKET_OPTIONS);
	return options->both ? options_refuse(error, "--dst-prefixes is of one direction: not with "
						     "--both")
			     : 0;
}

static int check_family(const char *name, uint8_t family, bool ip6, char *error)
{
	if (family == 0 || (family == 6) == ip6)
		return 0;
	return ip6 ? options_refuse(error, "%s: --ipv6 wants an IPv6 address", name)
		   : options_refuse(error, "%s: an IPv6 address needs --ipv6", name);
}

static int check_header(const struct options *options, char *error)
{
	const struct frame_header *h = &options->header;
	int r = check_family("--src-ip", options->ip_src_family, h->ip6, error);

	if (r == 0)
		r = check_family("--dst-ip", options->ip_dst_family, h->ip6, error);
	if (r < 0)
		return r;
	if (h->outer_vlan && !h->vlan)
		return options_refuse(error, "--outer-vlan needs --vlan, the inner one");
	for (unsigned i = 0; i < h->n_values; i++) {
		const char *why = header_lacks(h, h->values[i].kind);
		if (why)
			return options_refuse(error, "--set: %s %s",
					      field_kinds[h->values[i].kind].name, why);
	}
	return 0;
}

static int check_fields(const struct options *options, char *error)
{
	if (has_field(options, FIELD_MAC_DST) && options->macs > 1)
		return options_refuse(error, "--flow-field mac-dst and --macs both change the "
					     "receiver's address: use one of them");
	return 0;
}

static int check_windows(const struct options *options, char *error)
{
	if (options->windows && options->ndr)
		return options_refuse(error, "--windows are of one run: not with --ndr");
	if (options->windows && options->seconds * 1e3 / options->windows > WINDOWS_MAX)
		return options_refuse(error, "--windows %u: more than %d of them in %g s",
				      options->windows, WINDOWS_MAX, options->seconds);
	return 0;
}

int options_check(const struct options *options, char *error)
{
	struct frames frames;
	int r = check_ports(options, error);

	if (r == 0)
		r = check_pcap(options, error);
	if (r == 0)
		r = check_destinations(options, error);
	if (r == 0)
		r = check_header(options, error);
	if (r == 0)
		r = check_fields(options, error);
	if (r == 0)
		r = check_windows(options, error);
	for (int back = 0; r == 0 && back < 2; back++) {
		r = options_frames(options, !back, &frames, error);
		if (r == 0)
			frames_fini(&frames);
	}
	return r;
}

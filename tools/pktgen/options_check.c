// SPDX-License-Identifier: BSD-3-Clause
#include "tools/pktgen/options_check.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

#define WINDOWS_MAX 100000

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

static int check_pcap(const struct options *options, char *error)
{
	if (!options->pcap) {
		return options->stamp ? 0
				      : options_refuse(error, "--no-stamp goes with --pcap only");
	}
	if (options->flows > 1 || options->macs > 1 || options->size != 64)
		return options_refuse(error, "--pcap brings its own sizes, flows and addresses: "
					     "not with --size, --flows or --macs");
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
	return options->both ? options_refuse(error, "--dst-prefixes is of one direction: not with "
						     "--both")
			     : 0;
}

static int check_fields(const struct options *options, char *error)
{
	if (has_field(options, FIELD_VLAN) && !options->header.vlan)
		return options_refuse(error, "--flow-field vlan needs --vlan, the first one");
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
		r = check_fields(options, error);
	if (r == 0)
		r = check_windows(options, error);
	for (int forward = 0; r == 0 && forward < 2; forward++) {
		r = options_frames(options, forward, &frames, error);
		if (r == 0)
			frames_fini(&frames);
	}
	return r;
}

// SPDX-License-Identifier: BSD-3-Clause
/* What the command line asks for, checked as far as that is possible without a port. */
#ifndef WEFT_TOOLS_PKTGEN_OPTIONS_H
#define WEFT_TOOLS_PKTGEN_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "tools/pktgen/flows.h"
#include "tools/pktgen/frames.h"

#define OPTIONS_ERROR_SIZE 256
#define OPTIONS_QUEUES_MAX 16
#define OPTIONS_HELP       1
#define OPTIONS_VERSION    2

struct options {
	const char *tx, *rx; /* the ports, as given */
	/* packets */
	uint32_t size; /* 0: IMIX */
	const char *pcap;
	const char *dst_prefixes; /* a file */
	bool stamp;
	uint32_t flows, macs;
	enum frame_field_kind fields[N_FIELDS];
	uint32_t n_fields;
	enum flow_order order;
	double zipf; /* exponent */
	uint32_t seed;
	struct frame_header header;
	uint8_t ip_src_family, ip_dst_family; /* 4 or 6, as they were given; 0: they were not */
	/* how fast, how long */
	double rate; /* packets a second and direction; 0: as many as can be sent */
	double seconds;
	uint32_t burst;
	bool latency;
	/* search */
	bool ndr;
	double resolution, max_loss; /* in percent */
	uint32_t repeats;
	/* ports and cores */
	bool both, server, packed;
	uint32_t queues, ring;
	const char *virtio; /* further arguments of virtio-user */
	uint32_t core, receive_core;
	bool core_given, cores_given;
	bool warmup;
	double warmup_rate, wait, settle; /* addresses a second; seconds */
	/* output */
	bool json;
	uint32_t windows; /* milliseconds; 0: none */
};

/*
 * 0, OPTIONS_HELP, OPTIONS_VERSION, or -EINVAL with a sentence in error (OPTIONS_ERROR_SIZE bytes).
 * Texts point into argv.
 */
int options_parse(struct options *options, int argc, char **argv, char *error);

void options_help(FILE *out);

/*
 * The frames that options ask for, of one direction: forward from tx to rx, else back. Recorded
 * frames are none of them. 0, -ENOMEM, or -EINVAL with a sentence in error.
 */
int options_frames(const struct options *options, bool forward, struct frames *frames, char *error);

/* How many numbers flows have: enough for the field with the most values. */
uint32_t options_flow_numbers(const struct options *options);

const char *options_order_name(enum flow_order order);

#endif

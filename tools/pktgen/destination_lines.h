// SPDX-License-Identifier: BSD-3-Clause
/*
 * The file of --dst-prefixes (destinations.h), line by line. Main thread.
 */
#ifndef WEFT_TOOLS_PKTGEN_DESTINATION_LINES_H
#define WEFT_TOOLS_PKTGEN_DESTINATION_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* The last four bytes of a MAC address, as they lie in the frame, and those bits that count. */
struct destination_mac {
	uint32_t value, mask;
};

struct destination_prefix {
	uint8_t address[16]; /* none of the bits beyond len */
	uint8_t len;
	struct destination_mac mac;
};

/* Zeros at first. */
struct destination_lines {
	int family; /* AF_INET or AF_INET6, of all */
	struct destination_prefix *prefixes;
	uint32_t n, room;
	bool has_macs; /* each has one, or none */
};

/* Reads to the end. 0, or -EINVAL with a sentence in error (size bytes) that names the file and the
 * line. */
int destination_lines_read(struct destination_lines *r, FILE *in, const char *file, char *error,
			   size_t size);
void destination_lines_fini(struct destination_lines *r);

#endif

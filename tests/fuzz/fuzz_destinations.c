// SPDX-License-Identifier: BSD-3-Clause
/* weft-pktgen's file of prefixes to send to: refused with a sentence that names the line, or all of
 * one family, without host bits, each with a MAC address or none of them. */
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "tools/pktgen/destination_lines.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
	if (!holds)
		abort();
}

static void check(const struct destination_lines *lines)
{
	unsigned bits = lines->family == AF_INET ? 32 : 128;

	must(lines->n > 0 && (lines->family == AF_INET || lines->family == AF_INET6));
	for (uint32_t i = 0; i < lines->n; i++) {
		const struct destination_prefix *prefix = &lines->prefixes[i];

		must(prefix->len <= bits);
		for (unsigned bit = prefix->len; bit < bits; bit++)
			must(!(prefix->address[bit / 8] & 0x80 >> bit % 8));
		must(lines->has_macs || prefix->mac.mask == 0);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct destination_lines lines = {0};
	char error[256] = "";
	FILE *in;

	if (size == 0)
		return 0;
	in = fmemopen((void *)data, size, "r");
	must(in != NULL);
	if (destination_lines_read(&lines, in, "file", error, sizeof(error)) == 0)
		check(&lines);
	else
		must(strncmp(error, "--dst-prefixes file", 19) == 0);
	fclose(in);
	destination_lines_fini(&lines);
	return 0;
}

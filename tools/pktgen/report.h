// SPDX-License-Identifier: BSD-3-Clause
/* What the user reads at the end: text, or one JSON object with everything. */
#ifndef WEFT_TOOLS_PKTGEN_REPORT_H
#define WEFT_TOOLS_PKTGEN_REPORT_H

#include <stdio.h>

#include "tools/pktgen/ndr.h"
#include "tools/pktgen/options.h"
#include "tools/pktgen/result.h"

struct report {
	const struct options *options;
	const struct result *result;  /* of the run; of a search: its best trial, or NULL */
	const struct ndr_result *ndr; /* NULL without --ndr */
	const char *drivers[2];       /* of tx and rx */
	unsigned core;
	double tsc_hz;
	bool hugepages;
	bool warmed_up, came_through;
	uint64_t addresses;
	uint32_t prefixes;
	uint32_t recorded, recorded_skipped;
	bool interrupted;
	/* of the last trial, as counts at their ends; n_windows 0: none */
	const struct result_window *windows;
	uint32_t n_windows;
	uint64_t began_ns; /* CLOCK_MONOTONIC */
};

void report_text(const struct report *report, FILE *out);
/* 0, or -ENOMEM. */
int report_json(const struct report *report, FILE *out);

/* One line of a search's log. */
void report_trial(const struct ndr_trial *trial, unsigned number, FILE *out);

#endif

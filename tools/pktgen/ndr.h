// SPDX-License-Identifier: BSD-3-Clause
/*
 * The search for the highest rate without loss, RFC 2544 section 26.1: by halves between the
 * highest rate that passed and the lowest that did not. Pure: the device is a function.
 *
 * A trial passes when no more than max_loss of what was sent is lost. One pass is not believed:
 * a rate counts as passed when it passed `repeats` times in a row. A sender that cannot reach the
 * rate asked for has tried the rate that it reached, and no rate above that is tried again.
 */
#ifndef WEFT_TOOLS_PKTGEN_NDR_H
#define WEFT_TOOLS_PKTGEN_NDR_H

#include <stdbool.h>
#include <stdint.h>

#define NDR_TRIALS 64 /* never more */

struct ndr_params {
	double max_rate;   /* packets a second; 0: as many as can be sent */
	double min_rate;   /* below it there is nothing to find, above 0 */
	double resolution; /* the search ends when it knows the rate to this share of it */
	double max_loss;   /* share of the packets sent */
	unsigned repeats;  /* at least 1 */
};

struct ndr_trial {
	double wanted;  /* packets a second; 0: as many as can be sent */
	double offered; /* packets a second that were sent in fact */
	uint64_t sent, lost;
	bool short_of_rate; /* the generator or its port could not send as many as wanted */
	bool passed;        /* set by the search */
};

/* Runs one trial at trial->wanted and fills the rest; 0, or -errno, which ends the search. */
typedef int ndr_run(void *arg, struct ndr_trial *trial);

struct ndr_result {
	struct ndr_trial trials[NDR_TRIALS];
	unsigned n_trials;
	bool found;         /* some rate passed */
	bool sender_limits; /* it passed at all that could be sent: the device may take more */
	double rate;        /* highest that passed, packets a second: what the slowest trial sent */
	unsigned best;      /* that trial */
	double failed;      /* lowest that did not; 0: none */
};

/* 0, also when no rate passed; -EINTR or another error of run, with the trials up to then; -EINVAL.
 */
int ndr_search(const struct ndr_params *params, ndr_run *run, void *arg, struct ndr_result *result);

#endif

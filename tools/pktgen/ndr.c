// SPDX-License-Identifier: BSD-3-Clause
#include "tools/pktgen/ndr.h"

#include <errno.h>
#include <string.h>

#define OUT_OF_TRIALS 1

struct search {
	const struct ndr_params *params;
	ndr_run *run;
	void *arg;
	struct ndr_result *result;
};

static bool trial_passes(const struct ndr_params *params, const struct ndr_trial *trial)
{
	return trial->sent > 0 && (double)trial->lost <= params->max_loss * (double)trial->sent;
}

/* The lower of what was asked for and what was reached. */
static double rate_of(const struct ndr_trial *trial)
{
	bool offered = trial->wanted <= 0 || trial->offered < trial->wanted;

	return offered ? trial->offered : trial->wanted;
}

/* 0 with *worst, the trial that failed, or where all passed the slowest. */
static int try_rate(struct search *search, double rate, struct ndr_trial **worst)
{
	struct ndr_result *result = search->result;

	*worst = NULL;
	for (unsigned i = 0; i < search->params->repeats && (!*worst || (*worst)->passed); i++) {
		if (result->n_trials == NDR_TRIALS)
			return OUT_OF_TRIALS;
		struct ndr_trial *trial = &result->trials[result->n_trials];
		*trial = (struct ndr_trial){.wanted = rate};
		int r = search->run(search->arg, trial);
		if (r < 0)
			return r;
		result->n_trials++;
		trial->passed = trial_passes(search->params, trial);
		if (!*worst || !trial->passed || rate_of(trial) < rate_of(*worst))
			*worst = trial;
	}
	return 0;
}

/* A sender that falls short although more was offered before had bad luck, the first time. */
static void note_pass(const struct ndr_params *params, struct ndr_result *result,
		      const struct ndr_trial *trial)
{
	double rate = rate_of(trial), known = result->rate;
	bool gained = rate > known * (1 + params->resolution / 2);

	if (trial->wanted <= 0 || trial->short_of_rate)
		result->sender_limits = result->failed <= 0 || (result->found && !gained);
	result->found = true;
	if (rate > known) {
		result->rate = rate;
		result->best = (unsigned)(trial - result->trials);
	}
}

static bool is_known(const struct ndr_params *params, const struct ndr_result *result)
{
	double low = result->rate;

	if (!result->found)
		return result->failed <= params->min_rate;
	return result->sender_limits || result->failed - low <= params->resolution * result->failed;
}

static double next_rate(const struct ndr_params *params, const struct ndr_result *result)
{
	double low = result->found ? result->rate : 0, middle = (low + result->failed) / 2;

	return middle > params->min_rate ? middle : params->min_rate;
}

static int go_on(struct search *search)
{
	struct ndr_result *result = search->result;
	struct ndr_trial *trial;
	double rate = search->params->max_rate;

	do {
		int r = try_rate(search, rate, &trial);
		if (r || !trial)
			return r;
		if (trial->passed)
			note_pass(search->params, result, trial);
		else
			result->failed = rate_of(trial);
		rate = next_rate(search->params, result);
	} while (!is_known(search->params, result));
	return 0;
}

int ndr_search(const struct ndr_params *params, ndr_run *run, void *arg, struct ndr_result *result)
{
	struct search search = {.params = params, .run = run, .arg = arg, .result = result};

	memset(result, 0, sizeof(*result));
	if (params->repeats == 0 || params->min_rate <= 0 || params->resolution <= 0)
		return -EINVAL;
	int r = go_on(&search);
	return r < 0 ? r : 0;
}

// SPDX-License-Identifier: BSD-3-Clause
/*
 * weft-pktgen: sends packets into a switch, receives what comes out of it, and tells what became
 * of them. See docs/pktgen.md.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>

#include <rte_cycles.h>

#include "tools/pktgen/eal.h"
#include "tools/pktgen/engine.h"
#include "tools/pktgen/report.h"
#include "tools/pktgen/warmup.h"
#include "tools/pktgen/watcher.h"

#define EXIT_USAGE     2
#define SETTLE_SECONDS 0.1 /* between the trials of a search */
#define MIN_RATE       100 /* of a search, packets a second */

static volatile sig_atomic_t stop;

struct run {
	struct options options;
	struct recording recording;
	struct destinations to;
	struct ports ports;
	struct engine engine;
	struct warmup warmup;
	struct ndr_result search;
	struct result
		results[NDR_TRIALS]; /* of each trial; of a run without a search only the first */
	struct report report;
	char error[512];
};

static void on_signal(int number)
{
	stop = 1;
}

/* A second Ctrl-C ends the program where it stands: DPDK may hang in a device. */
static void catch_signals(void)
{
	struct sigaction action = {.sa_handler = on_signal, .sa_flags = (int)SA_RESETHAND};

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	signal(SIGUSR1, warmup_end_rest);
	signal(SIGPIPE, SIG_IGN); /* a switch that is gone is no reason to go */
}

static int run_trial(void *arg, struct ndr_trial *trial)
{
	struct run *run = arg;

	engine_discard(&run->engine, SETTLE_SECONDS);
	struct result *result = &run->results[trial - run->search.trials];
	engine_run(&run->engine, trial->wanted, run->options.seconds, result);
	if (result->interrupted)
		return -EINTR;
	struct result_direction total = result_total(result);
	trial->offered = result_per_second(result, total.sent) / result->n_directions;
	trial->sent = total.sent;
	trial->lost = total.lost;
	trial->short_of_rate = result_limit(result) != LIMIT_NONE;
	return 0;
}

static void search(struct run *run)
{
	const struct ndr_params params = {.max_rate = run->options.rate,
					  .min_rate = MIN_RATE,
					  .resolution = run->options.resolution / 100,
					  .max_loss = run->options.max_loss / 100,
					  .repeats = run->options.repeats};

	ndr_search(&params, run_trial, run, &run->search);
	run->report.ndr = &run->search;
	if (run->search.found)
		run->report.result = &run->results[run->search.best];
}

static int measure(struct run *run)
{
	struct engine *engine = &run->engine;

	int r = warmup_wait_for_ports(engine, run->error, sizeof(run->error));
	if (r < 0)
		return r;
	if (run->options.warmup)
		warmup_run(engine, &run->warmup);
	watcher_show(engine);
	if (run->options.ndr) {
		search(run);
	} else if (!stop) {
		engine_run(engine, run->options.rate, run->options.seconds, &run->results[0]);
		run->report.result = &run->results[0];
	}
	watcher_show(NULL);
	return 0;
}

static int set_up(struct run *run)
{
	const struct recording *recording = NULL;
	struct destinations *to = NULL;
	char *error = run->error;
	size_t size = sizeof(run->error);
	int r;

	if (run->options.pcap) {
		r = recording_load(&run->recording, run->options.pcap, error, size);
		if (r < 0)
			return r;
		recording = &run->recording;
	}
	if (run->options.dst_prefixes) {
		r = destinations_load(&run->to, run->options.dst_prefixes, run->options.seed, error,
				      size);
		if (r < 0)
			return r;
		to = &run->to;
	}
	uint32_t longest = run->options.size ? run->options.size : FRAME_SIZE_IMIX_MAX;
	if (recording)
		longest = recording->longest + STAMP_SIZE + FRAME_CRC;
	r = eal_start(&run->options, error, size);
	if (r == 0)
		r = ports_open(&run->ports, &run->options, longest, error, size);
	if (r == 0)
		r = engine_init(&run->engine, &run->options, &run->ports, recording, to, &stop,
				error, size);
	return r;
}

static int report(struct run *run)
{
	struct report *report = &run->report;

	report->options = &run->options;
	report->drivers[0] = ports_tx(&run->ports)->driver;
	report->drivers[1] = ports_rx(&run->ports)->driver;
	report->core = eal_core();
	report->tsc_hz = (double)rte_get_tsc_hz();
	report->hugepages = eal_has_hugepages();
	report->warmed_up = run->options.warmup;
	report->came_through = run->warmup.came_through;
	report->addresses = run->warmup.addresses;
	report->prefixes = run->to.n_prefixes;
	report->recorded = run->recording.n_frames;
	report->recorded_skipped = run->recording.n_skipped;
	report->interrupted = stop;
	report->windows = run->engine.windows;
	report->n_windows = run->engine.n_windows;
	report->began_ns = run->engine.began_ns;
	if (run->options.json)
		return report_json(report, stdout);
	report_text(report, stdout);
	return 0;
}

static int run_all(struct run *run)
{
	catch_signals();
	watcher_start();
	int r = set_up(run);
	if (r == 0)
		r = measure(run);
	watcher_stop();
	if (r == 0)
		r = report(run);
	if (r < 0 && stop)
		fputs("weft-pktgen: stopped before anything was measured\n", stderr);
	else if (r < 0)
		fprintf(stderr, "weft-pktgen: %s\n", run->error[0] ? run->error : strerror(-r));
	ports_close(&run->ports, &run->options);
	engine_fini(&run->engine);
	recording_fini(&run->recording);
	destinations_fini(&run->to);
	eal_stop();
	return r < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
	char error[OPTIONS_ERROR_SIZE];
	struct run *run = calloc(1, sizeof(*run));
	int status = EXIT_FAILURE;

	if (!run)
		return EXIT_FAILURE;
	switch (options_parse(&run->options, argc, argv, error)) {
	case 0:
		status = run_all(run);
		break;
	case OPTIONS_HELP:
		options_help(stdout);
		status = EXIT_SUCCESS;
		break;
	case OPTIONS_VERSION:
		puts("weft-pktgen " WEFT_VERSION);
		status = EXIT_SUCCESS;
		break;
	default:
		fprintf(stderr, "weft-pktgen: %s\n", error);
		status = EXIT_USAGE;
	}
	free(run);
	return status;
}

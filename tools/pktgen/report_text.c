// SPDX-License-Identifier: BSD-3-Clause
#include "tools/pktgen/report.h"

#include <inttypes.h>

#define MUCH_PERCENT 1

static const double shares[] = {0.5, 0.9, 0.99, 0.999, 0.9999};

/* Three digits that count, and a letter for thousands. */
static void print_number(double value, const char *unit, FILE *out)
{
	static const char letters[] = " kMG";
	int i = 0;

	while (value >= 999.5 && i < 3) {
		value /= 1000;
		i++;
	}
	fprintf(out, "%.*f %.*s%s",
		value < 10    ? 3
		: value < 100 ? 2
			      : 1,
		value, i > 0, &letters[i], unit);
}

static void print_rate(const struct result *result, uint64_t packets, uint64_t bytes, FILE *out)
{
	print_number(result_per_second(result, packets), "pps", out);
	fputs(", ", out);
	print_number(result_bits(result, packets, bytes), "bit/s", out);
}

static void print_direction(const struct result *result, const struct result_direction *d,
			    FILE *out)
{
	fprintf(out, "  sent       %12" PRIu64 "  ", d->sent);
	print_rate(result, d->sent, d->sent_bytes, out);
	fprintf(out, "\n  received   %12" PRIu64 "  ", d->received);
	print_rate(result, d->received, d->received_bytes, out);
	fprintf(out, "\n  lost       %12" PRIu64 "  %.5f %%\n", d->lost,
		d->sent ? 100 * (double)d->lost / (double)d->sent : 0);
	if (result->stamped) {
		fprintf(out, "  reordered  %12" PRIu64, d->reordered);
		if (d->reordered)
			fprintf(out, "  by up to %" PRIu64 " packets", d->displaced);
		fprintf(out, "\n  duplicated %12" PRIu64 "\n", d->duplicates);
		if (d->misrouted)
			fprintf(out, "  misrouted  %12" PRIu64 "  to another MAC address\n",
				d->misrouted);
		if (d->foreign)
			fprintf(out,
				"  foreign    %12" PRIu64
				"  not of this run, or on the wrong port\n",
				d->foreign);
	}
}

static void print_latency(const struct histogram *h, FILE *out)
{
	if (h->n == 0)
		return;
	fprintf(out, "  latency    min %.2f us, mean %.2f us", (double)h->min / 1e3,
		histogram_mean(h) / 1e3);
	for (size_t i = 0; i < sizeof(shares) / sizeof(shares[0]); i++)
		fprintf(out, ", %g %% %.2f us", 100 * shares[i],
			(double)histogram_quantile(h, shares[i]) / 1e3);
	fprintf(out, ", max %.2f us\n", (double)h->max / 1e3);
}

static void print_cycles(const struct result *result, FILE *out)
{
	fprintf(out, "  cycles     %.0f a packet sent, %.0f a packet received; core busy %.0f %%\n",
		result_tx_cycles(result), result_rx_cycles(result), result_busy_percent(result));
}

static void print_limit(const struct result *result, FILE *out)
{
	struct result_direction t = result_total(result);

	switch (result_limit(result)) {
	case LIMIT_GENERATOR:
		fputs("  limit      the generator: the port would have taken more\n", out);
		break;
	case LIMIT_PORT:
		fprintf(out, "  limit      the port: %.0f %% of the bursts met a full ring\n",
			100 * (double)t.tx_refused / (double)t.tx_calls);
		break;
	default:
		fputs("  limit      none: sent as many as wanted\n", out);
	}
	if (result_away_percent(result) > MUCH_PERCENT)
		fprintf(out, "  note       others had the core for %.1f %% of the time\n",
			result_away_percent(result));
	if (result_receiver_is_late(result))
		fputs("  note       most bursts came in full: the generator's receiver may be what "
		      "lost "
		      "packets; try --cores\n",
		      out);
}

static void print_result(const struct report *report, FILE *out)
{
	const struct result *result = report->result;

	for (unsigned i = 0; i < result->n_directions; i++) {
		const char *from = i ? report->options->rx : report->options->tx;
		const char *to = i ? report->options->tx : report->options->rx;
		fprintf(out, "%s -> %s, %.3f s\n", from, to, result->seconds);
		print_direction(result, &result->directions[i], out);
	}
	print_latency(&result->latencies, out);
	print_cycles(result, out);
	print_limit(result, out);
}

void report_trial(const struct ndr_trial *trial, unsigned number, FILE *out)
{
	fprintf(out, "  trial %2u   wanted ", number);
	if (trial->wanted > 0)
		print_number(trial->wanted, "pps", out);
	else
		fputs("max", out);
	fputs(", sent ", out);
	print_number(trial->offered, "pps", out);
	fprintf(out, ", lost %" PRIu64 " of %" PRIu64 ": %s\n", trial->lost, trial->sent,
		trial->passed ? "passed" : "failed");
}

static void print_search(const struct report *report, FILE *out)
{
	const struct ndr_result *ndr = report->ndr;

	fputs("highest rate without loss: ", out);
	if (ndr->found)
		print_number(ndr->rate, "pps in each direction", out);
	else
		fputs("none was found", out);
	fprintf(out, " (%u trials%s)\n", ndr->n_trials,
		ndr->sender_limits ? "; all that could be sent: the switch may take more" : "");
	for (unsigned i = 0; i < ndr->n_trials; i++)
		report_trial(&ndr->trials[i], i + 1, out);
}

void report_text(const struct report *report, FILE *out)
{
	if (report->interrupted)
		fputs("stopped early\n", out);
	if (report->warmed_up && !report->came_through)
		fprintf(out, "warning: within %g s (--wait) no packet came through\n",
			report->options->wait);
	if (report->recorded_skipped)
		fprintf(out, "warning: %u frames of %s were not recorded whole, and left out\n",
			report->recorded_skipped, report->options->pcap);
	if (report->ndr)
		print_search(report, out);
	if (report->result)
		print_result(report, out);
}

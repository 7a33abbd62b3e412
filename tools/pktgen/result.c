// SPDX-License-Identifier: BSD-3-Clause
#include "tools/pktgen/result.h"

#define NEAR_ENOUGH 0.995 /* of the wanted rate */
#define SELDOM      0.05
#define OFTEN       0.5
#define WIRE_BYTES  20 /* preamble and gap of a frame */

struct result_direction result_total(const struct result *result)
{
	struct result_direction t = result->directions[0];
	const struct result_direction *d = &result->directions[1];

	if (result->n_directions < 2)
		return t;
	t.sent += d->sent;
	t.sent_bytes += d->sent_bytes;
	t.received += d->received;
	t.received_bytes += d->received_bytes;
	t.lost += d->lost;
	t.duplicates += d->duplicates;
	t.reordered += d->reordered;
	t.stale += d->stale;
	t.displaced = d->displaced > t.displaced ? d->displaced : t.displaced;
	for (int i = 0; i < SEQUENCE_POWERS; i++)
		t.by_power[i] += d->by_power[i];
	t.foreign += d->foreign;
	t.misrouted += d->misrouted;
	t.skipped += d->skipped;
	t.tx_calls += d->tx_calls;
	t.tx_refused += d->tx_refused;
	t.rx_calls += d->rx_calls;
	t.rx_full += d->rx_full;
	t.starved += d->starved;
	return t;
}

static double share(uint64_t part, uint64_t of)
{
	return of ? (double)part / (double)of : 0;
}

enum result_limit result_limit(const struct result *result)
{
	struct result_direction t = result_total(result);
	double wanted = result->wanted * result->n_directions * result->seconds;

	/* One packet: the schedule begins with none. */
	if (result->wanted > 0 && (double)t.sent + result->n_directions >= NEAR_ENOUGH * wanted)
		return LIMIT_NONE;
	return share(t.tx_refused, t.tx_calls) < SELDOM ? LIMIT_GENERATOR : LIMIT_PORT;
}

const char *result_limit_name(enum result_limit limit)
{
	static const char *const names[] = {"none", "port", "generator"};

	return names[limit];
}

bool result_receiver_is_late(const struct result *result)
{
	struct result_direction t = result_total(result);

	return t.lost > 0 && share(t.rx_full, t.rx_calls) > OFTEN;
}

double result_tx_cycles(const struct result *result)
{
	uint64_t sent = result_total(result).sent;

	return sent ? result->tx_cycles / (double)sent : 0;
}

double result_rx_cycles(const struct result *result)
{
	struct result_direction t = result_total(result);
	uint64_t taken = t.received + t.foreign;

	return taken ? result->rx_cycles / (double)taken : 0;
}

double result_busy_percent(const struct result *result)
{
	double busy = result->tx_cycles + (result->one_core ? result->rx_cycles : 0);

	return result->cycles > 0 ? 100 * busy / result->cycles : 0;
}

double result_away_percent(const struct result *result)
{
	return result->cycles > 0 ? 100 * result->away_cycles / result->cycles : 0;
}

double result_per_second(const struct result *result, uint64_t packets)
{
	return result->seconds > 0 ? (double)packets / result->seconds : 0;
}

double result_bits(const struct result *result, uint64_t packets, uint64_t bytes)
{
	return result_per_second(result, 8 * (bytes + WIRE_BYTES * packets));
}

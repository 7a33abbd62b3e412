// SPDX-License-Identifier: BSD-3-Clause
#include "tools/pktgen/report.h"

#include <errno.h>

#include <jansson.h>

static json_t *number(uint64_t value)
{
	return json_integer((json_int_t)value);
}

/* A null where a value is not given. */
static json_t *text(const char *value)
{
	return value ? json_string(value) : json_null();
}

static json_t *mac_text(const uint8_t *mac)
{
	return json_sprintf("%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2], mac[3], mac[4],
			    mac[5]);
}

static json_t *ip_text(uint32_t ip)
{
	return json_sprintf("%u.%u.%u.%u", ip >> 24, ip >> 16 & 255, ip >> 8 & 255, ip & 255);
}

static json_t *packets_of(const struct options *o)
{
	json_t *fields = json_array();

	for (uint32_t i = 0; i < o->n_fields; i++)
		json_array_append_new(fields, json_string(options_field_name(o->fields[i])));
	return json_pack("{so, so, sb, sI, so, ss, sf, sI, sI, so, so, so, so, si, si, si}", "size",
			 o->size ? number(o->size) : json_string("imix"), "pcap", text(o->pcap),
			 "stamp", o->stamp, "flows", (json_int_t)o->flows, "flow_fields", fields,
			 "flow_order", options_order_name(o->order), "zipf", o->zipf, "macs",
			 (json_int_t)o->macs, "seed", (json_int_t)o->seed, "mac_src",
			 mac_text(o->header.mac_src), "mac_dst", mac_text(o->header.mac_dst),
			 "ip_src", ip_text(o->header.ip_src), "ip_dst", ip_text(o->header.ip_dst),
			 "port_src", (int)o->header.port_src, "port_dst", (int)o->header.port_dst,
			 "vlan", (int)o->header.vlan);
}

static json_t *parameters_of(const struct report *report)
{
	const struct options *o = report->options;
	json_t *all = json_pack("{ss, ss, so, sf, sI, sb, sb, sf, sf, sI, sb, sb, sb, sI, sI, so, "
				"sI, so, sb, sf, sf}",
				"tx", o->tx, "rx", o->rx, "rate",
				o->rate > 0 ? json_real(o->rate) : json_string("max"), "seconds",
				o->seconds, "burst", (json_int_t)o->burst, "latency", o->latency,
				"ndr", o->ndr, "resolution_percent", o->resolution,
				"max_loss_percent", o->max_loss, "repeats", (json_int_t)o->repeats,
				"both", o->both, "server", o->server, "packed", o->packed, "queues",
				(json_int_t)o->queues, "ring", (json_int_t)o->ring, "virtio",
				text(o->virtio), "core", (json_int_t)report->core, "receive_core",
				number(o->cores_given ? o->receive_core : report->core), "warmup",
				o->warmup, "warmup_rate", o->warmup_rate, "wait", o->wait);

	json_object_update_new(all, packets_of(o));
	return all;
}

static json_t *machine_of(const struct report *report)
{
	return json_pack("{ss, so, so, sf, sb, sb, sb, sI, sI, sI}", "version", WEFT_VERSION,
			 "tx_driver", text(report->drivers[0]), "rx_driver",
			 text(report->drivers[1]), "tsc_hz", report->tsc_hz, "hugepages",
			 report->hugepages, "warmed_up", report->warmed_up, "came_through",
			 report->came_through, "addresses_spoke", (json_int_t)report->addresses,
			 "recorded_frames", (json_int_t)report->recorded, "recorded_frames_skipped",
			 (json_int_t)report->recorded_skipped);
}

/* Where the stamp is left out, what only it could tell is null. */
static json_t *known(const struct result *result, uint64_t value)
{
	return result->stamped ? number(value) : json_null();
}

static json_t *counts_of(const struct result *result, const struct result_direction *d)
{
	json_t *displacements = json_array();

	for (int i = 0; i < SEQUENCE_POWERS; i++)
		json_array_append_new(displacements, number(d->by_power[i]));
	return json_pack("{so, so, so, so, so, sf, so, so, so, so, so, so, so, so, so, so, so, so, "
			 "sf, sf, sf, sf}",
			 "sent", number(d->sent), "sent_bytes", number(d->sent_bytes), "received",
			 number(d->received), "received_bytes", number(d->received_bytes), "lost",
			 number(d->lost), "loss_percent",
			 d->sent ? 100 * (double)d->lost / (double)d->sent : 0.0, "duplicated",
			 known(result, d->duplicates), "reordered", known(result, d->reordered),
			 "reordered_stale", known(result, d->stale), "displacement_max",
			 known(result, d->displaced), "displacements_by_power_of_two",
			 displacements, "foreign", known(result, d->foreign), "skipped",
			 number(d->skipped), "tx_bursts", number(d->tx_calls), "tx_bursts_refused",
			 number(d->tx_refused), "rx_bursts", number(d->rx_calls), "rx_bursts_full",
			 number(d->rx_full), "no_buffers", number(d->starved), "tx_pps",
			 result_per_second(result, d->sent), "rx_pps",
			 result_per_second(result, d->received), "tx_bps",
			 result_bits(result, d->sent, d->sent_bytes), "rx_bps",
			 result_bits(result, d->received, d->received_bytes));
}

static json_t *latency_of(const struct histogram *h)
{
	static const struct {
		const char *name;
		double share;
	} rows[] = {{"p50_ns", 0.5},
		    {"p90_ns", 0.9},
		    {"p99_ns", 0.99},
		    {"p99_9_ns", 0.999},
		    {"p99_99_ns", 0.9999}};
	json_t *buckets = json_array(), *all;

	if (h->n == 0) {
		json_decref(buckets);
		return json_null();
	}
	for (unsigned i = 0; i < HISTOGRAM_BUCKETS; i++)
		if (h->buckets[i])
			json_array_append_new(buckets,
					      json_pack("[I, I]", (json_int_t)histogram_low(i),
							(json_int_t)h->buckets[i]));
	all = json_pack("{so, so, sf, so, so}", "samples", number(h->n), "min_ns", number(h->min),
			"mean_ns", histogram_mean(h), "max_ns", number(h->max), "buckets", buckets);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		json_object_set_new(all, rows[i].name,
				    number(histogram_quantile(h, rows[i].share)));
	return all;
}

static json_t *result_of(const struct result *result)
{
	struct result_direction total = result_total(result);
	uint64_t taken = total.received + total.foreign;
	json_t *directions = json_array(), *all = counts_of(result, &total);

	for (unsigned i = 0; i < result->n_directions; i++)
		json_array_append_new(directions, counts_of(result, &result->directions[i]));
	json_object_update_new(
		all, json_pack("{sf, so, so, ss, sb, sf, sf, sf, sb}", "seconds", result->seconds,
			       "directions", directions, "latency", latency_of(&result->latencies),
			       "limit", result_limit_name(result_limit(result)), "receiver_late",
			       result_receiver_is_late(result), "tx_cycles_per_packet",
			       total.sent ? result->tx_cycles / (double)total.sent : 0.0,
			       "rx_cycles_per_packet",
			       taken ? result->rx_cycles / (double)taken : 0.0, "busy_percent",
			       result->cycles > 0
				       ? 100 *
						 (result->tx_cycles +
						  (result->one_core ? result->rx_cycles : 0)) /
						 result->cycles
				       : 0.0,
			       "interrupted", result->interrupted));
	return all;
}

static json_t *search_of(const struct ndr_result *ndr)
{
	json_t *trials = json_array();

	for (unsigned i = 0; i < ndr->n_trials; i++) {
		const struct ndr_trial *t = &ndr->trials[i];
		json_array_append_new(trials,
				      json_pack("{so, sf, so, so, sb, sb}", "wanted_pps",
						t->wanted > 0 ? json_real(t->wanted)
							      : json_string("max"),
						"sent_pps", t->offered, "sent", number(t->sent),
						"lost", number(t->lost), "short_of_rate",
						t->short_of_rate, "passed", t->passed));
	}
	return json_pack("{sb, so, so, sb, so}", "found", ndr->found, "pps",
			 ndr->found ? json_real(ndr->rate) : json_null(), "failed_pps",
			 ndr->failed > 0 ? json_real(ndr->failed) : json_null(), "generator_limits",
			 ndr->sender_limits, "trials", trials);
}

int report_json(const struct report *report, FILE *out)
{
	json_t *all = json_pack("{so, so, so, so, sb}", "parameters", parameters_of(report),
				"machine", machine_of(report), "result",
				report->result ? result_of(report->result) : json_null(), "ndr",
				report->ndr ? search_of(report->ndr) : json_null(), "interrupted",
				report->interrupted);
	int r = all && json_dumpf(all, out, JSON_REAL_PRECISION(12)) == 0 ? 0 : -ENOMEM;

	if (r == 0)
		fputc('\n', out);
	json_decref(all);
	return r;
}

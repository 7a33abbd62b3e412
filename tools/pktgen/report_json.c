// SPDX-License-Identifier: BSD-3-Clause
#include "tools/pktgen/report.h"

#include <arpa/inet.h>
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

static json_t *ip6_text(const uint8_t *ip)
{
	char words[INET6_ADDRSTRLEN];

	return json_string(inet_ntop(AF_INET6, ip, words, sizeof(words)));
}

static void add(json_t *object, const char *key, json_t *value)
{
	json_object_set_new(object, key, value);
}

static void add_number(json_t *object, const char *key, uint64_t value)
{
	add(object, key, number(value));
}

static void add_real(json_t *object, const char *key, double value)
{
	add(object, key, json_real(value));
}

static void add_flag(json_t *object, const char *key, bool value)
{
	add(object, key, json_boolean(value));
}

static void add_headers(json_t *all, const struct frame_header *h)
{
	json_t *values = json_object();

	for (unsigned i = 0; i < h->n_values; i++)
		add_number(values, field_kinds[h->values[i].kind].name, h->values[i].value);
	add(all, "mac_src", mac_text(h->mac_src));
	add(all, "mac_dst", mac_text(h->mac_dst));
	add_number(all, "vlan", h->vlan);
	add_number(all, "outer_vlan", h->outer_vlan);
	add_number(all, "ip_version", h->ip6 ? 6 : 4);
	add(all, "ip_src", h->ip6 ? ip6_text(h->ip6_src) : ip_text(h->ip_src));
	add(all, "ip_dst", h->ip6 ? ip6_text(h->ip6_dst) : ip_text(h->ip_dst));
	add(all, "protocol", json_string(h->tcp ? "tcp" : "udp"));
	add_flag(all, "udp_checksum", h->udp_checksum || (h->ip6 && !h->tcp));
	add_number(all, "port_src", h->port_src);
	add_number(all, "port_dst", h->port_dst);
	add(all, "set", values);
}

static void add_packets(json_t *all, const struct options *o)
{
	json_t *fields = json_array();

	for (uint32_t i = 0; i < o->n_fields; i++)
		json_array_append_new(fields, json_string(field_kinds[o->fields[i]].name));
	add(all, "size", o->size ? number(o->size) : json_string("imix"));
	add(all, "pcap", text(o->pcap));
	add(all, "dst_prefixes", text(o->dst_prefixes));
	add_flag(all, "stamp", o->stamp);
	add_number(all, "flows", o->flows);
	add(all, "flow_fields", fields);
	add(all, "flow_order", json_string(options_order_name(o->order)));
	add_real(all, "zipf", o->zipf);
	add_number(all, "macs", o->macs);
	add_number(all, "seed", o->seed);
	add_headers(all, &o->header);
}

static void add_ports(json_t *all, const struct report *report)
{
	const struct options *o = report->options;

	add(all, "tx", text(o->tx));
	add(all, "rx", text(o->rx));
	add_flag(all, "both", o->both);
	add_flag(all, "server", o->server);
	add_flag(all, "packed", o->packed);
	add_number(all, "queues", o->queues);
	add_number(all, "ring", o->ring);
	add(all, "virtio", text(o->virtio));
	add_number(all, "core", report->core);
	add_number(all, "receive_core", o->cores_given ? o->receive_core : report->core);
}

static json_t *parameters_of(const struct report *report)
{
	const struct options *o = report->options;
	json_t *all = json_object();

	add_ports(all, report);
	add_packets(all, o);
	add(all, "rate", o->rate > 0 ? json_real(o->rate) : json_string("max"));
	add_real(all, "seconds", o->seconds);
	add_number(all, "burst", o->burst);
	add_flag(all, "latency", o->latency);
	add_flag(all, "ndr", o->ndr);
	add_real(all, "resolution_percent", o->resolution);
	add_real(all, "max_loss_percent", o->max_loss);
	add_number(all, "repeats", o->repeats);
	add_flag(all, "warmup", o->warmup);
	add_real(all, "warmup_rate", o->warmup_rate);
	add_real(all, "wait", o->wait);
	add_real(all, "settle", o->settle);
	add_number(all, "windows_ms", o->windows);
	return all;
}

static json_t *machine_of(const struct report *report)
{
	json_t *all = json_object();

	add(all, "version", json_string(WEFT_VERSION));
	add(all, "tx_driver", text(report->drivers[0]));
	add(all, "rx_driver", text(report->drivers[1]));
	add_real(all, "tsc_hz", report->tsc_hz);
	add_flag(all, "hugepages", report->hugepages);
	add_flag(all, "warmed_up", report->warmed_up);
	add_flag(all, "came_through", report->came_through);
	add_number(all, "addresses_spoke", report->addresses);
	add_number(all, "prefixes", report->prefixes);
	add_number(all, "recorded_frames", report->recorded);
	add_number(all, "recorded_frames_skipped", report->recorded_skipped);
	return all;
}

/* Only stamps tell these: without them they are null. */
static void add_accounts(json_t *all, const struct result_direction *d, bool stamped)
{
	json_t *powers = json_array();

	for (int i = 0; i < SEQUENCE_POWERS; i++)
		json_array_append_new(powers, number(d->by_power[i]));
	add(all, "duplicated", stamped ? number(d->duplicates) : json_null());
	add(all, "reordered", stamped ? number(d->reordered) : json_null());
	add(all, "reordered_stale", stamped ? number(d->stale) : json_null());
	add(all, "displacement_max", stamped ? number(d->displaced) : json_null());
	add(all, "displacements_by_power_of_two", powers);
	add(all, "misrouted", stamped ? number(d->misrouted) : json_null());
	add(all, "foreign", stamped ? number(d->foreign) : json_null());
}

static json_t *counts_of(const struct result *result, const struct result_direction *d)
{
	json_t *all = json_object();

	add_number(all, "sent", d->sent);
	add_number(all, "sent_bytes", d->sent_bytes);
	add_number(all, "received", d->received);
	add_number(all, "received_bytes", d->received_bytes);
	add_number(all, "lost", d->lost);
	add_real(all, "loss_percent", d->sent ? 100 * (double)d->lost / (double)d->sent : 0);
	add_accounts(all, d, result->stamped);
	add_number(all, "skipped", d->skipped);
	add_number(all, "tx_bursts", d->tx_calls);
	add_number(all, "tx_bursts_refused", d->tx_refused);
	add_number(all, "rx_bursts", d->rx_calls);
	add_number(all, "rx_bursts_full", d->rx_full);
	add_number(all, "no_buffers", d->starved);
	add_real(all, "tx_pps", result_per_second(result, d->sent));
	add_real(all, "rx_pps", result_per_second(result, d->received));
	add_real(all, "tx_bps", result_bits(result, d->sent, d->sent_bytes));
	add_real(all, "rx_bps", result_bits(result, d->received, d->received_bytes));
	return all;
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
	json_t *directions = json_array(), *all = counts_of(result, &total);

	for (unsigned i = 0; i < result->n_directions; i++)
		json_array_append_new(directions, counts_of(result, &result->directions[i]));
	add_real(all, "seconds", result->seconds);
	add(all, "directions", directions);
	add(all, "latency", latency_of(&result->latencies));
	add(all, "limit", json_string(result_limit_name(result_limit(result))));
	add_flag(all, "receiver_late", result_receiver_is_late(result));
	add_real(all, "tx_cycles_per_packet", result_tx_cycles(result));
	add_real(all, "rx_cycles_per_packet", result_rx_cycles(result));
	add_real(all, "busy_percent", result_busy_percent(result));
	add_real(all, "away_percent", result_away_percent(result));
	add_flag(all, "interrupted", result->interrupted);
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

/* Arrays, one number a window: shorter than objects where there are thousands. */
static json_t *windows_of(const struct report *report)
{
	json_t *sent = json_array(), *received = json_array(), *tx = json_array(),
	       *rx = json_array(), *away = json_array();
	struct result_window last = {0};

	for (uint32_t i = 0; i < report->n_windows; i++) {
		const struct result_window *w = &report->windows[i];
		json_array_append_new(sent, number(w->sent - last.sent));
		json_array_append_new(received, number(w->received - last.received));
		json_array_append_new(tx, number(w->tx_cycles - last.tx_cycles));
		json_array_append_new(rx, number(w->rx_cycles - last.rx_cycles));
		json_array_append_new(away, number(w->away_cycles - last.away_cycles));
		last = *w;
	}
	return json_pack("{si, sI, so, so, so, so, so}", "ms", (int)report->options->windows,
			 "began_ns", (json_int_t)report->began_ns, "sent", sent, "received",
			 received, "tx_cycles", tx, "rx_cycles", rx, "away_cycles", away);
}

int report_json(const struct report *report, FILE *out)
{
	json_t *all = json_pack("{so, so, so, so, so, sb}", "parameters", parameters_of(report),
				"machine", machine_of(report), "result",
				report->result ? result_of(report->result) : json_null(), "ndr",
				report->ndr ? search_of(report->ndr) : json_null(), "windows",
				report->n_windows ? windows_of(report) : json_null(), "interrupted",
				report->interrupted);
	int r = all && json_dumpf(all, out, JSON_REAL_PRECISION(12)) == 0 ? 0 : -ENOMEM;

	if (r == 0)
		fputc('\n', out);
	json_decref(all);
	return r;
}

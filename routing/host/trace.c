// SPDX-License-Identifier: BSD-3-Clause
/*
 * Probes go out one every PACE, a few hops ahead of what was reported, so that
 * silent hops cost their time together and not one after the other. What comes
 * back is kept, and told in order; what lies behind the destination is left out.
 */
#include "routing/host/trace.h"

#include <errno.h>

#include "routing/core/cursor.h"
#include "routing/core/memory.h"
#include "routing/host/inside.h"

#define PACE       SPAN_MS(20)
#define AHEAD      16 /* probes that may be open */
#define PORT_FIRST 33434
#define UDP_HEADER 8

struct probe {
	int64_t sent_us;
	int64_t rtt_us;
	struct addr from;
	int error;
	uint8_t outcome; /* enum trace_outcome, once it is done */
	uint8_t type, code;
	bool is_done;
};

struct trace {
	struct client client;
	struct trace_conf conf;
	struct timer timer;
	trace_report *fn;
	void *ctx;
	struct moment next; /* when the next one is sent */
	uint32_t n;         /* probes there are to be, fewer once the end is known */
	uint32_t n_sent, n_reported;
	bool is_reporting, is_stopped;
	struct probe probes[];
};

static struct timers *timers_of(const struct trace *trace)
{
	return trace->client.host->env->timers;
}

static void end(struct trace *trace)
{
	timer_stop(timers_of(trace), &trace->timer);
	client_end(&trace->client);
	memory_free(trace);
}

/* Tells what is done, in order. false: the trace is over, and freed. */
static bool report(struct trace *trace)
{
	while (trace->n_reported < trace->n && trace->probes[trace->n_reported].is_done) {
		uint32_t i = trace->n_reported++;
		const struct probe *probe = &trace->probes[i];
		struct trace_result result = {.outcome = probe->outcome,
					      .hop = (uint8_t)(trace->conf.first_hop +
							       i / trace->conf.probes),
					      .probe = (uint8_t)(1 + i % trace->conf.probes),
					      .type = probe->type,
					      .code = probe->code,
					      .error = probe->error,
					      .rtt_us = probe->rtt_us,
					      .from = probe->from,
					      .is_last = trace->n_reported == trace->n};

		trace->is_reporting = true;
		trace->fn(trace->ctx, &result);
		trace->is_reporting = false;
		if (result.is_last || trace->is_stopped) {
			end(trace);
			return false;
		}
	}
	return true;
}

/* Whether the probes of later hops would fare no better. */
static bool is_end(const struct probe *probe)
{
	switch (probe->outcome) {
	case TRACE_ARRIVED:
	case TRACE_UNREACHABLE:
		return true;
	case TRACE_NOT_SENT: /* unless only a queue was full */
		return probe->error == -EHOSTUNREACH || probe->error == -ENETDOWN;
	default:
		return false;
	}
}

/* What ends the way ends it with the other probes of its hop. */
static void finish(struct trace *trace, uint32_t i, enum trace_outcome outcome)
{
	uint32_t end_of_hop = (i / trace->conf.probes + 1) * trace->conf.probes;

	trace->probes[i].is_done = true;
	trace->probes[i].outcome = (uint8_t)outcome;
	if (is_end(&trace->probes[i]) && end_of_hop < trace->n)
		trace->n = end_of_hop;
}

static uint32_t write_udp(struct trace *trace, uint32_t i)
{
	uint32_t header = trace->conf.dst.family == ADDR_IP4 ? IP4_HEADER : IP6_HEADER;
	struct host *host = trace->client.host;
	struct writer to = writer_of(host->room + header, sizeof(host->room) - header);

	write_u16(&to, trace->client.id);
	write_u16(&to, (uint16_t)(trace->conf.port + i));
	write_u16(&to, (uint16_t)(UDP_HEADER + trace->conf.size));
	write_u16(&to, 0);
	write_zeros(&to, trace->conf.size);
	return (uint32_t)write_size(&to);
}

static void send_next(struct trace *trace)
{
	uint32_t i = trace->n_sent++, len;
	struct probe *probe = &trace->probes[i];
	uint8_t hop = (uint8_t)(trace->conf.first_hop + i / trace->conf.probes), proto;

	if (trace->conf.icmp) {
		proto = trace->conf.dst.family == ADDR_IP4 ? IP_ICMP : IP_ICMP6;
		len = client_echo(&trace->client, (uint16_t)(i + 1), NULL, 0, trace->conf.size);
	} else {
		proto = IP_UDP;
		len = write_udp(trace, i);
	}
	probe->sent_us = timers_of(trace)->now.us;
	probe->error = client_send(&trace->client, proto, hop, 0, false, len);
	if (probe->error < 0)
		finish(trace, i, TRACE_NOT_SENT);
	trace->next = moment_add(timers_of(trace)->now, PACE);
}

static struct moment expiry(const struct trace *trace, uint32_t i)
{
	return (struct moment){trace->probes[i].sent_us + SPAN_MS(trace->conf.timeout_ms)};
}

static void expire(struct trace *trace)
{
	for (uint32_t i = trace->n_reported; i < trace->n_sent && i < trace->n; i++)
		if (!trace->probes[i].is_done &&
		    moment_reached(expiry(trace, i), timers_of(trace)->now))
			finish(trace, i, TRACE_TIMEOUT);
}

static bool may_send(const struct trace *trace)
{
	return trace->n_sent < trace->n && trace->n_sent < trace->n_reported + AHEAD;
}

/* The next thing to do: send one, or give one up. The first that is not reported is the oldest that
 * is open. */
static int arm(struct trace *trace)
{
	struct moment at = trace->next;
	bool is_open = trace->n_reported < trace->n_sent;

	if (is_open &&
	    (!may_send(trace) || moment_span(expiry(trace, trace->n_reported), trace->next) > 0))
		at = expiry(trace, trace->n_reported);
	return timer_start(timers_of(trace), &trace->timer, at);
}

/* Without memory for a timer nothing more will happen by itself: what is open is told so. */
static void give_up(struct trace *trace)
{
	for (uint32_t i = 0; i < trace->n; i++)
		if (!trace->probes[i].is_done) {
			trace->probes[i].error = -ENOMEM;
			finish(trace, i, TRACE_NOT_SENT);
		}
	report(trace);
}

static void timeout(struct timer *timer)
{
	struct trace *trace = container_of(timer, struct trace, timer);

	expire(trace);
	if (may_send(trace) && moment_reached(trace->next, timers_of(trace)->now))
		send_next(trace);
	if (report(trace) && arm(trace) < 0)
		give_up(trace);
}

static enum trace_outcome outcome_of(const struct answer *answer)
{
	bool is4 = answer->from.family == ADDR_IP4;

	if (!answer->is_error)
		return TRACE_ARRIVED;
	if (answer->type == (is4 ? ICMP4_TIME_EXCEEDED : ICMP6_TIME_EXCEEDED))
		return TRACE_HOP;
	if (answer->proto == IP_UDP &&
	    (is4 ? answer->type == ICMP4_UNREACHABLE && answer->code == UNREACHABLE4_PORT
		 : answer->type == ICMP6_UNREACHABLE && answer->code == UNREACHABLE6_PORT))
		return TRACE_ARRIVED;
	return TRACE_UNREACHABLE;
}

static void answered(struct client *client, const struct answer *answer)
{
	struct trace *trace = container_of(client, struct trace, client);
	uint32_t i = (uint16_t)(trace->conf.icmp ? answer->sequence - 1
						 : answer->sequence - trace->conf.port);
	struct probe *probe;

	if (i >= trace->n_sent || i >= trace->n || trace->probes[i].is_done ||
	    (answer->proto == IP_UDP) == trace->conf.icmp)
		return;
	probe = &trace->probes[i];
	probe->from = answer->from;
	probe->type = answer->type;
	probe->code = answer->code;
	probe->rtt_us = timers_of(trace)->now.us - probe->sent_us;
	finish(trace, i, outcome_of(answer));
	if (report(trace) && arm(trace) < 0)
		give_up(trace);
}

static bool is_sane(const struct trace_conf *conf)
{
	return conf->first_hop >= 1 && conf->first_hop <= conf->max_hops &&
	       conf->max_hops <= TRACE_HOPS_MAX && conf->probes >= 1 &&
	       conf->probes <= TRACE_PROBES_MAX && conf->timeout_ms >= 1 &&
	       conf->port <= UINT16_MAX - TRACE_HOPS_MAX * TRACE_PROBES_MAX;
}

static void fill_in(struct trace *trace, const struct trace_conf *conf)
{
	trace->conf = *conf;
	if (conf->port == 0)
		trace->conf.port = PORT_FIRST;
	trace->client.dst = conf->dst;
	trace->client.source = conf->source;
	trace->client.out = conf->iface;
	trace->client.vrf = conf->vrf;
	trace->client.answered = answered;
}

struct trace *trace_start(struct host *host, const struct trace_conf *conf, trace_report *fn,
			  void *ctx)
{
	struct trace *trace;
	uint32_t n;
	int err;

	if (!is_sane(conf)) {
		errno = EINVAL;
		return NULL;
	}
	n = (uint32_t)(conf->max_hops - conf->first_hop + 1) * conf->probes;
	trace = memory_zalloc(sizeof(*trace) + n * sizeof(trace->probes[0]));
	if (!trace)
		return NULL;
	trace->fn = fn;
	trace->ctx = ctx;
	trace->n = n;
	trace->next = host->env->timers->now;
	fill_in(trace, conf);
	timer_init(&trace->timer, timeout);
	err = client_begin(&trace->client, host);
	if (err < 0)
		goto fail;
	err = timer_start(host->env->timers, &trace->timer, trace->next);
	if (err < 0) {
		client_end(&trace->client);
		goto fail;
	}
	return trace;
fail:
	memory_free(trace);
	errno = -err;
	return NULL;
}

void trace_stop(struct trace *trace)
{
	if (trace->is_reporting)
		trace->is_stopped = true; /* report ends it */
	else
		end(trace);
}

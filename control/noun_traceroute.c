// SPDX-License-Identifier: BSD-3-Clause
/* traceroute: the routers on the way to an address, from weft itself. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "control/engines.h"
#include "control/probe.h"
#include "control/vrfs.h"
#include "control/wire.h"
#include "routing/host/trace.h"

static const struct field args[] = {
	PROBE_FIELDS,
	{.name = "icmp", .type = F_BOOL, .help = "echo requests in place of UDP"},
	{.name = "first",
	 .type = F_INT,
	 .min = 1,
	 .max = TRACE_HOPS_MAX,
	 .def = "1",
	 .help = "the first hop that is asked"},
	{.name = "hops",
	 .type = F_INT,
	 .min = 1,
	 .max = TRACE_HOPS_MAX,
	 .def = "30",
	 .help = "the last one"},
	{.name = "probes",
	 .type = F_INT,
	 .min = 1,
	 .max = TRACE_PROBES_MAX,
	 .def = "3",
	 .help = "to each hop"},
	{.name = "size",
	 .type = F_INT,
	 .min = 0,
	 .max = 9000,
	 .def = "32",
	 .unit = "bytes",
	 .help = "after the UDP or ICMP header"},
	{.name = "timeout",
	 .type = F_DURATION,
	 .min = 1,
	 .max = 60000,
	 .def = "4s", /* who does not answer ARP is given up after three */
	 .help = "how long an answer is waited for"},
	{.name = NULL},
};

static const struct column columns[] = {
	{"hop", NULL, "how many routers away"},
	{"probe", NULL, "which of the hop's, from 1"},
	{"outcome", NULL, "hop, arrived, unreachable, timeout, not-sent"},
	{"from", NULL, "who answered"},
	{"rtt_us", "us", "until the answer came"},
	{"text", NULL, "what the answer says, where it ends there"},
	{NULL},
};

#define LINE_SIZE 512

struct tracing {
	struct rpc_stream *stream;
	struct trace *trace;
	struct addr dst;
	uint8_t probes;
	bool readable, answered;
	char line[LINE_SIZE]; /* of the hop that is under way, for people */
	size_t n;
	struct addr last; /* who stands in the line already */
};

static const char *outcome_name(enum trace_outcome outcome)
{
	static const char *const names[] = {[TRACE_HOP] = "hop",
					    [TRACE_ARRIVED] = "arrived",
					    [TRACE_UNREACHABLE] = "unreachable",
					    [TRACE_TIMEOUT] = "timeout",
					    [TRACE_NOT_SENT] = "not-sent"};
	return names[outcome];
}

static const char *result_text(const struct trace_result *result)
{
	if (result->outcome == TRACE_UNREACHABLE)
		return probe_icmp_text(result->from.family, result->type, result->code);
	return result->outcome == TRACE_NOT_SENT ? strerror(-result->error) : "";
}

__attribute__((format(printf, 2, 3))) static void add_text(struct tracing *t, const char *format,
							   ...)
{
	va_list list;

	va_start(list, format);
	if (t->n < sizeof(t->line))
		t->n += (size_t)vsnprintf(t->line + t->n, sizeof(t->line) - t->n, format, list);
	va_end(list);
}

/* " 2  192.0.2.1  0.412 ms  0.387 ms  *": who answers differently is named again. */
static void add_result(struct tracing *t, const struct trace_result *result)
{
	char from[ADDR_TEXT_MAX];

	if (result->probe == 1) {
		t->n = 0;
		t->last = (struct addr){0};
		add_text(t, "%2u", result->hop);
	}
	if (result->outcome == TRACE_TIMEOUT) {
		add_text(t, "  *");
	} else if (result->outcome == TRACE_NOT_SENT) {
		add_text(t, "  %s", result_text(result));
	} else {
		if (addr_compare(&t->last, &result->from) != 0)
			add_text(t, "  %s", addr_print(&result->from, from));
		add_text(t, "  %.3f ms", (double)result->rtt_us / 1000);
		if (result->outcome == TRACE_UNREACHABLE)
			add_text(t, " (%s)", result_text(result));
		t->last = result->from;
	}
}

static json_t *row(const struct trace_result *result)
{
	char from[ADDR_TEXT_MAX];

	return json_pack("{s:i, s:i, s:s, s:s, s:I, s:s}", "hop", (int)result->hop, "probe",
			 (int)result->probe, "outcome", outcome_name(result->outcome), "from",
			 addr_print(&result->from, from), "rtt_us", (json_int_t)result->rtt_us,
			 "text", result_text(result));
}

/* False: the connection has ended, and gone was called. */
static bool tell(struct tracing *t, const struct trace_result *result)
{
	if (!t->readable)
		return rpc_stream_row(t->stream, row(result));
	add_result(t, result);
	if (result->probe < t->probes && !result->is_last)
		return true;
	return rpc_stream_row(t->stream, json_string(t->line));
}

static void end(struct tracing *t)
{
	char text[ADDR_TEXT_MAX];
	struct errors errors;

	errors_init(&errors);
	errors_add(&errors, "", "%s: nothing answered", addr_print(&t->dst, text));
	rpc_stream_end(t->stream, t->answered ? json_null() : NULL, &errors);
	errors_fini(&errors);
	free(t);
}

static void report(void *ctx, const struct trace_result *result)
{
	struct tracing *t = ctx;

	if (result->is_last)
		t->trace = NULL; /* it ends by itself */
	t->answered |= result->outcome != TRACE_TIMEOUT && result->outcome != TRACE_NOT_SENT;
	if (tell(t, result) && result->is_last)
		end(t);
}

static void gone(void *arg)
{
	struct tracing *t = arg;

	if (t->trace)
		trace_stop(t->trace);
	free(t);
}

static json_t *start(struct call *call, const struct probe_target *target, struct tracing *t)
{
	const json_t *a = call->args;
	const struct trace_conf conf = {.dst = target->dst,
					.source = target->source,
					.iface = target->iface,
					.vrf = target->vrf,
					.icmp = conf_bool(a, "icmp"),
					.first_hop = (uint8_t)conf_int(a, "first"),
					.max_hops = (uint8_t)conf_int(a, "hops"),
					.probes = (uint8_t)conf_int(a, "probes"),
					.size = (uint16_t)conf_int(a, "size"),
					.timeout_ms = (uint32_t)conf_ms(a, "timeout")};

	engines_now();
	t->probes = conf.probes;
	t->trace = trace_start(engines_host(), &conf, report, t);
	if (!t->trace) {
		probe_refuse(call, target, errno);
		free(t);
		return NULL;
	}
	t->stream = rpc_stream_open(call, gone, t);
	if (!t->stream)
		gone(t);
	engines_kick();
	return NULL;
}

static json_t *show(struct call *call)
{
	struct probe_target target;
	struct tracing *t;

	if (!probe_target(call, &target))
		return NULL;
	if (conf_int(call->args, "first") > conf_int(call->args, "hops")) {
		errors_add(call->errors, "first", "is beyond hops");
		return NULL;
	}
	t = calloc(1, sizeof(*t));
	if (!t) {
		errors_add(call->errors, "", "no memory");
		return NULL;
	}
	t->dst = target.dst;
	t->readable = target.readable;
	return start(call, &target, t);
}

const struct noun noun_traceroute = {
	.name = "traceroute",
	.help = "the routers on the way to an address, from weft itself",
	.shape = NOUN_VIEW,
	.columns = columns,
	.show_args = args,
	.show_positional = "address",
	.show = show,
};

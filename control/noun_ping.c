// SPDX-License-Identifier: BSD-3-Clause
/* ping: echo requests from weft itself. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "control/engines.h"
#include "control/probe.h"
#include "control/vrfs.h"
#include "control/wire.h"
#include "routing/host/ping.h"

static const struct field args[] = {
	PROBE_FIELDS,
	{.name = "count",
	 .type = F_INT,
	 .min = 1,
	 .max = PING_COUNT_MAX,
	 .def = "4",
	 .help = "how many are sent"},
	{.name = "size",
	 .type = F_INT,
	 .min = 0,
	 .max = PING_SIZE_MAX,
	 .def = "56",
	 .unit = "bytes",
	 .help = "after the ICMP header"},
	{.name = "interval",
	 .type = F_DURATION,
	 .min = 1,
	 .max = 3600000,
	 .def = "1s",
	 .help = "from one to the next"},
	{.name = "timeout",
	 .type = F_DURATION,
	 .min = 1,
	 .max = 3600000,
	 .def = "1s",
	 .help = "how long an answer is waited for"},
	{.name = "ttl",
	 .type = F_INT,
	 .min = 1,
	 .max = 255,
	 .def = "64",
	 .help = "hops that they may make"},
	{.name = "dont_fragment", .type = F_BOOL, .help = "IPv4: they may not be cut on the way"},
	{.name = NULL},
};

static const struct column columns[] = {
	{"sequence", NULL, "of the request, from 1"},
	{"outcome", NULL, "reply, error, timeout, not-sent"},
	{"from", NULL, "who answered"},
	{"rtt_us", "us", "until the answer came"},
	{"ttl", NULL, "of the answer"},
	{"text", NULL, "what the answer says, where it is an error"},
	{NULL},
};

/* One that runs. */
struct pinging {
	struct rpc_stream *stream;
	struct ping *ping;
	struct addr dst;
	bool readable;
	uint32_t sent, answered;
	int64_t least_us, most_us, sum_us;
};

static const char *outcome_name(enum ping_outcome outcome)
{
	static const char *const names[] = {[PING_REPLY] = "reply",
					    [PING_ERROR] = "error",
					    [PING_TIMEOUT] = "timeout",
					    [PING_NOT_SENT] = "not-sent"};
	return names[outcome];
}

static const char *result_text(const struct ping_result *result)
{
	if (result->outcome == PING_ERROR)
		return probe_icmp_text(result->from.family, result->type, result->code);
	return result->outcome == PING_NOT_SENT ? strerror(-result->error) : "";
}

static json_t *row_text(const struct ping_result *result)
{
	char from[ADDR_TEXT_MAX];

	addr_print(&result->from, from);
	switch (result->outcome) {
	case PING_REPLY:
		return json_sprintf("%u bytes from %s: seq=%u ttl=%u time=%.3f ms", result->size,
				    from, result->sequence, result->ttl,
				    (double)result->rtt_us / 1000);
	case PING_ERROR:
		if (result->mtu)
			return json_sprintf("from %s: seq=%u %s, mtu %u", from, result->sequence,
					    result_text(result), result->mtu);
		return json_sprintf("from %s: seq=%u %s", from, result->sequence,
				    result_text(result));
	case PING_TIMEOUT:
		return json_sprintf("seq=%u no answer", result->sequence);
	default:
		return json_sprintf("seq=%u not sent: %s", result->sequence, result_text(result));
	}
}

static json_t *row(const struct ping_result *result)
{
	char from[ADDR_TEXT_MAX];

	return json_pack("{s:i, s:s, s:s, s:I, s:i, s:i, s:s}", "sequence", (int)result->sequence,
			 "outcome", outcome_name(result->outcome), "from",
			 addr_print(&result->from, from), "rtt_us", (json_int_t)result->rtt_us,
			 "ttl", (int)result->ttl, "size", (int)result->size, "text",
			 result_text(result));
}

static void count(struct pinging *p, const struct ping_result *result)
{
	p->sent++;
	if (result->outcome != PING_REPLY)
		return;
	if (p->answered++ == 0 || result->rtt_us < p->least_us)
		p->least_us = result->rtt_us;
	if (result->rtt_us > p->most_us)
		p->most_us = result->rtt_us;
	p->sum_us += result->rtt_us;
}

static json_t *summary(const struct pinging *p)
{
	double average = (double)p->sum_us / p->answered;

	if (p->readable)
		return json_sprintf("%u sent, %u answered, %u %% lost; %.3f to %.3f ms, %.3f on "
				    "average",
				    p->sent, p->answered, 100 * (p->sent - p->answered) / p->sent,
				    (double)p->least_us / 1000, (double)p->most_us / 1000,
				    average / 1000);
	return json_pack("{s:I, s:I, s:I, s:I, s:f}", "sent", (json_int_t)p->sent, "answered",
			 (json_int_t)p->answered, "least_us", (json_int_t)p->least_us, "most_us",
			 (json_int_t)p->most_us, "average_us", average);
}

static void end(struct pinging *p)
{
	char text[ADDR_TEXT_MAX];
	struct errors errors;

	errors_init(&errors);
	errors_add(&errors, "", "%s: none of %u was answered", addr_print(&p->dst, text), p->sent);
	rpc_stream_end(p->stream, p->answered ? summary(p) : NULL, &errors);
	errors_fini(&errors);
	free(p);
}

static void report(void *ctx, const struct ping_result *result)
{
	struct pinging *p = ctx;

	if (result->is_last)
		p->ping = NULL; /* it ends by itself */
	count(p, result);
	if (!rpc_stream_row(p->stream, p->readable ? row_text(result) : row(result)))
		return; /* gone has been called */
	if (result->is_last)
		end(p);
}

/* Nobody listens any more. */
static void gone(void *arg)
{
	struct pinging *p = arg;

	if (p->ping)
		ping_stop(p->ping);
	free(p);
}

static json_t *start(struct call *call, const struct probe_target *target, struct pinging *p)
{
	const json_t *a = call->args;
	const struct ping_conf conf = {.dst = target->dst,
				       .source = target->source,
				       .iface = target->iface,
				       .vrf = target->vrf,
				       .size = (uint16_t)conf_int(a, "size"),
				       .ttl = (uint8_t)conf_int(a, "ttl"),
				       .dont_fragment = conf_bool(a, "dont_fragment"),
				       .count = (uint32_t)conf_int(a, "count"),
				       .interval_ms = (uint32_t)conf_ms(a, "interval"),
				       .timeout_ms = (uint32_t)conf_ms(a, "timeout")};

	engines_now();
	p->ping = ping_start(engines_host(), &conf, report, p);
	if (!p->ping) {
		probe_refuse(call, target, errno);
		free(p);
		return NULL;
	}
	p->stream = rpc_stream_open(call, gone, p);
	if (!p->stream)
		gone(p);
	engines_kick();
	return NULL;
}

static json_t *show(struct call *call)
{
	struct probe_target target;
	struct pinging *p;

	if (!probe_target(call, &target))
		return NULL;
	p = calloc(1, sizeof(*p));
	if (!p) {
		errors_add(call->errors, "", "no memory");
		return NULL;
	}
	p->dst = target.dst;
	p->readable = target.readable;
	return start(call, &target, p);
}

const struct noun noun_ping = {
	.name = "ping",
	.help = "asks an address for an echo, from weft itself",
	.shape = NOUN_VIEW,
	.columns = columns,
	.show_args = args,
	.show_positional = "address",
	.show = show,
};

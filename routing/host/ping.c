// SPDX-License-Identifier: BSD-3-Clause
#include "routing/host/ping.h"

#include <errno.h>
#include <string.h>

#include "routing/core/memory.h"
#include "routing/host/inside.h"

#define NONCE_SIZE 8         /* at the head of each request: who has not seen it cannot answer */
#define DONE       INT64_MIN /* in sent_us: reported */

struct ping {
	struct client client;
	struct ping_conf conf;
	struct timer timer;
	ping_report *fn;
	void *ctx;
	struct moment next; /* when the next one is sent */
	uint32_t n_sent, n_reported;
	uint32_t oldest; /* index of the first that may be unreported */
	uint8_t nonce[NONCE_SIZE];
	bool is_reporting, is_stopped;
	int64_t sent_us[]; /* by sequence - 1 */
};

static struct timers *timers_of(const struct ping *ping)
{
	return ping->client.host->env->timers;
}

static void end(struct ping *ping)
{
	timer_stop(timers_of(ping), &ping->timer);
	client_end(&ping->client);
	memory_free(ping);
}

/* false: the ping is over, and freed. */
static bool report(struct ping *ping, struct ping_result *result)
{
	ping->sent_us[result->sequence - 1] = DONE;
	result->is_last = ++ping->n_reported == ping->conf.count;
	ping->is_reporting = true;
	ping->fn(ping->ctx, result);
	ping->is_reporting = false;
	if (!result->is_last && !ping->is_stopped)
		return true;
	end(ping);
	return false;
}

static struct moment expiry(const struct ping *ping)
{
	return (struct moment){ping->sent_us[ping->oldest] + SPAN_MS(ping->conf.timeout_ms)};
}

static bool expire(struct ping *ping)
{
	for (; ping->oldest < ping->n_sent; ping->oldest++) {
		struct ping_result result = {.outcome = PING_TIMEOUT,
					     .sequence = (uint16_t)(ping->oldest + 1)};

		if (ping->sent_us[ping->oldest] == DONE)
			continue;
		if (!moment_reached(expiry(ping), timers_of(ping)->now))
			break;
		if (!report(ping, &result))
			return false;
	}
	return true;
}

static bool send_next(struct ping *ping)
{
	uint16_t sequence = (uint16_t)(ping->n_sent + 1);
	uint8_t proto = ping->conf.dst.family == ADDR_IP4 ? IP_ICMP : IP_ICMP6;
	uint32_t len =
		client_echo(&ping->client, sequence, ping->nonce, NONCE_SIZE, ping->conf.size);
	struct ping_result result = {.outcome = PING_NOT_SENT, .sequence = sequence};

	ping->sent_us[ping->n_sent++] = timers_of(ping)->now.us;
	ping->next = moment_add(timers_of(ping)->now, SPAN_MS(ping->conf.interval_ms));
	result.error = client_send(&ping->client, proto, ping->conf.ttl, ping->conf.tos,
				   ping->conf.dont_fragment, len);
	return result.error == 0 || report(ping, &result);
}

/* Without memory for a timer nothing more will happen by itself: what is open is told so. */
static void give_up(struct ping *ping)
{
	struct ping_result result = {.outcome = PING_NOT_SENT, .error = -ENOMEM};

	for (uint32_t i = 0; i < ping->conf.count; i++) {
		if (ping->sent_us[i] == DONE)
			continue;
		result.sequence = (uint16_t)(i + 1);
		if (!report(ping, &result))
			return;
	}
}

static void timeout(struct timer *timer)
{
	struct ping *ping = container_of(timer, struct ping, timer);
	struct moment at;

	if (!expire(ping))
		return;
	if (ping->n_sent < ping->conf.count && moment_reached(ping->next, timers_of(ping)->now) &&
	    !send_next(ping))
		return;
	while (ping->oldest < ping->n_sent && ping->sent_us[ping->oldest] == DONE)
		ping->oldest++;
	at = ping->next;
	if (ping->oldest < ping->n_sent &&
	    (ping->n_sent == ping->conf.count || moment_span(expiry(ping), at) > 0))
		at = expiry(ping);
	if (timer_start(timers_of(ping), &ping->timer, at) < 0)
		give_up(ping);
}

/* Whether it is the answer to something that is still open: what was sent says so itself, where
 * there was room for it. */
static bool is_open(const struct ping *ping, const struct answer *answer)
{
	uint32_t n = ping->conf.size < NONCE_SIZE ? ping->conf.size : NONCE_SIZE;

	if (answer->sequence == 0 || answer->sequence > ping->n_sent ||
	    ping->sent_us[answer->sequence - 1] == DONE || answer->proto == IP_UDP)
		return false;
	return answer->is_error || (answer->size >= n && memcmp(answer->data, ping->nonce, n) == 0);
}

static void answered(struct client *client, const struct answer *answer)
{
	struct ping *ping = container_of(client, struct ping, client);
	struct ping_result result = {.outcome = answer->is_error ? PING_ERROR : PING_REPLY,
				     .sequence = answer->sequence,
				     .type = answer->type,
				     .code = answer->code,
				     .ttl = answer->ttl,
				     .mtu = answer->mtu,
				     .size = answer->size,
				     .from = answer->from};

	if (!is_open(ping, answer))
		return;
	result.rtt_us = timers_of(ping)->now.us - ping->sent_us[answer->sequence - 1];
	report(ping, &result);
}

static bool is_sane(const struct ping_conf *conf)
{
	return conf->count >= 1 && conf->count <= PING_COUNT_MAX && conf->interval_ms >= 1 &&
	       conf->timeout_ms >= 1 && conf->size <= PING_SIZE_MAX;
}

static void fill_in(struct ping *ping, const struct ping_conf *conf)
{
	ping->conf = *conf;
	if (conf->ttl == 0)
		ping->conf.ttl = HOST_TTL_DEFAULT;
	ping->client.dst = conf->dst;
	ping->client.source = conf->source;
	ping->client.out = conf->iface;
	ping->client.vrf = conf->vrf;
	ping->client.answered = answered;
}

struct ping *ping_start(struct host *host, const struct ping_conf *conf, ping_report *fn, void *ctx)
{
	struct ping *ping;
	int err = -ENOMEM;

	if (!is_sane(conf)) {
		errno = EINVAL;
		return NULL;
	}
	ping = memory_zalloc(sizeof(*ping) + conf->count * sizeof(ping->sent_us[0]));
	if (!ping)
		return NULL;
	ping->fn = fn;
	ping->ctx = ctx;
	ping->next = host->env->timers->now;
	fill_in(ping, conf);
	for (int i = 0; i < NONCE_SIZE; i++)
		ping->nonce[i] = (uint8_t)env_random(host->env);
	timer_init(&ping->timer, timeout);
	err = client_begin(&ping->client, host);
	if (err < 0)
		goto fail;
	err = timer_start(host->env->timers, &ping->timer, ping->next);
	if (err < 0) {
		client_end(&ping->client);
		goto fail;
	}
	return ping;
fail:
	memory_free(ping);
	errno = -err;
	return NULL;
}

void ping_stop(struct ping *ping)
{
	if (ping->is_reporting)
		ping->is_stopped = true; /* report ends it */
	else
		end(ping);
}

uint32_t ping_sent(const struct ping *ping)
{
	return ping->n_sent;
}

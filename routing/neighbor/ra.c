// SPDX-License-Identifier: BSD-3-Clause
/* Router advertisements: when they are sent (RFC 4861 6.2.4 to 6.2.6), and whether others agree
 * (6.2.7). */
#include "routing/core/cursor.h"
#include "routing/neighbor/engine.h"

#define INITIAL_NUM      3 /* MAX_INITIAL_RTR_ADVERTISEMENTS */
#define INITIAL_INTERVAL SPAN_S(16)
#define MIN_DELAY        SPAN_S(3)    /* MIN_DELAY_BETWEEN_RAS */
#define ANSWER_DELAY     SPAN_MS(500) /* MAX_RA_DELAY_TIME */
#define WARN_INTERVAL    SPAN_S(600)

static const struct own *link_local(const struct wire *wire)
{
	static const struct addr any = {.family = ADDR_IP6};
	const struct own *own = own_source(wire, &any);

	return own && addr_is_link_local(&own->prefix.addr) ? own : NULL;
}

static void schedule(struct wire *wire, struct moment at)
{
	struct neighbors *engine = wire->engine;

	if (timer_start(engine->env->timers, &wire->ra.timer, at) < 0)
		engine->stats.no_memory++;
}

static int64_t interval(const struct wire *wire)
{
	const struct ra_conf *conf = &wire->conf.ra;
	int64_t max = SPAN_S(conf->max_interval_s), min = SPAN_S(conf->min_interval_s);

	if (min == 0)
		min = conf->max_interval_s >= 9 ? max / 3 : max * 3 / 4;
	return min + env_random(wire->engine->env) % (max - min + 1);
}

static void send_now(struct wire *wire, bool is_last)
{
	const struct own *from = link_local(wire);

	if (!from)
		return;
	ra_send(wire, from, is_last);
	wire->ra.last = now_of(wire->engine);
	wire->ra.has_sent = true;
}

static void timeout(struct timer *timer)
{
	struct wire *wire = container_of(timer, struct wire, ra.timer);
	int64_t span = interval(wire);

	send_now(wire, false);
	if (wire->ra.initial > 0) {
		wire->ra.initial--;
		if (span > INITIAL_INTERVAL)
			span = INITIAL_INTERVAL;
	}
	schedule(wire, moment_add(now_of(wire->engine), span));
	settle(wire->engine);
}

void ra_init(struct wire *wire)
{
	timer_init(&wire->ra.timer, timeout);
}

/* The soonest that one may follow the last one. */
static struct moment soonest(const struct wire *wire, struct moment wanted)
{
	struct moment earliest = moment_add(wire->ra.last, MIN_DELAY);

	return wire->ra.has_sent && moment_span(wanted, earliest) > 0 ? earliest : wanted;
}

void ra_changed(struct wire *wire)
{
	wire->ra.initial = INITIAL_NUM - 1;
	if (wire->ra.is_active)
		schedule(wire, soonest(wire, now_of(wire->engine)));
}

void ra_update(struct wire *wire)
{
	bool is_wanted =
		wire->conf.ra.enabled && wire->is_up && !wire->is_going && link_local(wire);

	if (is_wanted == wire->ra.is_active)
		return;
	if (is_wanted) {
		wire->ra.is_active = true;
		ra_changed(wire);
	} else {
		ra_stop(wire);
	}
}

/* The last one can be sent only while there is still something to send from. */
void ra_stop(struct wire *wire)
{
	if (!wire->ra.is_active)
		return;
	wire->ra.is_active = false;
	timer_stop(wire->engine->env->timers, &wire->ra.timer);
	if (wire->is_up)
		send_now(wire, true);
}

void ra_solicited(struct wire *wire)
{
	struct neighbors *engine = wire->engine;
	int64_t delay = env_random(engine->env) % ANSWER_DELAY;
	struct moment at = soonest(wire, moment_add(now_of(engine), delay));

	if (wire->ra.is_active && moment_span(at, wire->ra.timer.at) > 0)
		schedule(wire, at);
}

static bool differ(uint32_t ours, uint32_t theirs)
{
	return ours != 0 && theirs != 0 && ours != theirs;
}

/* What both say of a prefix. */
static bool prefix_differs(const struct ra_conf *conf, struct reader *option)
{
	struct ra_prefix theirs = {.prefix.length = read_u8(option)};

	read_skip(option, 1);
	theirs.valid_s = read_u32(option);
	theirs.preferred_s = read_u32(option);
	read_skip(option, 4);
	theirs.prefix.addr = read_addr(option, ADDR_IP6);
	if (option->bad)
		return false;
	for (uint8_t i = 0; i < conf->n_prefixes; i++) {
		const struct ra_prefix *ours = &conf->prefixes[i];

		if (prefix_compare(&ours->prefix, &theirs.prefix) == 0)
			return ours->valid_s != theirs.valid_s ||
			       ours->preferred_s != theirs.preferred_s;
	}
	return false;
}

static const char *find_difference(const struct ra_conf *conf, struct reader *in)
{
	uint8_t hop_limit, flags;

	read_skip(in, 4);
	hop_limit = read_u8(in);
	flags = read_u8(in);
	read_skip(in, 2);
	if (differ(conf->hop_limit, hop_limit))
		return "hop limit";
	if (!(flags & RA_MANAGED) != !conf->managed || !(flags & RA_OTHER) != !conf->other)
		return "flags";
	if (differ(conf->reachable_ms, read_u32(in)))
		return "reachable time";
	if (differ(conf->retrans_ms, read_u32(in)))
		return "retransmission timer";
	while (read_left(in) > 0) {
		uint8_t type = read_u8(in), units = read_u8(in);
		struct reader option = read_part(in, units > 0 ? 8u * units - 2 : 0);

		if (type == ND_PREFIX && prefix_differs(conf, &option))
			return "lifetimes of a prefix";
		read_skip(&option, 2);
		if (type == ND_MTU && units == 1 && differ(conf->mtu, read_u32(&option)))
			return "MTU";
	}
	return NULL;
}

void ra_heard(struct wire *wire, const struct addr *from, const uint8_t *data, uint32_t len)
{
	struct reader in = reader_of(data, len);
	struct moment now = now_of(wire->engine);
	const char *what;
	char text[ADDR_TEXT_MAX];

	if (!wire->ra.is_active)
		return;
	what = find_difference(&wire->conf.ra, &in);
	if (!what)
		return;
	wire->engine->stats.ra_inconsistent++;
	if (wire->ra.has_warned && moment_span(wire->ra.warned, now) < WARN_INTERVAL)
		return;
	wire->ra.has_warned = true;
	wire->ra.warned = now;
	env_log(wire->engine->env, ENV_WARNING,
		"interface %s: router %s advertises another %s than we do", wire->iface->name,
		addr_print(from, text), what);
}

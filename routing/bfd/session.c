// SPDX-License-Identifier: BSD-3-Clause
#include "routing/bfd/session.h"

#include "routing/bfd/engine.h"
#include "routing/core/container_of.h"
#include "routing/core/udp.h"

enum {
	SLOW_US = 1000000,   /* no faster than this while a session is not up, 6.8.3 */
	SEQUENCE_WINDOW = 3, /* times the peer's multiplier, 6.7.3 and 6.7.4 */
	BFD_TOS = 0xc0,      /* internetwork control: it must not wait behind data */
};

static uint32_t larger(uint32_t a, uint32_t b)
{
	return a > b ? a : b;
}

static struct env *env_of(const struct bfd_session *session)
{
	return session->bfd->env;
}

int64_t bfd_session_held_us(const struct bfd_session *session)
{
	if (!timer_runs(&session->hold_timer))
		return 0;
	return moment_span(env_now(env_of(session)), session->hold_timer.at);
}

uint32_t bfd_session_tx_us(const struct bfd_session *session)
{
	return larger(session->sent_tx_us, session->remote_rx_us);
}

/* How often the peer is to be heard. */
static uint32_t heard_us(const struct bfd_session *session)
{
	return larger(session->kept_rx_us, session->remote_tx_us);
}

/* 6.8.4; 64 bits: both factors are the peer's. */
uint32_t bfd_session_detect_us(const struct bfd_session *session)
{
	uint64_t us = (uint64_t)session->remote_multiplier * heard_us(session);

	return us > UINT32_MAX ? UINT32_MAX : (uint32_t)us;
}

/* 6.8.7: nobody listens, or a peer in demand mode is content. */
static bool may_send(const struct bfd_session *session)
{
	if (session->local.family == ADDR_NONE)
		return false;
	if (session->remote_multiplier && !session->remote_rx_us)
		return false;
	return !session->remote_demand || session->polling || session->state != BFD_UP ||
	       session->remote_state != BFD_UP;
}

/* Between 75 and 100 % of the interval, with a multiplier of one to 90 % (6.8.7). */
static int64_t jittered(struct bfd_session *session)
{
	uint64_t interval = bfd_session_tx_us(session);
	uint32_t spread = session->bfd->conf.multiplier == 1 ? 15 : 25;

	return (int64_t)(interval * 3 / 4 + (interval * spread / 100) *
						    (env_random(env_of(session)) & 0xffff) /
						    0xffff);
}

static void schedule(struct bfd_session *session)
{
	struct env *env = env_of(session);

	if (may_send(session))
		timer_start(env->timers, &session->send_timer,
			    moment_add(env_now(env), jittered(session)));
	else
		timer_stop(env->timers, &session->send_timer);
}

/* A final answers the peer's poll, and never polls itself. */
static void transmit(struct bfd_session *session, bool final)
{
	struct env *env = env_of(session);
	const struct bfd_conf *conf = &session->bfd->conf;
	struct bfd_packet packet = {
		.diag = session->diag,
		.state = session->state,
		.multiplier = conf->multiplier,
		.poll = session->polling && !final,
		.final = final,
		.my_discriminator = session->my_discriminator,
		.your_discriminator = session->your_discriminator,
		.tx_us = session->tx_us,
		.rx_us = session->rx_us,
		.sequence = ++session->sequence,
	};
	struct ip_out ip = {
		.src = session->local,
		.dst = session->peer,
		.ttl = BFD_TTL,
		.tos = BFD_TOS,
		.dont_fragment = true,
	};
	uint8_t payload[BFD_PACKET_MAX], buffer[UDP_HEADERS_MAX + BFD_PACKET_MAX];
	struct udp_view udp = {
		.sport = session->source_port,
		.dport = BFD_PORT,
		.data = payload,
		.len = (uint32_t)bfd_packet_write(env, &packet, &conf->auth, payload),
	};

	if (bfd_send(session->bfd, session->iface, &session->peer, buffer,
		     udp_write(buffer, &ip, &udp)) == 0)
		session->sent++;
}

/* The peer is to hear of it now, not when the interval is over (6.8.7). */
static void transmit_now(struct bfd_session *session)
{
	if (may_send(session))
		transmit(session, false);
	schedule(session);
}

static void on_send(struct timer *timer)
{
	struct bfd_session *session = container_of(timer, struct bfd_session, send_timer);

	transmit(session, false);
	schedule(session);
}

/* 6.8.3: what the peer has to agree to first is asked for by a poll. */
static void set_intervals(struct bfd_session *session)
{
	const struct bfd_conf *conf = &session->bfd->conf;
	bool up = session->state == BFD_UP;
	uint32_t tx_us = up ? conf->tx_us : larger(conf->tx_us, SLOW_US);

	if (up && (session->tx_us != tx_us || session->rx_us != conf->rx_us))
		session->polling = true;
	session->tx_us = tx_us;
	session->rx_us = conf->rx_us;
	if (!up || session->tx_us < session->sent_tx_us)
		session->sent_tx_us = session->tx_us;
	if (!up || session->rx_us > session->kept_rx_us)
		session->kept_rx_us = session->rx_us;
	if (!up)
		session->polling = false;
}

/* A peer that holds the session down is no failure of the path (RFC 5882, 4.1). */
static enum bfd_state told_state(const struct bfd_session *session)
{
	if (session->state == BFD_DOWN && session->remote_state == BFD_ADMIN_DOWN)
		return BFD_ADMIN_DOWN;
	return session->state;
}

/* RFC 5882 3.1 leaves it to us how long a session that flaps is not believed. What we hold down
 * ourselves is no matter of belief. */
static bool is_held(const struct bfd_session *session, enum bfd_state told)
{
	return session->has_failed && session->bfd->conf.hold_us &&
	       session->state != BFD_ADMIN_DOWN && (told == BFD_UP || told == BFD_ADMIN_DOWN);
}

static void tell(struct bfd_session *session, bool was_up)
{
	struct env *env = env_of(session);
	enum bfd_state told = told_state(session);

	session->has_failed |= was_up && told == BFD_DOWN;
	if (is_held(session, told) &&
	    timer_start(env->timers, &session->hold_timer,
			moment_add(session->since, session->bfd->conf.hold_us)) == 0)
		return;
	timer_stop(env->timers, &session->hold_timer);
	if (told == BFD_UP || told == BFD_ADMIN_DOWN)
		session->has_failed = false;
	bfd_tell(session, told);
}

static void on_hold_over(struct timer *timer)
{
	struct bfd_session *session = container_of(timer, struct bfd_session, hold_timer);

	session->has_failed = false;
	bfd_tell(session, told_state(session));
}

static void enter(struct bfd_session *session, enum bfd_state state)
{
	bool was_up = session->state == BFD_UP;

	if (was_up)
		session->transitions++;
	session->state = state;
	session->since = env_now(env_of(session));
	set_intervals(session);
	transmit_now(session);
	tell(session, was_up);
}

void bfd_session_event(struct bfd_session *session, enum bfd_event event)
{
	const struct bfd_transition *to = &bfd_machine[session->state][event];

	if (to->diag != BFD_DIAGS)
		session->diag = to->diag;
	if (to->state != session->state)
		enter(session, to->state);
}

/* Silence in any state makes us forget who the peer was (6.8.1, bfd.RemoteDiscr). */
static void on_silence(struct timer *timer)
{
	struct bfd_session *session = container_of(timer, struct bfd_session, detect_timer);

	session->your_discriminator = 0;
	session->remote_demand = false;
	bfd_session_event(session, BFD_SILENCE);
}

static void listen_on(struct bfd_session *session)
{
	struct env *env = env_of(session);

	timer_start(env->timers, &session->detect_timer,
		    moment_add(session->heard, bfd_session_detect_us(session)));
}

void bfd_session_start(struct bfd_session *session)
{
	struct env *env = env_of(session);

	timer_init(&session->send_timer, on_send);
	timer_init(&session->detect_timer, on_silence);
	timer_init(&session->hold_timer, on_hold_over);
	session->state = session->bfd->conf.admin_down ? BFD_ADMIN_DOWN : BFD_DOWN;
	session->remote_state = BFD_DOWN;
	session->remote_rx_us = 1; /* 6.8.1: until the peer says more */
	session->sequence = env_random(env);
	session->since = env_now(env);
	bfd_session_adjust(session);
}

void bfd_session_stop(struct bfd_session *session)
{
	struct env *env = env_of(session);

	/* 6.8.16: the peer is told, so that it does not take our silence for a failure. */
	if (session->state != BFD_ADMIN_DOWN)
		bfd_session_event(session, BFD_HOLD);
	timer_stop(env->timers, &session->send_timer);
	timer_stop(env->timers, &session->detect_timer);
	timer_stop(env->timers, &session->hold_timer);
}

void bfd_session_adjust(struct bfd_session *session)
{
	bool had_path = session->local.family != ADDR_NONE;

	bfd_find_path(session);
	bfd_session_event(session, session->bfd->conf.admin_down ? BFD_HOLD : BFD_LET_GO);
	if (session->local.family == ADDR_NONE) {
		session->your_discriminator = 0;
		timer_stop(env_of(session)->timers, &session->detect_timer);
		bfd_session_event(session, BFD_PATH_LOST);
	}
	if (timer_runs(&session->hold_timer))
		timer_start(env_of(session)->timers, &session->hold_timer,
			    moment_add(session->since, session->bfd->conf.hold_us));
	set_intervals(session);
	if (session->polling || !had_path)
		transmit_now(session);
	else if (!timer_runs(&session->send_timer) || !may_send(session))
		schedule(session);
}

/* 6.7.3 and 6.7.4. Twice the detection time of silence, and any sequence will do (6.8.1). */
static bool sequence_fits(struct bfd_session *session, const struct bfd_packet *packet)
{
	uint32_t ahead = packet->sequence - session->remote_sequence;
	int64_t silent = moment_span(session->heard, env_now(env_of(session)));

	if (packet->auth_type < BFD_AUTH_SHA1)
		return true;
	if (session->has_sequence && silent <= 2 * (int64_t)bfd_session_detect_us(session)) {
		if (packet->auth_type == BFD_AUTH_SHA1_METICULOUS && ahead == 0)
			return false;
		if (ahead > (uint32_t)SEQUENCE_WINDOW * packet->multiplier)
			return false;
	}
	session->has_sequence = true;
	session->remote_sequence = packet->sequence;
	return true;
}

static void end_poll(struct bfd_session *session)
{
	session->polling = false;
	session->sent_tx_us = session->tx_us;
	session->kept_rx_us = session->rx_us;
}

/* How near it has come to a failure: its packets may have been lost, or late, or lain in front of
 * us. */
static void note_silence(struct bfd_session *session)
{
	int64_t us = moment_span(session->heard, env_now(env_of(session)));

	if (session->state != BFD_UP)
		return;
	session->late += us > heard_us(session) * INT64_C(3) / 2;
	if (us > session->longest_us)
		session->longest_us = us < UINT32_MAX ? (uint32_t)us : UINT32_MAX;
}

bool bfd_session_input(struct bfd_session *session, const struct bfd_packet *packet)
{
	static const enum bfd_event events[BFD_STATES] = {BFD_GOT_ADMIN_DOWN, BFD_GOT_DOWN,
							  BFD_GOT_INIT, BFD_GOT_UP};
	uint32_t interval = bfd_session_tx_us(session);

	if (packet->has_auth && !sequence_fits(session, packet))
		return false;
	session->received++;
	note_silence(session);
	session->heard = env_now(env_of(session));
	session->your_discriminator = packet->my_discriminator;
	session->remote_state = packet->state;
	session->remote_diag = packet->diag;
	session->remote_demand = packet->demand;
	session->remote_rx_us = packet->rx_us;
	session->remote_tx_us = packet->tx_us;
	session->remote_multiplier = packet->multiplier;
	if (session->polling && packet->final)
		end_poll(session);
	listen_on(session);
	bfd_session_event(session, events[packet->state]);
	if (packet->poll && session->local.family != ADDR_NONE)
		transmit(session, true);
	/* A peer that wants to hear more often does not wait for an interval that is too long. */
	if (bfd_session_tx_us(session) != interval || !timer_runs(&session->send_timer) ||
	    !may_send(session))
		schedule(session);
	return true;
}

// SPDX-License-Identifier: BSD-3-Clause
#include "routing/bfd/bfd.h"

#include <errno.h>
#include <string.h>

#include "routing/bfd/engine.h"
#include "routing/core/memory.h"
#include "routing/core/udp.h"

enum { PORT_FIRST = 49152 }; /* RFC 5881, 4 */

struct bfd *bfd_create(struct env *env)
{
	struct bfd *bfd = memory_zalloc(sizeof(*bfd));

	if (!bfd)
		return NULL;
	bfd->env = env;
	bfd->next_port = PORT_FIRST;
	bfd->conf = (struct bfd_conf){.tx_us = 300000, .rx_us = 300000, .multiplier = 3};
	return bfd;
}

void bfd_destroy(struct bfd *bfd)
{
	memory_free(bfd);
}

static const struct iface *find_iface(const struct bfd *bfd, uint32_t id)
{
	const struct iface *iface = bfd->env->ops->iface_next(bfd->env, id - 1);

	return iface && iface->id == id ? iface : NULL;
}

int bfd_send(struct bfd *bfd, uint32_t iface, const struct addr *peer, const uint8_t *data,
	     uint32_t len)
{
	struct packet_out out = {
		.iface = find_iface(bfd, iface),
		.ether_type = peer->family == ADDR_IP4 ? 0x0800 : 0x86dd,
		.gateway = *peer,
		.data = data,
		.len = len,
	};

	return out.iface ? env_send(bfd->env, &out) : -ENETDOWN;
}

void bfd_find_path(struct bfd_session *session)
{
	const struct iface *iface = find_iface(session->bfd, session->iface);

	session->local = (struct addr){0};
	if (!iface || !(iface->flags & IFACE_UP))
		return;
	for (uint16_t i = 0; i < iface->n_addresses; i++)
		if (prefix_contains(&iface->addresses[i], &session->peer)) {
			session->local = iface->addresses[i].addr;
			return;
		}
}

static uint32_t slot_of(uint32_t discriminator)
{
	return discriminator % BFD_SESSIONS_MAX;
}

static struct bfd_session *by_discriminator(const struct bfd *bfd, uint32_t discriminator)
{
	struct bfd_session *session = bfd->slots[slot_of(discriminator)];

	return session && session->my_discriminator == discriminator ? session : NULL;
}

static struct bfd_session *by_peer(const struct bfd *bfd, uint32_t iface, const struct addr *peer)
{
	for (uint32_t i = 0; i < bfd->n_slots; i++) {
		struct bfd_session *session = bfd->slots[i];

		if (session && session->iface == iface && addr_compare(&session->peer, peer) == 0)
			return session;
	}
	return NULL;
}

/* Sessions that a call is still busy with are freed at its end. */
static void hold(struct bfd_session *session)
{
	session->n_holds++;
}

static void let_go(struct bfd_session *session)
{
	struct bfd *bfd = session->bfd;

	if (--session->n_holds > 0 || session->users)
		return;
	hold(session); /* its end is told to nobody, but passes here again */
	bfd_session_stop(session);
	bfd->slots[slot_of(session->my_discriminator)] = NULL;
	while (bfd->n_slots > 0 && !bfd->slots[bfd->n_slots - 1])
		bfd->n_slots--;
	memory_free(session);
}

/* A user that leaves takes itself out of the list: the next one is looked for anew, by number. */
void bfd_tell(struct bfd_session *session, enum bfd_state state)
{
	uint64_t round = ++session->bfd->round;
	struct bfd_user *user;

	hold(session);
	do {
		for (user = session->users; user && user->told_in == round;)
			user = user->next;
		if (user) {
			user->told_in = round;
			user->fn(user->arg, session, state);
		}
	} while (user);
	let_go(session);
}

/* Random, so that a stranger cannot guess it (6.8.1), but for where the session is found. */
static uint32_t new_discriminator(struct bfd *bfd, uint32_t slot)
{
	uint32_t value;

	do
		value = env_random(bfd->env) / BFD_SESSIONS_MAX * BFD_SESSIONS_MAX + slot;
	while (!value);
	return value;
}

static uint32_t free_slot(const struct bfd *bfd)
{
	uint32_t slot = 0;

	while (slot < bfd->n_slots && bfd->slots[slot])
		slot++;
	return slot;
}

static struct bfd_session *session_create(struct bfd *bfd, uint32_t iface, const struct addr *peer)
{
	struct bfd_session *session;
	uint32_t slot = free_slot(bfd);

	if (slot == BFD_SESSIONS_MAX) {
		errno = ENOSPC;
		return NULL;
	}
	session = memory_zalloc(sizeof(*session));
	if (!session)
		return NULL;
	session->bfd = bfd;
	session->iface = iface;
	session->peer = *peer;
	session->last_refused = BFD_REFUSALS;
	session->my_discriminator = new_discriminator(bfd, slot);
	session->source_port = bfd->next_port;
	bfd->next_port = bfd->next_port == UINT16_MAX ? PORT_FIRST : bfd->next_port + 1;
	bfd->slots[slot] = session;
	if (slot == bfd->n_slots)
		bfd->n_slots++;
	return session;
}

struct bfd_session *bfd_want(struct bfd *bfd, uint32_t iface, const struct addr *peer, bfd_told *fn,
			     void *arg)
{
	struct bfd_user *user = memory_zalloc(sizeof(*user));
	struct bfd_session *session;
	bool is_new;

	if (!user)
		return NULL;
	session = by_peer(bfd, iface, peer);
	is_new = !session;
	if (is_new)
		session = session_create(bfd, iface, peer);
	if (!session) {
		memory_free(user);
		return NULL;
	}
	*user = (struct bfd_user){session->users, fn, arg, 0};
	session->users = user;
	if (is_new)
		bfd_session_start(session);
	return session;
}

void bfd_unwant(struct bfd *bfd, struct bfd_session *session, bfd_told *fn, void *arg)
{
	for (struct bfd_user **at = &session->users; *at; at = &(*at)->next) {
		struct bfd_user *user = *at;

		if (user->fn != fn || user->arg != arg)
			continue;
		*at = user->next;
		memory_free(user);
		break;
	}
	hold(session);
	let_go(session);
}

/* Has all sessions, or those of an interface, see what changed. They may come and go meanwhile. */
static void adjust_all(struct bfd *bfd, uint32_t iface)
{
	for (uint32_t i = 0; i < bfd->n_slots; i++) {
		struct bfd_session *session = bfd->slots[i];

		if (!session || (iface && session->iface != iface))
			continue;
		hold(session);
		bfd_session_adjust(session);
		let_go(session);
	}
}

int bfd_configure(struct bfd *bfd, const struct bfd_conf *conf)
{
	static const uint8_t most[] = {[BFD_AUTH_PASSWORD] = 16,
				       [BFD_AUTH_SHA1] = BFD_KEY_MAX,
				       [BFD_AUTH_SHA1_METICULOUS] = BFD_KEY_MAX};
	const struct bfd_auth *auth = &conf->auth;

	if (!conf->multiplier || !conf->tx_us || !conf->rx_us)
		return -EINVAL;
	if (auth->type &&
	    (auth->type >= sizeof(most) || !auth->key_size || auth->key_size > most[auth->type]))
		return -EINVAL;
	bfd->conf = *conf;
	adjust_all(bfd, 0);
	return 0;
}

void bfd_iface_changed(struct bfd *bfd, const struct iface *iface)
{
	adjust_all(bfd, iface->id);
}

void bfd_iface_gone(struct bfd *bfd, const struct iface *iface)
{
	bfd_iface_changed(bfd, iface);
}

/* 6.8.6: which session it is for. */
static struct bfd_session *select_session(const struct bfd *bfd, const struct packet_in *in,
					  const struct addr *src, const struct bfd_packet *packet)
{
	struct bfd_session *session;

	if (!packet->your_discriminator)
		return by_peer(bfd, in->iface->id, src);
	session = by_discriminator(bfd, packet->your_discriminator);
	if (session && (session->iface != in->iface->id || addr_compare(&session->peer, src) != 0))
		return NULL;
	return session;
}

/* *src is who sent it, from the moment where that is known. */
static enum bfd_refused take(struct bfd *bfd, const struct packet_in *in, struct addr *src)
{
	struct bfd_session *session;
	struct bfd_packet packet;
	enum bfd_refused why;
	struct udp_view udp;
	struct ip_view ip;
	bool fits;

	if (ip_read(in->data, in->len, false, &ip) < 0 || udp_read(&ip, &udp) < 0 ||
	    udp.dport != BFD_PORT)
		return BFD_BAD_PACKET;
	*src = ip.src;
	if (ip.ttl != BFD_TTL)
		return BFD_BAD_TTL;
	why = bfd_packet_read(udp.data, udp.len, &packet);
	if (why != BFD_REFUSALS)
		return why;
	session = select_session(bfd, in, &ip.src, &packet);
	if (!session)
		return BFD_NO_SESSION;
	hold(session);
	fits = bfd_packet_authentic(bfd->env, &packet, udp.data, udp.len, &bfd->conf.auth) &&
	       bfd_session_input(session, &packet);
	let_go(session);
	return fits ? BFD_REFUSALS : BFD_BAD_AUTH;
}

void bfd_input(struct bfd *bfd, const struct packet_in *in)
{
	struct addr src = {0};
	enum bfd_refused why = take(bfd, in, &src);
	struct bfd_session *session;

	if (why == BFD_REFUSALS)
		return;
	bfd->refused[why]++;
	session = by_peer(bfd, in->iface->id, &src);
	if (!session)
		return;
	session->refused[why]++;
	session->last_refused = why;
}

enum bfd_state bfd_state(const struct bfd_session *session)
{
	return session->state;
}

static uint32_t count_users(const struct bfd_session *session)
{
	uint32_t n = 0;

	for (const struct bfd_user *user = session->users; user; user = user->next)
		n++;
	return n;
}

void bfd_info(const struct bfd_session *session, struct bfd_info *out)
{
	*out = (struct bfd_info){
		.iface = session->iface,
		.local = session->local,
		.peer = session->peer,
		.state = session->state,
		.remote_state = session->remote_state,
		.diag = session->diag,
		.remote_diag = session->remote_diag,
		.my_discriminator = session->my_discriminator,
		.your_discriminator = session->your_discriminator,
		.tx_us = bfd_session_tx_us(session),
		.detect_us = bfd_session_detect_us(session),
		.transitions = session->transitions,
		.sent = session->sent,
		.received = session->received,
		.late = session->late,
		.longest_us = session->longest_us,
		.refused = session->refused,
		.last_refused = session->last_refused,
		.since_us = session->since.us,
		.held_us = bfd_session_held_us(session),
		.users = count_users(session),
	};
}

const struct bfd_session *bfd_next(const struct bfd *bfd, const struct bfd_session *session)
{
	for (uint32_t i = session ? slot_of(session->my_discriminator) + 1 : 0; i < bfd->n_slots;
	     i++)
		if (bfd->slots[i])
			return bfd->slots[i];
	return NULL;
}

uint64_t bfd_refused(const struct bfd *bfd, enum bfd_refused why)
{
	return bfd->refused[why];
}

void bfd_clear(struct bfd *bfd)
{
	for (uint32_t i = 0; i < bfd->n_slots; i++)
		if (bfd->slots[i])
			bfd->slots[i]->longest_us = 0;
}

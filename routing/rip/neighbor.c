// SPDX-License-Identifier: BSD-3-Clause
#include <string.h>

#include "routing/core/memory.h"
#include "routing/core/udp.h"
#include "routing/rip/engine.h"

/* BFD: a neighbour that no longer answers has no routes (RFC 5882, 4.3.3). One that does again may
 * have told all that it has while nobody believed it. */
static void on_watch(void *arg, bool is_alive)
{
	struct rip_neighbor *neighbor = arg;
	bool is_back = neighbor->is_deaf && is_alive;

	neighbor->is_deaf = !is_alive;
	if (!is_alive)
		rip_forget_neighbor(neighbor);
	if (is_back)
		rip_send_request(neighbor->iface, &neighbor->addr);
}

/* Who is not told of us will not answer: it has no session with somebody that it does not know. */
static void watch(struct rip_neighbor *neighbor)
{
	struct rip_iface *iface = neighbor->iface;
	struct env *env = rip_env(iface->rip);

	if (iface->conf.bfd && env->ops->watch && rip_iface_tells(iface, &neighbor->addr))
		neighbor->watch =
			env->ops->watch(env, iface->id, &neighbor->addr, on_watch, neighbor);
}

static struct moment last_heard(const struct rip_neighbor *neighbor)
{
	return neighbor->packets ? neighbor->seen : neighbor->refused.at;
}

static bool goes_before(const struct rip_neighbor *neighbor, const struct rip_neighbor *other,
			bool is_good)
{
	if (neighbor->n_hops || (neighbor->packets && !is_good))
		return false;
	if (other && !neighbor->packets != !other->packets)
		return !neighbor->packets;
	return !other || last_heard(neighbor).us < last_heard(other).us;
}

/* Makes room by the one that was silent longest: of the strangers, else, for who sent a good
 * packet, of those without routes. What anybody can send from addresses that he makes up takes
 * nothing from those who know the key. */
static bool make_room(struct rip_iface *iface, bool is_good)
{
	struct rip_neighbor *oldest = NULL;

	if (iface->neighbors.n < iface->rip->conf.neighbors_max)
		return true;
	list_foreach(rip_neighbors, &iface->neighbors, neighbor)
		if (goes_before(neighbor, oldest, is_good))
			oldest = neighbor;
	if (oldest)
		rip_neighbor_free(oldest);
	return oldest != NULL;
}

struct rip_neighbor *rip_neighbor_find(struct rip_iface *iface, const struct addr *addr)
{
	list_foreach(rip_neighbors, &iface->neighbors, neighbor)
		if (addr_compare(&neighbor->addr, addr) == 0)
			return neighbor;
	return NULL;
}

struct rip_neighbor *rip_neighbor_add(struct rip_iface *iface, const struct addr *addr,
				      bool is_good)
{
	struct rip_neighbor *neighbor;

	if (!make_room(iface, is_good))
		return NULL;
	neighbor = memory_zalloc(sizeof(*neighbor));
	if (!neighbor)
		return NULL;
	neighbor->iface = iface;
	neighbor->addr = *addr;
	neighbor->refused.last = RIP_REFUSALS;
	rip_neighbors_add(&iface->neighbors, neighbor);
	return neighbor;
}

void rip_neighbor_heard(struct rip_neighbor *neighbor, uint8_t version, const struct rip_key *key)
{
	neighbor->seen = env_now(rip_env(neighbor->iface->rip));
	neighbor->version = version;
	neighbor->key = key ? *key : (struct rip_key){0};
	if (neighbor->packets++ == 0)
		watch(neighbor);
}

void rip_neighbor_refused(struct rip_neighbor *neighbor, enum rip_refused why,
			  const struct udp_view *udp)
{
	struct rip_refusals *refused = &neighbor->refused;

	refused->counts[why]++;
	refused->last = why;
	refused->at = env_now(rip_env(neighbor->iface->rip));
	refused->size = udp->len;
	memcpy(refused->data, udp->data, udp->len < RIP_KEPT_MAX ? udp->len : RIP_KEPT_MAX);
	if (neighbor->addr.family == ADDR_IP4)
		rip_auth_blank(refused->data, refused->size);
}

void rip_neighbor_free(struct rip_neighbor *neighbor)
{
	struct env *env = rip_env(neighbor->iface->rip);

	if (neighbor->watch)
		env->ops->unwatch(env, neighbor->watch);
	rip_forget_neighbor(neighbor);
	rip_neighbors_del(&neighbor->iface->neighbors, neighbor);
	memory_free(neighbor);
}

/* Whatever its lifetime has become: what is too old is refused when it comes. */
static bool is_among(const struct rip_key *key, const struct rip_iface_conf *conf)
{
	if (key->type == RIP_AUTH_NONE)
		return conf->n_keys == 0;
	for (uint8_t i = 0; i < conf->n_keys; i++) {
		const struct rip_key *other = &conf->keys[i];

		if (other->id == key->id && other->type == key->type && other->size == key->size &&
		    memcmp(other->key, key->key, key->size) == 0)
			return true;
	}
	return false;
}

void rip_neighbors_rekey(struct rip_iface *iface, const struct rip_iface_conf *conf)
{
	list_foreach_safe(rip_neighbors, &iface->neighbors, neighbor)
		if (neighbor->packets && !is_among(&neighbor->key, conf))
			rip_neighbor_free(neighbor);
}

/* Who was silent for so long that its routes timed out may have lost its sequence with its life
 * (RFC 4822 3.2.2 lets a zero begin anew then). */
static bool may_begin_anew(const struct rip_neighbor *neighbor, uint32_t sequence)
{
	return sequence == 0 && neighbor->n_hops == 0;
}

bool rip_neighbor_sequence(struct rip_neighbor *neighbor, const struct rip_auth_seen *seen)
{
	struct rip_sequence *known = neighbor->sequences, *end = known + neighbor->n_sequences;

	while (known < end && known->key_id != seen->key_id)
		known++;
	if (known == end) {
		if (neighbor->n_sequences == RIP_KEYS_MAX)
			neighbor->n_sequences =
				0; /* keys came and went: only those in use matter */
		known = &neighbor->sequences[neighbor->n_sequences++];
		*known = (struct rip_sequence){seen->key_id, seen->sequence};
		return true;
	}
	if (seen->sequence < known->sequence && !may_begin_anew(neighbor, seen->sequence))
		return false;
	known->sequence = seen->sequence;
	return true;
}

// SPDX-License-Identifier: BSD-3-Clause
#include "routing/core/memory.h"
#include "routing/rip/engine.h"

enum { NEIGHBORS_MAX = 256 }; /* of an interface: whoever floods with sources is one of these */

/* BFD: a neighbour that no longer answers has no routes (RFC 5882, 4.3.3). */
static void on_watch(void *arg, bool is_alive)
{
	struct rip_neighbor *neighbor = arg;

	neighbor->is_deaf = !is_alive;
	if (!is_alive)
		rip_forget_neighbor(neighbor);
}

static void watch(struct rip_neighbor *neighbor)
{
	struct rip_iface *iface = neighbor->iface;
	struct env *env = rip_env(iface->rip);

	if (iface->conf.bfd && env->ops->watch)
		neighbor->watch =
			env->ops->watch(env, iface->id, &neighbor->addr, on_watch, neighbor);
}

/* Makes room by the one that has no routes and was silent longest. */
static bool make_room(struct rip_iface *iface)
{
	struct rip_neighbor *oldest = NULL;

	if (iface->neighbors.n < NEIGHBORS_MAX)
		return true;
	list_foreach(rip_neighbors, &iface->neighbors, neighbor)
		if (!neighbor->n_hops && (!oldest || neighbor->seen.us < oldest->seen.us))
			oldest = neighbor;
	if (oldest)
		rip_neighbor_free(oldest);
	return oldest != NULL;
}

struct rip_neighbor *rip_neighbor_get(struct rip_iface *iface, const struct addr *addr)
{
	struct rip_neighbor *neighbor;

	list_foreach(rip_neighbors, &iface->neighbors, known)
		if (addr_compare(&known->addr, addr) == 0)
			return known;
	if (!make_room(iface))
		return NULL;
	neighbor = memory_zalloc(sizeof(*neighbor));
	if (!neighbor)
		return NULL;
	neighbor->iface = iface;
	neighbor->addr = *addr;
	neighbor->last_refused = RIP_REFUSALS;
	rip_neighbors_add(&iface->neighbors, neighbor);
	watch(neighbor);
	return neighbor;
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

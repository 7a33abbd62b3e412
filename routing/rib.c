// SPDX-License-Identifier: BSD-3-Clause
/* The RIB as a whole, and its VRFs. */
#include "routing/rib.h"

#include <errno.h>
#include <string.h>

#include "routing/core/memory.h"
#include "routing/rib_inside.h"

static void init_pools(struct rib *rib)
{
	pool_init(&rib->nodes[0], trie_node_size(ADDR_IP4));
	pool_init(&rib->nodes[1], trie_node_size(ADDR_IP6));
	pool_init(&rib->routes, sizeof(struct route));
	pool_init(&rib->dests, sizeof(struct dest));
	pool_init(&rib->ways, sizeof(struct way));
	pool_init(&rib->watches, sizeof(struct watch));
	pool_init(&rib->uses, sizeof(struct use));
	rib->dirty_dests = (struct pool_queue){&rib->dests, offsetof(struct dest, next_dirty)};
	rib->changed_ways = (struct pool_queue){&rib->ways, offsetof(struct way, next_queued)};
	rib->changed_watches =
		(struct pool_queue){&rib->watches, offsetof(struct watch, next_queued)};
}

struct rib *rib_create(struct env *env)
{
	struct rib *rib = memory_zalloc(sizeof(*rib));

	if (!rib)
		return NULL;
	rib->env = env;
	init_pools(rib);
	rib->sets = nexthop_sets_create();
	if (!rib->sets || rib_vrf_add(rib, 0) < 0) {
		rib_destroy(rib);
		errno = ENOMEM;
		return NULL;
	}
	return rib;
}

/* Lets go of the sets of all that is left; the pools free the rest as a whole. */
static void release_sets(struct rib *rib)
{
	struct rib_place place = {0};
	uint32_t d;

	nexthop_set_unref(rib->sets, rib->shown);
	while ((d = rib_place_next(rib, &place)) != 0)
		if (dest_at(rib, d)->told)
			nexthop_set_unref(rib->sets,
					  nexthop_sets_at(rib->sets, dest_at(rib, d)->hops));
	watches_fini(rib);
	ways_fini(rib);
}

void vrf_free(struct rib *rib, uint32_t number)
{
	struct rib_vrf *vrf = rib->vrfs[number];

	for (int t = 0; vrf && t < 2; t++) {
		trie_fini(&vrf->tables[t].dests);
		trie_fini(&vrf->tables[t].gateways);
	}
	memory_free(vrf);
	rib->vrfs[number] = NULL;
}

void rib_destroy(struct rib *rib)
{
	if (!rib)
		return;
	if (rib->sets)
		release_sets(rib);
	for (uint32_t i = 0; i < rib->n_vrfs; i++)
		vrf_free(rib, i);
	memory_free(rib->vrfs);
	memory_free(rib->sources);
	memory_free(rib->listeners);
	memory_free(rib->pivots);
	for (int i = 0; i < 2; i++)
		pool_fini(&rib->nodes[i]);
	pool_fini(&rib->routes);
	pool_fini(&rib->dests);
	pool_fini(&rib->ways);
	pool_fini(&rib->watches);
	pool_fini(&rib->uses);
	nexthop_sets_destroy(rib->sets);
	memory_free(rib);
}

struct nexthop_sets *rib_sets(struct rib *rib)
{
	return rib->sets;
}

static int make_room_for_vrf(struct rib *rib, uint16_t number)
{
	uint32_t n = number + 1U;
	struct rib_vrf **vrfs;

	if (n <= rib->n_vrfs)
		return 0;
	vrfs = memory_resize(rib->vrfs, n, sizeof(*vrfs));
	if (!vrfs)
		return -ENOMEM;
	memset(vrfs + rib->n_vrfs, 0, (n - rib->n_vrfs) * sizeof(*vrfs));
	rib->vrfs = vrfs;
	rib->n_vrfs = n;
	return 0;
}

int rib_vrf_add(struct rib *rib, uint16_t number)
{
	struct rib_vrf *vrf;

	if (vrf_find(rib, number))
		return -EEXIST;
	if (make_room_for_vrf(rib, number) < 0)
		return -ENOMEM;
	vrf = rib->vrfs[number];
	if (vrf) { /* it is back before it was quite gone */
		rib->n_leaving_vrfs--;
	} else {
		vrf = memory_zalloc(sizeof(*vrf));
		if (!vrf)
			return -ENOMEM;
		trie_init(&vrf->tables[0].dests, ADDR_IP4, &rib->nodes[0]);
		trie_init(&vrf->tables[0].gateways, ADDR_IP4, &rib->nodes[0]);
		trie_init(&vrf->tables[1].dests, ADDR_IP6, &rib->nodes[1]);
		trie_init(&vrf->tables[1].gateways, ADDR_IP6, &rib->nodes[1]);
		rib->vrfs[number] = vrf;
	}
	vrf->number = number;
	vrf->leaving = false;
	vrf->limit = UINT32_MAX;
	return 0;
}

int rib_vrf_del(struct rib *rib, uint16_t number)
{
	struct rib_vrf *vrf = vrf_find(rib, number);

	if (!vrf)
		return -ENOENT;
	if (vrf->n_routes > 0 || number == 0)
		return -EBUSY;
	vrf->leaving = true;
	rib->n_leaving_vrfs++;
	return 0;
}

int rib_vrf_limit(struct rib *rib, uint16_t number, uint32_t routes)
{
	struct rib_vrf *vrf = vrf_find(rib, number);

	if (!vrf)
		return -ENOENT;
	vrf->limit = routes;
	return 0;
}

// SPDX-License-Identifier: BSD-3-Clause
/*
 * Listeners. A new one hears first of what is used already, in order and in
 * slices; of a change it hears only where it has been already: ahead of that it
 * will hear of what there is when it comes by.
 */
#include <errno.h>

#include "routing/core/memory.h"
#include "routing/rib_inside.h"

int rib_listen(struct rib *rib, rib_listener *fn, void *arg)
{
	struct rib_listening *listeners =
		memory_resize(rib->listeners, rib->n_listeners + 1, sizeof(*listeners));

	if (!listeners)
		return -ENOMEM;
	rib->listeners = listeners;
	listeners[rib->n_listeners++] =
		(struct rib_listening){.fn = fn, .arg = arg, .is_behind = rib->n_told > 0};
	rib->n_behind += rib->n_told > 0;
	return 0;
}

/* n_listeners: nobody. */
static uint32_t find(const struct rib *rib, rib_listener *fn, const void *arg)
{
	uint32_t i = 0;

	while (i < rib->n_listeners && (rib->listeners[i].fn != fn || rib->listeners[i].arg != arg))
		i++;
	return i;
}

void rib_tell_again(struct rib *rib, rib_listener *fn, void *arg)
{
	uint32_t i = find(rib, fn, arg);

	if (i == rib->n_listeners || rib->n_told == 0)
		return;
	rib->n_behind += !rib->listeners[i].is_behind;
	rib->listeners[i] =
		(struct rib_listening){.fn = fn, .arg = arg, .is_behind = true, .is_again = true};
}

void rib_unlisten(struct rib *rib, rib_listener *fn, void *arg)
{
	uint32_t i = find(rib, fn, arg);

	if (i == rib->n_listeners)
		return;
	rib->n_behind -= rib->listeners[i].is_behind;
	for (rib->n_listeners--; i < rib->n_listeners; i++)
		rib->listeners[i] = rib->listeners[i + 1];
}

/* Whether a walk has been at a dest. */
static bool has_passed(const struct rib *rib, const struct rib_place *place,
		       const struct dest *dest)
{
	uint32_t table = (dest->flags & DEST_IP6) != 0;
	struct trie_key key;

	if (place->vrf != dest->vrf)
		return place->vrf > dest->vrf;
	if (place->table != table)
		return place->table > table;
	key = trie_key_at(&dest_table(rib, dest)->dests, dest->node);
	return place->started && trie_key_compare(&place->key, &key) >= 0;
}

void listeners_tell(struct rib *rib, const struct dest *dest, const struct rib_best *was,
		    const struct rib_best *now)
{
	for (uint32_t i = 0; i < rib->n_listeners; i++) {
		const struct rib_listening *listener = &rib->listeners[i];

		if (!listener->is_behind || listener->is_again ||
		    has_passed(rib, &listener->place, dest))
			listener->fn(listener->arg, was, now);
	}
}

/* One prefix for the first that is behind. */
void listeners_step(struct rib *rib)
{
	struct rib_listening *listener = rib->listeners;
	const struct dest *dest;
	struct rib_best now;
	uint32_t d;

	while (!listener->is_behind)
		listener++;
	d = rib_place_next(rib, &listener->place);
	if (d == 0) {
		listener->is_behind = listener->is_again = false;
		rib->n_behind--;
		return;
	}
	dest = dest_at(rib, d);
	if (dest->told == 0)
		return;
	rib_best_of(rib, dest, route_at(rib, dest->told), nexthop_sets_at(rib->sets, dest->hops),
		    &now);
	listener->fn(listener->arg, NULL, &now);
}

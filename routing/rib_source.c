// SPDX-License-Identifier: BSD-3-Clause
/* Sources: who has routes, and how one that leaves takes them along, a few at a time. */
#include <errno.h>

#include "routing/core/memory.h"
#include "routing/rib_inside.h"

enum { SOURCES_MAX = UINT16_MAX }; /* a route names its source with 16 bits */

uint32_t source_find(struct rib *rib, uint32_t number)
{
	uint32_t i = rib->last_source;

	if (number == 0)
		return UINT32_MAX;
	if (i >= rib->n_sources || rib->sources[i].number != number)
		for (i = 0; i < rib->n_sources && rib->sources[i].number != number;)
			i++;
	if (i == rib->n_sources || rib->sources[i].leaving)
		return UINT32_MAX;
	rib->last_source = i;
	return i;
}

static uint32_t free_slot(struct rib *rib)
{
	struct rib_source *sources;

	for (uint32_t i = 0; i < rib->n_sources; i++)
		if (rib->sources[i].number == 0)
			return i;
	if (rib->n_sources == SOURCES_MAX)
		return UINT32_MAX;
	sources = memory_resize(rib->sources, rib->n_sources + 1, sizeof(*sources));
	if (!sources)
		return UINT32_MAX;
	rib->sources = sources;
	return rib->n_sources++;
}

uint32_t rib_source_add(struct rib *rib, enum rib_protocol protocol)
{
	uint32_t i = free_slot(rib);

	if (i == UINT32_MAX) {
		errno = ENOMEM;
		return 0;
	}
	rib->sources[i] = (struct rib_source){.number = ++rib->last_number, .protocol = protocol};
	return rib->sources[i].number;
}

void rib_source_del(struct rib *rib, uint32_t number)
{
	uint32_t i = source_find(rib, number);

	if (i == UINT32_MAX)
		return;
	rib->sources[i].leaving = true;
	rib->sources[i].place = (struct rib_place){0};
	rib->n_leaving_sources++;
}

/* One dest for one of those that leave; a source goes when its last route is released. */
void sources_step(struct rib *rib)
{
	uint32_t i = 0, d, r;
	struct rib_source *source;

	while (!rib->sources[i].leaving)
		i++;
	source = &rib->sources[i];
	if (source->n_routes == 0) {
		*source = (struct rib_source){0};
		rib->n_leaving_sources--;
		return;
	}
	d = rib_place_next(rib, &source->place);
	if (d == 0) /* what was not decided yet, when it was passed, is told by now */
		return;
	r = route_find(rib, dest_at(rib, d), i);
	if (r != 0)
		route_withdraw(rib, r);
}

// SPDX-License-Identifier: BSD-3-Clause
#include "control/spine/later.h"

void later_end(struct later *later)
{
	struct later_item *item;

	while (later && (item = later->items)) {
		later->items = item->next;
		item->drop(item);
	}
	if (later)
		later->n_missing = 0;
}

bool later_is_waiting(const struct later *later)
{
	return later && later->n_missing > 0;
}

bool later_may_wait(const struct later *later)
{
	return later && later->resume;
}

void later_add(struct later *later, struct later_item *item)
{
	item->later = later;
	item->next = later->items;
	later->items = item;
	later->n_missing += item->is_missing;
}

void later_come(struct later_item *item)
{
	struct later *later = item->later;

	if (!item->is_missing)
		return;
	item->is_missing = false;
	if (--later->n_missing == 0)
		later->resume(later->arg);
}

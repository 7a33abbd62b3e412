// SPDX-License-Identifier: BSD-3-Clause
#include "control/interface_table.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "control/fib_sync.h"
#include "control/numbers.h"

static struct {
	struct iface_entry *first;
	struct iface_entry **by_id; /* in the order of their ids */
	size_t n, room;
	struct iface_entry *by_l3[L3_IFACE_MAX];
	bool leaving[L3_IFACE_MAX]; /* gone, but something in the dataplane leads there still */
	struct numbers numbers;     /* in the dataplane */
	uint32_t last_id;
} table = {.numbers = {.max = L3_IFACE_MAX}};

struct iface_entry *interfaces_first(void)
{
	return table.first;
}

struct iface_entry *interfaces_find(const char *name)
{
	for (struct iface_entry *e = table.first; e; e = e->next)
		if (strcmp(e->iface.name, name) == 0)
			return e;
	return NULL;
}

/* The place in by_id of the first with an id above `after`. */
static size_t place_after(uint32_t after)
{
	size_t low = 0, high = table.n;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (table.by_id[middle]->iface.id <= after)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

struct iface_entry *interfaces_by_id(uint32_t id)
{
	size_t at = id ? place_after(id - 1) : table.n;

	return at < table.n && table.by_id[at]->iface.id == id ? table.by_id[at] : NULL;
}

struct iface_entry *interfaces_by_l3(uint16_t l3)
{
	return l3 < L3_IFACE_MAX ? table.by_l3[l3] : NULL;
}

struct iface_entry *interfaces_of(const struct iface *iface)
{
	return (struct iface_entry *)((char *)iface - offsetof(struct iface_entry, iface));
}

const struct iface *interfaces_next(uint32_t after)
{
	size_t at = place_after(after);

	return at < table.n ? &table.by_id[at]->iface : NULL;
}

bool interfaces_has(const struct iface *iface, const struct addr *addr)
{
	for (uint16_t i = 0; i < iface->n_addresses; i++)
		if (addr_compare(&iface->addresses[i].addr, addr) == 0)
			return true;
	return false;
}

static int make_room(void)
{
	size_t room = table.room ? table.room * 2 : 16;
	struct iface_entry **list;

	if (table.n < table.room)
		return 0;
	list = realloc(table.by_id, room * sizeof(struct iface_entry *));
	if (!list)
		return -ENOMEM;
	table.by_id = list;
	table.room = room;
	return 0;
}

int interface_table_add(struct iface_entry *entry)
{
	int64_t l3 = make_room();

	if (l3 == 0)
		l3 = numbers_take(&table.numbers);
	if (l3 < 0)
		return (int)l3;
	entry->l3 = (uint16_t)l3;
	entry->iface.id = ++table.last_id;
	if (table.n > 0)
		table.by_id[table.n - 1]->next = entry;
	else
		table.first = entry;
	table.by_id[table.n++] = entry;
	table.by_l3[entry->l3] = entry;
	return 0;
}

void interface_table_del(struct iface_entry *entry)
{
	size_t at = place_after(entry->iface.id - 1);

	if (at > 0)
		table.by_id[at - 1]->next = entry->next;
	else
		table.first = entry->next;
	table.n--;
	memmove(table.by_id + at, table.by_id + at + 1,
		(table.n - at) * sizeof(struct iface_entry *));
	table.by_l3[entry->l3] = NULL;
	table.leaving[entry->l3] = true;
}

void interfaces_settle(void)
{
	for (int l3 = 1; l3 < L3_IFACE_MAX; l3++)
		if (table.leaving[l3] && !fib_sync_leads_to((uint16_t)l3)) {
			numbers_give(&table.numbers, (uint32_t)l3);
			table.leaving[l3] = false;
		}
}

void interface_table_fini(void)
{
	free(table.by_id);
	table.by_id = NULL;
	table.room = 0;
	memset(table.leaving, 0, sizeof(table.leaving));
	numbers_fini(&table.numbers);
}

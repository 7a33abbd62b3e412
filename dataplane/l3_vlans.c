// SPDX-License-Identifier: BSD-3-Clause
/* Which interface a port or a bridge has in each VLAN. */
#include <errno.h>
#include <string.h>

#include "dataplane/l3_own.h"
#include "dataplane/mem.h"
#include "dataplane/retire.h"

static size_t chunks_of(const struct l3_vlans *vlans)
{
	size_t max = 0;

	for (int i = 0; vlans && i < VLAN_COUNT / L3_CHUNK; i++)
		if (vlans->chunk[i] > max)
			max = vlans->chunk[i];
	return max + 1;
}

static size_t size_of(size_t n_chunks)
{
	return sizeof(struct l3_vlans) + n_chunks * sizeof(uint16_t[L3_CHUNK]);
}

int l3_vlans_reserve(_Atomic(const struct l3_vlans *) *place, uint16_t vlan)
{
	const struct l3_vlans *old = atomic_load_explicit(place, memory_order_relaxed);
	size_t n = chunks_of(old);
	struct l3_vlans *new;

	if (old && old->chunk[vlan / L3_CHUNK])
		return 0;
	new = mem_lines(size_of(n + 1));
	if (!new)
		return -ENOMEM;
	if (old)
		memcpy(new, old, size_of(n));
	new->chunk[vlan / L3_CHUNK] = n;
	atomic_store_explicit(place, new, memory_order_release);
	retire_free(old);
	return 0;
}

static bool is_empty(const struct l3_vlans *vlans)
{
	for (size_t i = 0; i < chunks_of(vlans) * L3_CHUNK; i++)
		if (vlans->iface[i / L3_CHUNK][i % L3_CHUNK])
			return false;
	return true;
}

void l3_vlans_trim(_Atomic(const struct l3_vlans *) *place)
{
	const struct l3_vlans *vlans = atomic_load_explicit(place, memory_order_relaxed);

	if (!vlans || !is_empty(vlans))
		return;
	atomic_store_explicit(place, NULL, memory_order_release);
	retire_free(vlans);
}

void l3_vlans_put(_Atomic(const struct l3_vlans *) *place, uint16_t vlan, uint16_t iface)
{
	struct l3_vlans *vlans =
		(struct l3_vlans *)atomic_load_explicit(place, memory_order_relaxed);

	__atomic_store_n(&vlans->iface[vlans->chunk[vlan / L3_CHUNK]][vlan % L3_CHUNK], iface,
			 __ATOMIC_RELEASE);
	l3_vlans_trim(place);
}

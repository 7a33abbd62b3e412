// SPDX-License-Identifier: BSD-3-Clause
/* VRFs and their routes; the beginning and end of the rest. */
#include "dataplane/l3.h"
#include "dataplane/grace.h"

#include <errno.h>
#include <stdlib.h>

#include "dataplane/l3_own.h"
#include "dataplane/retire.h"

_Atomic(const struct l3_vrf *) l3_vrfs[L3_VRF_MAX];

static const struct l3_vrf *empty; /* what a number without a VRF leads to */

static void destroy(const struct l3_vrf *vrf)
{
	if (!vrf)
		return;
	fib_destroy(vrf->fib4);
	fib_destroy(vrf->fib6);
	free((void *)vrf);
}

static const struct l3_vrf *create(void)
{
	struct l3_vrf *vrf = calloc(1, sizeof(*vrf));

	if (!vrf)
		return NULL;
	vrf->fib4 = fib_create(FIB_IP4);
	vrf->fib6 = fib_create(FIB_IP6);
	if (vrf->fib4 && vrf->fib6)
		return vrf;
	destroy(vrf);
	return NULL;
}

int l3_start(void)
{
	empty = create();
	if (!empty)
		return -ENOMEM;
	for (int id = 0; id < L3_VRF_MAX; id++)
		atomic_store_explicit(&l3_vrfs[id], empty, memory_order_relaxed);
	l3_ifaces_init();
	l3_nexthops_init();
	l3_groups_init();
	if (!l3_vrf_add(0))
		return 0;
	l3_stop();
	return -ENOMEM;
}

void l3_stop(void)
{
	if (!empty)
		return;
	l3_ifaces_fini();
	l3_nexthops_fini();
	l3_groups_fini();
	for (int id = 0; id < L3_VRF_MAX; id++)
		l3_vrf_del(id);
	retire_drain();
	destroy(empty);
	empty = NULL;
}

int l3_vrf_add(uint16_t id)
{
	const struct l3_vrf *vrf;

	if (id >= L3_VRF_MAX)
		return -EINVAL;
	if (l3_vrf(id) != empty)
		return -EEXIST;
	vrf = create();
	if (!vrf)
		return -ENOMEM;
	atomic_store_explicit(&l3_vrfs[id], vrf, memory_order_release);
	return 0;
}

static void release(void *vrf, uint32_t arg)
{
	destroy(vrf);
}

void l3_vrf_del(uint16_t id)
{
	const struct l3_vrf *vrf = id < L3_VRF_MAX ? l3_vrf(id) : empty;

	if (vrf == empty)
		return;
	/* A worker may be in a burst of an interface that has just left the VRF. */
	grace_wait();
	atomic_store_explicit(&l3_vrfs[id], empty, memory_order_release);
	retire(release, (void *)vrf, 0);
}

/* NULL: no such VRF. */
static struct fib *fib_of(uint16_t id, uint8_t family)
{
	const struct l3_vrf *vrf = id < L3_VRF_MAX ? l3_vrf(id) : empty;

	if (vrf == empty)
		return NULL;
	return family == 4 ? vrf->fib4 : vrf->fib6;
}

int l3_route_set(uint16_t vrf, uint8_t family, const uint8_t *bytes, uint8_t length, uint32_t group)
{
	struct fib *fib = fib_of(vrf, family);

	return fib ? fib_set(fib, bytes, length, group) : -ENOENT;
}

void l3_route_del(uint16_t vrf, uint8_t family, const uint8_t *bytes, uint8_t length,
		  uint32_t cover_group)
{
	struct fib *fib = fib_of(vrf, family);

	if (fib)
		fib_del(fib, bytes, length, cover_group);
}

uint32_t l3_route_find(uint16_t vrf, uint8_t family, const uint8_t *bytes)
{
	struct fib *fib = fib_of(vrf, family);

	return fib ? fib_find(fib, bytes) : FIB_NONE;
}

uint32_t l3_reclaim(void)
{
	return retire_sweep();
}

uint64_t l3_bytes(void)
{
	uint64_t bytes = l3_ifaces_bytes() + l3_nexthops_bytes() + l3_groups_bytes();

	for (int id = 0; id < L3_VRF_MAX; id++)
		if (l3_vrf(id) != empty)
			bytes += fib_bytes(l3_vrf(id)->fib4) + fib_bytes(l3_vrf(id)->fib6);
	return bytes;
}

// SPDX-License-Identifier: BSD-3-Clause
#include "control/vrfs.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "control/engines.h"
#include "control/spine/field.h"
#include "dataplane/l3.h"
#include "routing/rib.h"

struct vrf_entry {
	char name[FIELD_NAME_MAX + 1];
	bool leaving;
};

static struct vrf_entry *by_id[L3_VRF_MAX]; /* 0 is the default, which needs no entry */

static int free_id(void)
{
	for (int id = 1; id < L3_VRF_MAX; id++)
		if (!by_id[id])
			return id;
	return -ENOSPC;
}

/* A number in the RIB and in the dataplane. 0 or -errno, with nothing made. */
static int make(uint16_t id)
{
	int r = rib_vrf_add(engines_env()->rib, id);

	if (r < 0)
		return r;
	r = l3_vrf_add(id);
	if (r < 0)
		rib_vrf_del(engines_env()->rib, id);
	return r;
}

int vrfs_add(const char *name, struct errors *errors)
{
	struct vrf_entry *entry = calloc(1, sizeof(*entry));
	int id = entry ? free_id() : -ENOMEM;
	int r = id < 0 ? id : make((uint16_t)id);

	if (r < 0) {
		free(entry);
		return r == -ENOSPC ? errors_add(errors, "", "no more than %d VRFs", L3_VRF_MAX - 1)
				    : errors_add(errors, "", "VRF %s: %s", name, strerror(-r));
	}
	snprintf(entry->name, sizeof(entry->name), "%s", name);
	by_id[id] = entry;
	return 0;
}

static bool is_gone(uint16_t id)
{
	if (rib_vrf_del(engines_env()->rib, id) < 0)
		return false;
	l3_vrf_del(id);
	free(by_id[id]);
	by_id[id] = NULL;
	return true;
}

void vrfs_remove(const char *name)
{
	int id = vrfs_id(name);

	if (id <= 0)
		return;
	by_id[id]->leaving = true;
	is_gone((uint16_t)id);
}

void vrfs_settle(void)
{
	for (int id = 1; id < L3_VRF_MAX; id++)
		if (by_id[id] && by_id[id]->leaving)
			is_gone((uint16_t)id);
}

void vrfs_fini(void)
{
	for (int id = 1; id < L3_VRF_MAX; id++) {
		free(by_id[id]);
		by_id[id] = NULL;
	}
}

int vrfs_id(const char *name)
{
	if (!name || strcmp(name, VRF_DEFAULT) == 0)
		return 0;
	for (int id = 1; id < L3_VRF_MAX; id++)
		if (by_id[id] && !by_id[id]->leaving && strcmp(by_id[id]->name, name) == 0)
			return id;
	return -1;
}

const char *vrfs_name(uint16_t id)
{
	if (id == 0)
		return VRF_DEFAULT;
	return id < L3_VRF_MAX && by_id[id] ? by_id[id]->name : "";
}

int vrfs_next(int after)
{
	if (after < 0)
		return 0;
	for (int id = after + 1; id < L3_VRF_MAX; id++)
		if (by_id[id] && !by_id[id]->leaving)
			return id;
	return -1;
}

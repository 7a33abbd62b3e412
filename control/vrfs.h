// SPDX-License-Identifier: BSD-3-Clause
/*
 * VRFs by name: each a set of routes of its own. The one called default has
 * number 0 and is always there.
 *
 * A VRF that is removed is no longer found by its name at once, but its number
 * stays taken until its last route has left the RIB.
 *
 * Control thread.
 */
#ifndef WEFT_CONTROL_VRFS_H
#define WEFT_CONTROL_VRFS_H

#include <stdint.h>

#include "control/spine/error.h"

#define VRF_DEFAULT "default"

struct vrf_entry;

/* The hooks of the vrf noun. 0 or -1 with an error. */
int vrfs_add(const char *name, struct errors *errors);
void vrfs_remove(const char *name);
/* Removes all but the default. */
void vrfs_fini(void);

/* Frees the numbers of those that have left; the host of the RIB calls it when that has worked. */
void vrfs_settle(void);

/* -1: there is none of that name. NULL is the default. */
int vrfs_id(const char *name);
/* "" where there is none; one that is leaving has its name still. */
const char *vrfs_name(uint16_t id);
/* The next number above `after` that is in use, by a VRF that has a name: vrfs_next(-1) is 0. -1:
 * none. */
int vrfs_next(int after);

#endif

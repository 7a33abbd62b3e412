// SPDX-License-Identifier: BSD-3-Clause
/*
 * One routing table of the host's and one VRF of weft's that tell one another:
 * export and import with the sockets that they share, dumps when they are due,
 * work in slices.
 *
 * A dump is made at the beginning, when news were lost, when the map or a device
 * has changed (the kernel forgets routes of a device that goes down without a
 * word), and as often as it takes until one is complete; at most one a second.
 *
 * Control thread.
 */
#ifndef WEFT_CONTROL_KERNEL_SYNC_H
#define WEFT_CONTROL_KERNEL_SYNC_H

#include "control/kernel_export.h"
#include "control/kernel_import.h"

struct kernel_sync_conf {
	uint32_t table;
	uint16_t vrf;
	uint32_t export;                            /* bit by enum rib_protocol */
	uint32_t metric;                            /* of what is exported */
	const struct prefix *import, *import_exact; /* copied */
	size_t n_import, n_import_exact;
	uint8_t distance; /* of what is imported */
};

struct kernel_sync;

/* changed: the RIB was given routes, and has work. NULL with errno. */
struct kernel_sync *kernel_sync_create(const struct kernel_sync_conf *conf, struct netns *ns,
				       struct rib *rib, void (*changed)(void));
/* All that it exported leaves the kernel, all that it imported leaves the RIB. NULL is legal. */
void kernel_sync_destroy(struct kernel_sync *sync);

/* How devices and interfaces go together from now on; copied. Nothing is told before the first. 0
 * or -ENOMEM. */
int kernel_sync_map(struct kernel_sync *sync, const struct kernel_map *map);

struct kernel_sync_stats {
	uint64_t exported, failed,
		unmapped;         /* the last two: not in the kernel, though they should */
	uint64_t known, imported; /* routes of the kernel's that were asked for; in the RIB */
	uint64_t dumps;
	int error; /* -errno of the last export that failed, 0 */
	struct prefix error_prefix;
	int dump_error; /* why the kernel's table cannot be read, 0 */
	bool in_sync;   /* nothing waits */
};
void kernel_sync_stats(const struct kernel_sync *sync, struct kernel_sync_stats *out);

#endif

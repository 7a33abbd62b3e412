// SPDX-License-Identifier: BSD-3-Clause
/*
 * Routes of the RIB in a routing table of the host's: hears of what is used in
 * one VRF, and has the kernel follow. What the kernel really has is learned from
 * dumps: routes of weft's that nobody wants (of a weftd that was killed) are taken
 * out, what is missing or different is put right.
 *
 * Control thread; everything in slices.
 */
#ifndef WEFT_CONTROL_KERNEL_EXPORT_H
#define WEFT_CONTROL_KERNEL_EXPORT_H

#include "control/kernel_map.h"
#include "control/kernel_nl.h"
#include "control/prefix_items.h"
#include "routing/rib.h"

struct kernel_export_conf {
	uint32_t protocols; /* bit by enum rib_protocol; 0: exports nothing */
	uint32_t table, metric;
	uint16_t vrf;
};

struct kernel_export {
	struct kernel_export_conf conf;
	struct rib *rib;
	struct kernel_nl *nl;
	const struct kernel_map *map;
	struct prefix_items items;
	uint32_t dump;           /* which one is under way, or was the last; 0: none yet */
	uint32_t complete;       /* the last that was; 0: none yet */
	struct prefix_walk walk; /* over all items, after a dump or with another map */
	bool is_walking, is_after_dump;
	void (*kick)(void *arg); /* there is work to do */
	void *kick_arg;
	/* For users. */
	uint64_t n_installed, n_failed, n_unmapped;
	int error; /* of the last that failed, 0: none does now */
	struct prefix error_prefix;
};

/* Begins to listen. 0 or -errno. */
int kernel_export_start(struct kernel_export *self);
/* Takes all of it out of the kernel, in one go, and ends. */
void kernel_export_stop(struct kernel_export *self);

/* A dump begins; a route of weft's in it; it is complete. */
void kernel_export_dump_begins(struct kernel_export *self);
void kernel_export_dumped(struct kernel_export *self, const struct kernel_route *route);
void kernel_export_dump_done(struct kernel_export *self);
/* Somebody else took a route out: of weft's, or one that was in the way. */
void kernel_export_changed(struct kernel_export *self, const struct kernel_route *route);
/* map has changed: every route is looked at again. */
void kernel_export_remap(struct kernel_export *self);

/* At most so many batches; true: there is more to do. Nothing before the first dump is complete. */
bool kernel_export_work(struct kernel_export *self, uint32_t batches);

#endif

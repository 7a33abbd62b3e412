// SPDX-License-Identifier: BSD-3-Clause
/*
 * Routes of a routing table of the host's in the RIB, as one source of it: of
 * the prefixes that were asked for, the route of the least metric that weft can
 * follow. Knows of the kernel's routes from dumps and news; routes that weft itself
 * wrote there are nobody's.
 *
 * Control thread; everything in slices.
 */
#ifndef WEFT_CONTROL_KERNEL_IMPORT_H
#define WEFT_CONTROL_KERNEL_IMPORT_H

#include "control/kernel_map.h"
#include "control/prefix_items.h"
#include "routing/rib.h"

struct kernel_import_conf {
	const struct prefix *within; /* these, and all that lies in them */
	size_t n_within;
	const struct prefix *exactly; /* these alone */
	size_t n_exactly;
	uint16_t vrf;
	uint8_t distance;
};

struct kernel_import {
	struct kernel_import_conf conf; /* its lists are the owner's */
	struct rib *rib;
	const struct kernel_map *map;
	uint32_t source; /* in the RIB */
	struct prefix_items items;
	uint32_t dump; /* which one is under way, or was the last */
	uint32_t complete;
	struct prefix_walk walk;
	bool is_walking, is_after_dump;
	bool is_doubtful; /* news were such that only a dump tells what is there */
	void (*kick)(void *arg);
	void *kick_arg;
	/* For users. */
	uint64_t n_routes, n_imported;
	uint64_t n_changes; /* that the RIB was told of */
};

/* Does it import anything? */
static inline bool kernel_import_is_wanted(const struct kernel_import *self)
{
	return self->conf.n_within + self->conf.n_exactly > 0;
}

/* 0 or -errno. */
int kernel_import_start(struct kernel_import *self);
/* Withdraws all of it. */
void kernel_import_stop(struct kernel_import *self);

void kernel_import_dump_begins(struct kernel_import *self);
void kernel_import_dumped(struct kernel_import *self, const struct kernel_route *route);
void kernel_import_dump_done(struct kernel_import *self);
/* As kernel_nl_ops has it. */
void kernel_import_news(struct kernel_import *self, bool is_new, uint16_t flags,
			const struct kernel_route *route);
void kernel_import_remap(struct kernel_import *self);

/* At most so many prefixes; true: there is more to do. */
bool kernel_import_work(struct kernel_import *self, uint32_t prefixes);

#endif

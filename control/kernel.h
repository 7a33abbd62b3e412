// SPDX-License-Identifier: BSD-3-Clause
/*
 * The routing tables of the host's that the configuration (system.kernel)
 * has weft share routes with: makes, follows and ends a kernel_sync for each, and keeps
 * telling them how the host's devices and weft's interfaces go together.
 *
 * Control thread.
 */
#ifndef WEFT_CONTROL_KERNEL_H
#define WEFT_CONTROL_KERNEL_H

#include <jansson.h>

#include "control/kernel_sync.h"
#include "control/netns.h"
#include "control/spine/error.h"
#include "control/spine/field.h"

struct kernel_table {
	char name[32];
	json_t *conf; /* effective */
	uint32_t table;
	struct netns *ns;         /* NULL: not there (yet) */
	struct kernel_sync *sync; /* NULL: likewise, or its VRF is not */
	uint16_t vrf;             /* sync's */
	struct netdev_addrs_watch *watch;
	char reason[160]; /* why it does nothing, or not all; "" */
	struct kernel_table *next;
};

/* The tables of the configuration, name -> effective configuration (NULL: none). Those that stay as
 * they were are not touched. 0, or -1 with an error and all as before. */
int kernel_set(const json_t *tables, struct errors *errors);
/* Interfaces, ports, VRFs or devices are not what they were: looked at at the end of the turn. */
void kernel_refresh(void);
/* All that was exported is taken out of the host's tables. */
void kernel_stop(void);

struct kernel_table *kernel_first(void); /* then ->next */
/* Brings reason up to date. */
void kernel_look(struct kernel_table *table);

/* --- kernel_conf.c --- */

extern const struct field kernel_fields[]; /* of one table; ends with name NULL */
/* Has this sense beside the whole candidate? value: all tables. 0 or -1. */
int kernel_check(const json_t *value, const json_t *candidate, const char *path,
		 struct errors *errors);
/* VRF and table are given; prefixes points to room that the caller frees. 0 or -ENOMEM. */
int kernel_conf(const json_t *conf, struct kernel_sync_conf *out, struct prefix **prefixes);

/* --- kernel_host.c --- */

/* How the devices of a namespace and the interfaces of a VRF go together; link: the name of an
 * interface, or NULL. The map's lists belong to the caller (kernel_host_free). 0 or -ENOMEM. */
int kernel_host_map(struct netns *ns, uint16_t vrf, const char *link, struct kernel_map *out);
void kernel_host_free(struct kernel_map *map);

#endif

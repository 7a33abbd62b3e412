// SPDX-License-Identifier: BSD-3-Clause
/*
 * The bridges that are configured, by name, and the addresses that they know.
 *
 * Control thread.
 */
#ifndef WEFT_CONTROL_BRIDGES_H
#define WEFT_CONTROL_BRIDGES_H

#include <jansson.h>

#include "control/ports.h"
#include "control/spine/error.h"
#include "dataplane/dp.h"

struct bridge_entry {
	char name[PORT_NAME_MAX];
	json_t *conf; /* effective */
	struct bridge *bridge;
	uint32_t aging_s; /* 0: never */
	uint32_t cursor;  /* of the sweep under way; learn.c */
	struct bridge_entry *next;
};

/* The hooks of the bridge noun. 0 or -1 with an error. */
int bridges_add(const char *name, const json_t *conf, struct errors *errors);
int bridges_change(struct bridge_entry *entry, const json_t *conf, struct errors *errors);
void bridges_remove(struct bridge_entry *entry);

struct bridge_entry *bridges_first(void); /* then ->next */
struct bridge_entry *bridges_find(const char *name);
struct bridge_entry *bridges_by_id(uint16_t id);
/* Its member's configuration (effective), or NULL. */
const json_t *bridges_member(const struct bridge_entry *entry, const char *port);
/* What dp gets of a member's configuration. */
void bridges_member_conf(const json_t *member, struct member_conf *out);
/* How many addresses may be learned behind a port; 0: it is no member. */
uint32_t bridges_mac_limit(const struct bridge_entry *entry, const char *port);

/* Removes all of them. */
void bridges_fini(void);

/* Seconds of the clock that fdb.h wants. */
uint32_t bridges_now_s(void);

/* changed is called when a bridge was made or has other members; closing before it is destroyed:
 * whoever has its struct bridge lets go of it. */
void bridges_on_news(void (*changed)(struct bridge_entry *entry),
		     void (*closing)(struct bridge_entry *entry));

/* Puts a port that was just opened into its bridge. */
void bridges_port_opened(struct port_entry *port);

#endif

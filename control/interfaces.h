// SPDX-License-Identifier: BSD-3-Clause
/*
 * Interfaces: where weft has addresses. Each is on a port, on one VLAN of a
 * port, on one VLAN of a bridge, or a loopback. This is where its struct iface
 * lives, which the engines of routing/ see, and where its state comes from:
 * the configuration, and the port or the bridge that it is on.
 *
 * What changes goes to the dataplane first, then to the FIB (which takes a dead
 * interface out of its groups at once), then to the engines.
 *
 * An interface that is removed keeps its number in the dataplane until nothing
 * there leads to it any more.
 *
 * Control thread.
 */
#ifndef WEFT_CONTROL_INTERFACES_H
#define WEFT_CONTROL_INTERFACES_H

#include <jansson.h>

#include "control/bridges.h"
#include "control/ports.h"
#include "control/spine/error.h"
#include "dataplane/l3.h"
#include "routing/env.h"

#define IFACE_REASON_MAX 96

struct iface_entry {
	struct iface iface;
	json_t *conf;                   /* effective */
	uint16_t l3;                    /* its number in the dataplane */
	struct l3_iface_conf published; /* what the dataplane has under it */
	struct prefix *addresses;       /* of iface; ours */
	char reason[IFACE_REASON_MAX];  /* why it is down; "" */
	struct iface_entry *next;
};

/* The hooks of the interface noun. 0 or -1 with an error. */
int interfaces_add(const char *name, const json_t *conf, struct errors *errors);
int interfaces_change(struct iface_entry *entry, const json_t *conf, struct errors *errors);
void interfaces_remove(struct iface_entry *entry);
void interfaces_fini(void);

struct iface_entry *interfaces_first(void); /* in the order of their ids; then ->next */
struct iface_entry *interfaces_find(const char *name);
struct iface_entry *interfaces_by_id(uint32_t id);
struct iface_entry *interfaces_by_l3(uint16_t l3);
struct iface_entry *interfaces_of(const struct iface *iface);
/* As env has it: the first with an id above `after`; NULL: none. */
const struct iface *interfaces_next(uint32_t after);
/* Does the interface have this address itself? */
bool interfaces_has(const struct iface *iface, const struct addr *addr);

/* A port went up or down, was opened, or has another MTU; a bridge has other members. */
void interfaces_port_changed(struct port_entry *port);
void interfaces_bridge_changed(struct bridge_entry *bridge);
/* Lets go of it: it is about to be closed. */
void interfaces_port_closing(struct port_entry *port);
void interfaces_bridge_closing(struct bridge_entry *bridge);

/* Frees the numbers of those that are gone, where nothing leads to them any more. */
void interfaces_settle(void);

/* "port up0 vlan 100" */
void interfaces_bound_text(const json_t *conf, char *out, size_t size);

#endif

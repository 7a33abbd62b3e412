// SPDX-License-Identifier: BSD-3-Clause
/*
 * Kinds of ports as control sees them: one file each (control/kind_*.c),
 * listed in control/port_kinds.c. A kind says which fields of the port noun
 * it takes, opens the port with the system's help (descriptors, namespaces,
 * BPF programs, DPDK devices), and says at any time why it carries nothing.
 *
 * Control thread.
 */
#ifndef WEFT_CONTROL_PORT_KIND_H
#define WEFT_CONTROL_PORT_KIND_H

#include <jansson.h>

#include "control/spine/error.h"
#include "dataplane/port.h"

struct port_status {
	bool up;
	char reason[224];   /* why it carries nothing, and what would mend it; a port that is up
			       may have one too: "" when all is well */
	uint8_t mac[6];     /* zero: it has none of its own */
	int64_t speed_bps;  /* 0: unknown */
	char peer[160];     /* who is there, for people; "" */
	char features[160]; /* what was agreed with the peer, as words; "" */
};

struct port_kind {
	const char *type; /* the value of the field `type` */
	const char *help;
	const char *const *fields; /* names of the port fields that it takes beyond type, mtu,
				      queues and workers; ends with NULL */
	const char *const *required;
	bool own_mac; /* the device, and so its MAC address, is weft's alone */

	/* Beyond the fields: has this sense? Of the whole configuration at each change, and so no
	 * question of how this machine is just now. May be NULL. 0 or -1. */
	int (*check)(const json_t *conf, const char *path, struct errors *errors);
	/* Could it be opened on this machine now, as far as that is seen without trying? Of ports
	 * that are new (old is NULL) or change, see struct noun. May be NULL. 0 or -1. */
	int (*check_here)(const json_t *old, const json_t *conf, const json_t *ports,
			  const char *path, struct errors *errors);
	/* Returns a port that is not attached, or NULL with an error added. conf is effective. */
	struct port *(*open)(const char *name, const json_t *conf, struct errors *errors);
	/* After dp_port_detach. */
	void (*close)(struct port *port);
	/* All ports are about to be closed: what is quicker done for all of them at once. Workers
	 * still use them. May be NULL. */
	void (*end)(void);
	/* A change of mtu (or of others of its fields that are not FIELD_FIXED) while open. 0 or
	 * -1. May be NULL. */
	int (*change)(struct port *port, const json_t *conf, struct errors *errors);
	void (*status)(struct port *port, struct port_status *out);
	/* What `port show NAME` has besides, keys of its own: a new reference, or NULL. May be
	 * NULL. */
	json_t *(*details)(struct port *port);
	/* Counters in details begin at zero. May be NULL. */
	void (*clear)(struct port *port);
};

extern const struct port_kind *const port_kinds[]; /* ends with NULL */
extern const char *const port_kind_types[];        /* their types, in the same order */

const struct port_kind *port_kind_find(const char *type);

/* Kinds call this when a port's status may have changed: the port noun compares and sends events.
 */
void port_status_changed(struct port *port);

/* What the port stood on is gone, and it has said why: within a second it is closed and opened
 * anew, and kept down as long as that fails. */
void port_lost(struct port *port);

#endif

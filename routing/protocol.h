// SPDX-License-Identifier: BSD-3-Clause
/*
 * A protocol: an engine that gives routes to the RIB. One folder and one line
 * in protocols.c each. An instance lives from create to destroy; its
 * configuration is a struct of the protocol's own (its header says which),
 * made by the protocol's noun and copied by the engine.
 *
 * An engine answers every hook at once; what takes long it cuts into slices
 * with a timer. After stop it sends nothing, has no route in the RIB and no
 * timer running.
 */
#ifndef WEFT_ROUTING_PROTOCOL_H
#define WEFT_ROUTING_PROTOCOL_H

#include "routing/env.h"
#include "routing/rib.h"

struct protocol;

/* What every instance begins with. */
struct instance {
	const struct protocol *protocol;
	struct env *env;
	uint32_t source; /* its name in the RIB; rib_source_add */
};

struct protocol {
	const char *name; /* as users see it: "static" */
	enum rib_protocol id;
	uint8_t distance;  /* unless configured otherwise */
	uint8_t ip_proto;  /* packets that it wants: 0 none, 17 with udp_port, 89… */
	uint16_t udp_port; /* 0: none */

	struct instance *(*create)(struct env *env); /* NULL with errno */
	void (*destroy)(struct instance *instance);  /* stopped before; NULL is legal */
	/* conf is the protocol's own. 0 or -errno (then nothing changed). Live: only what differs
	 * is touched. The first call starts it. */
	int (*reconfigure)(struct instance *instance, const void *conf);
	void (*stop)(struct instance *instance);
	/* An interface is new, went up or down, or got other addresses. */
	void (*iface_changed)(struct instance *instance, const struct iface *iface);
	void (*iface_gone)(struct instance *instance, const struct iface *iface);
	void (*input)(struct instance *instance, const struct packet_in *in);
	/* The Ethernet type of its packets to groups on this interface's wire, 0: it does not speak
	 * there. Where the host has the wire too, these come to weft alone. May be NULL: nowhere.
	 */
	uint16_t (*speaks)(const struct instance *instance, const struct iface *iface);
};

extern const struct protocol *const protocols[]; /* ends with NULL */

#endif

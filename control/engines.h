// SPDX-License-Identifier: BSD-3-Clause
/*
 * Hosts the engines of routing/: time, chance, packets, interfaces and the RIB
 * for them, and their instances.
 *
 * Whatever happens (a packet, a timer, a change of the configuration), what
 * follows from it in the RIB is worked off in slices of a few milliseconds,
 * between which everything else gets its turn.
 *
 * Control thread.
 */
#ifndef WEFT_CONTROL_ENGINES_H
#define WEFT_CONTROL_ENGINES_H

#include <jansson.h>

#include "routing/env.h"
#include "routing/host/host.h"
#include "routing/neighbor/neighbor.h"
#include "routing/protocol.h"
#include "routing/rib.h"

/* The dataplane runs. 0 or -errno. */
int engines_start(void);
/* Interfaces and routes are gone. */
void engines_stop(void);

struct env *engines_env(void);
struct neighbors *engines_neighbors(void);
struct host *engines_host(void);

/* The time, brought up to date for engines. To be called before they are told of anything. */
struct moment engines_now(void);
int64_t engines_clock_us(void);
/* Engines were told of something: has timers and the RIB looked after soon. */
void engines_kick(void);
/* Everything in the RIB is decided. */
bool engines_rib_is_quiet(void);
/* Decides everything that waits, in one go: at the start and the end, when nobody waits for a turn.
 */
void engines_rib_settle(void);

extern const char *const engines_protocol_names[]; /* by enum rib_protocol; ends with NULL */

#define ENGINES_MAX 16 /* instances of protocols at once */

/* Makes an instance of a protocol, has it hear of every interface there is, and gives it its
 * packets from then on. 0 or -errno: what reconfigure said, -ENOSPC. */
int engines_run(const struct protocol *protocol, const void *conf, struct instance **out);
/* Stops it and frees it; NULL is legal. */
void engines_end(struct instance *instance);
/* Those that run: below ENGINES_MAX, NULL where there is none. */
struct instance *engines_instance(size_t i);

/* What the configuration of an interface says to engines; was is NULL for a new one. 0 or -errno,
 * with nothing changed. */
int engines_iface_configure(const struct iface *iface, const json_t *was, const json_t *now);
void engines_iface_changed(const struct iface *iface);
void engines_iface_gone(const struct iface *iface);
/* It is about to go, and can still be sent from. */
void engines_iface_going(const struct iface *iface);

/* A packet for ourselves: to the protocols that want it. False: none does. */
bool engines_input(const struct packet_in *in);

#endif

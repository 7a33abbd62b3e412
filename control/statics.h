// SPDX-License-Identifier: BSD-3-Clause
/*
 * Static routes: the items of `routes`, in their order, as routes of the RIB.
 *
 * The routes of one distance are a source of their own there, so that a prefix
 * may have one at each: the second is used while the first is not active.
 *
 * A gateway in an interface's subnet belongs to that interface: while it is down
 * the route is not active, whatever else leads to the gateway then. Any other
 * gateway is looked up in the RIB.
 *
 * Control thread.
 */
#ifndef WEFT_CONTROL_STATICS_H
#define WEFT_CONTROL_STATICS_H

#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "control/spine/error.h"

/* The hooks of the route noun: at is the position in the list at that moment. 0 or -1 with an
 * error.
 */
int statics_add(size_t at, const json_t *value, struct errors *errors);
/* What it refers to by name may be another one now. */
int statics_change(size_t at, const json_t *value, struct errors *errors);
void statics_remove(size_t at);
/* An interface has other addresses: gateways may belong to another one now. Routes follow from the
 * loop's next turn on, by statics_follow: at most `budget` of them; returns how many are left. */
void statics_addresses_changed(void);
uint32_t statics_follow(uint32_t budget);
void statics_fini(void);

#endif

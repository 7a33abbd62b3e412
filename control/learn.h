// SPDX-License-Identifier: BSD-3-Clause
/*
 * Learning, control's half: takes what the workers saw, keeps to the limits of
 * ports and bridges, tells of addresses that move, forgets those that are
 * silent. Everything in slices of a few milliseconds.
 *
 * Control thread.
 */
#ifndef WEFT_CONTROL_LEARN_H
#define WEFT_CONTROL_LEARN_H

#include "control/bridges.h"

/* dp has to be started. 0 or -errno. */
int learn_start(void);
void learn_stop(void);

/* To be called when a member's limit, or what it has learned, changed. */
void learn_check_limit(struct bridge_entry *entry, struct port_entry *port);
/* The same for all members of a bridge. */
void learn_check_limits(struct bridge_entry *entry);

#endif

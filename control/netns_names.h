// SPDX-License-Identifier: BSD-3-Clause
/*
 * News of the names of network namespaces. A namespace itself says nothing when
 * its name is taken away: it lives on, out of everybody's reach, for as long as
 * somebody has it open. So the folders that names are in are watched.
 *
 * Control thread.
 */
#ifndef WEFT_CONTROL_NETNS_NAMES_H
#define WEFT_CONTROL_NETNS_NAMES_H

#include "control/netns.h"

/* For each namespace whose name matters: from now on the loop calls fn, which is one for all, after
 * something happened to names beside this one. Where the system cannot tell, nobody is told. */
void netns_names_watch(const struct netns *ns, void (*fn)(void));
/* It does not matter any more. Once for each that did. */
void netns_names_unwatch(void);

#endif

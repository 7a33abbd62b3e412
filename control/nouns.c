// SPDX-License-Identifier: BSD-3-Clause
/* The table of nouns, in the order in which their objects are added. */
#include "control/daemon.h"

extern const struct noun noun_system, noun_port, noun_bridge, noun_fdb, noun_worker, noun_drops,
	noun_stats, noun_config;

static const struct noun *const list[] = {
	&noun_system, &noun_port,  &noun_bridge, &noun_fdb,
	&noun_worker, &noun_drops, &noun_stats,  &noun_config,
};

const struct registry nouns = {.list = list, .n = sizeof(list) / sizeof(list[0])};

// SPDX-License-Identifier: BSD-3-Clause
/* DPDK, started without arguments from the user. Main thread. */
#ifndef WEFT_TOOLS_PKTGEN_EAL_H
#define WEFT_TOOLS_PKTGEN_EAL_H

#include <stdbool.h>
#include <stddef.h>

#include "tools/pktgen/options.h"

/*
 * Pins the caller to options->core, or to the first core it may use, and makes that DPDK's main
 * lcore; with --cores the receiver's is lcore 1. Hugepages are used where enough are free.
 * 0, or -errno with a sentence in error.
 */
int eal_start(const struct options *options, char *error, size_t size);
void eal_stop(void);

bool eal_has_hugepages(void);
unsigned eal_core(void); /* the main thread's */

/* What DPDK first complained about since this was last asked: what follows is less exact; "" for
 * nothing. */
const char *eal_complaint(void);

#endif

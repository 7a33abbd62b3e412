// SPDX-License-Identifier: BSD-3-Clause
/*
 * The FIB: longest-prefix match from a prefix to a group, one structure for
 * both families, one for each VRF.
 *
 * Control writes, one prefix at a time; workers look up a burst at once,
 * without locks, and see each prefix as it was or as it is. What control
 * takes out is freed after a grace period, without waiting for it.
 */
#ifndef WEFT_DATAPLANE_FIB_H
#define WEFT_DATAPLANE_FIB_H

#include <stddef.h>
#include <stdint.h>

#define FIB_NONE      0     /* no group: nothing matches */
#define FIB_GROUP_MAX 65535 /* groups are below it */

struct fib; /* fib_table.h has what workers inline */

enum fib_family { FIB_IP4, FIB_IP6 };

/* Control. NULL with errno. */
struct fib *fib_create(enum fib_family family);
void fib_destroy(struct fib *fib); /* NULL is legal; unpublished a grace period ago */

/* bytes: 4 or 16, network order. 0, -EINVAL (host bits set, too long, no group) or -ENOMEM; then
 * nothing changed. */
int fib_set(struct fib *fib, const uint8_t *bytes, uint8_t length, uint32_t group);
/* Takes a prefix out. cover_group: of the longest shorter one that holds it, or FIB_NONE. The
 * caller's table of routes knows it; the FIB does not where longer ones had hidden it. */
void fib_del(struct fib *fib, const uint8_t *bytes, uint8_t length, uint32_t cover_group);

/* One address, for control and tests; length: of the prefix that matched is not known here. */
uint32_t fib_find(const struct fib *fib, const uint8_t *bytes);

uint64_t fib_bytes(const struct fib *fib);
uint32_t fib_prefixes(const struct fib *fib);

#endif

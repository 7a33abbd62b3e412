// SPDX-License-Identifier: BSD-3-Clause
/*
 * A host with devices, a RIB with interfaces, and a kernel_sync between them:
 *
 *   eth0    192.0.2.10/24   2001:db8::10/64   the wire of interface 1, weft's 192.0.2.2
 *   host0   10.5.0.2/24     fd05::2/64        the link: interface 2, weft's 10.5.0.1, fd05::1
 *   eth9    198.51.100.10/24                  the host's alone
 *                                             interface 3: guests that only weft reaches
 */
#ifndef WEFT_TESTS_UNIT_CONTROL_HOST_TABLE_H
#define WEFT_TESTS_UNIT_CONTROL_HOST_TABLE_H

#include "control/kernel_sync.h"

enum { WIRE = 1, LINK = 2, GUESTS = 3 };

#define METRIC 2000
#define EXPORT (1U << RIB_STATIC | 1U << RIB_OSPF)

extern struct kernel_sync *host_sync;
extern struct rib *host_rib;

/* cmocka's setup and teardown of a test. */
int host_setup(void **state);
int host_teardown(void **state);
/* main's result. */
int host_main(int (*run)(void));

/* Begins, in table 254, with EXPORT and imports of these prefixes (blanks between; "=" before one:
 * exactly it). */
void host_begin(const char *import);
void host_begin_table(uint32_t table, const char *import);
/* The map as above, without what is down; the sync is told. */
void host_map(void);
void host_end(void);

/* Routes of a source of the RIB: hops "192.0.2.1@1", "@3", "blackhole", several with blanks
 * between, "*N" for a weight. NULL: none any more. */
void host_route(enum rib_protocol protocol, const char *prefix, const char *hops);

/* Runs everything until the shell's command succeeds; the test fails when it does not. */
void host_wait(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* The same until the RIB uses these hops for a prefix; "": no route of the kernel's. */
void host_wait_rib(const char *prefix, const char *hops);
/* Runs everything for a while: time in which what must not happen would. */
void host_pass_ms(int ms);

#endif

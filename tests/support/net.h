// SPDX-License-Identifier: BSD-3-Clause
/*
 * Network namespaces for a test: the process moves into a namespace of its own
 * and may fill it with what it likes; all of it is gone with the process.
 */
#ifndef WEFT_TESTS_SUPPORT_NET_H
#define WEFT_TESTS_SUPPORT_NET_H

#include <stdbool.h>

#define TEST_SKIPPED 77 /* the exit code by which meson knows a test that could not run */

/* Moves the process into new network and mount namespaces, with an empty /run/netns. False: not
 * root. Aborts where it fails otherwise. */
bool test_net_init(void);

/* Runs a command line in the shell; aborts with its output where it fails. */
void test_sh(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Makes the named namespace, its loopback up. */
void test_ns_add(const char *name);

/* Moves the calling thread into a namespace of that name, or back where name is NULL. */
void test_ns_enter(const char *name);

#endif

// SPDX-License-Identifier: BSD-3-Clause
/* What the tests of vhost ports share: a port on a socket of its own, and control's loop. */
#ifndef WEFT_TESTS_UNIT_VHOST_PORT_UNDER_TEST_H
#define WEFT_TESTS_UNIT_VHOST_PORT_UNDER_TEST_H

#include "vhost/vhost.h"

#define PATIENCE_MS 5000

extern char path[64];       /* of the socket */
extern atomic_uint n_wakes; /* how often a port woke the workers */
extern unsigned n_changes;  /* how often a change of reason was told */

/* cmocka: before and after all tests of a file, and after each. */
int make_folder(void **state);
int remove_folder(void **state);
int clear_away(void **state);

struct port *port_make(bool server, uint16_t n_queues);
void count_change(void *arg, struct port *port);
void count_wake(void);
/* Does what control's loop does until the port says reason, or patience ends. */
enum vhost_reason wait_for(struct port *port, enum vhost_reason reason);
int is_readable(int fd, int ms);

/* A peer that connects to the port's socket, or makes it; no more. */
int connect_peer(void);
int listen_peer(void);

/* DPDK's driver as the guest, on the port's socket: its ethdev. clear_guest_away: cmocka's, as
 * clear_away. */
uint16_t guest_start(const char *options, uint16_t n_queues);
void guest_stop(uint16_t id);
int clear_guest_away(void **state);

#endif

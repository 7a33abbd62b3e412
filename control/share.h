// SPDX-License-Identifier: BSD-3-Clause
/*
 * NICs that weft shares with their host (af_xdp ports with share: true): keeps
 * the tables of each one's XDP program as bridges, interfaces and learned
 * addresses have them. New entries go in before old ones come out.
 *
 * What is said to share_learned is in the tables at once; everything else at
 * the end of the loop's turn, whoever calls share_refresh, and how often.
 *
 * Control thread.
 */
#ifndef WEFT_CONTROL_SHARE_H
#define WEFT_CONTROL_SHARE_H

#include <jansson.h>

#include "control/hostdev.h"
#include "control/xdp_prog.h"
#include "dataplane/fdb.h"

struct share;

/* For a port on this device; keeps its tables from share_start on. NULL with errno. */
struct share *share_create(struct hostdev *h);
void share_destroy(struct share *share); /* NULL is legal */

/* A loaded program that is not attached yet: fills its tables. side_fd is the port's side socket.
 * Both stay the caller's. 0 or -errno. */
int share_start(struct share *share, struct port *port, struct xdp_prog *prog, int side_fd);
/* The program is about to go. */
void share_stop(struct share *share);

/* Something that the tables depend on has changed. */
void share_refresh(void);
/* The port (PORT_NONE: none any more) that an address of a bridge is behind. */
void share_learned(const struct bridge *bridge, fdb_key key, uint16_t port);

/* How many entries there are, and packets by class. New reference. */
json_t *share_show(const struct share *share);
/* Counts from here on. */
void share_clear(struct share *share);
/* Entries that the tables have no room for. */
size_t share_n_left_out(const struct share *share);

#endif

// SPDX-License-Identifier: BSD-3-Clause
/* Who drives the rings of a port, the library or a worker's own loop: see vhost_ring.h. */
#ifndef WEFT_VHOST_VHOST_RINGS_H
#define WEFT_VHOST_VHOST_RINGS_H

#include "vhost/vhost_port.h"

/* Takes the ring over from the library, where it is open and there is nothing odd about it. Worker,
 * with the ring locked. */
bool vhost_ring_adopt(struct vhost_port *vp, int vid, uint16_t index);
/* Gives it back, where it is ours: before the library is asked for anything. Worker. */
void vhost_ring_return(struct vhost_port *vp, int vid, uint16_t index);

/* Event thread. Closing waits for a worker that is in the ring, which never waits for this thread;
 * closing all forgets where the guest's memory is. */
void vhost_ring_close(struct vhost_port *vp, int vid, uint16_t index);
void vhost_rings_close(struct vhost_port *vp, int vid);
/* Opens a ring where the guest's memory is known. is_new: it begins to carry packets now. */
void vhost_ring_open(struct vhost_port *vp, uint16_t index, bool is_new);
/* Looks where the memory of a guest that is ready is, and opens the rings that are on, all of which
 * are closed; except: but this one, or -1. */
void vhost_rings_open(struct vhost_port *vp, int vid, int except);

#endif

// SPDX-License-Identifier: BSD-3-Clause
/*
 * The pool of packet buffers, filled little by little once weftd runs. Control.
 */
#ifndef WEFT_CONTROL_BUFFERS_H
#define WEFT_CONTROL_BUFFERS_H

/* How many there are before the first packet: enough for many guests' bursts. */
#define BUFFERS_FIRST 8192

/* 0 or -errno. */
int buffers_start(void);
void buffers_stop(void);

#endif

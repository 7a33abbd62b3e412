// SPDX-License-Identifier: BSD-3-Clause
/* How many workers there can be. */
#ifndef WEFT_DATAPLANE_WORKER_MAX_H
#define WEFT_DATAPLANE_WORKER_MAX_H

#define WORKERS_MAX  64                /* at once */
#define WORKER_SLOTS (2 * WORKERS_MAX) /* so that all may be replaced at once */

#endif

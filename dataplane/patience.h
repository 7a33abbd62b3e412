// SPDX-License-Identifier: BSD-3-Clause
/*
 * How long a worker looks for packets before it sleeps. To wake up takes as long
 * as hundreds of packets, so that under load a pause of others (a guest that lost
 * its processor for a moment) should not put it to sleep; and one packet now and
 * then should not keep it awake. So it earns by work what it may spin beyond the
 * least: spinning costs never more than the work did.
 */
#ifndef WEFT_DATAPLANE_PATIENCE_H
#define WEFT_DATAPLANE_PATIENCE_H

#include <stdbool.h>
#include <stdint.h>

struct patience {
	uint64_t least, most; /* cycles that it always spins; that can be earned beyond them */
	uint64_t earned;
};

/* It spun for so long, then found packets, and worked. */
static inline void patience_work(struct patience *p, uint64_t spun, uint64_t worked)
{
	uint64_t spent = spun > p->least ? spun - p->least : 0;

	p->earned = (p->earned > spent ? p->earned - spent : 0) + worked;
	if (p->earned > p->most)
		p->earned = p->most;
}

static inline bool patience_is_over(const struct patience *p, uint64_t spun)
{
	return spun >= p->least + p->earned;
}

/* It sleeps: what comes after that is another time. */
static inline void patience_sleep(struct patience *p)
{
	p->earned = 0;
}

#endif

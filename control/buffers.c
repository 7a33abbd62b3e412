// SPDX-License-Identifier: BSD-3-Clause
#include "control/buffers.h"

#include <errno.h>
#include <stddef.h>
#include <stdint.h>

#include "control/loop.h"
#include "dataplane/dp.h"

#define STEP    512 /* buffers at a time: 1 to 2 ms */
#define STEP_MS 10  /* apart, so that whoever has just lost weftd is served in between */

static struct event *timer; /* while there are more to come */

static void step(void *arg)
{
	if (!dp_pool_grow(STEP))
		buffers_stop();
}

int buffers_start(void)
{
	timer = loop_timer(STEP_MS, true, step, NULL);
	return timer ? 0 : -errno;
}

void buffers_stop(void)
{
	loop_cancel(timer);
	timer = NULL;
}

// SPDX-License-Identifier: BSD-3-Clause
#include "dataplane/grace.h"

#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <unistd.h>

#include "dataplane/grace_worker.h"
#include "dataplane/mem.h"

struct rte_rcu_qsbr *grace_qsbr;

int grace_init(unsigned max_workers)
{
	size_t size = rte_rcu_qsbr_get_memsize(max_workers);

	grace_qsbr = mem_lines(size);
	if (!grace_qsbr)
		return -ENOMEM;
	return rte_rcu_qsbr_init(grace_qsbr, max_workers) ? -EINVAL : 0;
}

void grace_fini(void)
{
	free(grace_qsbr);
	grace_qsbr = NULL;
}

void grace_wait(void)
{
	enum { YIELDS = 100, PAUSE_US = 20 };
	uint64_t token;

	if (!grace_qsbr)
		return;
	token = rte_rcu_qsbr_start(grace_qsbr);
	for (int i = 0; rte_rcu_qsbr_check(grace_qsbr, token, false) != 1; i++) {
		/* A worker may have lost its core to somebody else: give it ours. */
		if (i < YIELDS)
			sched_yield();
		else
			usleep(PAUSE_US);
	}
}

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

uint64_t grace_start(void)
{
	return grace_qsbr ? rte_rcu_qsbr_start(grace_qsbr) : 0;
}

bool grace_over(uint64_t token)
{
	return !grace_qsbr || rte_rcu_qsbr_check(grace_qsbr, token, false) == 1;
}

void grace_wait(void)
{
	enum { YIELDS = 100, PAUSE_US = 20 };
	uint64_t token = grace_start();

	for (int i = 0; !grace_over(token); i++) {
		/* A worker may have lost its core to somebody else: give it ours. */
		if (i < YIELDS)
			sched_yield();
		else
			usleep(PAUSE_US);
	}
}

// SPDX-License-Identifier: BSD-3-Clause
/* The worker's half of grace.h. id is the worker's, below the limit given to grace_init. */
#ifndef WEFT_DATAPLANE_GRACE_WORKER_H
#define WEFT_DATAPLANE_GRACE_WORKER_H

#include <rte_rcu_qsbr.h>

extern struct rte_rcu_qsbr *grace_qsbr; /* written by grace_init and grace_fini only */

/* Control, before the first and after the last worker. 0 or -errno. */
int grace_init(unsigned max_workers);
void grace_fini(void);

/* Worker: from now on grace periods wait for it. */
static inline void grace_enter(unsigned id)
{
	rte_rcu_qsbr_thread_online(grace_qsbr, id);
}

/* Worker: holds no pointer to shared memory; grace periods need not wait for it until grace_enter.
 */
static inline void grace_leave(unsigned id)
{
	rte_rcu_qsbr_thread_offline(grace_qsbr, id);
}

/* Worker, between two rounds: holds no pointer now. */
static inline void grace_pass(unsigned id)
{
	rte_rcu_qsbr_quiescent(grace_qsbr, id);
}

#endif

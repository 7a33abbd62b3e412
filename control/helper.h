// SPDX-License-Identifier: BSD-3-Clause
/*
 * A thread for what would hold the loop too long and needs nothing of weft's:
 * reading a large file, freeing what was read, waiting for a disk. It takes one
 * job after the other, and begins with the first.
 *
 * A job is its owner's struct with a helper_job as its first member. From
 * helper_do on it belongs to the thread, and to control again when `done` is
 * called, from the loop. Functions are for the control thread but where they say
 * otherwise.
 */
#ifndef WEFT_CONTROL_HELPER_H
#define WEFT_CONTROL_HELPER_H

#include <stdatomic.h>
#include <stdbool.h>

struct helper_job {
	void (*run)(struct helper_job *job);  /* in the thread */
	void (*done)(struct helper_job *job); /* NULL: nobody waits for it */
	void (*drop)(struct helper_job *job); /* frees it, after done or in its place; any thread */
	bool is_owed; /* is run even when weftd ends: it leaves something behind */

	atomic_bool is_cancelled;
	struct helper_job *next;
};

/* 0 or -errno: there is no thread, or no loop, and the job is still the caller's. */
int helper_do(struct helper_job *job);
/* done is not called any more. */
void helper_cancel(struct helper_job *job);
/* For run, now and then. */
bool helper_is_wanted(const struct helper_job *job);

/* Ends the thread. What is not done is dropped, but for what is owed. */
void helper_stop(void);

#endif

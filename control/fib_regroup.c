// SPDX-License-Identifier: BSD-3-Clause
/*
 * A next hop became alive or dead: its groups are changed one after the other,
 * in slices, however many there are. Until that is done workers pass a dead one by
 * (dataplane/l3_detour.h), so that what is lost is out of the fast path with one pointer stored.
 */
#include <string.h>

#include "control/convergence.h"
#include "control/engines.h"
#include "control/fib_own.h"
#include "control/spine/log.h"

/* Those with groups that are to be looked at, who came first is the first. */
static struct {
	struct fib_hop *first, **end;
} queue = {.end = &queue.first};

static void enqueue(struct fib_hop *hop)
{
	hop->next_changed = NULL;
	hop->back_changed = queue.end;
	*queue.end = hop;
	queue.end = &hop->next_changed;
}

void fib_regroup_forget(struct fib_hop *hop)
{
	if (!hop->back_changed)
		return;
	*hop->back_changed = hop->next_changed;
	if (hop->next_changed)
		hop->next_changed->back_changed = hop->back_changed;
	else
		queue.end = hop->back_changed;
	hop->back_changed = NULL;
}

static void set_away(struct fib_hop *hop, bool away)
{
	if (hop->away == away)
		return;
	hop->away = away;
	fib_hop_publish(hop);
}

void fib_groups_changed(struct fib_hop *hop)
{
	bool away = hop->members && !fib_hop_is_alive(hop);

	set_away(hop, away);
	if (away)
		convergence_step(CONVERGENCE_DETOUR);
	if (!hop->members)
		return;
	hop->is_stuck = false;
	hop->to_change = hop->members;
	if (!hop->back_changed)
		enqueue(hop);
	engines_kick();
}

/* Its groups are as they should be: where it is dead and in one still, all others are, too. */
static void finish(struct fib_hop *hop)
{
	fib_regroup_forget(hop);
	if (!hop->is_stuck)
		set_away(hop, false);
	convergence_step(CONVERGENCE_GROUPS);
}

static void change(struct fib_hop *hop)
{
	struct fib_member *member = hop->to_change;
	int r = fib_group_publish(member->group);

	hop->to_change = member->next;
	if (r == 0)
		return;
	hop->is_stuck = true;
	log_error("a group could not be changed: %s", strerror(-r));
}

bool fib_regroup_work(uint32_t max)
{
	for (; queue.first && max > 0; max--) {
		if (queue.first->to_change)
			change(queue.first);
		else
			finish(queue.first);
	}
	return queue.first != NULL;
}

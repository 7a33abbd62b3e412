// SPDX-License-Identifier: BSD-3-Clause
/* Groups: one for each set of next hops that is in use. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "control/engines.h"
#include "control/fib_own.h"
#include "control/interfaces.h"
#include "control/must.h"
#include "control/numbers.h"
#include "control/spine/log.h"
#include "dataplane/l3.h"

struct fib_group {
	uint32_t id; /* its number in the dataplane; 0: there was no room, its users wait */
	const struct nexthop_set *set;
	uint32_t n_routes, n_hosts; /* that lead to it */
	uint64_t published;         /* which members take part, a bit each; 0: none yet */
	uint32_t n;
	struct fib_member members[];
};

static struct {
	struct numbers numbers;
	struct fib_group **by_set; /* by the number of its set */
	uint32_t room;
	uint32_t n;
} groups = {.numbers = {.max = L3_GROUP_MAX}};

_Static_assert(NEXTHOP_SET_MAX <= 64 && NEXTHOP_SET_MAX <= L3_MEMBER_MAX, "a bit for each member");

static struct fib_group *group_of(const struct nexthop_set *set)
{
	return set->id < groups.room ? groups.by_set[set->id] : NULL;
}

/* The members that take part: those that are alive, or all where none is. */
static uint64_t taking_part(const struct fib_group *group)
{
	uint64_t alive = 0;

	for (uint32_t i = 0; i < group->n; i++)
		if (fib_hop_is_alive(group->members[i].hop))
			alive |= UINT64_C(1) << i;
	return alive ? alive : UINT64_MAX >> (64 - group->n);
}

int fib_group_publish(struct fib_group *group)
{
	uint64_t now = taking_part(group);
	struct l3_member list[NEXTHOP_SET_MAX];
	uint16_t n = 0;
	int r;

	if (now == group->published)
		return 0;
	for (uint32_t i = 0; i < group->n; i++)
		if (now >> i & 1)
			list[n++] = (struct l3_member){group->members[i].hop->id,
						       group->members[i].weight};
	r = l3_group_set(group->id, list, n);
	if (r == 0)
		group->published = now;
	return r;
}

static void member_link(struct fib_member *member)
{
	struct fib_member **first = &member->hop->members;

	member->next = *first;
	member->back = first;
	if (*first)
		(*first)->back = &member->next;
	*first = member;
}

static void member_unlink(struct fib_member *member)
{
	if (member->hop->to_change == member)
		member->hop->to_change = member->next;
	*member->back = member->next;
	if (member->next)
		member->next->back = member->back;
}

static void make_room(uint32_t id)
{
	uint32_t room = groups.room ? groups.room : 256;

	if (id < groups.room)
		return;
	while (room <= id)
		room *= 2;
	groups.by_set = must(realloc(groups.by_set, room * sizeof(struct fib_group *)));
	memset(groups.by_set + groups.room, 0, (room - groups.room) * sizeof(struct fib_group *));
	groups.room = room;
}

static void members_drop(struct fib_group *group)
{
	while (group->n > 0) {
		struct fib_member *member = &group->members[--group->n];

		if (group->n_routes > 0)
			fib_hop_unkeep(member->hop);
		member_unlink(member);
		fib_hop_unuse(member->hop);
	}
}

static int members_make(struct fib_group *group)
{
	for (uint32_t i = 0; i < group->set->n; i++) {
		struct fib_member *member = &group->members[group->n];

		member->hop = fib_hop_use(&group->set->hops[i]);
		if (!member->hop)
			return -ENOSPC;
		member->group = group;
		member->hop->shared |= group->set->n > 1;
		member->weight = group->set->hops[i].weight ? group->set->hops[i].weight : 1;
		member_link(member);
		group->n++;
		if (group->n_routes > 0)
			fib_hop_keep(member->hop);
	}
	return 0;
}

/* Gives it its number and members, if there is room. */
static void complete(struct fib_group *group, const struct fib_group *like)
{
	int64_t id = numbers_take(&groups.numbers);
	int r = id < 0 ? (int)id : 0;

	if (r == 0) {
		group->id = (uint32_t)id;
		r = members_make(group);
	}
	if (r == 0 && like && like->id)
		r = l3_group_like(group->id, like->id);
	if (r == 0)
		r = fib_group_publish(group);
	if (r == 0)
		return;
	if (group->id) {
		l3_group_del(group->id);
		numbers_give(&groups.numbers, group->id);
	}
	members_drop(group);
	group->id = 0;
	log_error("no room for a group in the dataplane: %s", strerror(-r));
}

static struct fib_group *make(const struct nexthop_set *set, const struct nexthop_set *like)
{
	struct fib_group *group =
		must(calloc(1, sizeof(*group) + set->n * sizeof(group->members[0])));

	make_room(set->id);
	group->set = nexthop_set_ref(set);
	groups.by_set[set->id] = group;
	groups.n++;
	complete(group, like ? group_of(like) : NULL);
	return group;
}

static void destroy(struct fib_group *group)
{
	const struct nexthop_set *set = group->set;

	if (group->id) {
		l3_group_del(group->id);
		numbers_give(&groups.numbers, group->id);
	}
	members_drop(group);
	groups.by_set[set->id] = NULL;
	groups.n--;
	free(group);
	nexthop_set_unref(rib_sets(engines_env()->rib), set);
}

uint32_t fib_group_use(const struct nexthop_set *set, enum fib_user user,
		       const struct nexthop_set *like)
{
	struct fib_group *group = group_of(set);

	if (!group)
		group = make(set, like);
	if (user == FIB_HOST)
		group->n_hosts++;
	else if (group->n_routes++ == 0)
		for (uint32_t i = 0; i < group->n; i++)
			fib_hop_keep(group->members[i].hop);
	return group->id;
}

void fib_group_unuse(const struct nexthop_set *set, enum fib_user user)
{
	struct fib_group *group = group_of(set);

	if (user == FIB_HOST)
		group->n_hosts--;
	else if (--group->n_routes == 0)
		for (uint32_t i = 0; i < group->n; i++)
			fib_hop_unkeep(group->members[i].hop);
	if (group->n_routes == 0 && group->n_hosts == 0)
		destroy(group);
}

uint32_t fib_group_retry(const struct nexthop_set *set)
{
	struct fib_group *group = group_of(set);

	if (group && !group->id)
		complete(group, NULL);
	return group ? group->id : 0;
}

void fib_sync_iface_changed(const struct iface *iface)
{
	struct fib_hop *hop, *next;

	if (!interfaces_by_id(iface->id))
		fib_hops_forget(interfaces_of(iface)->l3);
	for (hop = fib_hops_of(interfaces_of(iface)->l3); hop; hop = next) {
		next = hop->same_iface;
		if (hop->target.iface == iface->id)
			fib_groups_changed(hop);
	}
}

uint32_t fib_sync_group_of(const struct nexthop_set *set)
{
	const struct fib_group *group = group_of(set);

	return group ? group->id : 0;
}

uint32_t fib_groups_count(void)
{
	return groups.n;
}

void fib_groups_fini(void)
{
	free(groups.by_set);
	groups.by_set = NULL;
	groups.room = 0;
	numbers_fini(&groups.numbers);
}

// SPDX-License-Identifier: BSD-3-Clause
/* What the files of fib_sync.h share. */
#ifndef WEFT_CONTROL_FIB_OWN_H
#define WEFT_CONTROL_FIB_OWN_H

#include "control/fib_sync.h"

struct fib_group;
struct fib_member;

/* A next hop of the dataplane, as long as some group has it. */
struct fib_hop {
	uint32_t id; /* its number there */
	uint16_t l3; /* its interface's number there; 0: none */
	bool kept;   /* the neighbour engine looks after it, for routes */
	bool silent; /* BFD: it does not answer, whatever else is known of it */
	struct fib_target target;
	uint32_t n_users;           /* members of groups */
	bool shared;                /* it was one of several in a group */
	uint32_t n_routed;          /* of these, in groups that routes lead to */
	struct fib_member *members; /* its places in groups */
	bool away;                  /* workers pass it by until its groups are changed */
	/* fib_regroup.c, while its groups are changed: the next of its places to come to; did one
	 * of them fail? */
	struct fib_member *to_change;
	bool is_stuck;
	struct fib_hop *next_changed, **back_changed; /* NULL: they are not */
	struct fib_hop *same_bucket, *same_iface;
	struct fib_hop *next_idle,
		**back_idle; /* while it has no user and waits to be used again */
};

/* fib_hops.c. NULL: no room, which is logged. A hop with another user. */
struct fib_hop *fib_hop_use(const struct nexthop *nexthop);
void fib_hop_unuse(struct fib_hop *hop);
/* Brings the dataplane to what is known of it. A failure is logged. */
void fib_hop_publish(const struct fib_hop *hop);
/* Routes lead there now, or one group of theirs less does. */
void fib_hop_keep(struct fib_hop *hop);
void fib_hop_unkeep(struct fib_hop *hop);
/* Can packets be sent there now? */
bool fib_hop_is_alive(const struct fib_hop *hop);
struct fib_hop *fib_hop_find(uint32_t iface, const struct addr *addr);
struct fib_hop *fib_hops_of(uint16_t l3); /* then ->same_iface */
/* Drops those of an interface that nobody uses. */
void fib_hops_forget(uint16_t l3);
uint32_t fib_hops_count(void); /* that are used */
void fib_hops_fini(void);

/* fib_groups.c: the group of a set, with a route or a host route more that leads to it. 0: no room.
 * like: the set that the route led to before, or NULL: a new group keeps flows where that one had
 * them. */
enum fib_user { FIB_ROUTE, FIB_HOST };
uint32_t fib_group_use(const struct nexthop_set *set, enum fib_user user,
		       const struct nexthop_set *like);
void fib_group_unuse(const struct nexthop_set *set, enum fib_user user);
/* Once more for one that found no room; its number, or 0. */
uint32_t fib_group_retry(const struct nexthop_set *set);
/* Brings the dataplane to which of its members are alive. 0 or -errno. */
int fib_group_publish(struct fib_group *group);
uint32_t fib_groups_count(void);
void fib_groups_fini(void);

/* fib_regroup.c: a hop became alive or dead, or may have. */
void fib_groups_changed(struct fib_hop *hop);
/* It goes. */
void fib_regroup_forget(struct fib_hop *hop);

struct fib_member {
	struct fib_hop *hop;
	struct fib_group *group;
	uint8_t weight;
	struct fib_member *next, **back; /* among those of its hop */
};

/* fib_hosts.c: host routes of neighbours. */
void fib_host_add(const struct iface *iface, const struct addr *addr);
void fib_host_del(const struct iface *iface, const struct addr *addr);
/* The group of a host route that is in use, or 0. */
uint32_t fib_host_group(uint16_t vrf, const struct addr *addr);
/* The RIB has another route for a prefix, or none: hosts within it may be led elsewhere. */
void fib_hosts_reconsider(uint16_t vrf, const struct prefix *prefix);
uint32_t fib_hosts_count(void);
void fib_hosts_fini(void);

/* fib_check.c */
int fib_check_start(void);
void fib_check_stop(void);
void fib_check_stats(struct fib_sync_stats *out);

/* fib_sync.c: puts a prefix in or takes it out; group 0 takes it out. What does not fit is taken
 * out, too, and counted. */
void fib_put(uint16_t vrf, const struct prefix *prefix, uint32_t group);
/* A whole pass has found nothing wrong. */
void fib_is_right(void);

#endif

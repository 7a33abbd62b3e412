// SPDX-License-Identifier: BSD-3-Clause
#include "tests/sim/judge.h"

#include <stdlib.h>
#include <string.h>

#include "tests/sim/oracle.h"

struct watched {
	struct judge *judge;
	uint32_t router;
	uint32_t n_learned; /* routes that protocols gave */
};

struct target {
	struct prefix prefix;
	struct addr addr; /* what is sent there: its first one */
};

/* Whoever follows its table from this router toward the target comes back to it. */
struct loop {
	uint32_t router, target, size;
	int64_t since_us;
	const struct link *link; /* the last one, by which it comes back */
};

struct judge {
	struct scene *scene;
	struct watched *watched;
	uint32_t n_targets, n_changed, n_loops, n_ended_loops;
	struct target *targets;
	struct change {
		uint32_t router;
		struct prefix prefix;
	} * changed;
	struct loop *loops;
	/* Of the search, by router: the mark of the last one that came by, after how many steps, by
	 * which link. */
	uint32_t *seen, *depth, *queue, mark;
	const struct link **by, *closing; /* closing: that of the loop that it found */
	int64_t bounds[SPEAKERS_MAX][2];  /* of loops of two, and of more */
	int64_t last_change_us, longest_loop_us;
	uint64_t n_changes;
	bool is_over;
};

static void *zeros(size_t n, size_t size)
{
	void *memory = calloc(n ? n : 1, size);

	if (!memory)
		abort();
	return memory;
}

/* One more at the end. */
static void *grown(void *list, uint32_t n, size_t size)
{
	void *bigger = (n & (n - 1)) == 0 ? realloc(list, (n ? 2 * n : 1) * size) : list;

	if (!bigger)
		abort();
	return bigger;
}

/* --- what RIBs tell --- */

static void note_change(const struct judge *judge, const struct router *router, char sign,
			const struct rib_best *best)
{
	char text[400], address[ADDR_TEXT_MAX];
	size_t n;

	if (!judge->scene->world->transcript || best->protocol == RIB_CONNECTED)
		return;
	n = (size_t)snprintf(text, sizeof(text), "%c ", sign);
	prefix_print(&best->prefix, text + n);
	n = strlen(text);
	n += (size_t)snprintf(text + n, sizeof(text) - n, " %s %u",
			      oracle_protocol_names[best->protocol], best->metric);
	for (uint32_t i = 0; i < best->hops->n && n < sizeof(text); i++) {
		const struct nexthop *hop = &best->hops->hops[i];

		if (hop->kind == NEXTHOP_GATEWAY)
			n += (size_t)snprintf(text + n, sizeof(text) - n, "%s %s on %s",
					      i ? "," : " via", addr_print(&hop->gateway, address),
					      router->ends[hop->iface - 1]->iface.name);
	}
	world_note(judge->scene->world, router, "%s", text);
}

static bool is_learned(const struct rib_best *best)
{
	return best && best->protocol != RIB_CONNECTED && best->protocol != RIB_STATIC;
}

static void check_metric(const struct judge *judge, const struct router *router,
			 const struct rib_best *best)
{
	char text[PREFIX_TEXT_MAX];

	for (int i = 0; speakers[i]; i++)
		if (speakers[i]->family == best->prefix.addr.family &&
		    speakers[i]->protocol == best->protocol && speakers[i]->infinity &&
		    best->metric >= speakers[i]->infinity)
			world_fail(judge->scene->world, router, "%s is used at a metric of %u",
				   prefix_print(&best->prefix, text), best->metric);
}

static void on_change(void *arg, const struct rib_best *was, const struct rib_best *now)
{
	struct watched *self = arg;
	struct judge *judge = self->judge;
	const struct router *router = judge->scene->routers[self->router];
	const struct rib_best *either = now ? now : was;

	self->n_learned += (uint32_t)is_learned(now) - (uint32_t)is_learned(was);
	if (judge->is_over || either->hops->hops[0].kind == NEXTHOP_LOCAL ||
	    either->hops->hops[0].kind == NEXTHOP_BROADCAST)
		return;
	judge->n_changes++;
	if (is_learned(now) || is_learned(was))
		judge->last_change_us = judge->scene->world->timers.now.us;
	note_change(judge, router, now ? '+' : '-', either);
	if (now)
		check_metric(judge, router, now);
	judge->changed = grown(judge->changed, judge->n_changed, sizeof(*judge->changed));
	judge->changed[judge->n_changed++] = (struct change){self->router, either->prefix};
}

void judge_listen(struct judge *judge, uint32_t router)
{
	judge->watched[router].n_learned = 0;
	if (rib_listen(judge->scene->routers[router]->env.rib, on_change, &judge->watched[router]) <
	    0)
		abort();
}

/* --- loops --- */

/* The router behind a next hop; NULL: nobody has that address. */
static const struct router *router_at(const struct router *from, const struct nexthop *hop)
{
	const struct link *link = from->ends[hop->iface - 1]->link;

	for (uint32_t i = 0; link && i < link->n_ends; i++)
		for (uint16_t a = 0; a < link->ends[i]->iface.n_addresses; a++)
			if (addr_compare(&link->ends[i]->addresses[a].addr, &hop->gateway) == 0)
				return link->ends[i]->router;
	return NULL;
}

/* A loop over one link is one of two; two routers that send to each other over different links
 * know as little of it as three do. */
static uint32_t size_of(const struct judge *judge, const struct router *last,
			const struct link *link)
{
	uint32_t depth = judge->depth[last->number];

	return depth == 2 && judge->by[last->number] != link ? 3 : depth;
}

/* What follows a router: into the queue. The size of the loop where that is the one that the search
 * began with, or 0. */
static uint32_t follow(struct judge *judge, const struct router *from, const struct router *start,
		       const struct target *target, uint32_t *n)
{
	uint32_t size = 0;
	struct rib_best best;

	if (!from->env.rib || !rib_lookup(from->env.rib, 0, &target->addr, &best))
		return 0;
	for (uint32_t i = 0; i < best.hops->n; i++) {
		const struct nexthop *hop = &best.hops->hops[i];
		const struct router *next =
			hop->kind == NEXTHOP_GATEWAY ? router_at(from, hop) : NULL;
		const struct link *link = next ? from->ends[hop->iface - 1]->link : NULL;

		if (next == start && (!size || size_of(judge, from, link) < size)) {
			size = size_of(judge, from, link);
			judge->closing = link;
		}
		if (!next || judge->seen[next->number] == judge->mark)
			continue;
		judge->seen[next->number] = judge->mark;
		judge->depth[next->number] = judge->depth[from->number] + 1;
		judge->by[next->number] = link;
		judge->queue[(*n)++] = next->number;
	}
	return size;
}

/* How many routers the shortest way from this one back to itself has; 0: there is none. */
static uint32_t loop_size(struct judge *judge, uint32_t router, uint32_t target)
{
	const struct router *start = judge->scene->routers[router];
	uint32_t n = 1, size = 0;

	judge->mark++;
	judge->queue[0] = router;
	judge->depth[router] = 1;
	judge->seen[router] = judge->mark;
	for (uint32_t at = 0; at < n && !size; at++)
		size = follow(judge, judge->scene->routers[judge->queue[at]], start,
			      &judge->targets[target], &n);
	return size;
}

/* The longest that any protocol of that family allows. */
static int64_t bound_of(const struct judge *judge, const struct loop *loop)
{
	uint8_t family = judge->targets[loop->target].prefix.addr.family;
	int64_t longest = 0;

	for (int i = 0; speakers[i]; i++)
		if (speakers[i]->family == family && judge->bounds[i][loop->size > 2] > longest)
			longest = judge->bounds[i][loop->size > 2];
	return longest;
}

static void judge_loop(struct judge *judge, const struct loop *loop)
{
	struct world *world = judge->scene->world;
	int64_t lasted = world->timers.now.us - loop->since_us, bound = bound_of(judge, loop);
	char text[PREFIX_TEXT_MAX];

	judge->n_ended_loops++;
	if (lasted > judge->longest_loop_us)
		judge->longest_loop_us = lasted;
	if (lasted > bound)
		world_fail(world, judge->scene->routers[loop->router],
			   "%s went in a loop of %u routers for %.3f s, and %.3f s are allowed",
			   prefix_print(&judge->targets[loop->target].prefix, text), loop->size,
			   (double)lasted / 1e6, (double)bound / 1e6);
}

static struct loop *loop_find(struct judge *judge, uint32_t router, uint32_t target)
{
	for (uint32_t i = 0; i < judge->n_loops; i++)
		if (judge->loops[i].router == router && judge->loops[i].target == target)
			return &judge->loops[i];
	return NULL;
}

static void note_loop(struct judge *judge, const struct loop *loop, const char *what)
{
	char text[PREFIX_TEXT_MAX];

	world_note(judge->scene->world, judge->scene->routers[loop->router],
		   "a loop of %u routers toward %s %s", loop->size,
		   prefix_print(&judge->targets[loop->target].prefix, text), what);
}

static void begin_loop(struct judge *judge, uint32_t router, uint32_t target, uint32_t size)
{
	struct loop loop = {router, target, size, judge->scene->world->timers.now.us,
			    judge->closing};

	judge->loops = grown(judge->loops, judge->n_loops, sizeof(loop));
	judge->loops[judge->n_loops++] = loop;
	note_loop(judge, &loop, "begins");
}

static void end_loop(struct judge *judge, struct loop *loop)
{
	note_loop(judge, loop, "ends");
	judge_loop(judge, loop);
	*loop = judge->loops[--judge->n_loops];
}

/* Two that point to each other are over when one of them points elsewhere, be it to the next one
 * that points back. */
static bool is_over(const struct judge *judge, const struct loop *loop, uint32_t size)
{
	return size == 0 || (size == 2 && loop->size == 2 && judge->closing != loop->link);
}

/* Those toward a target that something changed for: are they still there? */
static void look_at_loops(struct judge *judge, uint32_t target)
{
	for (uint32_t i = judge->n_loops; i-- > 0;) {
		struct loop *loop = &judge->loops[i];
		uint32_t router = loop->router, size;

		if (loop->target != target)
			continue;
		size = loop_size(judge, router, target);
		if (size > loop->size)
			loop->size = size; /* it is another one by now: judged by what it allows */
		if (!is_over(judge, loop, size))
			continue;
		end_loop(judge, loop);
		if (size)
			begin_loop(judge, router, target, size);
	}
}

static void look_at_target(struct judge *judge, uint32_t router, uint32_t target)
{
	uint32_t size;

	look_at_loops(judge, target);
	if (loop_find(judge, router, target))
		return;
	size = loop_size(judge, router, target);
	if (size)
		begin_loop(judge, router, target, size);
}

void judge_look(struct world *world)
{
	struct scene *scene = world->user;
	struct judge *judge = scene->judge;

	if (!judge || judge->is_over)
		return;
	for (uint32_t i = 0; i < judge->n_changed; i++) {
		const struct change *change = &judge->changed[i];

		for (uint32_t t = 0; t < judge->n_targets; t++)
			if (judge->targets[t].prefix.length >= change->prefix.length &&
			    prefix_contains(&change->prefix, &judge->targets[t].addr))
				look_at_target(judge, change->router, t);
	}
	judge->n_changed = 0;
}

/* --- the end --- */

static void describe_best(const struct judge *judge, uint32_t router, const struct rib_best *best,
			  char *text, size_t size)
{
	char address[ADDR_TEXT_MAX];
	size_t n = (size_t)snprintf(text, size, "%s %u", oracle_protocol_names[best->protocol],
				    best->metric);

	if (best->tag)
		n += (size_t)snprintf(text + n, size - n, " tag %u", best->tag);

	for (uint32_t i = 0; i < best->hops->n && n < size; i++)
		if (best->hops->hops[i].kind == NEXTHOP_GATEWAY)
			n += (size_t)snprintf(text + n, size - n, "%s %s", i ? "," : " via",
					      addr_print(&best->hops->hops[i].gateway, address));
}

static bool has_hop(const struct judge *judge, uint32_t router, const struct wanted *wanted,
		    uint32_t tag, const struct nexthop *hop)
{
	const struct end *end = judge->scene->routers[router]->ends[hop->iface - 1];

	for (uint32_t i = 0; i < wanted->n; i++)
		if (wanted->hops[i].tags >> tag & 1 &&
		    judge->scene->links[wanted->hops[i].link] == end->link &&
		    addr_compare(&wanted->hops[i].gateway, &hop->gateway) == 0)
			return true;
	return false;
}

static bool is_right(const struct judge *judge, uint32_t router, const struct wanted *wanted,
		     const struct rib_best *best)
{
	uint32_t n = 0;

	if (best->protocol != wanted->protocol)
		return false;
	if (best->protocol != RIB_CONNECTED && best->metric != wanted->metric)
		return false;
	if (best->tag >= TOPO_TAGS || !(wanted->tags >> best->tag & 1))
		return false;
	for (uint32_t i = 0; i < best->hops->n; i++) {
		if (best->hops->hops[i].kind != NEXTHOP_GATEWAY)
			continue;
		if (!has_hop(judge, router, wanted, best->tag, &best->hops->hops[i]))
			return false;
		n++;
	}
	return n >= wanted->n_least && n <= wanted->n_most;
}

static void decide_route(struct judge *judge, uint32_t router, const struct prefix *prefix,
			 const struct wanted *wanted)
{
	struct router *at = judge->scene->routers[router];
	char want[300], has[200] = "none";
	struct rib_best best;
	bool exists = at->env.rib && rib_find(at->env.rib, 0, prefix, &best);

	if (exists == wanted->exists && (!exists || is_right(judge, router, wanted, &best)))
		return;
	oracle_print(judge->scene->topo, router, prefix, wanted, want, sizeof(want));
	if (exists)
		describe_best(judge, router, &best, has, sizeof(has));
	world_fail(judge->scene->world, at,
		   "the table is wrong: %.120s is wanted, and there is %.60s", want, has);
}

void judge_decide(struct judge *judge)
{
	struct topo *topo = judge->scene->topo;
	struct wanted *wanted = zeros(topo->n_routers, sizeof(*wanted));
	uint32_t *n_learned = zeros(topo->n_routers, sizeof(*n_learned));

	for (uint32_t t = 0; t < judge->n_targets; t++) {
		oracle_wants(topo, &judge->targets[t].prefix, wanted);
		for (uint32_t i = 0; i < topo->n_routers; i++) {
			decide_route(judge, i, &judge->targets[t].prefix, &wanted[i]);
			n_learned[i] += wanted[i].exists && wanted[i].protocol != RIB_CONNECTED &&
					wanted[i].protocol != RIB_STATIC;
		}
	}
	for (uint32_t i = 0; i < topo->n_routers; i++)
		if (n_learned[i] != judge->watched[i].n_learned)
			world_fail(judge->scene->world, judge->scene->routers[i],
				   "%u routes are learned, and %u are wanted",
				   judge->watched[i].n_learned, n_learned[i]);
	free(wanted);
	free(n_learned);
}

void judge_end(struct judge *judge)
{
	while (judge->n_loops) {
		note_loop(judge, &judge->loops[0], "is still there");
		judge_loop(judge, &judge->loops[0]);
		judge->loops[0] = judge->loops[--judge->n_loops];
	}
	judge->is_over = true;
}

/* --- life --- */

struct judge *judge_create(struct scene *scene)
{
	struct judge *judge = zeros(1, sizeof(*judge));
	uint32_t n = scene->topo->n_routers;
	struct prefix *prefixes = oracle_prefixes(scene->topo, &judge->n_targets);

	judge->scene = scene;
	judge->watched = zeros(n, sizeof(*judge->watched));
	judge->targets = zeros(judge->n_targets, sizeof(*judge->targets));
	judge->seen = zeros(n, sizeof(uint32_t));
	judge->depth = zeros(n, sizeof(uint32_t));
	judge->queue = zeros(n + 1, sizeof(uint32_t));
	judge->by = zeros(n, sizeof(*judge->by));
	for (uint32_t i = 0; i < n; i++)
		judge->watched[i] = (struct watched){.judge = judge, .router = i};
	for (uint32_t t = 0; t < judge->n_targets; t++)
		judge->targets[t] =
			(struct target){prefixes[t], topo_first_address(&prefixes[t]).addr};
	free(prefixes);
	for (uint32_t i = 0; speakers[i]; i++)
		for (uint32_t more = 0; speakers[i]->family && more < 2; more++)
			judge->bounds[i][more] = speakers[i]->loops_us(scene->topo, i, 2 + more);
	return judge;
}

void judge_destroy(struct judge *judge)
{
	if (!judge)
		return;
	free(judge->watched);
	free(judge->targets);
	free(judge->changed);
	free(judge->loops);
	free(judge->seen);
	free(judge->depth);
	free(judge->queue);
	free(judge->by);
	free(judge);
}

int64_t judge_last_change_us(const struct judge *judge)
{
	return judge->last_change_us;
}

uint64_t judge_changes(const struct judge *judge)
{
	return judge->n_changes;
}

uint32_t judge_loops(const struct judge *judge, int64_t *longest_us)
{
	*longest_us = judge->longest_loop_us;
	return judge->n_ended_loops;
}

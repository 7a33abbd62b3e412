// SPDX-License-Identifier: BSD-3-Clause
/* What files of routes say is given to the RIB, a slice at a time. */
#include <errno.h>
#include <string.h>

#include "control/daemon.h"
#include "control/engines.h"
#include "control/loop.h"
#include "control/must.h"
#include "control/pin.h"
#include "control/route_file_own.h"
#include "control/spine/log.h"
#include "control/vrfs.h"

#define BATCH 64 /* routes from one look at the clock to the next */

static struct event *timer; /* while something is given */

/* --- one side --- */

static void side_init(struct side *side, struct route_text *text)
{
	*side = (struct side){.text = route_text_ref(text)};
	side->sets = must(calloc(text->n_vias + 1, sizeof(*side->sets)));
}

static void side_fini(struct side *side)
{
	for (size_t i = 0; side->text && i < side->text->n_vias; i++)
		nexthop_set_unref(rib_sets(engines_env()->rib), side->sets[i]);
	free(side->sets);
	route_reader_unref(side->text);
	*side = (struct side){0};
}

static const struct route_line *head(const struct side *side)
{
	return side->text && side->at < side->text->n ? &side->text->lines[side->at] : NULL;
}

/* The next hops of a line; NULL with errno. */
static const struct nexthop_set *set_of(const struct route_file *file, struct side *side,
					const struct route_line *line)
{
	struct nexthop_sets *sets = rib_sets(engines_env()->rib);
	const struct nexthop_set **slot = &side->sets[line->via], *named;
	struct route_conf conf;

	if (*slot)
		return *slot;
	route_via_conf(side->text->vias[line->via], &conf);
	conf.vrf = vrfs_name(file->vrf);
	conf.terms = file->terms;
	named = pin_set_of(&conf);
	if (!named)
		return NULL;
	*slot = pin_gateways(file->vrf, named);
	nexthop_set_unref(sets, named);
	return *slot;
}

/* --- the walk --- */

static void refuse(struct route_file *file, int why)
{
	file->refused++;
	file->refused_why = why;
}

static void give(struct route_file *file, const struct route_line *line,
		 const struct nexthop_set *set)
{
	struct rib_route route = {.set = set,
				  .metric = file->terms.metric,
				  .tag = file->terms.tag,
				  .distance = file->terms.distance};
	struct prefix prefix;
	int r;

	route_line_prefix(line, &prefix);
	r = rib_set(engines_env()->rib, file->source, file->vrf, &prefix, &route);
	if (r < 0)
		refuse(file, -r);
}

/* What the RIB has refused is not there to be taken back. */
static void take(struct route_file *file, const struct route_line *line)
{
	struct prefix prefix;

	route_line_prefix(line, &prefix);
	rib_del(engines_env()->rib, file->source, file->vrf, &prefix);
}

/* One prefix. False: there is none left. */
static bool step(struct route_file *file)
{
	const struct route_line *old = head(&file->has), *new = head(&file->wants);
	const struct nexthop_set *set;
	int order;

	if (!old && !new)
		return false;
	order = !old ? 1 : !new ? -1 : route_line_compare(old, new);
	if (order < 0) {
		take(file, old);
		file->has.at++;
		return true;
	}
	set = set_of(file, &file->wants, new);
	if (!set)
		refuse(file, errno);
	else if (order > 0 || file->all || file->has.sets[old->via] != set)
		give(file, new, set);
	file->wants.at++;
	file->has.at += order == 0;
	return true;
}

static void begin(struct route_file *file)
{
	side_init(&file->wants, file->text);
	file->has.at = 0;
	file->all = file->next_all || file->refused > 0;
	file->giving = true;
	file->stale = file->next_all = false;
	file->refused = 0;
}

static void tell(const struct route_file *file, bool is_new)
{
	if (file->refused > 0)
		log_error("route file %s: %llu of %zu routes were refused: %s", file->path,
			  (unsigned long long)file->refused, file->has.text->n,
			  strerror(file->refused_why));
	if (is_new)
		daemon_event("route file", file->name, "loaded",
			     json_pack("{s:I, s:I}", "routes", (json_int_t)file->has.text->n,
				       "refused", (json_int_t)file->refused));
}

static void end(struct route_file *file)
{
	bool is_new = file->has.text != file->wants.text;

	side_fini(&file->has);
	file->has = file->wants;
	file->wants = (struct side){0};
	file->giving = false;
	tell(file, is_new);
	if (file->stale)
		begin(file);
}

static void walk(struct route_file *file, int64_t until)
{
	while (file->giving && loop_now_us() < until)
		for (int i = 0; i < BATCH && file->giving; i++)
			if (!step(file))
				end(file);
}

static bool is_any_left(void)
{
	for (struct route_file *file = route_files_first(); file; file = route_files_next(file))
		if (file->giving || file->stale)
			return true;
	return false;
}

static void on_timer(void *arg);

static void kick(void)
{
	if (!timer && is_any_left())
		timer = must(loop_timer(0, false, on_timer, NULL));
}

static void on_timer(void *arg)
{
	int64_t until = loop_slice_end();

	loop_cancel(timer);
	timer = NULL;
	engines_now();
	for (struct route_file *file = route_files_first(); file; file = route_files_next(file)) {
		if (file->stale && !file->giving)
			begin(file);
		walk(file, until);
	}
	engines_kick();
	kick();
}

void route_file_again(struct route_file *file, bool all)
{
	file->next_all |= all;
	file->stale = file->text != NULL;
	kick();
}

void route_file_forget_walk(struct route_file *file)
{
	side_fini(&file->has);
	side_fini(&file->wants);
	file->giving = false;
}

void route_file_walks_fini(void)
{
	loop_cancel(timer);
	timer = NULL;
}

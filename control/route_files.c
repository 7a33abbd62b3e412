// SPDX-License-Identifier: BSD-3-Clause
#include "control/route_files.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "control/daemon.h"
#include "control/engines.h"
#include "control/loop.h"
#include "control/must.h"
#include "control/pin.h"
#include "control/spine/log.h"
#include "control/vrfs.h"

#define SLICE_US 2000 /* of giving, then the RIB and others get a turn */
#define BATCH    64   /* routes from one look at the clock to the next */

/* A list of routes, and how far it has been walked. */
struct side {
	struct route_text *text;         /* NULL: nothing */
	const struct nexthop_set **sets; /* by via; NULL: not made yet */
	size_t at;
};

struct route_file {
	struct route_file *next;
	char name[FIELD_NAME_MAX + 1];
	char *path;
	struct route_text *text; /* as it was read last */
	uint16_t vrf;
	uint8_t distance;
	uint32_t metric, tag;
	uint32_t source; /* of the RIB */

	/* The walk. When it is over, the RIB has what `has` says. */
	struct side has, wants;
	bool giving;
	bool all;      /* in this walk even those that are the same */
	bool stale;    /* one more walk is needed after this one */
	bool next_all; /* in that one */
	uint64_t refused;
	int refused_why;
};

static struct {
	struct route_file *first;
	struct event *timer; /* while something is given */
} files;

struct route_file *route_files_first(void)
{
	return files.first;
}

struct route_file *route_files_next(struct route_file *file)
{
	return file->next;
}

struct route_file *route_files_find(const char *name)
{
	struct route_file *file = files.first;

	while (file && strcmp(file->name, name) != 0)
		file = file->next;
	return file;
}

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
	route_text_unref(side->text);
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
				  .metric = file->metric,
				  .tag = file->tag,
				  .distance = file->distance};
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
	while (file->giving && engines_clock_us() < until)
		for (int i = 0; i < BATCH && file->giving; i++)
			if (!step(file))
				end(file);
}

bool route_files_are_quiet(void)
{
	for (const struct route_file *file = files.first; file; file = file->next)
		if (file->giving || file->stale)
			return false;
	return true;
}

static void on_timer(void *arg);

static void kick(void)
{
	if (!files.timer && !route_files_are_quiet())
		files.timer = must(loop_timer(0, false, on_timer, NULL));
}

static void on_timer(void *arg)
{
	int64_t until = engines_clock_us() + SLICE_US;

	loop_cancel(files.timer);
	files.timer = NULL;
	engines_now();
	for (struct route_file *file = files.first; file; file = file->next) {
		if (file->stale && !file->giving)
			begin(file);
		walk(file, until);
	}
	engines_kick();
	kick();
}

/* Another walk, after the one that may be under way. */
static void again(struct route_file *file, bool all)
{
	file->stale = true;
	file->next_all |= all;
	kick();
}

void route_files_addresses_changed(void)
{
	for (struct route_file *file = files.first; file; file = file->next)
		again(file, false);
}

/* --- checks --- */

/* What a name's file says: as it was read, or from the disk. The caller's reference; NULL with
 * errors. */
static struct route_text *text_of(const char *name, const char *path, const char *at,
				  struct errors *errors)
{
	const struct route_file *file = route_files_find(name);

	if (file && strcmp(file->path, path) == 0)
		return route_text_ref(file->text);
	return route_text_read(path, at, errors);
}

int route_files_check(const char *name, const json_t *value, const json_t *candidate,
		      const char *path, struct errors *errors)
{
	const char *file = conf_str(value, "file");
	struct route_text *text;
	char at[FIELD_PATH_MAX];
	int r;

	field_path(at, path, "file");
	if (*file != '/')
		return errors_add(errors, at,
				  "'%s': expected a path from the root, such as /etc/weft/%s", file,
				  file);
	text = text_of(name, file, at, errors);
	if (!text)
		return -1;
	r = route_text_check(text, conf_str(value, "vrf"), candidate, at, file, errors);
	route_text_unref(text);
	return r;
}

/* --- the configuration --- */

static void take_numbers(struct route_file *file, const json_t *value)
{
	file->distance = (uint8_t)conf_int(value, "distance");
	file->metric = (uint32_t)conf_int(value, "metric");
	file->tag = (uint32_t)conf_int(value, "tag");
}

static void append(struct route_file *file)
{
	struct route_file **at = &files.first;

	while (*at)
		at = &(*at)->next;
	*at = file;
}

int route_files_add(const char *name, const json_t *value, struct errors *errors)
{
	const char *path = conf_str(value, "file");
	struct route_text *text = route_text_read(path, "", errors);
	struct route_file *file;
	uint32_t source;

	if (!text)
		return -1;
	source = rib_source_add(engines_env()->rib, RIB_STATIC);
	if (!source) {
		route_text_unref(text);
		return errors_add(errors, "", "%s", strerror(errno));
	}
	file = must(calloc(1, sizeof(*file)));
	snprintf(file->name, sizeof(file->name), "%s", name);
	file->path = must(strdup(path));
	file->text = text;
	file->vrf = (uint16_t)vrfs_id(conf_str(value, "vrf"));
	file->source = source;
	take_numbers(file, value);
	append(file);
	again(file, false);
	return 0;
}

static void take_text(struct route_file *file, struct route_text *text)
{
	route_text_unref(file->text);
	file->text = text;
}

static void forget_walk(struct route_file *file)
{
	side_fini(&file->has);
	side_fini(&file->wants);
	file->giving = false;
}

/* Another VRF is another source: nothing of the old one is worth keeping. 0 or -errno. */
static int move(struct route_file *file, uint16_t vrf)
{
	uint32_t source;

	if (file->vrf == vrf)
		return 0;
	source = rib_source_add(engines_env()->rib, RIB_STATIC);
	if (!source)
		return -errno;
	rib_source_del(engines_env()->rib, file->source);
	forget_walk(file);
	file->source = source;
	file->vrf = vrf;
	engines_kick();
	return 0;
}

int route_files_change(struct route_file *file, const json_t *value, struct errors *errors)
{
	const char *path = conf_str(value, "file");
	struct route_text *text = text_of(file->name, path, "", errors);
	char *copy;
	int r;

	if (!text)
		return -1;
	engines_now();
	r = move(file, (uint16_t)vrfs_id(conf_str(value, "vrf")));
	if (r < 0) {
		route_text_unref(text);
		return errors_add(errors, "", "%s", strerror(-r));
	}
	copy = must(strdup(path));
	free(file->path);
	file->path = copy;
	take_text(file, text);
	take_numbers(file, value);
	again(file, true);
	return 0;
}

int route_files_reload(struct route_file *file, const json_t *candidate, struct errors *errors)
{
	struct route_text *text;

	route_text_forget(); /* two changes may have the same date */
	text = route_text_read(file->path, "", errors);
	if (!text)
		return -1;
	if (route_text_check(text, vrfs_name(file->vrf), candidate, "", file->path, errors) < 0) {
		route_text_unref(text);
		return -1;
	}
	take_text(file, text);
	again(file, false);
	return 0;
}

void route_files_remove(struct route_file *file)
{
	struct route_file **at = &files.first;

	while (*at != file)
		at = &(*at)->next;
	*at = file->next;
	engines_now();
	rib_source_del(engines_env()->rib, file->source);
	forget_walk(file);
	route_text_unref(file->text);
	route_text_forget();
	free(file->path);
	free(file);
	engines_kick();
}

void route_files_fini(void)
{
	while (files.first)
		route_files_remove(files.first);
	route_text_forget();
	loop_cancel(files.timer);
	files.timer = NULL;
}

static size_t given(const struct route_file *file)
{
	if (file->giving)
		return file->wants.at;
	return file->has.text ? file->has.text->n : 0;
}

void route_files_row(const struct route_file *file, struct route_file_row *out)
{
	*out = (struct route_file_row){
		.name = file->name,
		.path = file->path,
		.vrf = file->vrf,
		.distance = file->distance,
		.routes = file->text->n,
		.given = given(file),
		.nexthops = file->text->n_vias,
		.refused = file->refused,
		.loading = file->giving || file->stale,
	};
}

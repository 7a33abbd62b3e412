// SPDX-License-Identifier: BSD-3-Clause
#include "control/kernel_sync.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "control/daemon.h"
#include "control/loop.h"

#define PREFIXES     128  /* imported from one look at the clock to the next */
#define DUMP_SOON_MS 50   /* changes come in crowds */
#define DUMP_MS      1000 /* from one to the next */

struct kernel_sync {
	struct kernel_export out;
	struct kernel_import in;
	struct kernel_nl *nl;
	struct kernel_map map; /* its lists are ours */
	bool has_map;
	struct prefix *prefixes; /* of in's configuration */
	void (*changed)(void);
	struct event *work; /* while there is something to do */
	struct event *due;  /* the next dump */
	int64_t dump_ms;    /* when the last one began */
	uint64_t n_dumps;
	int dump_error;
};

/* --- work --- */

static void kick(void *arg);

static void work(void *arg)
{
	struct kernel_sync *self = arg;
	int64_t end = loop_slice_end();
	uint64_t changes = self->in.n_changes;
	bool more;

	loop_cancel(self->work);
	self->work = NULL;
	if (!self->has_map)
		return;
	do {
		more = kernel_import_work(&self->in, PREFIXES);
		more |= kernel_export_work(&self->out, 1);
	} while (more && loop_now_us() < end);
	if (self->in.n_changes != changes)
		self->changed();
	if (more)
		kick(self);
}

static void kick(void *arg)
{
	struct kernel_sync *self = arg;

	if (!self->work)
		self->work = loop_timer(0, false, work, self);
	/* No memory for a timer: the next kick, or the next dump, does it. */
}

/* --- dumps --- */

static void dump_soon(struct kernel_sync *self);

static void begin_dump(void *arg)
{
	struct kernel_sync *self = arg;
	bool all = kernel_import_is_wanted(&self->in);

	loop_cancel(self->due);
	self->due = NULL;
	if (kernel_nl_is_dumping(self->nl)) {
		dump_soon(self);
		return;
	}
	self->dump_ms = daemon_now_ms();
	self->n_dumps++;
	kernel_export_dump_begins(&self->out);
	kernel_import_dump_begins(&self->in);
	self->dump_error = kernel_nl_dump(self->nl, all);
	if (self->dump_error < 0)
		dump_soon(self);
}

static void dump_soon(struct kernel_sync *self)
{
	int64_t wait = self->dump_ms + DUMP_MS - daemon_now_ms();

	if (self->due)
		return;
	if (self->n_dumps == 0)
		wait = 0;
	else if (wait < DUMP_SOON_MS)
		wait = DUMP_SOON_MS;
	self->due = loop_timer(wait, false, begin_dump, self);
}

static void dumped(void *arg, const struct kernel_route *route)
{
	struct kernel_sync *self = arg;

	if (route->protocol == KERNEL_PROTOCOL)
		kernel_export_dumped(&self->out, route);
	else
		kernel_import_dumped(&self->in, route);
}

static void dump_done(void *arg, int rc)
{
	struct kernel_sync *self = arg;

	self->dump_error = rc == -EAGAIN ? 0 : rc;
	if (rc < 0) {
		dump_soon(self);
		return;
	}
	kernel_export_dump_done(&self->out);
	kernel_import_dump_done(&self->in);
}

/* --- news --- */

static void news(void *arg, bool is_new, uint16_t flags, const struct kernel_route *route)
{
	struct kernel_sync *self = arg;

	kernel_import_news(&self->in, is_new, flags, route);
	if (!is_new)
		kernel_export_changed(&self->out, route);
	/* A route of weft's that weft did not write is somebody's joke, or another weftd's. */
	if (self->in.is_doubtful || (is_new && route->protocol == KERNEL_PROTOCOL))
		dump_soon(self);
}

static void device(void *arg, int32_t index)
{
	struct kernel_sync *self = arg;
	bool is_ours = self->map.link.iface && self->map.link.device == index;

	for (size_t i = 0; i < self->map.n_pairs; i++)
		is_ours |= self->map.pairs[i].device == index;
	if (is_ours)
		dump_soon(self);
}

static void lost(void *arg)
{
	dump_soon(arg);
}

static const struct kernel_nl_ops nl_ops = {
	.dumped = dumped, .dump_done = dump_done, .news = news, .device = device, .lost = lost};

/* --- life --- */

static void free_map(struct kernel_map *map)
{
	free((void *)map->pairs);
	free((void *)map->own);
	free((void *)map->host);
	*map = (struct kernel_map){0};
}

static void *copy(const void *list, size_t n, size_t size)
{
	void *out = calloc(n + 1, size);

	if (out && n > 0)
		memcpy(out, list, n * size);
	return out;
}

int kernel_sync_map(struct kernel_sync *self, const struct kernel_map *map)
{
	struct kernel_map new = *map;

	new.pairs = copy(map->pairs, map->n_pairs, sizeof(*map->pairs));
	new.own = copy(map->own, map->n_own, sizeof(*map->own));
	new.host = copy(map->host, map->n_host, sizeof(*map->host));
	if (!new.pairs || !new.own || !new.host) {
		free_map(&new);
		return -ENOMEM;
	}
	free_map(&self->map);
	self->map = new;
	self->has_map = true;
	kernel_export_remap(&self->out);
	kernel_import_remap(&self->in);
	dump_soon(self);
	return 0;
}

static int set_conf(struct kernel_sync *self, const struct kernel_sync_conf *conf)
{
	self->out.conf = (struct kernel_export_conf){.protocols = conf->export,
						     .table = conf->table,
						     .metric = conf->metric,
						     .vrf = conf->vrf};
	self->in.conf = (struct kernel_import_conf){.n_within = conf->n_import,
						    .n_exactly = conf->n_import_exact,
						    .vrf = conf->vrf,
						    .distance = conf->distance};
	self->prefixes = calloc(conf->n_import + conf->n_import_exact + 1, sizeof(*self->prefixes));
	if (!self->prefixes)
		return -ENOMEM;
	if (conf->n_import)
		memcpy(self->prefixes, conf->import, conf->n_import * sizeof(*conf->import));
	if (conf->n_import_exact)
		memcpy(self->prefixes + conf->n_import, conf->import_exact,
		       conf->n_import_exact * sizeof(*conf->import));
	self->in.conf.within = self->prefixes;
	self->in.conf.exactly = self->prefixes + conf->n_import;
	return 0;
}

struct kernel_sync *kernel_sync_create(const struct kernel_sync_conf *conf, struct netns *ns,
				       struct rib *rib, void (*changed)(void))
{
	struct kernel_sync *self = calloc(1, sizeof(*self));
	int rc;

	if (!self)
		return NULL;
	rc = set_conf(self, conf);
	self->changed = changed;
	self->out.rib = self->in.rib = rib;
	self->out.map = self->in.map = &self->map;
	self->out.kick = self->in.kick = kick;
	self->out.kick_arg = self->in.kick_arg = self;
	self->nl = rc == 0 ? kernel_nl_open(ns, conf->table, &nl_ops, self) : NULL;
	if (rc == 0 && !self->nl)
		rc = -errno;
	if (rc < 0) {
		free(self->prefixes);
		free(self);
		errno = -rc;
		return NULL;
	}
	self->out.nl = self->nl;
	rc = kernel_export_start(&self->out);
	if (rc == 0)
		rc = kernel_import_start(&self->in);
	if (rc == 0)
		return self;
	kernel_sync_destroy(self);
	errno = -rc;
	return NULL;
}

void kernel_sync_destroy(struct kernel_sync *self)
{
	if (!self)
		return;
	kernel_export_stop(&self->out);
	kernel_import_stop(&self->in);
	kernel_nl_close(self->nl);
	loop_cancel(self->work);
	loop_cancel(self->due);
	free_map(&self->map);
	free(self->prefixes);
	free(self);
}

void kernel_sync_stats(const struct kernel_sync *self, struct kernel_sync_stats *out)
{
	*out = (struct kernel_sync_stats){.exported = self->out.n_installed,
					  .failed = self->out.n_failed,
					  .unmapped = self->out.n_unmapped,
					  .known = self->in.n_routes,
					  .imported = self->in.n_imported,
					  .dumps = self->n_dumps,
					  .error = self->out.error,
					  .error_prefix = self->out.error_prefix,
					  .dump_error = self->dump_error};
	out->in_sync = self->has_map && self->out.complete && !self->due && !self->work &&
		       !kernel_nl_is_dumping(self->nl) && out->failed == 0;
}

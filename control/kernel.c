// SPDX-License-Identifier: BSD-3-Clause
#include "control/kernel.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "control/daemon.h"
#include "control/engines.h"
#include "control/loop.h"
#include "control/netdev_addrs.h"
#include "control/spine/field.h"
#include "control/spine/log.h"
#include "control/vrfs.h"

#define RETRY_MS 1000 /* for what is not there */

static struct {
	struct kernel_table *first;
	struct event *soon;  /* the maps are made anew */
	struct event *retry; /* while a table's namespace or VRF is not there */
} kernel;

struct kernel_table *kernel_first(void)
{
	return kernel.first;
}

/* --- one table --- */

static void addresses_changed(void *arg)
{
	kernel_refresh();
}

static int open_ns(struct kernel_table *table)
{
	const char *name = conf_str(table->conf, "netns");

	table->ns = netns_open(name);
	if (!table->ns) {
		int rc = -errno;
		if (rc == -ENOENT)
			snprintf(table->reason, sizeof(table->reason),
				 "there is no namespace %.60s: ip netns add %.60s", name, name);
		else
			snprintf(table->reason, sizeof(table->reason),
				 "cannot enter namespace %.60s: %s", name ? name : "",
				 strerror(-rc));
		return rc;
	}
	table->watch = netdev_addrs_watch(table->ns, addresses_changed, NULL);
	return table->watch ? 0 : -errno;
}

/* 1: its VRF is not there, which may be made later in the same change. */
static int start_sync(struct kernel_table *table)
{
	struct kernel_sync_conf conf = {.table = table->table};
	int vrf = vrfs_id(conf_str(table->conf, "vrf")), rc;
	struct prefix *prefixes;

	if (vrf < 0) {
		snprintf(table->reason, sizeof(table->reason), "there is no VRF %s",
			 conf_str(table->conf, "vrf"));
		return 1;
	}
	conf.vrf = table->vrf = (uint16_t)vrf;
	rc = kernel_conf(table->conf, &conf, &prefixes);
	if (rc < 0)
		return rc;
	table->sync = kernel_sync_create(&conf, table->ns, engines_env()->rib, engines_kick);
	rc = table->sync ? 0 : -errno;
	free(prefixes);
	return rc;
}

/* Whatever of it is there. */
static void stop_table(struct kernel_table *table)
{
	kernel_sync_destroy(table->sync);
	netdev_addrs_unwatch(table->watch);
	netns_close(table->ns);
	table->sync = NULL;
	table->watch = NULL;
	table->ns = NULL;
}

/* 0 when it runs; 1, or -errno, and its reason. */
static int start_table(struct kernel_table *table)
{
	int rc;

	table->reason[0] = '\0';
	rc = open_ns(table);
	if (rc == 0)
		rc = start_sync(table);
	if (rc == 0)
		return 0;
	if (rc < 0 && !table->reason[0])
		snprintf(table->reason, sizeof(table->reason), "%s%s", strerror(-rc),
			 rc == -EPERM ? ": weftd needs CAP_NET_ADMIN" : "");
	stop_table(table);
	return rc;
}

static void free_table(struct kernel_table *table)
{
	if (!table)
		return;
	stop_table(table);
	json_decref(table->conf);
	free(table);
}

static struct kernel_table *make_table(const char *name, const json_t *conf)
{
	struct kernel_table *table = calloc(1, sizeof(*table));

	if (!table)
		return NULL;
	snprintf(table->name, sizeof(table->name), "%s", name);
	table->conf = json_deep_copy(conf);
	kernel_table_parse(conf_str(conf, "table"), &table->table); /* checked */
	return table;
}

/* --- how they go on --- */

static void remap(struct kernel_table *table)
{
	struct kernel_map map;
	int rc;

	/* Its VRF is gone, or another of the same name: then it says what it waits for. */
	if (vrfs_id(conf_str(table->conf, "vrf")) != table->vrf) {
		stop_table(table);
		if (start_table(table) != 0)
			return;
	}
	rc = kernel_host_map(table->ns, table->vrf, conf_str(table->conf, "link"), &map);
	if (rc == 0) {
		rc = kernel_sync_map(table->sync, &map);
		kernel_host_free(&map);
	}
	if (rc < 0)
		log_warning("kernel %s: the host's devices cannot be looked at: %s", table->name,
			    strerror(-rc));
}

static void refresh_again(void *arg)
{
	kernel_refresh();
}

static void refresh(void *arg)
{
	bool waiting = false;

	loop_cancel(kernel.soon);
	kernel.soon = NULL;
	for (struct kernel_table *t = kernel.first; t; t = t->next) {
		if (t->sync || start_table(t) == 0)
			remap(t);
		waiting |= !t->sync;
	}
	if (waiting && !kernel.retry) {
		kernel.retry = loop_timer(RETRY_MS, true, refresh_again, NULL);
	} else if (!waiting) {
		loop_cancel(kernel.retry);
		kernel.retry = NULL;
	}
}

void kernel_refresh(void)
{
	if (!kernel.first || kernel.soon)
		return;
	kernel.soon = loop_timer(0, false, refresh, NULL);
	if (!kernel.soon)
		refresh(NULL);
}

/* --- configuration --- */

static struct kernel_table **find(const char *name)
{
	struct kernel_table **at = &kernel.first;

	while (*at && strcmp((*at)->name, name) != 0)
		at = &(*at)->next;
	return at;
}

/* While weftd starts, what is not there is waited for; later a user is told. */
static int set_one(const char *name, const json_t *conf, struct errors *errors)
{
	struct kernel_table **at = find(name), *old = *at, *new;
	char path[FIELD_PATH_MAX];

	if (old && json_equal(old->conf, conf))
		return 0;
	new = make_table(name, conf);
	if (!new)
		return errors_add(errors, "", "no memory");
	/* What both write is taken out by the one before the other puts it in. */
	if (old)
		stop_table(old);
	if (start_table(new) < 0 && weftd.rpc) {
		field_path(path, "system.kernel", name);
		errors_add(errors, path, "%s", new->reason);
		free_table(new);
		if (old)
			start_table(old);
		kernel_refresh();
		return -1;
	}
	new->next = old ? old->next : NULL;
	*at = new;
	free_table(old);
	return 0;
}

static void drop_those_without(const json_t *tables)
{
	struct kernel_table **at = &kernel.first;

	while (*at) {
		struct kernel_table *table = *at;
		if (json_object_get(tables, table->name)) {
			at = &table->next;
			continue;
		}
		*at = table->next;
		free_table(table);
	}
}

int kernel_set(const json_t *tables, struct errors *errors)
{
	const char *name;
	json_t *conf;

	json_object_foreach((json_t *)tables, name, conf)
		if (set_one(name, conf, errors) < 0)
			return -1;
	drop_those_without(tables);
	kernel_refresh();
	return 0;
}

void kernel_stop(void)
{
	drop_those_without(NULL);
	loop_cancel(kernel.soon);
	loop_cancel(kernel.retry);
	kernel.soon = kernel.retry = NULL;
}

/* --- how it is --- */

static void explain(struct kernel_table *table, const struct kernel_sync_stats *stats)
{
	char prefix[PREFIX_TEXT_MAX];

	if (stats->dump_error) {
		snprintf(table->reason, sizeof(table->reason), "the table cannot be read: %s",
			 strerror(-stats->dump_error));
	} else if (stats->failed > 0 && stats->error == -EEXIST) {
		snprintf(table->reason, sizeof(table->reason),
			 "%s and others of somebody else have this metric: they are not replaced; "
			 "set another metric",
			 prefix_print(&stats->error_prefix, prefix));
	} else if (stats->failed > 0) {
		snprintf(table->reason, sizeof(table->reason), "the kernel refuses %s: %s",
			 prefix_print(&stats->error_prefix, prefix), strerror(-stats->error));
	} else if (stats->unmapped > 0 && !conf_str(table->conf, "link")) {
		snprintf(table->reason, sizeof(table->reason),
			 "%llu routes lead where only weft gets: set link, so that the host "
			 "reaches weft",
			 (unsigned long long)stats->unmapped);
	} else if (stats->unmapped > 0) {
		snprintf(table->reason, sizeof(table->reason),
			 "%llu routes lead where only weft gets, and the host has no address on "
			 "%s's network",
			 (unsigned long long)stats->unmapped, conf_str(table->conf, "link"));
	}
}

void kernel_look(struct kernel_table *table)
{
	struct kernel_sync_stats stats;

	if (!table->sync)
		return; /* its reason stands */
	table->reason[0] = '\0';
	kernel_sync_stats(table->sync, &stats);
	explain(table, &stats);
}

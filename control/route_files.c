// SPDX-License-Identifier: BSD-3-Clause
#include "control/route_files.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "control/daemon.h"
#include "control/engines.h"
#include "control/must.h"
#include "control/route_file_own.h"
#include "control/route_reads.h"
#include "control/spine/log.h"
#include "control/vrfs.h"

static struct route_file *first;

struct route_file *route_files_first(void)
{
	return first;
}

struct route_file *route_files_next(struct route_file *file)
{
	return file->next;
}

struct route_file *route_files_find(const char *name)
{
	struct route_file *file = first;

	while (file && strcmp(file->name, name) != 0)
		file = file->next;
	return file;
}

/* --- texts --- */

static void take_text(struct route_file *file, struct route_text *text)
{
	route_reader_cancel(file->read);
	file->read = NULL;
	file->has_failed = false;
	route_reader_unref(file->text);
	file->text = text;
	route_file_again(file, false);
}

static void fail(struct route_file *file, const struct errors *errors)
{
	file->has_failed = true;
	for (size_t i = 0; i < errors->n; i++)
		log_error("route file %s: %s", file->name, errors->list[i].text);
}

/* Nobody waits for it any more who could be told what is wrong. */
static void on_read(void *arg, struct route_text *text, const struct errors *errors)
{
	struct route_file *file = arg;
	struct errors faults;

	file->read = NULL;
	if (!text) {
		fail(file, errors);
		return;
	}
	errors_init(&faults);
	if (route_file_check_text(file, text, config_running(weftd.config), &faults) == 0) {
		take_text(file, text);
	} else {
		fail(file, &faults);
		route_reader_unref(text);
	}
	errors_fini(&faults);
}

/* As the request has it; where it comes from no check, as when a change is undone, it is read by
 * and by. */
static void find_text(struct route_file *file, const struct errors *errors)
{
	struct route_text *text = route_reads_have(file->path, errors);

	route_reader_cancel(file->read);
	file->read = NULL;
	file->has_failed = false;
	if (text) {
		take_text(file, text);
		return;
	}
	file->read = route_reader_ask(file->path, on_read, file);
	file->has_failed = !file->read;
	if (!file->read)
		log_error("route file %s is not read: %s", file->name, strerror(errno));
}

/* --- the configuration --- */

static void append(struct route_file *file)
{
	struct route_file **at = &first;

	while (*at)
		at = &(*at)->next;
	*at = file;
}

int route_files_add(const char *name, const json_t *value, struct errors *errors)
{
	uint32_t source = rib_source_add(engines_env()->rib, RIB_STATIC);
	struct route_file *file;

	if (!source)
		return errors_add(errors, "", "%s", strerror(errno));
	file = must(calloc(1, sizeof(*file)));
	snprintf(file->name, sizeof(file->name), "%s", name);
	file->path = must(strdup(conf_str(value, "file")));
	file->vrf = (uint16_t)vrfs_id(conf_str(value, "vrf"));
	file->source = source;
	route_terms(value, &file->terms);
	append(file);
	find_text(file, errors);
	return 0;
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
	route_file_forget_walk(file);
	file->source = source;
	file->vrf = vrf;
	engines_kick();
	return 0;
}

int route_files_change(struct route_file *file, const json_t *value, struct errors *errors)
{
	const char *path = conf_str(value, "file");
	bool is_another = strcmp(file->path, path) != 0;
	int r;

	engines_now();
	r = move(file, (uint16_t)vrfs_id(conf_str(value, "vrf")));
	if (r < 0)
		return errors_add(errors, "", "%s", strerror(-r));
	route_terms(value, &file->terms);
	if (is_another) {
		char *copy = must(strdup(path));

		free(file->path);
		file->path = copy;
	}
	route_file_again(file, true);
	if (is_another || file->has_failed)
		find_text(file, errors);
	return 0;
}

int route_files_reload(struct route_file *file, const json_t *candidate, struct errors *errors)
{
	struct route_text *text = route_reads_get(file->path, "", errors);

	if (!text)
		return -1;
	if (route_file_check_text(file, text, candidate, errors) < 0) {
		route_reader_unref(text);
		return -1;
	}
	take_text(file, text);
	return 0;
}

void route_files_remove(struct route_file *file)
{
	struct route_file **at = &first;

	while (*at != file)
		at = &(*at)->next;
	*at = file->next;
	engines_now();
	rib_source_del(engines_env()->rib, file->source);
	route_file_forget_walk(file);
	route_reader_cancel(file->read);
	route_reader_unref(file->text);
	free(file->path);
	free(file);
	engines_kick();
}

void route_files_fini(void)
{
	while (first)
		route_files_remove(first);
	route_file_walks_fini();
}

/* --- what is seen of them --- */

bool route_files_are_quiet(void)
{
	for (const struct route_file *file = first; file; file = file->next)
		if (file->read || file->giving || file->stale)
			return false;
	return true;
}

bool route_files_are_read(void)
{
	for (const struct route_file *file = first; file; file = file->next)
		if (file->has_failed)
			return false;
	return true;
}

void route_files_addresses_changed(void)
{
	for (struct route_file *file = first; file; file = file->next)
		route_file_again(file, false);
}

static size_t given(const struct route_file *file)
{
	if (file->giving)
		return file->wants.at;
	return file->has.text ? file->has.text->n : 0;
}

static const char *state_of(const struct route_file *file)
{
	if (file->read || file->giving || file->stale)
		return "loading";
	return file->has_failed ? "failed" : "loaded";
}

void route_files_row(const struct route_file *file, struct route_file_row *out)
{
	*out = (struct route_file_row){
		.name = file->name,
		.path = file->path,
		.vrf = file->vrf,
		.distance = file->terms.distance,
		.state = state_of(file),
		.routes = file->text ? file->text->n : 0,
		.given = given(file),
		.nexthops = file->text ? file->text->n_vias : 0,
		.refused = file->refused,
	};
}

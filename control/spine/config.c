// SPDX-License-Identifier: BSD-3-Clause
#include "control/spine/config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "control/spine/apply.h"
#include "control/spine/history.h"
#include "control/spine/log.h"
#include "control/spine/plan.h"
#include "control/spine/schema.h"

#define PROBATION_MIN_MS 1000
#define PROBATION_MAX_MS 86400000
#define LISTENERS_MAX    4

typedef void listener_fn(void *arg, const struct noun *noun, const char *name, const char *action,
			 const json_t *old, const json_t *new);

struct config {
	const struct registry *registry;
	char *history_dir; /* NULL: nothing is kept */
	history_sync *sync;
	json_t *running;
	bool busy;      /* hooks or listeners are at work */
	json_t *before; /* what an unconfirmed change goes back to; NULL: none is pending */
	int64_t deadline_ms;
	struct {
		listener_fn *fn;
		void *arg;
	} listeners[LISTENERS_MAX];
	size_t n_listeners;
};

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

struct config *config_create(const struct registry *registry, const char *history_dir)
{
	struct config *config = calloc(1, sizeof(*config));

	if (config == NULL)
		return NULL;
	config->registry = registry;
	config->running = json_object();
	if (history_dir != NULL)
		config->history_dir = strdup(history_dir);
	if (config->running != NULL && (history_dir == NULL || config->history_dir != NULL))
		return config;
	config_destroy(config);
	errno = ENOMEM;
	return NULL;
}

void config_destroy(struct config *config)
{
	if (config == NULL)
		return;
	json_decref(config->before);
	json_decref(config->running);
	free(config->history_dir);
	free(config);
}

void config_sync_with(struct config *config, history_sync *sync)
{
	config->sync = sync;
}

const json_t *config_running(const struct config *config)
{
	return config->running;
}

void config_listen(struct config *config, listener_fn *fn, void *arg)
{
	if (config->n_listeners == LISTENERS_MAX)
		abort();
	config->listeners[config->n_listeners].fn = fn;
	config->listeners[config->n_listeners++].arg = arg;
}

static void tell(struct config *config, const struct noun *noun, const char *name,
		 const char *action, const json_t *old, const json_t *new)
{
	for (size_t i = 0; i < config->n_listeners; i++)
		config->listeners[i].fn(config->listeners[i].arg, noun, name, action, old, new);
}

static const json_t *value_or_null(const json_t *change, const char *key)
{
	const json_t *value = json_object_get(change, key);

	return json_is_null(value) ? NULL : value;
}

static void tell_changes(struct config *config, const json_t *changes)
{
	const json_t *change;
	size_t i;

	json_array_foreach((json_t *)changes, i, change)
		tell(config,
		     noun_find(config->registry,
			       json_string_value(json_object_get(change, "noun"))),
		     json_string_value(json_object_get(change, "name")),
		     json_string_value(json_object_get(change, "action")),
		     value_or_null(change, "old"), value_or_null(change, "new"));
}

static json_t *diff(const struct config *config, const json_t *from, const json_t *to)
{
	struct plan plan;
	json_t *changes;

	plan_init(&plan, config->registry, from, to, NULL);
	changes = json_incref(plan.changes);
	plan_fini(&plan);
	return changes;
}

json_t *config_diff(const struct config *config, const json_t *candidate)
{
	return diff(config, config->running, candidate);
}

/* Applies a checked tree and tells of it, of what is left of a failure as well. */
static json_t *apply_checked(struct config *config, const json_t *tree, struct errors *errors)
{
	json_t *before = json_incref(config->running);
	json_t *changes, *told;

	config->busy = true;
	changes = apply_plan(config->registry, &config->running, tree, errors);
	told = changes != NULL ? json_incref(changes) : diff(config, before, config->running);
	tell_changes(config, told);
	config->busy = false;
	json_decref(told);
	json_decref(before);
	return changes;
}

static void keep_history(struct config *config, const json_t *changes, const char *comment,
			 struct errors *errors)
{
	if (config->history_dir != NULL && json_array_size(changes) > 0)
		history_write(config->history_dir, config->running, comment, config->sync, errors);
}

static json_t *apply_and_keep(struct config *config, const json_t *tree, const char *comment,
			      struct errors *errors)
{
	json_t *changes = apply_checked(config, tree, errors);

	if (changes != NULL)
		keep_history(config, changes, comment, errors);
	return changes;
}

static int check_idle(const struct config *config, struct errors *errors)
{
	if (!config->busy)
		return 0;
	return errors_add(errors, "", "another change is being applied: try again after it");
}

json_t *config_apply(struct config *config, const json_t *candidate, const char *comment,
		     struct errors *errors)
{
	json_t *tree, *changes;

	if (check_idle(config, errors) < 0)
		return NULL;
	tree = schema_check_beside(config->registry, candidate, config->running, errors);
	if (tree == NULL)
		return NULL;
	changes = schema_check_here(config->registry, tree, config->running, errors) == 0
			  ? apply_and_keep(config, tree, comment, errors)
			  : NULL;
	json_decref(tree);
	return changes;
}

json_t *config_apply_sound(struct config *config, const json_t *tree, const char *comment,
			   struct errors *errors)
{
	return check_idle(config, errors) < 0 ? NULL
					      : apply_and_keep(config, tree, comment, errors);
}

json_t *config_history(const struct config *config)
{
	return config->history_dir != NULL ? history_list(config->history_dir) : json_array();
}

json_t *config_history_get(const struct config *config, int number, struct errors *errors)
{
	if (config->history_dir != NULL)
		return history_get(config->history_dir, number, errors);
	errors_add(errors, "", "no history is kept");
	return NULL;
}

json_t *config_apply_confirm(struct config *config, const json_t *candidate, const char *comment,
			     int64_t ms, struct errors *errors)
{
	json_t *before, *changes;

	if (ms < PROBATION_MIN_MS || ms > PROBATION_MAX_MS) {
		errors_add(errors, "", "confirm: %lld ms is out of range: expected %d to %d",
			   (long long)ms, PROBATION_MIN_MS, PROBATION_MAX_MS);
		return NULL;
	}
	before = json_incref(config->running);
	changes = config_apply(config, candidate, comment, errors);
	if (json_array_size(changes) > 0 || (changes != NULL && config->before != NULL)) {
		if (config->before == NULL)
			config->before = json_incref(before);
		config->deadline_ms = now_ms() + ms;
	}
	json_decref(before);
	return changes;
}

static void end_probation(struct config *config)
{
	json_decref(config->before);
	config->before = NULL;
}

int config_confirm(struct config *config, struct errors *errors)
{
	if (config->before == NULL)
		return errors_add(errors, "", "nothing waits to be confirmed");
	end_probation(config);
	return 0;
}

int64_t config_pending_ms(const struct config *config)
{
	int64_t left = config->deadline_ms - now_ms();

	if (config->before == NULL)
		return -1;
	return left > 0 ? left : 0;
}

void config_expire(struct config *config)
{
	const struct noun *noun = noun_find(config->registry, "config");
	struct errors errors;
	json_t *before, *changes;

	if (config->before == NULL || config->busy)
		return;
	before = json_incref(config->before);
	end_probation(config);
	log_warning("the last change was not confirmed in time: going back");
	if (noun != NULL)
		tell(config, noun, "", "expire", NULL, NULL);
	errors_init(&errors);
	changes = apply_checked(config, before, &errors);
	if (changes != NULL)
		keep_history(config, changes, "not confirmed: went back", &errors);
	for (size_t i = 0; i < errors.n; i++)
		log_error("%s%s%s", errors.list[i].path, errors.list[i].path[0] != '\0' ? ": " : "",
			  errors.list[i].text);
	errors_fini(&errors);
	json_decref(changes);
	json_decref(before);
}

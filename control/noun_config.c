// SPDX-License-Identifier: BSD-3-Clause
/* config: the running configuration as a whole. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "control/config_file.h"
#include "control/config_save.h"
#include "control/daemon.h"
#include "control/loop.h"
#include "control/ports.h"
#include "control/spine/log.h"
#include "control/spine/noun.h"
#include "control/spine/yaml.h"
#include "control/wire.h"

#define CONFIRM_MAX_S 86400

static struct event *probation; /* while a change waits to be confirmed */

static const struct field show_args[] = {
	{.name = WIRE_ARG_READABLE, .type = F_BOOL, .help = "as YAML text"},
	{.name = NULL},
};

static json_t *show(struct call *call)
{
	if (!conf_bool(call->args, WIRE_ARG_READABLE))
		return json_incref((json_t *)config_running(weftd.config)); /* none changes it */
	char *text = yaml_dump(config_running(weftd.config));
	json_t *result = json_string(text ? text : "");
	free(text);
	return result;
}

static json_t *save(struct call *call)
{
	if (config_save(weftd.config_file, config_running(weftd.config), call->errors) < 0)
		return NULL;
	return json_pack("{s:s}", "file", weftd.config_file);
}

static const struct field apply_args[] = {
	{.name = WIRE_ARG_FILE,
	 .type = F_STRING,
	 .max = 4096,
	 .help = "the file to apply; - is standard input"},
	{.name = WIRE_ARG_TEXT,
	 .type = F_STRING,
	 .flags = FIELD_REQUIRED | FIELD_LINES,
	 .max = 64 << 20,
	 .help = "its contents"},
	{.name = "check", .type = F_BOOL, .help = "only check it"},
	{.name = "diff", .type = F_BOOL, .help = "only show what would change"},
	{.name = "confirm",
	 .type = F_DURATION,
	 .min = 1000,
	 .max = INT64_C(1000) * CONFIRM_MAX_S,
	 .help = "go back unless config confirm comes within this time"},
	{.name = NULL},
};

/* A change that stands although its history could not be written is no failure: the log tells. */
static json_t *done(json_t *changes, struct errors *errors)
{
	for (size_t i = 0; changes && i < errors->n; i++)
		log_warning("%s", errors->list[i].text);
	return changes;
}

static void expire(void *arg)
{
	loop_cancel(probation);
	probation = NULL;
	/* A port that was there before and cannot be opened again must not keep the rest away. */
	ports_set_tolerant(true);
	config_expire(weftd.config);
	ports_set_tolerant(false);
}

static void watch_probation(void)
{
	int64_t ms = config_pending_ms(weftd.config);

	loop_cancel(probation);
	probation = ms < 0 ? NULL : loop_timer(ms, false, expire, NULL);
}

static json_t *apply_tree(struct call *call, const json_t *tree)
{
	int64_t confirm_ms = conf_ms(call->args, "confirm");

	if (conf_bool(call->args, "check") || conf_bool(call->args, "diff")) {
		json_t *changes = config_diff(weftd.config, tree);
		if (conf_bool(call->args, "diff") || json_array_size(changes) == 0)
			return changes;
		json_decref(changes);
		return json_null();
	}
	if (!confirm_ms)
		return done(config_apply_sound(weftd.config, tree, "config apply", call->errors),
			    call->errors);
	json_t *changes = config_apply_confirm(weftd.config, tree, "config apply --confirm",
					       confirm_ms, call->errors);
	watch_probation();
	return done(changes, call->errors);
}

static json_t *apply(struct call *call)
{
	const json_t *text = json_object_get(call->args, WIRE_ARG_TEXT);
	json_t *tree = config_text_load(json_string_value(text), json_string_length(text),
					config_running(weftd.config), call->errors);
	json_t *changes = tree ? apply_tree(call, tree) : NULL;

	json_decref(tree);
	return changes;
}

static json_t *history_row(const json_t *entry)
{
	time_t at = (time_t)json_integer_value(json_object_get(entry, "time"));
	char date[32] = "";
	struct tm tm;

	if (at && localtime_r(&at, &tm))
		strftime(date, sizeof(date), "%Y-%m-%d %H:%M:%S", &tm);
	return json_pack("{s:O, s:s, s:O, s:O}", "number", json_object_get(entry, "number"), "date",
			 date, "comment", json_object_get(entry, "comment"), "time",
			 json_object_get(entry, "time"));
}

static json_t *history(struct call *call)
{
	json_t *entries = config_history(weftd.config), *rows = json_array(), *entry;
	size_t i;

	json_array_foreach(entries, i, entry)
		json_array_append_new(rows, history_row(entry));
	json_decref(entries);
	return rows;
}

static const struct field rollback_args[] = {
	{.name = "number",
	 .type = F_INT,
	 .min = 1,
	 .max = INT32_MAX,
	 .help = "of the entry of config history; none: the one before the newest"},
	{.name = NULL},
};

static json_t *rollback(struct call *call)
{
	int number = (int)conf_int(call->args, "number");
	char comment[64];

	if (number == 0) {
		json_t *rows = config_history(weftd.config);
		number =
			(int)json_integer_value(json_object_get(json_array_get(rows, 1), "number"));
		json_decref(rows);
	}
	if (number == 0) {
		errors_add(call->errors, "", "the history has nothing to go back to");
		return NULL;
	}
	json_t *tree = config_history_get(weftd.config, number, call->errors);
	if (!tree)
		return NULL;
	snprintf(comment, sizeof(comment), "config rollback %d", number);
	json_t *changes = config_apply(weftd.config, tree, comment, call->errors);
	json_decref(tree);
	return done(changes, call->errors);
}

static json_t *confirm(struct call *call)
{
	if (config_confirm(weftd.config, call->errors) < 0)
		return NULL;
	watch_probation();
	return json_null();
}

static const struct verb verbs[] = {
	{.name = "apply",
	 .help = "makes the running system what a file says, all or nothing",
	 .args = apply_args,
	 .positional = WIRE_ARG_FILE,
	 .run = apply},
	{.name = "save", .help = "writes what runs into the file weftd starts from", .run = save},
	{.name = "history", .help = "what was applied, the newest first", .run = history},
	{.name = "rollback",
	 .help = "makes the running system what it was",
	 .args = rollback_args,
	 .positional = "number",
	 .run = rollback},
	{.name = "confirm", .help = "keeps what was applied with --confirm", .run = confirm},
	{.name = NULL},
};

const struct noun noun_config = {
	.name = "config",
	.help = "the running configuration as a whole",
	.shape = NOUN_VIEW,
	.verbs = verbs,
	.show_args = show_args,
	.show = show,
};

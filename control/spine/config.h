// SPDX-License-Identifier: BSD-3-Clause
/*
 * The running configuration: a value. Changing it means checking a candidate,
 * computing the difference and applying that, all or nothing. Start, reload,
 * a command and a rollback are the same path.
 *
 * Control thread.
 */
#ifndef WEFT_CONTROL_SPINE_CONFIG_H
#define WEFT_CONTROL_SPINE_CONFIG_H

#include "control/spine/noun.h"

struct config;

/* Starts empty. history_dir (made when missing) keeps what was applied; NULL: nothing is kept. NULL
 * with errno. */
struct config *config_create(const struct registry *registry, const char *history_dir);
/* Does not touch the system: config_apply an empty tree first to take things down. */
void config_destroy(struct config *config);

const json_t *config_running(const struct config *config); /* checked, without defaults */

/* What would change: an array of { noun, name, action: "add"|"change"|"remove"|"replace", old, new
 * }. candidate is checked. */
json_t *config_diff(const struct config *config, const json_t *candidate);

/* candidate comes unchecked. Returns the changes as config_diff gives them (empty: nothing
 * changed), or NULL with errors and the system as it was. comment goes into the history ("config
 * apply", "port add vm1"). */
json_t *config_apply(struct config *config, const json_t *candidate, const char *comment,
		     struct errors *errors);

/* Called after each object that was added, changed or removed: the source of events. */
void config_listen(struct config *config,
		   void (*fn)(void *arg, const struct noun *noun, const char *name,
			      const char *action, const json_t *old, const json_t *new),
		   void *arg);

/* History: entries with number, time, comment and configuration, the newest first; at most 100 are
 * kept. */
json_t *config_history(const struct config *config);
/* The configuration of entry number, or NULL with an error. */
json_t *config_history_get(const struct config *config, int number, struct errors *errors);

/* Apply on probation: unless config_confirm comes within the time, everything goes back. The
 * probation survives neither way silently: expiry is logged and sent as an event. */
json_t *config_apply_confirm(struct config *config, const json_t *candidate, const char *comment,
			     int seconds, struct errors *errors);
int config_confirm(struct config *config, struct errors *errors);
/* Milliseconds until an unconfirmed change goes back, -1: none is pending. */
int64_t config_pending_ms(const struct config *config);
/* To be called when that time has come. */
void config_expire(struct config *config);

#endif

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

#include "control/spine/history.h"
#include "control/spine/noun.h"

struct config;

/* Starts empty. history_dir (made when something is written) keeps what was applied; NULL: nothing
 * is kept. NULL with errno. */
struct config *config_create(const struct registry *registry, const char *history_dir);
/* From now on somebody else waits until entries of the history are on the disk. */
void config_sync_with(struct config *config, history_sync *sync);
/* Does not touch the system: config_apply an empty tree first to take things down. */
void config_destroy(struct config *config);

const json_t *config_running(const struct config *config); /* checked, without defaults */

/* What would change: an array of { noun, name, action: "add"|"change"|"remove"|"replace", old, new
 * }, without defaults; old or new is null where there is none. candidate is checked. */
json_t *config_diff(const struct config *config, const json_t *candidate);

/* candidate comes unchecked. Returns the changes as config_diff gives them (empty: nothing
 * changed), or NULL with errors and the system as it was. When only the history could not be
 * written the change stands: the result is not NULL, and errors hold that warning. comment goes
 * into the history ("config apply", "port add vm1"). */
json_t *config_apply(struct config *config, const json_t *candidate, const char *comment,
		     struct errors *errors);

/* The same with a tree that schema_check has returned just now, and that schema_check_here was
 * asked about, unless what this machine lacks is to be waited for. */
json_t *config_apply_sound(struct config *config, const json_t *tree, const char *comment,
			   struct errors *errors);

/* Called for each object of config_diff, after the whole change has succeeded, so that nobody hears
 * of what is undone at once; after a change that failed and could not be undone wholly, for what is
 * left of it. A probation that ends unconfirmed is told as action "expire" of the noun config
 * before its changes. A listener must not change the configuration. */
void config_listen(struct config *config,
		   void (*fn)(void *arg, const struct noun *noun, const char *name,
			      const char *action, const json_t *old, const json_t *new),
		   void *arg);

/* History: entries { number, time (s since 1970, null: damaged), comment }, the newest first; the
 * newest is what runs, unless that was changed without history. At most 100 are kept. */
json_t *config_history(const struct config *config);
/* The configuration of entry number, or NULL with an error. */
json_t *config_history_get(const struct config *config, int number, struct errors *errors);

/* Apply on probation: unless config_confirm comes within the time (1 s to a day), everything
 * goes back. What else is applied meanwhile goes back with it; a second probation begins the time
 * anew and goes back to before the first. A probation ends with the process: the next one starts
 * from its file. Expiry is logged and told to listeners. */
json_t *config_apply_confirm(struct config *config, const json_t *candidate, const char *comment,
			     int64_t ms, struct errors *errors);
int config_confirm(struct config *config, struct errors *errors);
/* Milliseconds until an unconfirmed change goes back, -1: none is pending. */
int64_t config_pending_ms(const struct config *config);
/* To be called when that time has come. */
void config_expire(struct config *config);

#endif

// SPDX-License-Identifier: BSD-3-Clause
/*
 * What the parts of weftd share: the running instance, and the way news
 * reaches those who called `monitor`.
 *
 * Control thread.
 */
#ifndef WEFT_CONTROL_DAEMON_H
#define WEFT_CONTROL_DAEMON_H

#include <jansson.h>

#include "control/spine/config.h"
#include "control/spine/noun.h"
#include "control/spine/rpc.h"

struct daemon {
	const char *instance;
	const char *config_file;
	struct config *config;
	struct rpc *rpc;    /* NULL until the start is done */
	uint64_t epoch;     /* objects added, changed and removed so far */
	int64_t started_ms; /* daemon_now_ms */
};

extern struct daemon weftd;
extern const struct registry nouns; /* control/nouns.c */

/* Milliseconds of a monotonic clock. */
int64_t daemon_now_ms(void);

/* Sends {"time_us" since 1970, "noun", "name", "action"} with what `more` adds; more is consumed
 * and may be NULL. */
void daemon_event(const char *noun, const char *name, const char *action, json_t *more);

/* Does anybody want to hear of this noun? What is costly to tell need not be told to nobody. */
bool daemon_has_listeners(const char *noun);

/* Text from outside, perhaps cut, as JSON: what is not UTF-8 becomes question marks. New reference.
 */
json_t *daemon_text(const char *text);

#endif

// SPDX-License-Identifier: BSD-3-Clause
/* One command after the other on one connection, which comes back when weftd does. */
#ifndef WEFT_TOOLS_WEFT_SESSION_H
#define WEFT_TOOLS_WEFT_SESSION_H

#include "tools/weft_client.h"
#include "tools/weft_complete.h"
#include "tools/weft_request.h"

struct session {
	const char *instance;
	struct options options; /* for every command */
	struct client client;
	json_t *doc; /* what api.describe said; NULL: not connected yet */
};

/* 0, or EXIT_REFUSED with the reason on err. Nothing to do where the connection stands. */
int session_connect(struct session *session, FILE *err);
void session_fini(struct session *session);

/* Runs the command of these words; output goes to standard output and error. Returns the exit
 * status. The words may be put in another order. */
int session_run(struct session *session, char **words, size_t n);

/* Completes the last word; nothing where weftd does not answer. */
void session_complete(struct session *session, char *const *words, size_t n,
		      struct candidates *out);

#endif

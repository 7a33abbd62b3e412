// SPDX-License-Identifier: BSD-3-Clause
/* The server on a real socket over the fake nouns, and clients of it, all in one thread. */
#ifndef WEFT_TESTS_UNIT_SPINE_RPC_UNDER_TEST_H
#define WEFT_TESTS_UNIT_SPINE_RPC_UNDER_TEST_H

#include <stdbool.h>
#include <stddef.h>

#include "control/spine/rpc.h"
#include "tests/support/fake_nouns.h"

#define PATIENCE_S 20
#define ASK(id)    "{\"jsonrpc\":\"2.0\",\"id\":" #id ",\"method\":\"system.show\"}\n"

extern struct rpc *rpc;
extern struct api api;
extern struct event_base *base;
extern char path[128]; /* of the socket */

double now(void);
/* One turn of the server's loop. */
void turn(void);
/* A connection that does not block. */
int join(void);
/* False: the server hung up. */
bool say(int fd, const char *text, size_t n);
/* One line without its end, NULL where the server hung up. The caller frees it. */
char *hear(int fd);
/* The next line has this in it. */
void expect(int fd, const char *part);
void expect_end(int fd);
/* Somebody else is served at once. */
void others_are_served(void);

int setup(void **state);
int teardown(void **state);

#endif

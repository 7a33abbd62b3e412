// SPDX-License-Identifier: BSD-3-Clause
/* A connection to weftd: one request at a time, and events. Blocks. */
#ifndef WEFT_TOOLS_WEFT_CLIENT_H
#define WEFT_TOOLS_WEFT_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include <jansson.h>

struct client {
	int fd; /* -1: none */
	char *buffer;
	size_t start, n, size; /* what is read and not yet taken: buffer + start, n bytes */
	json_int_t last_id;
	void (*on_row)(void *arg, const json_t *row); /* NULL: rows are passed over */
	void *arg;
};

#define CLIENT_INIT ((struct client){.fd = -1})

/* False where the name of an instance cannot be one. */
bool client_instance_ok(const char *instance);

/* 0, or -errno with what to do about it on err. */
int client_open(struct client *client, const char *instance, FILE *err);
void client_close(struct client *client);
/* Whether the other side is still there; false for one that was never opened. */
bool client_alive(const struct client *client);

/* Takes params. What comes before the answer bit by bit goes to on_row. 0 with *result, 1 with
 * *error (the error object), or -errno: the connection is of no more use (-EINTR: a signal came).
 */
int client_call(struct client *client, const char *method, json_t *params, json_t **result,
		json_t **error);

/* Waits for poll's events. 0, or -errno: -EINTR also for an interrupt that came earlier, where
 * SIGINT is blocked: none is lost between looking and waiting. */
int client_wait(int fd, short events);

/* The next message, whatever it is (new reference). NULL with errno; 0: the connection ended. */
json_t *client_read(struct client *client);

#endif

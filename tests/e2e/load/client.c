// SPDX-License-Identifier: BSD-3-Clause
#include "tests/e2e/load/load.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <jansson.h>

#define PARSE_EACH 64 /* of so many answers one is read as JSON as a whole */

extern struct sockaddr_un load_address;

bool client_join(struct client *client)
{
	struct timeval patience = {.tv_sec = PATIENCE_S};

	client->n_heard = client->n_taken = 0;
	client->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (client->fd < 0)
		return false;
	setsockopt(client->fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	setsockopt(client->fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
	if (!connect(client->fd, (struct sockaddr *)&load_address, sizeof(load_address)))
		return true;
	client_leave(client);
	return false;
}

void client_leave(struct client *client)
{
	if (client->fd >= 0)
		close(client->fd);
	client->fd = -1;
}

bool client_say(struct client *client, const char *text, size_t n)
{
	while (n) {
		ssize_t sent = send(client->fd, text, n, MSG_NOSIGNAL);

		if (sent < 0 && errno != EINTR)
			return false;
		text += sent > 0 ? sent : 0;
		n -= sent > 0 ? sent : 0;
	}
	return true;
}

/* What people and their scripts look at. */
static const char *const mix[] = {
	"port.show",      "bridge.show", "fdb.show",   "system.show",   "worker.show", "drops.show",
	"interface.show", "route.show",  "stats.show", "neighbor.show", "port.show",   "vrf.show",
};

const char *client_request(struct client *client, const char *method, size_t *n)
{
	static _Thread_local char text[160];

	client->id++;
	if (!method)
		method = mix[(client->number + client->id) % (sizeof(mix) / sizeof(*mix))];
	*n = snprintf(text, sizeof(text),
		      "{\"jsonrpc\":\"2.0\",\"id\":%llu,\"method\":\"%s\",\"params\":{}}\n",
		      (unsigned long long)client->id, method);
	return text;
}

/* --- answers --- */

/* Reads more. False: there is no more. */
static bool read_on(struct client *client)
{
	ssize_t got;

	if (client->n_taken) {
		client->n_heard -= client->n_taken;
		memmove(client->heard, client->heard + client->n_taken, client->n_heard);
		client->n_taken = 0;
	}
	if (client->size - client->n_heard < 4096) {
		client->size = client->size * 2 + 65536;
		client->heard = realloc(client->heard, client->size);
		if (!client->heard)
			abort();
	}
	do
		got = recv(client->fd, client->heard + client->n_heard,
			   client->size - client->n_heard, 0);
	while (got < 0 && errno == EINTR);
	if (got > 0)
		client->n_heard += got;
	else if (!got)
		errno = ECONNRESET;
	return got > 0;
}

/* The next line, good until the one after; NULL where there is none. */
static const char *next_line(struct client *client, size_t *n)
{
	size_t searched = 0;

	for (;;) {
		char *from = client->heard ? client->heard + client->n_taken : NULL, *end = NULL;

		if (from)
			end = memchr(from + searched, '\n',
				     client->n_heard - client->n_taken - searched);
		if (end) {
			*end = '\0';
			*n = end - from;
			client->n_taken += *n + 1;
			return from;
		}
		searched = client->n_heard - client->n_taken;
		if (!read_on(client))
			return NULL;
	}
}

static bool is_json(const char *line, size_t n)
{
	json_t *value = json_loadb(line, n, 0, NULL);

	json_decref(value);
	return value != NULL;
}

/* Their order is that of the answer's members as weftd writes them. */
static bool is_error(const char *line, const char *id, int code)
{
	char head[120];

	snprintf(head, sizeof(head), "{\"jsonrpc\":\"2.0\",\"id\":%s,\"error\":{\"code\":", id);
	return !strncmp(line, head, strlen(head)) &&
	       (code == ANY_ERROR || strtol(line + strlen(head), NULL, 10) == code);
}

static bool is_result(const char *line, const char *id)
{
	char head[120];

	snprintf(head, sizeof(head), "{\"jsonrpc\":\"2.0\",\"id\":%s,\"result\":", id);
	return !strncmp(line, head, strlen(head));
}

enum outcome client_hear(struct client *client, uint64_t id, const int *code)
{
	char text[24] = "null";
	const char *line;
	bool is_right;
	size_t n;

	line = next_line(client, &n);
	if (!line)
		return errno == EAGAIN ? UNANSWERED : TURNED_AWAY;
	if (id)
		snprintf(text, sizeof(text), "%llu", (unsigned long long)id);
	is_right = code ? is_error(line, text, *code) : is_result(line, text);
	if (is_right && (id % PARSE_EACH || is_json(line, n)))
		return ANSWERED;
	if (strstr(line, "\"code\":-32002,"))
		return TURNED_AWAY;
	fprintf(stderr, "load: wanted an answer to %s, heard %.300s\n", text, line);
	return WRONG;
}

static bool is_batch(const json_t *answers, uint64_t first, unsigned int n)
{
	const json_t *answer;
	size_t i;

	json_array_foreach(answers, i, answer) {
		if (json_integer_value(json_object_get(answer, "id")) != (json_int_t)(first + i) ||
		    !json_object_get(answer, "result"))
			return false;
	}
	return json_array_size(answers) == n;
}

enum outcome client_hear_batch(struct client *client, uint64_t first, unsigned int n)
{
	size_t size;
	const char *line = next_line(client, &size);
	json_t *answers;
	bool is_right;

	if (!line)
		return errno == EAGAIN ? UNANSWERED : TURNED_AWAY;
	answers = json_loadb(line, size, 0, NULL);
	is_right = is_batch(answers, first, n);
	json_decref(answers);
	if (is_right)
		return ANSWERED;
	fprintf(stderr, "load: wanted answers to %llu and more, heard %.300s\n",
		(unsigned long long)first, line);
	return WRONG;
}

enum outcome client_ask(struct client *client, const char *method)
{
	size_t n;
	const char *text = client_request(client, method, &n);

	if (!client_say(client, text, n))
		return errno == EAGAIN ? UNANSWERED : TURNED_AWAY;
	return client_hear(client, client->id, NULL);
}

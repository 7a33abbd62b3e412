// SPDX-License-Identifier: BSD-3-Clause
/* Clients that do what they should not. */
#include "tests/e2e/load/load.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define CHUNK 65536

/* unit, n times. */
static bool say_often(struct client *client, const char *unit, size_t n)
{
	size_t size = strlen(unit), fit = n < CHUNK / size ? n : CHUNK / size;
	char *chunk = malloc(CHUNK);
	bool ok = chunk;

	for (size_t i = 0; ok && i < fit; i++)
		memcpy(chunk + i * size, unit, size);
	for (; ok && n; n -= fit) {
		fit = fit < n ? fit : n;
		ok = client_say(client, chunk, fit * size);
	}
	free(chunk);
	return ok;
}

/* --- half a request --- */

void role_half(struct client *client)
{
	enum outcome outcome = TURNED_AWAY;
	const char *text;
	size_t n;

	if (!client_join(client)) {
		note(TURNED_AWAY, 0);
		return;
	}
	text = client_request(client, NULL, &n);
	if ((!amount || say_often(client, " ", amount)) && client_say(client, text, n / 2)) {
		sleep_until_over();
		if (client_say(client, text + n / 2, n - n / 2))
			outcome = client_hear(client, client->id, NULL);
	}
	note(outcome, 0);
}

/* --- nothing is read --- */

/* Asks until nothing more is taken; a request of this length goes as a whole or not at all. */
static void ask_on(struct client *client)
{
	size_t n;
	const char *text;

	do
		text = client_request(client, NULL, &n);
	while (send(client->fd, text, n, MSG_DONTWAIT | MSG_NOSIGNAL) == (ssize_t)n);
	client->id--;
}

void role_deaf(struct client *client)
{
	enum outcome outcome = ANSWERED;

	if (!client_join(client)) {
		note(TURNED_AWAY, 0);
		return;
	}
	while (!is_over()) {
		ask_on(client);
		sleep_ms(100);
	}
	for (uint64_t id = 1; client->number % 2 && id <= client->id && outcome == ANSWERED; id++) {
		outcome = client_hear(client, id, NULL);
		note(outcome, 0);
	}
}

/* --- no request --- */

enum {
	PARSE = -32700,
	INVALID = -32600,
	NO_METHOD = -32601,
	BAD_PARAMS = -32602,
};

#define CALL(rest) "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":" rest

static const struct garbage {
	const char *head, *unit;
	size_t n; /* of the unit; the line ends with tail */
	const char *tail;
	int code;
	uint64_t id; /* under which it is refused; 0: null */
} garbage[] = {
	{"noise", NULL, 4000, "", PARSE, 0},
	{"", "[", 100000, "", PARSE, 0},
	{"", "{\"a\":", 5000, "", PARSE, 0},
	{"[", "0,", 300000, "0]", INVALID, 0},
	{"[", "0,", 100, "0]", INVALID, 0},
	{"", "a", 17 << 20, "", INVALID, 0},
	{"", "\"", 99999, "", PARSE, 0},
	{"", "\\", 99999, "", PARSE, 0},
	{"[]", "", 0, "", INVALID, 0},
	{"{}", "", 0, "", INVALID, 0},
	{"1e999", "", 0, "", PARSE, 0},
	{"-", "9", 5000, "", PARSE, 0},
	{CALL("\"port.show\""), "", 0, "", PARSE, 0},
	{CALL("\"port.show\",\"params\":{\"name\":\"\xff\xfe\"}}"), "", 0, "", PARSE, 0},
	{CALL("\"port.show\",\"params\":{\"name\":\"\xc0\x80\"}}"), "", 0, "", PARSE, 0},
	{CALL("\"port.show\",\"params\":{\"name\":\"\xed\xa0\x80\"}}"), "", 0, "", PARSE, 0},
	{CALL("\"port.show\",\"params\":{\"name\":\"\\ud800\"}}"), "", 0, "", PARSE, 0},
	{CALL("\"port.show\",\"params\":{\"name\":\"\\u0000\"}}"), "", 0, "", PARSE, 0},
	{CALL("\"port.show\",\"method\":\"port.show\"}"), "", 0, "", PARSE, 0},
	{CALL("7}"), "", 0, "", INVALID, 1},
	{CALL("\"port.frobnicate\"}"), "", 0, "", NO_METHOD, 1},
	{CALL("\""), "x.", 100000, "\"}", NO_METHOD, 1},
	{CALL("\"port.show\",\"params\":{\"name\":\""), "w", 1 << 20, "\"}}", ANY_ERROR, 1},
	{CALL("\"port.show\",\"params\":{\"\":1}}"), "", 0, "", BAD_PARAMS, 1},
	{CALL("\"port.show\",\"params\":[1]}"), "", 0, "", BAD_PARAMS, 1},
};
#define N_GARBAGE (sizeof(garbage) / sizeof(*garbage))

/* Any bytes but the end of a line. */
static bool say_noise(struct client *client, size_t n)
{
	char noise[4000];

	for (size_t i = 0; i < sizeof(noise); i++) {
		noise[i] = rand_r(&client->random) >> 8;
		if (noise[i] == '\n')
			noise[i] = '\0';
	}
	return client_say(client, noise, n < sizeof(noise) ? n : sizeof(noise));
}

static bool say_garbage(struct client *client, const struct garbage *g)
{
	return client_say(client, g->head, strlen(g->head)) &&
	       (g->unit ? !*g->unit || say_often(client, g->unit, g->n)
			: say_noise(client, g->n)) &&
	       client_say(client, g->tail, strlen(g->tail)) && client_say(client, "\n", 1);
}

/* It is refused, and the connection as good as before. All kinds are tried, however long it takes.
 */
void role_garbage(struct client *client)
{
	static atomic_size_t n_tried;

	while (!is_over() || n_tried < N_GARBAGE) {
		const struct garbage *g = &garbage[n_tried++ % N_GARBAGE];
		enum outcome outcome = TURNED_AWAY;

		if ((client->fd >= 0 || client_join(client)) && say_garbage(client, g))
			outcome = client_hear(client, g->id, &g->code);
		if (outcome == ANSWERED)
			outcome = client_ask(client, NULL);
		note(outcome, 0);
		if (outcome != ANSWERED)
			client_leave(client);
	}
}

/* --- coming and going --- */

void role_storm(struct client *client)
{
	int64_t due = 0;

	for (unsigned int i = client->number; pace(&due); i++) {
		const char *text;
		size_t n;

		if (!client_join(client))
			continue;
		text = client_request(client, NULL, &n);
		client_say(client, text, i % 3 ? n / (i % 3) : 0); /* nothing, all of it, half */
		client_leave(client);
	}
}

void role_crowd(struct client *client)
{
	while (!is_over()) {
		char byte;

		if (client_join(client)) {
			struct timeval until_over = {.tv_usec = 200000};

			setsockopt(client->fd, SOL_SOCKET, SO_RCVTIMEO, &until_over,
				   sizeof(until_over));
			while (recv(client->fd, &byte, 1, 0) < 0 && errno == EAGAIN && !is_over())
				;
			client_leave(client);
		}
		if (!is_over())
			note(TURNED_AWAY, 0);
		sleep_ms(100);
	}
}

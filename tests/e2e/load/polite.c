// SPDX-License-Identifier: BSD-3-Clause
/* Clients that mean well, if not all of them little. */
#include "tests/e2e/load/load.h"

void role_ask(struct client *client)
{
	int64_t due = 0, began;

	while ((began = pace(&due))) {
		enum outcome outcome = TURNED_AWAY;

		if (client->fd >= 0 || client_join(client))
			outcome = client_ask(client, NULL);
		note(outcome, began);
		if (outcome != ANSWERED)
			client_leave(client);
	}
}

/* As the command line does. */
void role_fresh(struct client *client)
{
	int64_t due = 0, began;

	while ((began = pace(&due))) {
		note(client_join(client) ? client_ask(client, NULL) : TURNED_AWAY, began);
		client_leave(client);
	}
}

/* Its requests fit into the socket's buffer: it would wait for itself otherwise. */
void role_flood(struct client *client)
{
	while (!is_over()) {
		uint64_t first = client->id + 1;
		enum outcome outcome = ANSWERED;

		if (client->fd < 0 && !client_join(client)) {
			note(TURNED_AWAY, 0);
			continue;
		}
		for (unsigned int i = 0; i < amount; i++) {
			size_t n;
			const char *text = client_request(client, NULL, &n);

			client_say(client, text, n);
		}
		for (uint64_t id = first; id <= client->id && outcome == ANSWERED; id++) {
			outcome = client_hear(client, id, NULL);
			note(outcome, 0);
		}
		if (outcome != ANSWERED)
			client_leave(client);
	}
}

static bool say_batch(struct client *client)
{
	bool ok = client_say(client, "[", 1);

	for (unsigned int i = 0; ok && i < amount; i++) {
		size_t n;
		const char *text = client_request(client, NULL, &n);

		ok = client_say(client, text, n - 1) &&
		     client_say(client, i + 1 < amount ? "," : "]\n", i + 1 < amount ? 1 : 2);
	}
	return ok;
}

void role_batch(struct client *client)
{
	while (!is_over()) {
		int64_t began = now_ns();
		uint64_t first = client->id + 1;
		enum outcome outcome = TURNED_AWAY;

		if ((client->fd >= 0 || client_join(client)) && say_batch(client))
			outcome = client_hear_batch(client, first, amount);
		note(outcome, began);
		if (outcome != ANSWERED)
			client_leave(client);
	}
}

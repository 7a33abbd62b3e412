// SPDX-License-Identifier: BSD-3-Clause
/*
 * Lines from a client, one after another on one configuration: each answer is one line of JSON. A
 * request that has to wait is asked once more when what it waits for is known, and then is
 * answered; streams end with the client.
 */
#include <stdlib.h>
#include <string.h>

#include "control/spine/log.h"
#include "control/spine/rpc_own.h"
#include "tests/fuzz/registry.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct rpc_client client; /* without a connection */

static void must(bool holds)
{
	if (!holds)
		abort();
}

static void check(char *text)
{
	size_t length = text ? strlen(text) : 0;
	json_t *json = text ? json_loads(text, 0, NULL) : NULL;

	must(!text || (json && !(length && memchr(text, '\n', length - 1))));
	json_decref(json);
	free(text);
}

static void resume(void *arg)
{
}

/* From nobody, who cannot wait. */
static void answer_nobody(const struct api *api, const char *line, size_t size)
{
	check(rpc_answer(api, line, size));
}

static void answer(const struct api *api, const char *line, size_t size)
{
	struct rpc_ask *ask = rpc_ask_read(line, size);

	must(ask != NULL);
	for (int i = 0; rpc_ask_go_on(ask, api, &client); i++) {
		must(i < 2 * RPC_BATCH_MAX); /* each waits once at most */
		if (!rpc_client_has_to_wait(&client))
			continue;
		rpc_streams_gone(&client);
		fuzz_registry_known();
	}
	check(rpc_ask_take(ask));
	rpc_ask_free(ask);
	must(!client.later.items && client.asking == NULL);
	rpc_streams_gone(&client);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct config *config = config_create(&fuzz_registry, NULL);
	const struct api api = {.registry = &fuzz_registry, .config = config};
	const char *at = (const char *)data, *end = at + size;

	log_set_level(LOG_LEVEL_ERROR);
	memset(&client, 0, sizeof(client));
	client.later.resume = resume;
	LIST_INIT(&client.streams);
	while (at < end) {
		const char *newline = memchr(at, '\n', (size_t)(end - at));
		const char *stop = newline ? newline : end;

		/* A blank before it: from nobody. */
		(*at == ' ' ? answer_nobody : answer)(&api, at, (size_t)(stop - at));
		at = stop + 1;
	}
	config_destroy(config);
	return 0;
}

// SPDX-License-Identifier: BSD-3-Clause
#include "control/daemon.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

struct daemon weftd;

int64_t daemon_now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void daemon_event(const char *noun, const char *name, const char *action, json_t *more)
{
	struct timespec now;

	if (weftd.rpc) {
		clock_gettime(CLOCK_REALTIME, &now);
		json_t *event = json_pack("{s:I, s:s, s:s, s:s}", "time_us",
					  (json_int_t)now.tv_sec * 1000000 + now.tv_nsec / 1000,
					  "noun", noun, "name", name, "action", action);
		json_object_update_missing(event, more);
		rpc_notify(weftd.rpc, event);
		json_decref(event);
	}
	json_decref(more);
}

bool daemon_has_listeners(const char *noun)
{
	return weftd.rpc && rpc_has_subscribers(weftd.rpc, noun);
}

json_t *daemon_text(const char *text)
{
	size_t size = strlen(text);
	json_t *value = NULL;

	/* Where it was cut within a character, that one goes. */
	for (int i = 0; i <= 3 && !(value = json_stringn(text, size)); i++) {
		if (size == 0 || (unsigned char)text[size - 1] < 0x80)
			break;
		size--;
	}
	if (value)
		return value;
	char *copy = strdup(text);
	for (char *c = copy; c && *c; c++)
		*c = (unsigned char)*c < 0x80 ? *c : '?';
	value = json_string(copy ? copy : "");
	free(copy);
	return value;
}

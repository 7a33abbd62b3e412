// SPDX-License-Identifier: BSD-3-Clause
/* The command line of whoever is at a guest's socket: a name in it is cut, never read beyond, and
 * is what an option that names one says. */
#include <stdlib.h>
#include <string.h>

#include "vhost/vhost_peer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
	if (!holds)
		abort();
}

/* Some word before is an option that names. */
static bool has_option(const char *words, size_t size)
{
	for (size_t at = 0; at < size; at += strlen(words + at) + 1)
		if (strcmp(words + at, "-name") == 0 || strcmp(words + at, "--name") == 0)
			return true;
	return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *words = malloc(size + 1), *name;
	size_t room = size > 0 ? 1 + data[0] % VHOST_PEER_NAME_MAX : 1;

	name = malloc(room);
	must(words && name);
	memcpy(words, data, size);
	words[size] = '\0'; /* as whoever reads /proc leaves it */
	memset(name, '!', room);
	if (vhost_peer_name(words, size, name, room)) {
		must(memchr(name, '\0', room) && *name != '\0');
		must(has_option(words, size));
	}
	free(name);
	free(words);
	return 0;
}

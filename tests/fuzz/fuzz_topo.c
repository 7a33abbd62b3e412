// SPDX-License-Identifier: BSD-3-Clause
/* Topology files: what is accepted prints in a form that means the same, every event can happen,
 * and the oracle finds something or nothing, but finds it; what is refused is refused with its
 * line. */
#include <stdlib.h>
#include <string.h>

#include "tests/sim/oracle.h"
#include "tests/sim/topo.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char *printed(const struct topo *topo, size_t *size)
{
	char *text = NULL;
	FILE *out = open_memstream(&text, size);

	if (!out)
		abort();
	topo_print(topo, out);
	fclose(out);
	return text;
}

static void means_the_same(const struct topo *topo)
{
	char error[TOPO_ERROR_MAX];
	size_t size, again_size;
	char *text = printed(topo, &size), *again_text;
	struct topo *again = topo_read(text, size, "again", error);

	if (!again)
		abort();
	again_text = printed(again, &again_size);
	if (strcmp(text, again_text) != 0)
		abort();
	topo_free(again);
	free(again_text);
	free(text);
}

/* A large network takes the oracle long, and shows no more than a small one. */
static void ask_the_oracle(struct topo *topo)
{
	struct wanted *wanted;
	struct prefix *prefixes;
	uint32_t n;

	for (uint32_t i = 0; i < topo->n_events; i++)
		topo_apply(topo, &topo->events[i]);
	if (topo->n_routers > 10 || topo->n_links > 20)
		return;
	wanted = calloc(topo->n_routers, sizeof(*wanted));
	prefixes = oracle_prefixes(topo, &n);
	if (!wanted)
		abort();
	for (uint32_t i = 0; i < n && i < 30; i++)
		oracle_wants(topo, &prefixes[i], wanted);
	for (uint32_t i = 0; n && i < topo->n_routers; i++)
		if (wanted[i].n_least > wanted[i].n_most || wanted[i].n_most > wanted[i].n)
			abort();
	free(prefixes);
	free(wanted);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char error[TOPO_ERROR_MAX];
	struct topo *topo = topo_read((const char *)data, size, "net", error);

	if (!topo) {
		if (strncmp(error, "net:", 4) != 0)
			abort();
		return 0;
	}
	means_the_same(topo);
	ask_the_oracle(topo);
	topo_free(topo);
	return 0;
}

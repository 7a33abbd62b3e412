// SPDX-License-Identifier: BSD-3-Clause
#include <inttypes.h>

#include "tests/sim/topo_inside.h"

static void print_link(const struct topo *topo, const struct topo_link *link, FILE *out)
{
	if (link->lan[0])
		fprintf(out, "lan %s", link->lan);
	else
		fputs("link", out);
	for (uint32_t i = 0; i < link->n_ends; i++)
		fprintf(out, " %s", topo->routers[link->ends[i]].name);
	fprintf(out, " cost=%" PRId64 " delay=", link->wire.cost);
	time_print(link->wire.delay_us, out);
	if (link->wire.jitter_us) {
		fputs(" jitter=", out);
		time_print(link->wire.jitter_us, out);
	}
	if (link->wire.loss)
		fprintf(out, " loss=%" PRId64, link->wire.loss / 10000);
	if (link->wire.doubled)
		fprintf(out, " dup=%" PRId64, link->wire.doubled / 10000);
	fputc('\n', out);
}

static void print_speaking(const struct topo *topo, const struct topo_router *router, FILE *out)
{
	for (int i = 0; speakers[i]; i++) {
		if (!router->speaks[i])
			continue;
		fprintf(out, "%s %s", speakers[i]->name, router->name);
		settings_print(speakers[i]->options, &router->settings[i], out);
		fputc('\n', out);
	}
}

static void print_own(const struct topo *topo, const struct topo_link *link, FILE *out)
{
	char name[TOPO_IFNAME_MAX];

	for (uint32_t end = 0; end < link->n_ends; end++)
		for (int i = 0; speakers[i]; i++) {
			if (!link->own[end][i] || !link->own[end][i]->given)
				continue;
			topo_ifname(topo, link, end, name);
			fprintf(out, "%s %s", speakers[i]->name, name);
			settings_print(speakers[i]->options, link->own[end][i], out);
			fputc('\n', out);
		}
}

void topo_print(const struct topo *topo, FILE *out)
{
	for (uint32_t i = 0; i < topo->n_routers; i++)
		fprintf(out, "router %s\n", topo->routers[i].name);
	for (uint32_t i = 0; i < topo->n_links; i++)
		print_link(topo, &topo->links[i], out);
	topo_print_routes(topo, out);
	for (uint32_t i = 0; i < topo->n_routers; i++)
		print_speaking(topo, &topo->routers[i], out);
	for (uint32_t i = 0; i < topo->n_links; i++)
		print_own(topo, &topo->links[i], out);
	topo_print_events(topo, out);
}

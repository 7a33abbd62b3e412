// SPDX-License-Identifier: BSD-3-Clause
#include <inttypes.h>

#include "tests/sim/speaker.h"
#include "tests/sim/topo.h"

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

void topo_print(const struct topo *topo, FILE *out)
{
	char text[PREFIX_TEXT_MAX];

	for (uint32_t i = 0; i < topo->n_routers; i++)
		fprintf(out, "router %s\n", topo->routers[i].name);
	for (uint32_t i = 0; i < topo->n_links; i++)
		print_link(topo, &topo->links[i], out);
	for (uint32_t i = 0; i < topo->n_networks; i++)
		fprintf(out, "network %s %s\n", topo->routers[topo->networks[i].router].name,
			prefix_print(&topo->networks[i].prefix, text));
	for (uint32_t i = 0; i < topo->n_statics; i++) {
		const struct topo_static *route = &topo->statics[i];

		fprintf(out, "static %s %s %s%s\n", topo->routers[route->router].name,
			prefix_print(&route->prefix, text),
			route->is_blackhole ? "blackhole" : "via ",
			route->is_blackhole ? "" : topo->routers[route->via].name);
	}
	for (uint32_t i = 0; i < topo->n_routers; i++)
		print_speaking(topo, &topo->routers[i], out);
	topo_print_events(topo, out);
}

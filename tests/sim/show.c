// SPDX-License-Identifier: BSD-3-Clause
#include "tests/sim/show.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "routing/core/moment.h"
#include "tests/sim/oracle.h"
#include "tests/sim/speaker.h"

void show_pass(struct topo *topo, int64_t until_us)
{
	for (uint32_t i = 0; i < topo->n_events && topo->events[i].at_us <= until_us; i++)
		topo_apply(topo, &topo->events[i]);
}

void show_routers(const struct topo *topo, FILE *out)
{
	for (uint32_t i = 0; i < topo->n_routers; i++)
		fprintf(out, "%s\n", topo->routers[i].name);
}

static bool has_names(const struct topo *topo, const struct topo_link *link)
{
	char ifname[TOPO_IFNAME_MAX];

	for (uint32_t end = 0; end < link->n_ends; end++) {
		topo_ifname(topo, link, end, ifname);
		if (strlen(ifname) > 15) {
			fprintf(stderr, "%s: longer than a device's name may be\n", ifname);
			return false;
		}
	}
	return true;
}

static bool falls_silent(const struct topo *topo, uint32_t link)
{
	for (uint32_t i = 0; i < topo->n_events; i++)
		if (topo->events[i].what == TOPO_SILENT && topo->events[i].link == link)
			return true;
	return false;
}

/* What a cable cannot do: somebody carries its packets. A delay of a few milliseconds is that of
 * the machine. */
static bool needs_carrier(const struct topo *topo, uint32_t link)
{
	const struct topo_wire *wire = &topo->links[link].wire;

	return wire->loss || wire->doubled || wire->jitter_us || wire->delay_us > SPAN_MS(5) ||
	       falls_silent(topo, link);
}

bool show_links(const struct topo *topo, FILE *out)
{
	char name[TOPO_IFNAME_MAX];

	for (uint32_t i = 0; i < topo->n_links; i++) {
		const struct topo_link *link = &topo->links[i];
		const struct topo_wire *wire = &link->wire;

		topo_link_name(topo, link, name);
		if (!has_names(topo, link))
			return false;
		fputs(name, out);
		for (uint32_t end = 0; end < link->n_ends; end++) {
			topo_ifname(topo, link, end, name);
			fprintf(out, " %s", name);
		}
		if (needs_carrier(topo, i))
			fprintf(out,
				" delay=%" PRId64 " jitter=%" PRId64 " loss=%" PRId64
				" dup=%" PRId64,
				wire->delay_us, wire->jitter_us, wire->loss, wire->doubled);
		fputc('\n', out);
	}
	return true;
}

void show_addresses(const struct topo *topo, uint32_t router, FILE *out)
{
	char name[TOPO_IFNAME_MAX], four[PREFIX_TEXT_MAX], six[PREFIX_TEXT_MAX];

	for (uint32_t i = 0; i < topo->n_links; i++) {
		const struct topo_link *link = &topo->links[i];
		int end = topo_end_of(link, router);
		struct prefix address4, address6;

		if (end < 0)
			continue;
		topo_ifname(topo, link, (uint32_t)end, name);
		address4 = topo_address4(topo, link, (uint32_t)end);
		address6 = topo_address6(topo, link, (uint32_t)end);
		fprintf(out, "%s %s\n%s %s\n", name, prefix_print(&address4, four), name,
			prefix_print(&address6, six));
	}
	for (uint32_t i = 0; i < topo->n_networks; i++) {
		struct prefix own = topo_first_address(&topo->networks[i].prefix);

		if (topo->networks[i].router == router)
			fprintf(out, "net%u %s\n", i + 1, prefix_print(&own, four));
	}
}

/* --- weftd --- */

static void print_ports(const struct topo *topo, uint32_t router, FILE *out)
{
	char name[TOPO_IFNAME_MAX];

	fputs("ports:\n", out);
	for (uint32_t i = 0; i < topo->n_links; i++) {
		int end = topo_end_of(&topo->links[i], router);

		if (end < 0)
			continue;
		topo_ifname(topo, &topo->links[i], (uint32_t)end, name);
		fprintf(out, "  %s: { type: af_packet, device: %s }\n", name, name);
	}
}

static void print_interface(const struct topo *topo, const struct topo_link *link, uint32_t end,
			    FILE *out)
{
	char name[TOPO_IFNAME_MAX], four[PREFIX_TEXT_MAX], six[PREFIX_TEXT_MAX];
	struct prefix address4 = topo_address4(topo, link, end);
	struct prefix address6 = topo_address6(topo, link, end);

	topo_ifname(topo, link, end, name);
	fprintf(out, "  %s: { port: %s, addresses: [%s, \"%s\"] }\n", name, name,
		prefix_print(&address4, four), prefix_print(&address6, six));
}

static void print_interfaces(const struct topo *topo, uint32_t router, FILE *out)
{
	char text[PREFIX_TEXT_MAX];

	fputs("interfaces:\n", out);
	for (uint32_t i = 0; i < topo->n_links; i++) {
		int end = topo_end_of(&topo->links[i], router);

		if (end >= 0)
			print_interface(topo, &topo->links[i], (uint32_t)end, out);
	}
	for (uint32_t i = 0; i < topo->n_networks; i++) {
		struct prefix own = topo_first_address(&topo->networks[i].prefix);

		if (topo->networks[i].router == router)
			fprintf(out, "  net%u: { loopback: true, addresses: [\"%s\"] }\n", i + 1,
				prefix_print(&own, text));
	}
}

static void print_marks(const struct topo_static *route, FILE *out)
{
	if (route->distance > 1)
		fprintf(out, ", distance: %d", (int)route->distance);
	if (route->metric)
		fprintf(out, ", metric: %d", (int)route->metric);
	if (route->tag)
		fprintf(out, ", tag: %d", (int)route->tag);
	fprintf(out, "%s }\n", route->bfd ? ", bfd: true" : "");
}

/* The address of the gateway, and the interface toward it. */
static struct addr gateway_of(const struct topo *topo, const struct topo_static *route,
			      char ifname[TOPO_IFNAME_MAX])
{
	const struct topo_link *link = &topo->links[route->link];
	uint32_t end = (uint32_t)topo_end_of(link, route->via);

	topo_ifname(topo, link, (uint32_t)topo_end_of(link, route->router), ifname);
	return (route->prefix.addr.family == ADDR_IP4 ? topo_address4 : topo_address6)(topo, link,
										       end)
		.addr;
}

static void print_route(const struct topo *topo, const struct topo_static *route, FILE *out)
{
	char prefix[PREFIX_TEXT_MAX], gateway[ADDR_TEXT_MAX], name[TOPO_IFNAME_MAX];
	struct addr addr;

	prefix_print(&route->prefix, prefix);
	if (route->is_blackhole) {
		fprintf(out, "  - { prefix: \"%s\", type: blackhole", prefix);
		print_marks(route, out);
		return;
	}
	addr = gateway_of(topo, route, name);
	fprintf(out, "  - { prefix: \"%s\", via: [{ gateway: \"%s\", interface: %s }]", prefix,
		addr_print(&addr, gateway), name);
	print_marks(route, out);
}

static void print_routes(const struct topo *topo, uint32_t router, FILE *out)
{
	const char *head = "routes:\n";

	for (uint32_t i = 0; i < topo->n_statics; i++) {
		if (topo->statics[i].router != router)
			continue;
		fputs(head, out);
		head = "";
		print_route(topo, &topo->statics[i], out);
	}
}

void show_weftd(const struct topo *topo, uint32_t router, FILE *out)
{
	print_ports(topo, router, out);
	print_interfaces(topo, router, out);
	print_routes(topo, router, out);
	for (uint32_t i = 0; speakers[i]; i++)
		if (topo->routers[router].speaks[i])
			speakers[i]->print(topo, router, i, out);
}

/* --- tables --- */

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static char *line_of(const struct topo *topo, uint32_t router, const struct prefix *prefix,
		     const struct wanted *wanted)
{
	char text[TOPO_IFACES_MAX * 64 + TOPO_TAGS * 8], address[ADDR_TEXT_MAX],
		own[PREFIX_TEXT_MAX];
	char *hops[TOPO_IFACES_MAX];
	size_t n = (size_t)snprintf(text, sizeof(text), "%s %s %u", prefix_print(prefix, own),
				    oracle_protocol_names[wanted->protocol], wanted->metric);

	for (uint32_t i = 0; i < wanted->n; i++) {
		const struct topo_link *link = &topo->links[wanted->hops[i].link];
		char name[TOPO_IFNAME_MAX], hop[ADDR_TEXT_MAX + TOPO_IFNAME_MAX + 2];

		topo_ifname(topo, link, (uint32_t)topo_end_of(link, router), name);
		snprintf(hop, sizeof(hop), "%s%%%s", addr_print(&wanted->hops[i].gateway, address),
			 name);
		hops[i] = strdup(hop);
	}
	qsort(hops, wanted->n, sizeof(*hops), by_text);
	for (uint32_t i = 0; i < wanted->n; i++) {
		n += (size_t)snprintf(text + n, sizeof(text) - n, " %s", hops[i]);
		free(hops[i]);
	}
	for (uint32_t tag = 1; tag < TOPO_TAGS; tag++)
		if (wanted->tags >> tag & 1)
			n += (size_t)snprintf(text + n, sizeof(text) - n, " tag %u", tag);
	return strdup(text);
}

void show_tables(const struct topo *topo, uint32_t router, FILE *out)
{
	struct wanted *wanted = calloc(topo->n_routers, sizeof(*wanted));
	uint32_t n, kept = 0;
	struct prefix *prefixes = oracle_prefixes(topo, &n);
	char **lines = calloc(n + 1, sizeof(*lines));

	if (!wanted || !lines)
		abort();
	for (uint32_t i = 0; i < n; i++) {
		oracle_wants(topo, &prefixes[i], wanted);
		if (wanted[router].exists && wanted[router].protocol != RIB_CONNECTED)
			lines[kept++] = line_of(topo, router, &prefixes[i], &wanted[router]);
	}
	qsort(lines, kept, sizeof(*lines), by_text);
	for (uint32_t i = 0; i < kept; i++) {
		fprintf(out, "%s\n", lines[i]);
		free(lines[i]);
	}
	free(lines);
	free(prefixes);
	free(wanted);
}

void show_sessions(const struct topo *topo, uint32_t router, FILE *out)
{
	char name[TOPO_IFNAME_MAX], text[ADDR_TEXT_MAX];

	for (uint32_t i = 0; i < topo->n_statics; i++) {
		const struct topo_static *route = &topo->statics[i];
		struct addr gateway;

		if (route->router != router || !topo_is_watched(topo, route))
			continue;
		gateway = gateway_of(topo, route, name);
		fprintf(out, "%s %s\n", addr_print(&gateway, text), name);
	}
}

// SPDX-License-Identifier: BSD-3-Clause
/* A file of routes: what is accepted is in order, and each line printed means the same again. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "control/route_text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must_be(bool what)
{
	if (!what)
		abort();
}

/* One line as a user would write it. */
static size_t print(const struct route_text *text, const struct route_line *line, char *out,
		    size_t size)
{
	static const char *const types[] = {[NEXTHOP_BLACKHOLE] = "blackhole",
					    [NEXTHOP_UNREACHABLE] = "unreachable",
					    [NEXTHOP_PROHIBIT] = "prohibit"};
	const struct route_via *via = text->vias[line->via];
	char address[ADDR_TEXT_MAX], prefix_text[PREFIX_TEXT_MAX];
	struct prefix prefix;
	size_t n;

	route_line_prefix(line, &prefix);
	must_be(prefix_is_network(&prefix) && route_is_routed(&prefix));
	n = (size_t)snprintf(out, size, "%s ", prefix_print(&prefix, prefix_text));
	if (via->n == 0)
		n += (size_t)snprintf(out + n, size - n, "%s", types[via->type]);
	for (uint8_t i = 0; i < via->n; i++) {
		const struct route_hop *hop = &via->hops[i];
		bool has_gateway = hop->gateway.family != ADDR_NONE;

		n += (size_t)snprintf(out + n, size - n, "%s%s%s%s*%u", i ? "," : "",
				      has_gateway ? addr_print(&hop->gateway, address) : "",
				      has_gateway && hop->interface ? "%" : "",
				      hop->interface ? hop->interface : "", hop->weight);
	}
	return n;
}

static void check_again(const struct route_text *text, const struct route_line *line)
{
	char again_text[NEXTHOP_SET_MAX * 96 + 64];
	size_t n = print(text, line, again_text, sizeof(again_text));
	const struct route_via *via = text->vias[line->via];
	struct route_text *again;
	struct errors errors;

	errors_init(&errors);
	again = route_text_parse("again", again_text, n, "", NULL, &errors);
	must_be(again && again->n == 1 && again->n_vias == 1);
	must_be(route_line_compare(again->lines, line) == 0);
	must_be(again->vias[0]->n == via->n && again->vias[0]->type == via->type);
	for (uint8_t i = 0; i < via->n; i++)
		must_be(addr_compare(&again->vias[0]->hops[i].gateway, &via->hops[i].gateway) ==
				0 &&
			again->vias[0]->hops[i].weight == via->hops[i].weight);
	route_text_unref(again);
	errors_fini(&errors);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct route_text *text;
	struct errors errors;

	errors_init(&errors);
	text = route_text_parse("file", (const char *)data, size, "at", NULL, &errors);
	must_be(text ? errors.n == 0 : errors.n > 0); /* nothing is refused without a word */
	for (size_t i = 0; text && i < text->n; i++) {
		must_be(text->lines[i].via < text->n_vias);
		must_be(i == 0 || route_line_compare(&text->lines[i - 1], &text->lines[i]) < 0);
		check_again(text, &text->lines[i]);
	}
	route_text_unref(text);
	errors_fini(&errors);
	return 0;
}

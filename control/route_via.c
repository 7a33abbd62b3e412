// SPDX-License-Identifier: BSD-3-Clause
#include "control/route_via.h"

#include <stdlib.h>
#include <string.h>

#include "control/hop_check.h"
#include "control/must.h"

static const struct {
	const char *word;
	uint8_t type;
} types[] = {
	{"blackhole", NEXTHOP_BLACKHOLE},
	{"unreachable", NEXTHOP_UNREACHABLE},
	{"prohibit", NEXTHOP_PROHIBIT},
};

static const char expected[] = "is no next hop: expected such as 192.0.2.1, wan0, fe80::1%wan0, "
			       "192.0.2.1*3,192.0.2.5, blackhole, unreachable or prohibit";

static size_t hash(const char *text, size_t size)
{
	uint64_t value = UINT64_C(0xcbf29ce484222325);

	for (size_t i = 0; i < size; i++)
		value = (value ^ (uint8_t)text[i]) * UINT64_C(0x100000001b3);
	return value ^ value >> 29;
}

static struct route_seen *find(const struct route_vias *vias, const char *text, size_t size)
{
	size_t at = hash(text, size);

	for (;; at++) {
		struct route_seen *seen = &vias->seen[at & (vias->room - 1)];

		if (!seen->text || (seen->size == size && memcmp(seen->text, text, size) == 0))
			return seen;
	}
}

static void make_room(struct route_vias *vias)
{
	struct route_vias old = *vias;

	if (vias->n * 2 < vias->room)
		return;
	vias->room = vias->room ? vias->room * 2 : 64;
	vias->seen = must(calloc(vias->room, sizeof(*vias->seen)));
	for (size_t i = 0; i < old.room; i++)
		if (old.seen[i].text)
			*find(vias, old.seen[i].text, old.seen[i].size) = old.seen[i];
	free(old.seen);
}

/* "192.0.2.1%wan0*3" into a hop, whose name points into text. False: it is none. */
static bool parse_hop(char *text, struct route_hop *out)
{
	char *star = strchr(text, '*'), *percent = strchr(text, '%'), *end;
	long weight = 1;

	if (star) {
		*star = '\0';
		weight = strtol(star + 1, &end, 10);
		if (star[1] < '1' || star[1] > '9' || *end != '\0' || weight > 255)
			return false;
	}
	if (percent)
		*percent = '\0';
	*out = (struct route_hop){.weight = (uint8_t)weight};
	if (addr_parse(text, &out->gateway) == 0)
		out->interface = percent ? percent + 1 : NULL;
	else if (!percent)
		out->interface = text;
	else
		return false;
	return !out->interface || field_name_valid(out->interface);
}

static bool is_double(const struct route_via *via)
{
	for (uint8_t i = 0; i + 1 < via->n; i++)
		if (hop_same(&via->hops[i], &via->hops[via->n - 1]))
			return true;
	return false;
}

/* A via whose texts lie behind its hops. NULL with *fault. */
static struct route_via *parse(const char *text, size_t size, const char **fault)
{
	size_t n = 1;
	struct route_via *via;
	char *copy, *next;

	for (size_t i = 0; i < size; i++)
		n += text[i] == ',';
	*fault = n > NEXTHOP_SET_MAX ? "has more than 64 next hops" : expected;
	if (n > NEXTHOP_SET_MAX || memchr(text, '\0', size))
		return NULL;
	via = must(calloc(1, sizeof(*via) + n * sizeof(via->hops[0]) + size + 1));
	copy = (char *)&via->hops[n];
	memcpy(copy, text, size);
	via->type = NEXTHOP_GATEWAY;
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (strcmp(copy, types[i].word) == 0) {
			via->type = types[i].type;
			return via;
		}
	for (next = copy; next;) {
		if (!parse_hop(strsep(&next, ","), &via->hops[via->n]))
			goto fail;
		via->n++;
		*fault = "has a next hop twice";
		if (is_double(via))
			goto fail;
		*fault = expected;
	}
	return via;
fail:
	free(via);
	return NULL;
}

static int enter(struct route_text *out, struct route_via *via)
{
	if ((out->n_vias & (out->n_vias - 1)) == 0) {
		size_t room = out->n_vias ? out->n_vias * 2 : 1;

		out->vias = must(realloc(out->vias, room * sizeof(struct route_via *)));
	}
	out->vias[out->n_vias] = via;
	return (int)out->n_vias++;
}

int route_vias_get(struct route_vias *vias, struct route_text *out, const char *text, size_t size,
		   uint32_t line, const char **fault)
{
	struct route_seen *seen;
	struct route_via *via;

	if (vias->last_text && vias->last_size == size && memcmp(vias->last_text, text, size) == 0)
		return vias->last;
	make_room(vias);
	seen = find(vias, text, size);
	if (!seen->text) {
		*fault = "is one kind of next hop too many: at most 65535 in a file";
		via = out->n_vias < ROUTE_TEXT_VIAS_MAX ? parse(text, size, fault) : NULL;
		if (!via)
			return -1;
		via->first = line;
		*seen = (struct route_seen){text, size, (uint16_t)enter(out, via)};
		vias->n++;
	}
	vias->last_text = text;
	vias->last_size = size;
	vias->last = seen->id;
	return seen->id;
}

void route_vias_fini(struct route_vias *vias)
{
	free(vias->seen);
	*vias = (struct route_vias){0};
}

const char *route_via_family_fault(const struct route_via *via, uint8_t family)
{
	for (uint8_t i = 0; i < via->n; i++) {
		const struct route_hop *hop = &via->hops[i];

		if (hop->gateway.family != ADDR_NONE && hop->gateway.family != family)
			return "has a gateway of another family than the prefix";
		if (addr_is_link_local(&hop->gateway) && !hop->interface)
			return "is a link-local address: expected %INTERFACE behind it";
	}
	return NULL;
}

void route_via_conf(const struct route_via *via, struct route_conf *out)
{
	*out = (struct route_conf){.type = via->type, .n = via->n};
	memcpy(out->hops, via->hops, via->n * sizeof(via->hops[0]));
}

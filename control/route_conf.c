// SPDX-License-Identifier: BSD-3-Clause
#include "control/route_conf.h"

#include <string.h>

static const char *const types[] = {"blackhole", "unreachable", "prohibit", NULL};

/* "192.0.2.1", "wan0" or "fe80::1%wan0". */
static json_t *via_from_text(const char *text)
{
	const char *percent = strchr(text, '%');
	size_t n = percent ? (size_t)(percent - text) : strlen(text);
	json_t *first = json_stringn(text, n), *object;
	struct addr addr;

	if (!first || n == 0) {
		json_decref(first);
		return NULL;
	}
	object = json_object();
	if (percent || addr_parse(json_string_value(first), &addr) == 0)
		json_object_set(object, "gateway", first);
	else
		json_object_set(object, "interface", first);
	if (percent)
		json_object_set_new(object, "interface", json_string(percent + 1));
	json_decref(first);
	return object;
}

static const struct field via_fields[] = {
	{.name = "gateway", .type = F_IP, .help = "the next router"},
	{.name = "interface",
	 .type = F_REF,
	 .ref = "interface",
	 .help = "the wire it is on; without a gateway: where the destinations themselves are"},
	{.name = "vrf",
	 .type = F_REF,
	 .ref = "vrf",
	 .help = "the VRF of interface, where that is another one; alone: looked up again there"},
	{.name = "weight",
	 .type = F_INT,
	 .min = 1,
	 .max = 255,
	 .def = "1",
	 .help = "its share beside the others"},
	{.name = NULL},
};

static const struct field via = {.type = F_OBJECT,
				 .fields = via_fields,
				 .from_text = via_from_text,
				 .text_form = "text such as 192.0.2.1, wan0 or fe80::1%wan0"};

const struct field route_fields[] = {
	{.name = "prefix", .type = F_PREFIX, .flags = FIELD_REQUIRED, .help = "where it leads"},
	{.name = "via",
	 .type = F_LIST,
	 .elem = &via,
	 .max = NEXTHOP_SET_MAX,
	 .help = "by which gateways and interfaces"},
	{.name = "type",
	 .type = F_ENUM,
	 .choices = types,
	 .help = "in place of via: dropped in silence, or with an answer"},
	{.name = "vrf",
	 .type = F_REF,
	 .ref = "vrf",
	 .help = "whose route it is; none: the default one"},
	ROUTE_TERMS_FIELDS,
	{.name = NULL},
};

static void hop_conf(const json_t *item, struct route_hop *out)
{
	const char *gateway = conf_str(item, "gateway");
	int64_t weight = conf_int(item, "weight");

	*out = (struct route_hop){.interface = conf_str(item, "interface"),
				  .vrf = conf_str(item, "vrf"),
				  .weight = weight ? (uint8_t)weight : 1};
	if (gateway)
		addr_parse(gateway, &out->gateway);
}

static uint8_t type_of(const char *word)
{
	static const uint8_t kinds[] = {NEXTHOP_BLACKHOLE, NEXTHOP_UNREACHABLE, NEXTHOP_PROHIBIT};

	for (size_t i = 0; word && types[i]; i++)
		if (strcmp(types[i], word) == 0)
			return kinds[i];
	return NEXTHOP_GATEWAY;
}

void route_terms(const json_t *item, struct route_terms *out)
{
	int64_t distance = conf_int(item, "distance");

	*out = (struct route_terms){.distance = distance ? (uint8_t)distance : STATIC_DISTANCE,
				    .bfd = conf_bool(item, "bfd"),
				    .metric = (uint32_t)conf_int(item, "metric"),
				    .tag = (uint32_t)conf_int(item, "tag")};
}

void route_conf(const json_t *item, struct route_conf *out)
{
	const json_t *list = json_object_get(item, "via"), *hop;
	size_t i;

	*out = (struct route_conf){.vrf = conf_str(item, "vrf"),
				   .type = type_of(conf_str(item, "type"))};
	route_terms(item, &out->terms);
	prefix_parse(conf_str(item, "prefix"), &out->prefix);
	json_array_foreach((json_t *)list, i, hop)
		hop_conf(hop, &out->hops[out->n++]);
}

bool route_is_routed(const struct prefix *prefix)
{
	const struct addr *addr = &prefix->addr;

	return !addr_is_multicast(addr) && !addr_is_loopback(addr) &&
	       !(addr->family == ADDR_IP6 && addr_is_link_local(addr));
}

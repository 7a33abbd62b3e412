// SPDX-License-Identifier: BSD-3-Clause
/* A field of each type, with and without what a declaration may leave out. */
#include <stdio.h>
#include <string.h>

#include "tests/fuzz/registry.h"

static const char *const kinds[] = {"tap", "vhost-user", "pci", NULL};
static const char *const only[] = {"single", NULL};

static const struct field text = {.name = "text", .type = F_STRING, .max = 64};
static const struct field number = {.name = "number", .type = F_INT, .min = -8, .max = 1 << 20};
static const struct field name = {.name = "name", .type = F_NAME};

const struct field fuzz_member_fields[] = {
	{.name = "vlan", .type = F_INT, .min = 1, .max = 4094, .help = "of untagged frames"},
	{.name = "trunk", .type = F_VLANS, .help = "VLANs with a tag"},
	{.name = "storm", .type = F_INT, .min = 0, .max = UINT32_MAX, .def = "0"},
	{.name = NULL},
};

const struct field fuzz_auth_fields[] = {
	{.name = "key", .type = F_STRING, .max = 32, .flags = FIELD_REQUIRED},
	{.name = "after", .type = F_DURATION, .min = 1, .max = 86400000, .def = "5s"},
	{.name = NULL},
};

static const struct field way_fields[] = {
	{.name = "gateway", .type = F_IP, .flags = FIELD_ZONE},
	{.name = "weight", .type = F_INT, .min = 1, .max = 255, .def = "1"},
	{.name = NULL},
};

/* "192.0.2.1*3", or "192.0.2.1" alone. */
static json_t *way_from_text(const char *said)
{
	size_t n = strcspn(said, "*");
	json_t *gateway = json_stringn(said, n), *way;

	if (!gateway || n == 0) {
		json_decref(gateway);
		return NULL;
	}
	way = json_pack("{s:o}", "gateway", gateway);
	if (said[n])
		json_object_set_new(way, "weight", json_string(said + n + 1));
	return way;
}

static const struct field way = {.name = "way",
				 .type = F_OBJECT,
				 .fields = way_fields,
				 .from_text = way_from_text,
				 .text_form = "text such as 192.0.2.1*3"};

static const struct field shown_fields[] = {
	{.name = "count", .type = F_INT, .flags = FIELD_READ_ONLY},
	{.name = NULL},
};

const struct field fuzz_fields[] = {
	{.name = "type", .type = F_ENUM, .choices = kinds, .flags = FIELD_REQUIRED | FIELD_FIXED},
	{.name = "up", .type = F_BOOL, .def = "true"},
	{.name = "mtu", .type = F_INT, .min = 68, .max = 9000, .def = "1500", .unit = "bytes"},
	{.name = "queues", .type = F_INT, .flags = FIELD_OR_AUTO, .min = 1, .max = 16},
	{.name = "label", .type = F_STRING, .max = 40},
	{.name = "peer", .type = F_NAME, .max = 15},
	{.name = "hello", .type = F_DURATION, .min = 10, .max = 3600000, .def = "1s"},
	{.name = "rate", .type = F_RATE, .max = INT64_MAX},
	{.name = "burst", .type = F_SIZE, .max = INT64_MAX},
	{.name = "mac", .type = F_MAC},
	{.name = "gateway", .type = F_IP},
	{.name = "prefix", .type = F_PREFIX},
	{.name = "address", .type = F_IFADDR},
	{.name = "vlans", .type = F_VLANS},
	{.name = "texts", .type = F_LIST, .elem = &text},
	{.name = "numbers", .type = F_LIST, .elem = &number},
	{.name = "auth", .type = F_OBJECT, .fields = fuzz_auth_fields},
	{.name = "zone", .type = F_IP, .flags = FIELD_ZONE},
	{.name = "motd", .type = F_STRING, .flags = FIELD_LINES},
	{.name = "password", .type = F_STRING, .min = 4, .max = 16},
	{.name = "any", .type = F_INT},
	{.name = "least", .type = F_INT, .min = 1, .max = INT64_MAX},
	{.name = "pause", .type = F_DURATION},
	{.name = "only", .type = F_ENUM, .choices = only},
	{.name = "state", .type = F_BOOL, .flags = FIELD_READ_ONLY},
	{.name = "some", .type = F_LIST, .elem = &name, .min = 1, .max = INT64_MAX},
	{.name = "pair",
	 .type = F_LIST,
	 .elem = &number,
	 .flags = FIELD_OR_AUTO,
	 .min = 2,
	 .max = 3},
	{.name = "ways", .type = F_LIST, .elem = &way},
	{.name = "way", .type = F_OBJECT, .fields = way_fields, .from_text = way_from_text},
	{.name = "bond", .type = F_REF, .ref = "bond"},
	{.name = "over", .type = F_REF, .ref = "interface|bond"},
	{.name = "bonds", .type = F_MAP, .ref = "bond", .fields = fuzz_member_fields},
	{.name = "notes", .type = F_MAP},
	{.name = "shown", .type = F_OBJECT, .fields = shown_fields},
	{.name = "slots", .type = F_VLANS, .flags = FIELD_REQUIRED | FIELD_READ_ONLY},
	{.name = NULL},
};

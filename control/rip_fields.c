// SPDX-License-Identifier: BSD-3-Clause
/* What may be said of RIP and RIPng: fields with their ranges, defaults and help. */
#include "control/redistribution.h"
#include "control/rip_conf.h"

#define S 1000 /* durations of fields are in milliseconds */

const char *const rip_splits[] = {"none", "simple", "poisoned", NULL}; /* enum rip_split */

/* enum rip_auth_type, from RIP_AUTH_PASSWORD on */
const char *const rip_algorithms[] = {"password",     "md5",          "hmac-sha-1", "hmac-sha-256",
				      "hmac-sha-384", "hmac-sha-512", NULL};

#define KEY_FIELDS                                                                    \
	{.name = "key",                                                               \
	 .type = F_STRING,                                                            \
	 .min = 1,                                                                    \
	 .max = RIP_KEY_MAX,                                                          \
	 .flags = FIELD_REQUIRED,                                                     \
	 .help = "the secret; of password and md5 16 bytes at most"},                 \
		{.name = "algorithm",                                                 \
		 .type = F_ENUM,                                                      \
		 .choices = rip_algorithms,                                           \
		 .def = "hmac-sha-256",                                               \
		 .help = "password goes over the wire as it is; RFC 2082, RFC 4822"}, \
	{                                                                             \
		.name = "key-id", .type = F_INT, .min = 0, .max = 255, .def = "1",    \
		.help = "by which the neighbours know the key"                        \
	}

static const struct field auth_fields[] = {KEY_FIELDS, {.name = NULL}};

static const struct field key_fields[] = {
	KEY_FIELDS,
	{.name = "send-from",
	 .type = F_INT,
	 .min = 0,
	 .max = INT64_MAX / 2,
	 .def = "0",
	 .unit = "s",
	 .help = "since 1970: used for sending from then on; 0: always. The youngest is used"},
	{.name = "send-until",
	 .type = F_INT,
	 .min = 0,
	 .max = INT64_MAX / 2,
	 .def = "0",
	 .unit = "s",
	 .help = "since 1970; 0: for ever"},
	{.name = "accept-from",
	 .type = F_INT,
	 .min = 0,
	 .max = INT64_MAX / 2,
	 .def = "0",
	 .unit = "s",
	 .help = "since 1970: believed from then on; 0: always"},
	{.name = "accept-until",
	 .type = F_INT,
	 .min = 0,
	 .max = INT64_MAX / 2,
	 .def = "0",
	 .unit = "s",
	 .help = "since 1970; 0: for ever"},
	{.name = NULL},
};

static const struct field key = {.type = F_OBJECT, .fields = key_fields};

#define IFACE_FIELDS                                                                             \
	{.name = "passive",                                                                      \
	 .type = F_BOOL,                                                                         \
	 .def = "false",                                                                         \
	 .help = "listens, and sends to none but neighbors"},                                    \
		{.name = "split-horizon",                                                        \
		 .type = F_ENUM,                                                                 \
		 .choices = rip_splits,                                                          \
		 .def = "poisoned",                                                              \
		 .help = "what is told where a route came from: it is unreachable (poisoned), "  \
			 "nothing (simple), or the route (none)"},                               \
		{.name = "metric",                                                               \
		 .type = F_INT,                                                                  \
		 .min = 1,                                                                       \
		 .max = RIP_INFINITY - 1,                                                        \
		 .def = "1",                                                                     \
		 .help = "added to what comes in"},                                              \
		{.name = "offset",                                                               \
		 .type = F_INT,                                                                  \
		 .min = 0,                                                                       \
		 .max = RIP_INFINITY - 1,                                                        \
		 .def = "0",                                                                     \
		 .help = "added to what goes out"},                                              \
		{.name = "bfd",                                                                  \
		 .type = F_BOOL,                                                                 \
		 .def = "false",                                                                 \
		 .help = "a neighbour that no longer answers loses its routes at once"},         \
	{                                                                                        \
		.name = "default-route", .type = F_BOOL, .def = "false",                         \
		.help = "tell neighbours there that we are the way to everywhere; no neighbour " \
			"anywhere is believed then who says so"                                  \
	}

static const struct field rip_iface_fields[] = {
	IFACE_FIELDS,
	{.name = "version-1",
	 .type = F_BOOL,
	 .def = "false",
	 .help = "believe packets of version 1, which have neither masks nor keys"},
	{.name = "auth",
	 .type = F_OBJECT,
	 .fields = auth_fields,
	 .help = "packets without this key are refused"},
	{.name = "keys",
	 .type = F_LIST,
	 .elem = &key,
	 .max = RIP_KEYS_MAX,
	 .help = "in place of auth: several keys with lifetimes, to exchange them without a gap"},
	{.name = NULL},
};

static const struct field ripng_iface_fields[] = {IFACE_FIELDS, {.name = NULL}};

static const struct field neighbor_fields[] = {
	{.name = "interface",
	 .type = F_REF,
	 .ref = "interface",
	 .flags = FIELD_REQUIRED,
	 .help = "one of interfaces"},
	{.name = "address", .type = F_IP, .flags = FIELD_REQUIRED, .help = "whom to send to"},
	{.name = NULL},
};

static const struct field neighbor = {.type = F_OBJECT, .fields = neighbor_fields};

#define FIELDS(of_ifaces)                                                                          \
	{                                                                                          \
		{.name = "interfaces",                                                             \
		 .type = F_MAP,                                                                    \
		 .ref = "interface",                                                               \
		 .fields = of_ifaces,                                                              \
		 .help = "where it is spoken"},                                                    \
			{.name = "vrf",                                                            \
			 .type = F_REF,                                                            \
			 .ref = "vrf",                                                             \
			 .flags = FIELD_FIXED,                                                     \
			 .help = "of its interfaces and routes; none: the default one"},           \
			{.name = "redistribute",                                                   \
			 .type = F_LIST,                                                           \
			 .elem = &redistribution_rule,                                             \
			 .help = "which other routes are told: the first rule that fits decides"}, \
			{.name = "neighbors",                                                      \
			 .type = F_LIST,                                                           \
			 .elem = &neighbor,                                                        \
			 .help = "that are sent to by their addresses"},                           \
			{.name = "update",                                                         \
			 .type = F_DURATION,                                                       \
			 .min = S / 10,                                                            \
			 .max = 3600 * S,                                                          \
			 .def = "30s",                                                             \
			 .help = "between two updates; a sixth more or less, at random"},          \
			{.name = "timeout",                                                        \
			 .type = F_DURATION,                                                       \
			 .min = S / 5,                                                             \
			 .max = 24 * 3600 * S,                                                     \
			 .def = "180s",                                                            \
			 .help = "of silence, and a route is no longer used"},                     \
			{.name = "garbage",                                                        \
			 .type = F_DURATION,                                                       \
			 .min = S / 10,                                                            \
			 .max = 24 * 3600 * S,                                                     \
			 .def = "120s",                                                            \
			 .help = "that it is then still told of as unreachable"},                  \
			{.name = "triggered",                                                      \
			 .type = F_DURATION,                                                       \
			 .min = S / 100,                                                           \
			 .max = 60 * S,                                                            \
			 .def = "1s",                                                              \
			 .help = "least time between two updates because of changes; at random "   \
				 "up to five times"},                                              \
			{.name = "default-metric",                                                 \
			 .type = F_INT,                                                            \
			 .min = 1,                                                                 \
			 .max = RIP_INFINITY,                                                      \
			 .def = "1",                                                               \
			 .help = "of redistributed routes whose rule sets none"},                  \
			{.name = "distance",                                                       \
			 .type = F_INT,                                                            \
			 .min = 1,                                                                 \
			 .max = 255,                                                               \
			 .def = "120",                                                             \
			 .help = "of its routes among those of others; 255: never used"},          \
			{.name = "paths",                                                          \
			 .type = F_INT,                                                            \
			 .min = 1,                                                                 \
			 .max = NEXTHOP_SET_MAX,                                                   \
			 .def = "8",                                                               \
			 .help = "next hops of a route, where several are equally good"},          \
			{.name = "routes-limit",                                                   \
			 .type = F_INT,                                                            \
			 .min = 1,                                                                 \
			 .max = 10000000,                                                          \
			 .def = "100000",                                                          \
			 .help = "learned at once; more are refused and counted"},                 \
			{.name = "neighbor-routes-limit",                                          \
			 .type = F_INT,                                                            \
			 .min = 1,                                                                 \
			 .max = 10000000,                                                          \
			 .def = "100000",                                                          \
			 .help = "likewise, from one neighbour"},                                  \
			{.name = "packets-limit",                                                  \
			 .type = F_INT,                                                            \
			 .min = 1,                                                                 \
			 .max = 1000000,                                                           \
			 .def = "10000",                                                           \
			 .help = "from one neighbour in a second; more are refused and counted"},  \
			{.name = "neighbors-limit",                                                \
			 .type = F_INT,                                                            \
			 .min = 1,                                                                 \
			 .max = 4096,                                                              \
			 .def = "256",                                                             \
			 .help = "on one interface, strangers of whom something was refused too; " \
				 "more are refused and counted"},                                  \
		{                                                                                  \
			.name = NULL                                                               \
		}                                                                                  \
	}

const struct field rip_fields[] = FIELDS(rip_iface_fields);
const struct field ripng_fields[] = FIELDS(ripng_iface_fields);

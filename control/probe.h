// SPDX-License-Identifier: BSD-3-Clause
/* What ping and traceroute share: whom to ask, from where, and who is told. */
#ifndef WEFT_CONTROL_PROBE_H
#define WEFT_CONTROL_PROBE_H

#include <jansson.h>

#include "control/spine/noun.h"
#include "control/spine/rpc.h"
#include "routing/env.h"

/* The fields that both take, to be listed among others. */
#define PROBE_FIELDS                                                                        \
	{.name = "address",                                                                 \
	 .type = F_IP,                                                                      \
	 .flags = FIELD_REQUIRED | FIELD_ZONE,                                              \
	 .help = "whom to ask"},                                                            \
		{.name = "vrf",                                                             \
		 .type = F_REF,                                                             \
		 .ref = "vrf",                                                              \
		 .def = VRF_DEFAULT,                                                        \
		 .help = "whose routes the packets take"},                                  \
		{.name = "interface",                                                       \
		 .type = F_REF,                                                             \
		 .ref = "interface",                                                        \
		 .help = "sent from there, whatever the routes say; needed for link-local " \
			 "addresses"},                                                      \
		{.name = "source", .type = F_IP, .help = "one of weft's own addresses"},    \
	{                                                                                   \
		.name = WIRE_ARG_READABLE, .type = F_BOOL, .help = "lines of text"          \
	}

struct probe_target {
	struct addr dst, source;
	const struct iface *iface;
	uint16_t vrf;
	bool readable;
};

/* False with an error. */
bool probe_target(struct call *call, struct probe_target *out);
/* Why a probe did not start, in words. */
void probe_refuse(struct call *call, const struct probe_target *target, int error);
/* "host unreachable": an ICMP error of a family. */
const char *probe_icmp_text(uint8_t family, uint8_t type, uint8_t code);

#endif

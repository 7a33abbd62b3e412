// SPDX-License-Identifier: BSD-3-Clause
#include <errno.h>

#include "tools/pktgen/options.h"
#include "tools/pktgen/options_check.h"

/* What packets that come back have in place of a field. */
static const enum frame_field_kind opposite[N_FIELDS] = {
	[FIELD_MAC_DST] = FIELD_MAC_SRC,   [FIELD_MAC_SRC] = FIELD_MAC_DST,
	[FIELD_VLAN] = FIELD_VLAN,         [FIELD_IP_SRC] = FIELD_IP_DST,
	[FIELD_IP_DST] = FIELD_IP_SRC,     [FIELD_PORT_SRC] = FIELD_PORT_DST,
	[FIELD_PORT_DST] = FIELD_PORT_SRC,
};

static struct frame_header header_back(const struct frame_header *there)
{
	struct frame_header back = *there;

	memcpy(back.mac_src, there->mac_dst, 6);
	memcpy(back.mac_dst, there->mac_src, 6);
	back.ip_src = there->ip_dst;
	back.ip_dst = there->ip_src;
	back.port_src = there->port_dst;
	back.port_dst = there->port_src;
	return back;
}

static enum frame_field_kind towards(bool forward, enum frame_field_kind kind)
{
	return forward ? kind : opposite[kind];
}

/* At least one field tells all flows apart; those with fewer values repeat them. */
static int add_flows(const struct options *options, bool forward, struct frames *frames,
		     char *error)
{
	uint32_t most = 0;

	for (uint32_t i = 0; i < options->n_fields; i++) {
		enum frame_field_kind kind = towards(forward, options->fields[i]);
		uint32_t range = frames_field_range(frames, kind);
		uint32_t n = options->flows < range ? options->flows : range;
		if (range > most)
			most = range;
		if (n == 0 || frames_add_field(frames, kind, n) < 0)
			return options_refuse(error, "--flow-field: %s cannot change here",
					      options_field_name(kind));
	}
	if (most < options->flows)
		return options_refuse(error,
				      "--flows %u: --flow-field has %u values at most; add ip-src",
				      options->flows, most);
	return 0;
}

int options_frames(const struct options *options, bool forward, struct frames *frames, char *error)
{
	struct frame_header header = forward ? options->header : header_back(&options->header);
	int r = frames_build(frames, &header, options->size);

	if (r < 0)
		return r == -EINVAL ? options_refuse(error, "--size %u: cannot be", options->size)
				    : r;
	if (options->flows > 1)
		r = add_flows(options, forward, frames, error);
	if (r == 0 && options->macs > 1 &&
	    frames_add_field(frames, towards(forward, FIELD_MAC_DST), options->macs) < 0)
		r = options_refuse(error, "--macs %u: not as many from --dst-mac on",
				   options->macs);
	if (r < 0)
		frames_fini(frames);
	return r;
}

uint32_t options_flow_numbers(const struct options *options)
{
	return options->flows > options->macs ? options->flows : options->macs;
}

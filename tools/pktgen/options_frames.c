// SPDX-License-Identifier: BSD-3-Clause
#include <errno.h>

#include "tools/pktgen/options.h"
#include "tools/pktgen/options_check.h"

static struct frame_header header_back(const struct frame_header *there)
{
	struct frame_header back = *there;

	memcpy(back.mac_src, there->mac_dst, 6);
	memcpy(back.mac_dst, there->mac_src, 6);
	back.ip_src = there->ip_dst;
	back.ip_dst = there->ip_src;
	memcpy(back.ip6_src, there->ip6_dst, 16);
	memcpy(back.ip6_dst, there->ip6_src, 16);
	back.port_src = there->port_dst;
	back.port_dst = there->port_src;
	return back;
}

static enum frame_field_kind towards(bool forward, enum frame_field_kind kind)
{
	return forward ? kind : field_kinds[kind].opposite;
}

/* How many flows the fields can tell apart at most, together and the best of them alone. */
static int count_ranges(const struct options *options, bool forward, const struct frames *frames,
			uint64_t *together, uint64_t *alone, char *error)
{
	*together = *alone = 1;
	for (uint32_t i = 0; i < options->n_fields; i++) {
		enum frame_field_kind kind = towards(forward, options->fields[i]);
		const char *why = header_lacks(&frames->header, kind);
		if (why)
			return options_refuse(error, "--flow-field %s %s", field_kinds[kind].name,
					      why);
		uint64_t range = frames_field_range(frames, kind);
		*alone = range > *alone ? range : *alone;
		if (*together < options->flows)
			*together *= range;
	}
	return 0;
}

/*
 * Where a field has as many values as there are flows, all fields turn with each flow; those with
 * fewer values repeat them. Else they turn as the digits of a number, the first one fastest.
 */
static int add_flows(const struct options *options, bool forward, struct frames *frames,
		     char *error)
{
	uint64_t together, alone, every = 1;
	int r = count_ranges(options, forward, frames, &together, &alone, error);

	if (r < 0)
		return r;
	if (together < options->flows)
		return options_refuse(error,
				      "--flows %u: --flow-field tells %u apart at most; add "
				      "another field",
				      options->flows, (uint32_t)together);
	for (uint32_t i = 0; i < options->n_fields && every < options->flows; i++) {
		enum frame_field_kind kind = towards(forward, options->fields[i]);
		uint32_t range = frames_field_range(frames, kind);
		uint32_t n = options->flows < range ? options->flows : range;
		if (frames_add_field(frames, kind, n, (uint32_t)every) < 0)
			return options_refuse(error, "--flow-field: %s cannot change here",
					      field_kinds[kind].name);
		if (alone < options->flows)
			every *= range;
	}
	return 0;
}

static int build(const struct options *options, const struct frame_header *header,
		 struct frames *frames, char *error)
{
	int r = frames_build(frames, header, options->size);

	if (r != -EINVAL)
		return r;
	return options_refuse(error,
			      "--size %u: expected %u at least, for the headers and the stamp",
			      options->size, frames_least(header));
}

int options_frames(const struct options *options, bool forward, struct frames *frames, char *error)
{
	struct frame_header header = forward ? options->header : header_back(&options->header);
	int r = build(options, &header, frames, error);

	if (r < 0)
		return r;
	if (options->flows > 1)
		r = add_flows(options, forward, frames, error);
	if (r == 0 && options->macs > 1 &&
	    frames_add_field(frames, towards(forward, FIELD_MAC_DST), options->macs, 1) < 0)
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

// SPDX-License-Identifier: BSD-3-Clause
#include "tools/pktgen/frames.h"

#include <errno.h>
#include <stdlib.h>

#define IMIX_MIDDLE 594

/* Seven small, four of middle size, one large, spread out. */
static const uint8_t imix_pattern[FRAME_PATTERN_MAX] = {0, 1, 0, 0, 1, 0, 2, 0, 1, 0, 1, 0};

static uint32_t sum_of_address(uint32_t address)
{
	return (address >> 16) + (address & 0xffff);
}

/* All that does not differ is summed once; fields are taken out as they are added. */
static void sum_class(struct frames *frames, unsigned i)
{
	struct frame_class *class = &frames->classes[i];
	const struct frame_header *h = &frames->header;

	frames->sums[i].ip = header_sum_ip(h, class->bytes);
	frames->sums[i].l4 = header_sum_l4(h, class->bytes, class->len);
	if (h->ip6)
		return;
	class->ip_sum = frames->sums[i].ip - sum_of_address(h->ip_src) - sum_of_address(h->ip_dst);
	frame_sum_ip(class->bytes + frames->ip, class->ip_sum, h->ip_src, h->ip_dst);
}

static int build_class(struct frames *frames, unsigned size)
{
	struct frame_class *class = &frames->classes[frames->n_classes];

	if (size < frames_least(&frames->header) || size > FRAME_SIZE_MAX)
		return -EINVAL;
	class->len = (uint16_t)(size - FRAME_CRC);
	class->bytes = calloc(1, class->len);
	if (!class->bytes)
		return -ENOMEM;
	header_write(&frames->header, class->bytes, class->len);
	sum_class(frames, frames->n_classes);
	frames->n_classes++;
	return 0;
}

unsigned frames_least(const struct frame_header *header)
{
	unsigned least = header_places(header).payload + STAMP_SIZE + FRAME_CRC;

	return least > FRAME_SIZE_MIN ? least : FRAME_SIZE_MIN;
}

int frames_build(struct frames *frames, const struct frame_header *header, unsigned size)
{
	const unsigned imix[] = {frames_least(header), IMIX_MIDDLE, FRAME_SIZE_IMIX_MAX};
	const unsigned *sizes = size ? &size : imix;
	unsigned n = size ? 1 : 3;
	struct header_places places = header_places(header);

	memset(frames, 0, sizeof(*frames));
	frames->header = *header;
	frames->ip_src = header->ip_src;
	frames->ip_dst = header->ip_dst;
	frames->ip = places.at[LAYER_IP];
	frames->l4_check = places.check;
	frames->rich = places.check != 0;
	for (unsigned i = 0; i < n; i++) {
		int r = build_class(frames, sizes[i]);
		if (r < 0) {
			frames_fini(frames);
			return r;
		}
	}
	frames->n_pattern = size ? 1 : FRAME_PATTERN_MAX;
	if (!size)
		memcpy(frames->pattern, imix_pattern, sizeof(imix_pattern));
	return 0;
}

void frames_fini(struct frames *frames)
{
	for (unsigned i = 0; i < frames->n_classes; i++)
		free(frames->classes[i].bytes);
	frames->n_classes = 0;
}

static struct frame_field describe(const struct frames *frames, enum frame_field_kind kind)
{
	struct field_place place = header_field_place(&frames->header, kind);
	struct frame_field field = {.kind = kind, .width = place.width, .shift = place.shift};

	field.offset = header_places(&frames->header).at[place.layer] + place.offset;
	field.base = header_field_get(&frames->header, kind, frames->classes[0].bytes);
	field.mask = (uint32_t)((UINT64_C(1) << place.bits) - 1) << place.shift;
	field.in_ip_sum = place.sums & FIELD_IN_IP_SUM ? UINT32_MAX : 0;
	field.in_l4_sum = place.sums & FIELD_IN_L4_SUM ? UINT32_MAX : 0;
	return field;
}

uint32_t frames_field_range(const struct frames *frames, enum frame_field_kind kind)
{
	if (header_lacks(&frames->header, kind))
		return 0;
	uint32_t base = header_field_get(&frames->header, kind, frames->classes[0].bytes);
	uint32_t max = field_max(kind);
	if (base > max)
		return 0;
	return max - base == UINT32_MAX ? UINT32_MAX : max - base + 1;
}

/* frame_patch writes whole words, and of the IPv4 header only the addresses. */
static bool is_plain(const struct frames *frames, const struct frame_field *field)
{
	const uint8_t *at = frames->classes[0].bytes + field->offset;
	uint32_t word = field->width == 4 ? bytes_get32(at) : bytes_get16(at);
	bool address = field->kind == FIELD_IP_SRC || field->kind == FIELD_IP_DST;

	return field->every == 1 && word == field->base && (address || !field->in_ip_sum);
}

int frames_add_field(struct frames *frames, enum frame_field_kind kind, uint32_t n, uint32_t every)
{
	struct frame_field *field = &frames->fields[frames->n_fields];

	if (frames->n_fields == N_FIELDS || n == 0 || n > frames_field_range(frames, kind))
		return -EINVAL;
	*field = describe(frames, kind);
	field->n = n;
	field->every = every;
	frames->n_fields++;
	frames->rich |= !is_plain(frames, field);
	if (field->in_ip_sum)
		frames->ip_changes = true;
	uint32_t part = sum_of_address(field->base << field->shift);
	for (unsigned i = 0; i < frames->n_classes; i++) {
		frames->sums[i].ip -= part & field->in_ip_sum;
		frames->sums[i].l4 -= part & field->in_l4_sum;
	}
	return 0;
}

void frame_turn(uint8_t *data)
{
	uint8_t dst[6];

	memcpy(dst, data, 6);
	memcpy(data, data + 6, 6);
	memcpy(data + 6, dst, 6);
}

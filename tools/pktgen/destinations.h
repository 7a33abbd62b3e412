// SPDX-License-Identifier: BSD-3-Clause
/*
 * Where packets go that go to random addresses below the prefixes of a file, each prefix as often
 * as any other. They are drawn beforehand, so that a sender walks along a list: packet k goes to
 * the k-th, and after DESTINATIONS packets they come again.
 *
 * A line of the file is a prefix, IPv4 or IPv6 as all others, and perhaps the MAC address that a
 * router has to give to what goes there; of one with a length ("02:58:00:00:00:08/45": one of
 * eight) only so many bits. Read by the main thread, then by senders and receivers.
 */
#ifndef WEFT_TOOLS_PKTGEN_DESTINATIONS_H
#define WEFT_TOOLS_PKTGEN_DESTINATIONS_H

#include <stddef.h>

#include "tools/pktgen/destination_lines.h"
#include "tools/pktgen/frames.h"

#define DESTINATIONS (1u << 20)

struct destinations {
	uint32_t n_prefixes; /* in the file */
	uint32_t *ip4;       /* network order; of both families one is NULL */
	uint8_t (*ip6)[16];
	struct destination_mac *macs;     /* NULL: the file names none */
	uint32_t sums[FRAME_CLASSES_MAX]; /* of the IPv4 header without the destination */
	uint16_t ip;                      /* where it begins */
};

/* 0, or -errno with a sentence in error (size bytes). */
int destinations_load(struct destinations *d, const char *file, uint32_t seed, char *error,
		      size_t size);
void destinations_fini(struct destinations *d);

/* The least size of frames that were joined, or refused. */
unsigned destinations_least(const struct destinations *d);

/* Makes frames, as they were built, such of its family. -EINVAL: they are too short for it. */
int destinations_join(struct destinations *d, struct frames *frames);

/* Addresses a frame of a class, as the packet of that number. */
static inline void destinations_patch(const struct destinations *d, unsigned class, uint8_t *data,
				      uint32_t number)
{
	uint32_t i = number % DESTINATIONS;

	if (d->ip6) {
		memcpy(data + d->ip + 24, d->ip6[i], 16);
		return;
	}
	uint32_t dst = d->ip4[i], sum = d->sums[class] + (dst & 0xffff) + (dst >> 16);
	uint16_t check;
	sum = (sum & 0xffff) + (sum >> 16);
	check = (uint16_t) ~(sum + (sum >> 16));
	memcpy(data + d->ip + 16, &dst, 4);
	memcpy(data + d->ip + 10, &check, 2);
}

/* The packet of that number came to the right MAC address. */
static inline bool destinations_is_right(const struct destinations *d, const uint8_t *data,
					 uint32_t number)
{
	const struct destination_mac *mac = &d->macs[number % DESTINATIONS];
	uint32_t value;

	memcpy(&value, data + 2, 4);
	return ((value ^ mac->value) & mac->mask) == 0;
}

#endif

// SPDX-License-Identifier: BSD-3-Clause
/* virtio headers that lie about the packet, and packets that are none. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/guest/hostile/cases.h"
#include "tests/guest/hostile/ring.h"

/* Sends a frame of so many bytes with the header; it is to be taken, to whatever end. */
static int send_frame(struct front *f, const struct virtio_net_hdr *header, uint32_t length)
{
	struct link link = {FRONT_BUFFER, HEADER + length, 0, 0};

	ring_frame(f, FRONT_BUFFER, header);
	ring_put(f, RING_FROM_GUEST, 0, &link, 1);
	ring_kick(f, RING_FROM_GUEST);
	return ring_is_used(f, RING_FROM_GUEST, FRONT_PATIENCE) ? 0 : -1;
}

static int csum_start_past_end(struct front *f)
{
	static const uint16_t places[] = {0, 1, 13, 14, 34, 73, 74, 75, 0x7fff, 0xfffe, 0xffff};

	if (front_start(f) < 0)
		return -1;
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		for (size_t j = 0; j < sizeof(places) / sizeof(places[0]); j++) {
			struct virtio_net_hdr h = {.flags = VIRTIO_NET_HDR_F_NEEDS_CSUM,
						   .csum_start = places[i],
						   .csum_offset = places[j]};

			if (send_frame(f, &h, j % 2 ? FRAME_LENGTH : 20) < 0)
				return -1;
		}
	return ring_works(f);
}

static int gso_bad(struct front *f)
{
	static const uint16_t sizes[] = {0, 1, 54, 1400, 0xffff};

	if (front_start(f) < 0)
		return -1;
	for (unsigned type = 0; type < 256; type += type < 8 ? 1 : 31)
		for (int i = 0; i < 5; i++)
			for (int j = 0; j < 5; j++) {
				struct virtio_net_hdr h = {.flags = (uint8_t)(i % 2),
							   .gso_type = (uint8_t)type,
							   .gso_size = sizes[i],
							   .hdr_len = sizes[j],
							   .csum_start = 34,
							   .csum_offset = 16};

				if (send_frame(f, &h, i % 2 ? FRAME_LENGTH : 60) < 0)
					return -1;
			}
	return ring_works(f);
}

static int runts(struct front *f)
{
	static const struct virtio_net_hdr plain, gso = {.flags = VIRTIO_NET_HDR_F_NEEDS_CSUM,
							 .gso_type = VIRTIO_NET_HDR_GSO_TCPV4,
							 .gso_size = 1,
							 .hdr_len = 54,
							 .csum_start = 34,
							 .csum_offset = 16};

	if (front_start(f) < 0)
		return -1;
	for (uint32_t length = 1; length < 60; length++)
		if (send_frame(f, &plain, length) < 0 || send_frame(f, &gso, length) < 0)
			return -1;
	return ring_works(f);
}

/* As large as a packet can be, in one buffer. */
static int giants(struct front *f)
{
	static const struct virtio_net_hdr gso = {.flags = VIRTIO_NET_HDR_F_NEEDS_CSUM,
						  .gso_type = VIRTIO_NET_HDR_GSO_TCPV4,
						  .gso_size = 1,
						  .hdr_len = 54,
						  .csum_start = 34,
						  .csum_offset = 16};

	if (front_start(f) < 0)
		return -1;
	for (uint32_t length = 1500; length < 66000; length += 9973)
		if (send_frame(f, NULL, length) < 0 || send_frame(f, &gso, length) < 0)
			return -1;
	return ring_works(f);
}

/* The longest packets that chains can say, one after the other: each could take all of weft's
 * packet buffers, and the time to fill them. */
static int giants_without_end(struct front *f)
{
	struct link links[FRONT_RING_SIZE / 2];
	const unsigned n = FRONT_RING_SIZE / 2;

	if (front_start(f) < 0)
		return -1;
	for (unsigned i = 0; i < n; i++)
		links[i] = (struct link){FRONT_REGION, FRONT_REGION, i + 1 < n ? NEXT : 0,
					 (uint16_t)(f->is_packed ? 0 : i + 1)};
	ring_frame(f, FRONT_REGION, NULL);
	for (int i = 0; i < 400; i++) {
		ring_put(f, RING_FROM_GUEST, 0, links, n);
		ring_kick(f, RING_FROM_GUEST);
		if (!ring_is_used(f, RING_FROM_GUEST, FRONT_PATIENCE))
			return -1;
	}
	return front_is_served(f);
}

struct changer {
	struct virtio_net_hdr *header;
	atomic_bool ends;
};

static void *change(void *arg)
{
	struct changer *c = arg;
	unsigned seed = 1;

	while (!atomic_load_explicit(&c->ends, memory_order_relaxed)) {
		for (int i = 0; i < 500; i++) {
			volatile uint8_t *bytes = (volatile uint8_t *)c->header;

			bytes[(unsigned)rand_r(&seed) % sizeof(*c->header)] =
				(uint8_t)rand_r(&seed);
		}
		usleep(50);
	}
	return NULL;
}

/* Between weft's look at the header and its use of it. */
static int header_changes(struct front *f)
{
	struct changer c = {.header = (void *)(f->memory + FRONT_BUFFER)};
	static const struct virtio_net_hdr h = {.flags = VIRTIO_NET_HDR_F_NEEDS_CSUM,
						.csum_start = 34,
						.csum_offset = 16};
	pthread_t thread;
	int rc = 0;

	if (front_start(f) < 0 || pthread_create(&thread, NULL, change, &c) != 0)
		return -1;
	for (int i = 0; i < 500 && rc == 0; i++)
		rc = send_frame(f, &h, FRAME_LENGTH);
	atomic_store(&c.ends, true);
	pthread_join(thread, NULL);
	return rc < 0 ? -1 : ring_works(f);
}

const struct hostile_case cases_header[] = {
	{"csum_start_past_end", "wants checksums beyond the packet's end", SPLIT | PACKED,
	 csum_start_past_end},
	{"gso_bad", "wants segments that cannot be", SPLIT | PACKED, gso_bad},
	{"runts", "sends packets that are too short", SPLIT | PACKED, runts},
	{"giants", "sends packets that are too long", SPLIT | PACKED, giants},
	{"giants_without_end", "sends one packet of all its memory after the other", SPLIT | PACKED,
	 giants_without_end},
	{"header_changes", "changes headers while they are read", SPLIT | PACKED, header_changes},
	{NULL},
};

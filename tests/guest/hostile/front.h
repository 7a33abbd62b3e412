// SPDX-License-Identifier: BSD-3-Clause
/*
 * The front end of a vhost-user device: what QEMU and a guest's driver are to
 * weft, without their manners. One connection, two regions of memory side by
 * side in the guest's addresses, and the two rings of one queue.
 *
 * Functions that can fail return 0 or -1 with a line on standard error.
 */
#ifndef WEFT_TESTS_GUEST_HOSTILE_FRONT_H
#define WEFT_TESTS_GUEST_HOSTILE_FRONT_H

#include <stdbool.h>
#include <stdint.h>

#include "vhost/vhost_wire.h"

#define FRONT_REGION    (2u << 20) /* bytes of each of the two regions */
#define FRONT_MEMORY    (2 * FRONT_REGION)
#define FRONT_USER      0x7f0000000000ull /* where "QEMU" has the guest's address 0 */
#define FRONT_RING_SIZE 256
#define FRONT_BUFFER    (1u << 20) /* guest address from which buffers are free to use */
#define FRONT_PATIENCE  8000       /* ms */

/* Rings as the protocol numbers them. */
enum { RING_TO_GUEST, RING_FROM_GUEST, RINGS };

/* Where a ring's parts are in the guest's memory. */
#define RING_DESC(ring)  ((ring)*0x10000u)
#define RING_AVAIL(ring) ((ring)*0x10000u + 0x4000u) /* packed: the driver's events */
#define RING_USED(ring)  ((ring)*0x10000u + 0x8000u) /* packed: the device's events */

struct front {
	const char *path;
	bool listens; /* the socket is ours, as QEMU's is with weft as the client */
	bool is_packed;
	bool translates;  /* it has an IOMMU: addresses mean what the last updates say */
	uint64_t offered; /* weft's features */
	unsigned round;   /* for cases that vary */
	int listener, sock;
	int memory_fds[2];
	uint8_t *memory; /* of FRONT_MEMORY bytes */
	int kick[RINGS], call[RINGS];
	int channel;           /* translates: over which weft asks */
	uint16_t next[RINGS];  /* how many chains, or with packed rings descriptors, were given */
	uint16_t first[RINGS]; /* packed: where the last chain begins */
};

/* Memory and the listening socket; and all of it back. */
int front_init(struct front *f, const char *path, bool listens);
void front_fini(struct front *f);

/* A connection over which weft answers, and its end: with memory that is all zeros, or as it was.
 */
int front_connect(struct front *f);
int front_return(struct front *f);
void front_hang_up(struct front *f);

/* Sends the message with its descriptors, which stay ours. Size is that in the message. That weft
 * has hung up already is no failure: front_is_closed tells. */
void front_send(struct front *f, const struct vhost_wire_message *m, const int *fds,
		unsigned n_fds);
void front_send_u64(struct front *f, uint32_t request, uint64_t value);
void front_send_state(struct front *f, uint32_t request, uint32_t ring, uint32_t value);
/* SET_VRING_KICK and the like. */
void front_send_fd(struct front *f, uint32_t request, uint64_t value, int fd);
/* Sends bytes that need not be a message. */
void front_send_bytes(struct front *f, const void *bytes, size_t size);
/* The answer to a message. */
int front_receive(struct front *f, struct vhost_wire_message *m);
int front_ask(struct front *f, uint32_t request, uint64_t *value);

/* What became of the connection: weft hung up; it is there and answers. Wait for that. */
int front_is_closed(struct front *f);
int front_is_served(struct front *f);
/* Sends the message and demands that weft refuses it: with an error for an answer, or by hanging
 * up when it is sent without wanting one. Both are tried. */
int front_is_refused(struct front *f, const struct vhost_wire_message *m, const int *fds,
		     unsigned n_fds);

/* A guest that translates. Update: size bytes from iova on are those from the guest's address `at`
 * on; invalidate: what was said of them is not true any more. */
void front_update(struct front *f, uint64_t iova, uint64_t size, uint64_t at);
void front_invalidate(struct front *f, uint64_t iova, uint64_t size);
void front_update_all(struct front *f); /* every address is what it is */
/* The next address that weft asks for within so many ms; 0 or -1, silently. */
int front_asked(struct front *f, int ms, uint64_t *iova);

/* The steps of a start, and all of them. Features beyond those always asked for. */
void front_features(struct front *f, uint64_t more);
struct vhost_wire_message front_table(unsigned n_regions); /* SET_MEM_TABLE of the two regions */
void front_memory(struct front *f);
void front_ring_address(struct front *f, unsigned ring, uint64_t desc, uint64_t avail,
			uint64_t used);
void front_ring_size(struct front *f, unsigned ring, uint32_t size, uint32_t base);
void front_ring_fds(struct front *f, unsigned ring);
void front_ring_enable(struct front *f, unsigned ring, bool on);
void front_ring(struct front *f, unsigned ring); /* all of a ring but enabling it */
int front_start(struct front *f);

#endif

// SPDX-License-Identifier: BSD-3-Clause
/*
 * A guest that keeps count, whatever becomes of weft:
 *
 *   keeper SOCKET split|packed BYTES OWN PEER [FRAMES]
 *
 * Owns the socket, as QEMU does. Sends numbered frames from address OWN to PEER as fast as they are
 * taken, and takes what is sent to OWN into buffers of so many bytes. When weft goes without a word
 * it lets the next one go on where QEMU would, with packed rings amid a burst. Ended by SIGTERM:
 * then it wants all that it sent back. Says what it saw, and returns 0 when every buffer came back
 * once, in order, and every frame was one that the other sent.
 *
 * With FRAMES it sends so many, and then is a guest that takes and gives nothing back: it looks at
 * its rings no more.
 */
#include <errno.h>
#include <linux/virtio_net.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "tests/guest/hostile/buffers.h"
#include "tests/guest/hostile/ring.h"

#define N         FRONT_RING_SIZE
#define ROOM      2048u /* of a buffer, in the guest's memory */
#define AT_TAKEN  FRONT_BUFFER
#define AT_SENT   FRONT_REGION
#define AT_TABLES (FRONT_REGION + N * ROOM)
#define BURST     64
#define END_MS    5000
#define FRAME_MAX 1514u

struct frame {
	uint8_t to[6], from[6], type[2];
	uint8_t number[8], length[2]; /* in this machine's order; length: of all of the frame */
	uint8_t data[];
};

struct keeper {
	struct front front;
	struct buffers taken, sent;
	uint32_t room; /* bytes of the buffers for what comes */
	uint8_t own, peer;
	uint64_t n_sent, n_received, last, missing, twice, padded, bad, cut_short;
	unsigned n_connections;
	uint64_t n_frames; /* to be sent, then it stands still; 0: it never does */
	bool is_broken;
};

static volatile sig_atomic_t ends;

static void on_term(int signal)
{
	(void)signal;
	ends = 1;
}

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

/* --- frames --- */

static uint32_t frame_length(uint64_t number)
{
	return (uint32_t)(60 + number * 37 % (FRAME_MAX - 60 + 1));
}

static void frame_write(const struct keeper *k, struct frame *frame, uint64_t number)
{
	uint16_t length = (uint16_t)frame_length(number);

	*frame = (struct frame){
		{2, 0, 0, 0, 0, k->peer}, {2, 0, 0, 0, 0, k->own}, {0x88, 0xb5}, {0}, {0}};
	memcpy(frame->number, &number, sizeof(number));
	memcpy(frame->length, &length, sizeof(length));
	for (size_t i = 0; i < length - sizeof(*frame); i++)
		frame->data[i] = (uint8_t)(number + i);
}

static bool is_whole(const struct keeper *k, const struct frame *frame, uint32_t length,
		     uint64_t *number)
{
	uint16_t said;

	memcpy(number, frame->number, sizeof(*number));
	memcpy(&said, frame->length, sizeof(said));
	if (length < 60 || said > length || said != frame_length(*number) || frame->to[5] != k->own)
		return false;
	for (size_t i = 0; i < said - sizeof(*frame); i++)
		if (frame->data[i] != (uint8_t)(*number + i))
			return false;
	return true;
}

static void frame_count(struct keeper *k, const struct frame *frame, uint32_t length)
{
	uint64_t number;

	if (!is_whole(k, frame, length, &number)) {
		k->bad++;
		return;
	}
	k->n_received++;
	k->padded += length != frame_length(number);
	if (number <= k->last) {
		k->twice++;
		return;
	}
	k->missing += number - k->last - 1;
	k->last = number;
}

/* --- the rings --- */

static void give_room(struct keeper *k, uint16_t number)
{
	buffers_give(&k->taken, number, AT_TAKEN + number * ROOM, k->room, 0);
}

/* A packet's buffers are there all at once, or none of them. */
static int take_packet(struct keeper *k)
{
	static uint8_t packet[HEADER + 8 * ROOM];
	struct virtio_net_hdr_mrg_rxbuf *header = (void *)packet;
	uint32_t length, size = 0;
	unsigned n = 1;

	for (unsigned i = 0; i < n; i++) {
		int number = buffers_take(&k->taken, &length);

		if (number < 0) {
			k->is_broken |= number == -2;
			k->bad += i > 0;
			return -1;
		}
		if (k->taken.is_cut[number]) { /* there is nothing in it */
			k->taken.is_cut[number] = false;
			give_room(k, (uint16_t)number);
			return 0;
		}
		if (length > k->room)
			length = k->room;
		memcpy(packet + size, k->front.memory + AT_TAKEN + (unsigned)number * ROOM, length);
		size += length;
		n = header->num_buffers < 8 ? header->num_buffers : 8;
		give_room(k, (uint16_t)number);
	}
	frame_count(k, (void *)(packet + HEADER), size > HEADER ? size - HEADER : 0);
	return 0;
}

static void send_one(struct keeper *k)
{
	/* Buffers come back in order, so the numbers of those that are ours follow each other. */
	uint16_t number = (uint16_t)(k->sent.given % N);
	uint64_t at = AT_SENT + number * ROOM;

	memset(k->front.memory + at, 0, HEADER);
	frame_write(k, (void *)(k->front.memory + at + HEADER), ++k->n_sent);
	buffers_give(&k->sent, number, at, (uint32_t)HEADER + frame_length(k->n_sent),
		     k->n_sent % 97 ? 0 : AT_TABLES + number * 16u);
}

static bool is_still(const struct keeper *k)
{
	return k->n_frames && k->n_sent == k->n_frames;
}

/* Returns whether anything happened. */
static bool move(struct keeper *k)
{
	unsigned n_taken = 0, n_back = 0, n_sent = 0;
	uint32_t length;
	int number;

	while (n_taken < BURST && take_packet(k) == 0)
		n_taken++;
	while ((number = buffers_take(&k->sent, &length)) >= 0)
		n_back++;
	k->is_broken |= number == -2;
	while (!ends && n_sent < BURST && buffers_out(&k->sent) < N && !is_still(k)) {
		send_one(k);
		n_sent++;
	}
	if (n_taken)
		ring_kick(&k->front, RING_TO_GUEST);
	if (n_sent)
		ring_kick(&k->front, RING_FROM_GUEST);
	return n_taken + n_back + n_sent > 0;
}

/* --- weft comes and goes --- */

static void start(struct keeper *k)
{
	struct buffers *rings[] = {&k->taken, &k->sent};

	front_features(&k->front, 0);
	front_send(&k->front,
		   &(struct vhost_wire_message){.request = VHOST_WIRE_SET_OWNER,
						.flags = VHOST_WIRE_VERSION},
		   NULL, 0);
	front_memory(&k->front);
	for (unsigned ring = 0; ring < RINGS; ring++) {
		front_ring_size(&k->front, ring, N, buffers_base(rings[ring]));
		front_ring_address(&k->front, ring, RING_DESC(ring), RING_AVAIL(ring),
				   RING_USED(ring));
		front_ring_fds(&k->front, ring);
	}
	for (unsigned ring = 0; ring < RINGS; ring++)
		front_ring_enable(&k->front, ring, true);
	k->n_connections++;
}

static bool is_gone(const struct front *f)
{
	char byte;
	ssize_t n = recv(f->sock, &byte, 1, MSG_PEEK | MSG_DONTWAIT);

	return n == 0 || (n < 0 && errno != EAGAIN);
}

/* What weft left, and what it might have left. */
static void look_at_bursts(struct keeper *k)
{
	struct buffers *rings[] = {&k->taken, &k->sent};
	unsigned n = 2 + k->n_connections * 7 % 31, gap = 1 + k->n_connections * 3 % (n - 1);

	for (unsigned ring = 0; ring < RINGS; ring++) {
		if (buffers_cut_short(rings[ring]))
			k->cut_short++;
		else
			buffers_cut(rings[ring], n, gap);
	}
}

/* Until weft goes, a rule is broken, or all is back at the end. */
static void serve(struct keeper *k, int64_t *end)
{
	for (unsigned i = 1; !k->is_broken; i++) {
		bool moved = is_still(k) && !ends ? false : move(k);

		if (ends && !*end)
			*end = now_ms() + END_MS;
		if (*end && ((!buffers_out(&k->sent) && !moved) || now_ms() > *end))
			return;
		if (!moved)
			usleep(is_still(k) ? 10000 : 50);
		if (i % 16 == 0 && is_gone(&k->front))
			break;
	}
	while (!k->is_broken && move(k)) /* all that it left */
		;
	look_at_bursts(k);
	*end = 0;
}

static int run(struct keeper *k)
{
	int64_t end = 0;

	for (uint16_t i = 0; i < N; i++)
		give_room(k, i);
	do {
		if (front_return(&k->front) < 0)
			return -1;
		start(k);
		serve(k, &end);
		front_hang_up(&k->front);
	} while (!end && !k->is_broken);
	printf("sent %lu, received %lu, missing %lu, twice %lu, padded %lu, bad %lu, not back %u, "
	       "connections %u, bursts cut short by weft itself %lu\n",
	       k->n_sent, k->n_received, k->missing, k->twice, k->padded, k->bad,
	       buffers_out(&k->sent), k->n_connections, k->cut_short);
	return k->is_broken || k->bad || buffers_out(&k->sent) || (!k->n_received && !k->n_frames)
		       ? -1
		       : 0;
}

int main(int argc, char **argv)
{
	static struct keeper k;
	int rc;

	signal(SIGPIPE, SIG_IGN);
	signal(SIGTERM, on_term);
	if (argc != 6 && argc != 7) {
		fprintf(stderr, "usage: keeper SOCKET split|packed BYTES OWN PEER [FRAMES]\n");
		return 2;
	}
	k.room = (uint32_t)atoi(argv[3]);
	k.own = (uint8_t)atoi(argv[4]);
	k.peer = (uint8_t)atoi(argv[5]);
	k.n_frames = argc == 7 ? (uint64_t)atoi(argv[6]) : 0;
	if (k.room > ROOM || k.room <= HEADER || front_init(&k.front, argv[1], true) < 0)
		return 2;
	k.front.is_packed = !strcmp(argv[2], "packed");
	buffers_init(&k.taken, &k.front, RING_TO_GUEST);
	buffers_init(&k.sent, &k.front, RING_FROM_GUEST);
	rc = run(&k);
	front_fini(&k.front);
	return rc < 0;
}

// SPDX-License-Identifier: BSD-3-Clause
/* Messages that are wrong whatever the device's state. */
#include <fcntl.h>
#include <linux/vhost_types.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tests/guest/hostile/cases.h"

#define MESSAGE(request_, size_)                                  \
	((struct vhost_wire_message){.request = (request_),       \
				     .flags = VHOST_WIRE_VERSION, \
				     .size = (size_)})

static int size_beyond_message(struct front *f)
{
	static const uint32_t sizes[] = {0xffffffff, 0x80000000, 0x10000, 1000};

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct vhost_wire_message m = MESSAGE(VHOST_WIRE_SET_FEATURES, sizes[i]);

		front_send(f, &m, NULL, 0);
		if (front_is_closed(f) < 0)
			return -1;
		front_hang_up(f);
		if (front_connect(f) < 0)
			return -1;
	}
	return front_is_served(f);
}

/* Each message with less than it needs. */
static int size_too_small(struct front *f)
{
	static const struct {
		uint32_t request, size;
		unsigned n_fds;
	} messages[] = {
		{VHOST_WIRE_SET_FEATURES, 4, 0},     {VHOST_WIRE_SET_MEM_TABLE, 0, 2},
		{VHOST_WIRE_SET_MEM_TABLE, 16, 2},   {VHOST_WIRE_SET_LOG_BASE, 8, 1},
		{VHOST_WIRE_SET_VRING_NUM, 4, 0},    {VHOST_WIRE_SET_VRING_ADDR, 39, 0},
		{VHOST_WIRE_SET_VRING_BASE, 0, 0},   {VHOST_WIRE_GET_VRING_BASE, 0, 0},
		{VHOST_WIRE_SET_VRING_KICK, 1, 1},   {VHOST_WIRE_SET_VRING_CALL, 7, 1},
		{VHOST_WIRE_SET_VRING_ENABLE, 4, 0}, {VHOST_WIRE_SET_PROTOCOL_FEATURES, 2, 0},
	};

	for (size_t i = 0; i < sizeof(messages) / sizeof(messages[0]); i++) {
		struct vhost_wire_message m = front_table(2);

		m.request = messages[i].request;
		m.size = messages[i].size;
		if (m.request != VHOST_WIRE_SET_MEM_TABLE)
			m.u64 = 0;
		if (front_is_refused(f, &m, f->memory_fds, messages[i].n_fds) < 0)
			return -1;
		front_hang_up(f);
		if (front_connect(f) < 0)
			return -1;
	}
	return 0;
}

static int refuse_all(struct front *f, const uint32_t *requests, size_t n, const int *fds,
		      unsigned n_fds)
{
	for (size_t i = 0; i < n; i++) {
		struct vhost_wire_message m = MESSAGE(requests[i], 40);

		if (front_is_refused(f, &m, fds, n_fds) < 0)
			return -1;
		front_hang_up(f);
		if (front_connect(f) < 0)
			return -1;
	}
	return 0;
}

static int request_unknown(struct front *f)
{
	static const uint32_t requests[] = {0, 23, 33, 38, 41, 44, 1000, 0x80000001, 0xffffffff};

	return refuse_all(f, requests, sizeof(requests) / sizeof(requests[0]), f->kick, RINGS);
}

static int request_not_offered(struct front *f)
{
	static const uint32_t requests[] = {
		VHOST_WIRE_RESET_OWNER,
		VHOST_WIRE_IOTLB_MSG,
		VHOST_WIRE_GET_CONFIG,
		VHOST_WIRE_SET_CONFIG,
		VHOST_WIRE_CREATE_CRYPTO_SESSION,
		VHOST_WIRE_CLOSE_CRYPTO_SESSION,
		VHOST_WIRE_POSTCOPY_ADVISE,
		VHOST_WIRE_POSTCOPY_LISTEN,
		VHOST_WIRE_POSTCOPY_END,
	};

	return refuse_all(f, requests, sizeof(requests) / sizeof(requests[0]), NULL, 0);
}

static int features_unknown(struct front *f)
{
	struct vhost_wire_message m = MESSAGE(VHOST_WIRE_SET_FEATURES, 8);

	m.u64 = ~0ull;
	if (front_is_refused(f, &m, NULL, 0) < 0)
		return -1;
	front_hang_up(f);
	if (front_connect(f) < 0)
		return -1;
	m.request = VHOST_WIRE_SET_PROTOCOL_FEATURES;
	return front_is_refused(f, &m, NULL, 0);
}

/* Descriptors where none belong, as many as a message takes, and more. */
static int fd_flood(struct front *f)
{
	static const uint32_t requests[] = {VHOST_WIRE_GET_FEATURES, VHOST_WIRE_SET_OWNER,
					    VHOST_WIRE_SET_FEATURES, VHOST_WIRE_SET_VRING_NUM,
					    VHOST_WIRE_SET_VRING_KICK};
	int fds[250];

	for (int i = 0; i < 250; i++)
		fds[i] = f->kick[0];
	for (size_t i = 0; i < sizeof(requests) / sizeof(requests[0]); i++) {
		struct vhost_wire_message m = MESSAGE(requests[i], 8);

		m.u64 = m.request == VHOST_WIRE_SET_VRING_NUM ? (uint64_t)FRONT_RING_SIZE << 32 : 0;
		if (front_is_refused(f, &m, fds, i % 2 ? 8 : 250) < 0)
			return -1;
		front_hang_up(f);
		if (front_connect(f) < 0)
			return -1;
	}
	return 0;
}

static int fds_missing(struct front *f)
{
	static const uint32_t requests[] = {VHOST_WIRE_SET_VRING_KICK,   VHOST_WIRE_SET_VRING_CALL,
					    VHOST_WIRE_SET_VRING_ERR,    VHOST_WIRE_SET_LOG_FD,
					    VHOST_WIRE_SET_SLAVE_REQ_FD, VHOST_WIRE_SET_LOG_BASE,
					    VHOST_WIRE_SET_INFLIGHT_FD};
	struct vhost_wire_message m = front_table(2);

	if (front_is_refused(f, &m, f->memory_fds, 1) < 0)
		return -1;
	front_hang_up(f);
	if (front_connect(f) < 0)
		return -1;
	for (size_t i = 0; i < sizeof(requests) / sizeof(requests[0]); i++) {
		m = MESSAGE(requests[i], requests[i] == VHOST_WIRE_SET_LOG_BASE ? 16 : 8);
		m.log.size = requests[i] == VHOST_WIRE_SET_LOG_BASE ? 4096 : 0;
		if (requests[i] == VHOST_WIRE_SET_INFLIGHT_FD) {
			m.size = sizeof(m.inflight);
			m.inflight = (struct vhost_wire_inflight){4096, 0, 1, 64};
		}
		if (front_is_refused(f, &m, NULL, 0) < 0)
			return -1;
		front_hang_up(f);
		if (front_connect(f) < 0)
			return -1;
	}
	return 0;
}

static int log_bad(struct front *f)
{
	static const struct vhost_wire_log logs[] = {
		{~0ull, 1},           {1, ~0ull}, {0x8000000000000000ull, 0x8000000000000000ull},
		{4096, -4096ull},     {0, 0},     {1ull << 40, 0}, /* more than the file has */
		{4096, FRONT_REGION},
	};

	for (size_t i = 0; i < sizeof(logs) / sizeof(logs[0]); i++) {
		struct vhost_wire_message m = MESSAGE(VHOST_WIRE_SET_LOG_BASE, sizeof(m.log));

		m.log = logs[i];
		if (front_is_refused(f, &m, f->memory_fds, 1) < 0)
			return -1;
		front_hang_up(f);
		if (front_connect(f) < 0)
			return -1;
	}
	return 0;
}

/* Two pages that are there, of which the log is the second. */
static int log_elsewhere(struct front *f)
{
	struct vhost_wire_message m = MESSAGE(VHOST_WIRE_SET_LOG_BASE, sizeof(m.log));

	front_features(f, 1ull << VHOST_F_LOG_ALL);
	m.log = (struct vhost_wire_log){4096, FRONT_REGION - 4096};
	return front_is_refused(f, &m, f->memory_fds, 1);
}

static int inflight(struct front *f, const uint16_t *counts, size_t n, unsigned n_fds)
{
	for (size_t i = 0; i < n; i++) {
		struct vhost_wire_message m =
			MESSAGE(VHOST_WIRE_SET_INFLIGHT_FD, sizeof(m.inflight));

		m.inflight = (struct vhost_wire_inflight){4096, 0, counts[i], 32768};
		front_send(f, &m, f->memory_fds, n_fds);
		if (front_is_closed(f) < 0)
			return -1;
		front_hang_up(f);
		if (front_connect(f) < 0)
			return -1;
	}
	return 0;
}

/* The counts that rte_vhost sees, and those at which it ends the connection beforehand. */
static int inflight_queues(struct front *f)
{
	static const uint16_t counts[] = {1, 2, 128, 256};

	return inflight(f, counts, 4, 1) < 0 || inflight(f, counts, 4, 2) < 0 ? -1 : 0;
}

static int inflight_no_queues(struct front *f)
{
	static const uint16_t counts[] = {0, 257, 65535};

	return inflight(f, counts, 3, 1);
}

static int inflight_flood(struct front *f)
{
	struct vhost_wire_message m = MESSAGE(VHOST_WIRE_GET_INFLIGHT_FD, sizeof(m.inflight)),
				  answer;

	m.flags |= VHOST_WIRE_NEED_REPLY;
	m.inflight = (struct vhost_wire_inflight){.n_queues = 65535, .queue_size = 65535};
	for (int i = 0; i < 300; i++) {
		front_send(f, &m, NULL, 0);
		if (front_receive(f, &answer) < 0 || answer.size != 8 || answer.u64 != 1) {
			fprintf(stderr, "there should be no in-flight memory\n");
			return -1;
		}
	}
	return front_is_served(f);
}

static int inflight_with_fds(struct front *f)
{
	static const unsigned counts[] = {1, 2, 8, 250};
	int fds[250];

	for (int i = 0; i < 250; i++)
		fds[i] = f->memory_fds[i % 2];
	for (int i = 0; i < 8; i++) {
		struct vhost_wire_message m =
			MESSAGE(i % 2 ? VHOST_WIRE_GET_INFLIGHT_FD : VHOST_WIRE_SET_INFLIGHT_FD,
				sizeof(m.inflight));

		m.inflight = (struct vhost_wire_inflight){4096, 0, (uint16_t)(i * 100), 64};
		front_send(f, &m, fds, counts[i / 2]);
		if (front_is_closed(f) < 0)
			return -1;
		front_hang_up(f);
		if (front_connect(f) < 0)
			return -1;
	}
	return 0;
}

/* Found between a message's head and its end. Weft waits half a second. */
static int half_message(struct front *f)
{
	struct vhost_wire_message m = MESSAGE(VHOST_WIRE_SET_FEATURES, 8);

	if (f->round % 2)
		front_send_bytes(f, &m, 5);
	else
		front_send_bytes(f, &m, VHOST_WIRE_HEAD + 3);
	return front_is_closed(f);
}

static int answers_unread(struct front *f)
{
	struct vhost_wire_message m = MESSAGE(VHOST_WIRE_GET_FEATURES, 0);

	for (int i = 0; i < 20000; i++)
		front_send(f, &m, NULL, 0);
	return front_is_closed(f);
}

static int churn(struct front *f)
{
	const char *times = getenv("HOSTILE_CHURN");

	/* A client lets a guest that hangs up again and again wait for a second. */
	for (int i = (times ? atoi(times) : 20) / (f->listens ? 7 : 1); i > 0; i--) {
		front_hang_up(f);
		usleep(50000);
		if (front_connect(f) < 0)
			return -1;
	}
	return front_is_served(f);
}

static int noise(struct front *f)
{
	uint32_t bytes[100];

	srand(f->round);
	for (int n = 0; n < (f->listens ? 3 : 20); n++) {
		for (int i = 0; i < 100; i++)
			bytes[i] = (uint32_t)rand() * 2654435761u;
		bytes[0] = 1 + n * 2; /* get past the first look */
		bytes[1] = VHOST_WIRE_VERSION;
		bytes[2] = 40;
		front_send_bytes(f, bytes, 12 + 40);
		front_hang_up(f);
		if (front_connect(f) < 0)
			return -1;
	}
	return front_is_served(f);
}

const struct hostile_case cases_message[] = {
	{"size_beyond_message", "says that more comes than a message holds", SPLIT | LISTENING,
	 size_beyond_message},
	{"size_too_small", "sends less than the message needs", SPLIT, size_too_small},
	{"request_unknown", "asks for what there is not", SPLIT, request_unknown},
	{"request_not_offered", "asks for what was not offered", SPLIT, request_not_offered},
	{"features_unknown", "takes features that were not offered", SPLIT, features_unknown},
	{"fd_flood", "sends descriptors where none belong", SPLIT, fd_flood},
	{"fds_missing", "sends no descriptor where one belongs", SPLIT, fds_missing},
	{"log_bad", "has a log that overflows, or is larger than its file", SPLIT, log_bad},
	{"log_elsewhere", "has a log amid its file", SPLIT, log_elsewhere},
	{"inflight_queues", "has in-flight memory that is too small for its queues", SPLIT,
	 inflight_queues},
	{"inflight_no_queues", "has in-flight memory of no queues, or too many", SPLIT,
	 inflight_no_queues},
	{"inflight_with_fds", "asks for in-flight memory with descriptors", SPLIT,
	 inflight_with_fds},
	{"inflight_flood", "wants in-flight memory again and again", SPLIT, inflight_flood},
	{"half_message", "stops amid a message", SPLIT | LISTENING, half_message},
	{"answers_unread", "reads no answers", SPLIT, answers_unread},
	{"noise", "sends noise", SPLIT | LISTENING, noise},
	{"churn", "comes and goes", SPLIT | LISTENING, churn},
	{NULL},
};

// SPDX-License-Identifier: BSD-3-Clause
/*
 * A neighbour engine on a wire, and a transcript of all that it does: what it
 * sends and what it tells its host, a line each, in order. Tests compare lines.
 *
 *   arp who 192.0.2.2 tell 192.0.2.1 to ff:ff:ff:ff:ff:ff
 *   resolved 192.0.2.2 02:00:00:00:aa:02
 *   release 1 send 02:00:00:00:aa:02
 */
#ifndef WEFT_TESTS_UNIT_ROUTING_SCENE_H
#define WEFT_TESTS_UNIT_ROUTING_SCENE_H

#include "routing/neighbor/neighbor.h"
#include "tests/support/fake_env.h"

#define MAC(last) ((const uint8_t[6]){2, 0, 0, 0, 0xaa, last}) /* of somebody on the wire */

struct scene {
	struct fake fake; /* first: found by its env */
	struct neighbors *engine;
	struct iface *eth;
	char text[1 << 16]; /* the transcript since it was read last */
	size_t size;
	bool is_quiet;    /* nothing is written */
	bool is_in_use;   /* what ops.used answers */
	uint32_t n_asked; /* how often it was asked */
	uint32_t n_released[3];
	uint32_t n_told;                         /* resolved minus lost */
	void (*on_release)(struct scene *scene); /* called back from within */
};

/* One interface, id 1, MAC 02:00:00:00:00:01, with these addresses; no duplicate detection, and
 * what it says of its addresses is not in the transcript any more. */
void scene_begin(struct scene *scene, const char *addresses);
/* Likewise, but configured so (NULL: not at all), and just up. */
void scene_begin_with(struct scene *scene, const char *addresses, const struct neighbor_conf *conf,
		      const struct neighbor_limits *limits);
/* 2001:db8::1, of which the one with MAC(9) says that it is his. */
void scene_begin_duplicate6(struct scene *scene);
void scene_end(struct scene *scene); /* nothing may be held or run any more */

/* What was written since it was asked last; and that it is nothing but this. */
const char *scene_read(struct scene *scene);
void expect(struct scene *scene, const char *lines);
void expect_state(struct scene *scene, const char *addr, const char *state);
void pass(struct scene *scene, int64_t span_us);

void resolve(struct scene *scene, const char *addr, uintptr_t packet);

/* Somebody sends ARP: operation 1 or 2. */
void hear_arp(struct scene *scene, uint16_t operation, const uint8_t mac[6], const char *sender,
	      const char *target);

/* A neighbour discovery message; what is left out is not in it. Sound unless told otherwise. */
struct message {
	uint8_t type;
	const char *src, *dst, *target;
	const uint8_t *mac; /* the option */
	const uint8_t *frame_mac;
	const uint8_t *nonce;
	uint32_t flags;
	uint8_t code, hop_limit; /* 0: 255 */
	bool bad_checksum, fragmented, empty_option, long_option;
	uint32_t cut;     /* bytes missing at the end */
	const char *more; /* hexadecimal: further options */
};
void hear_nd(struct scene *scene, const struct message *message);
void hear(struct scene *scene, uint16_t ether_type, const uint8_t *data, uint32_t len,
	  const uint8_t *frame_mac);

struct neighbor_stats stats_of(struct scene *scene);

#endif

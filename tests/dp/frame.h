// SPDX-License-Identifier: BSD-3-Clause
/*
 * Frames for tests, built layer by layer without any code of the dataplane,
 * so that what comes out can be compared byte for byte:
 *
 *   struct frame f = eth(B, A);
 *   tag(&f, 10, 3);
 *   udp4(&f, "10.0.0.1", "10.0.0.2", 1000, 53, 26);
 */
#ifndef WEFT_TESTS_DP_FRAME_H
#define WEFT_TESTS_DP_FRAME_H

#include <stdbool.h>
#include <stdint.h>

#define FRAME_MAX 9100

struct frame {
	uint32_t len;
	uint8_t bytes[FRAME_MAX];
};

/* MAC addresses as numbers: 0x020000000001. */
struct frame eth(uint64_t dst, uint64_t src); /* no type yet: a layer adds it */
void tag(struct frame *f, uint16_t vlan, uint8_t priority);
void tag_type(struct frame *f, uint16_t type, uint16_t tci);
void type(struct frame *f, uint16_t ether_type);
void raw(struct frame *f, const void *bytes, uint32_t n);
void fill(struct frame *f, uint32_t n); /* n bytes that differ from one another */

void ip4(struct frame *f, const char *src, const char *dst, uint8_t proto, uint16_t payload);
/* With options of n bytes, a multiple of four. */
void udp4_options(struct frame *f, const char *src, const char *dst, const uint8_t *options,
		  uint8_t n, uint16_t payload);
void udp4(struct frame *f, const char *src, const char *dst, uint16_t sport, uint16_t dport,
	  uint16_t payload);
void tcp4(struct frame *f, const char *src, const char *dst, uint16_t sport, uint16_t dport,
	  uint16_t payload);
void ip6(struct frame *f, const char *src, const char *dst, uint8_t next, uint16_t payload);
void udp6(struct frame *f, const char *src, const char *dst, uint16_t sport, uint16_t dport,
	  uint16_t payload);
void arp(struct frame *f, const char *sender, const char *target);

/* An IPv4 UDP frame of a whole length, for when only addresses matter. */
struct frame plain(uint64_t dst, uint64_t src);
struct frame sized(uint64_t dst, uint64_t src, uint32_t len);

#endif

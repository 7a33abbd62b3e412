// SPDX-License-Identifier: BSD-3-Clause
/*
 * The router's control side over the real dataplane, in one process: a
 * configuration in, and what workers would do with an address out. Two
 * bridges, left and right, have a fake port each; packets of control reach
 * them.
 */
#ifndef WEFT_TESTS_DP_CONF_H
#define WEFT_TESTS_DP_CONF_H

#include "control/spine/error.h"
#include "tests/dp/net.h"

extern struct fake *left, *right;

/* An interface on each, with two neighbours that are known. */
#define LEFT  "  l: { bridge: left, addresses: [10.1.0.1/24, \"2001:db8:1::1/64\"], dad: false"
#define RIGHT "  r: { bridge: right, addresses: [10.2.0.1/24], dad: false"
#define KNOWN(a, b)                                                        \
	", neighbors: [{ address: " a ", mac: \"02:00:00:00:00:0a\" }, { " \
	"address: " b ", mac: \"02:00:00:00:00:0b\" }]"
#define BOTH                                                                              \
	"interfaces:\n" LEFT KNOWN("10.1.0.2", "10.1.0.3") " }\n" RIGHT KNOWN("10.2.0.2", \
									      "10.2.0.3") " }\n"

int conf_setup(void **state);
int conf_teardown(void **state);

/* Makes the configuration what the YAML says, beside the two bridges; the errors' first line, or
 * NULL. Freed by the next call. */
const char *apply(const char *yaml);
#define must_apply(yaml) assert_null(apply(yaml))
/* Runs a request that may have to wait, as often as needed; the errors' first lines, or NULL. Freed
 * by the next call. */
const char *conf_run(void (*request)(void *arg, struct errors *errors), void *arg);
/* Lets control do what there is to do. */
void conf_settle(void);

/* What has come out of a port since it was asked last, a line each: "who 10.1.0.9 tell 10.1.0.1",
 * "10.1.0.1 is at 02:…", "10.9.9.9 > 10.1.0.9 ttl 63 to 02:…", and behind it "icmp 3/1" where it is
 * that. IPv6 is left out. The text lives until the next call. */
const char *sent(struct fake *fake);
/* One of these lines, or a part of one, has come out; the others are forgotten. */
#define assert_sent(fake, part) assert_non_null(strstr(sent(fake), part))

/* What somebody on a wire says or asks: */
void says_arp(struct fake *fake, const char *ip, uint64_t mac); /* to an interface: a reply */
void sends(struct fake *fake, uint64_t from_mac, const char *iface, const char *src,
	   const char *dst, uint8_t ttl);
/* A neighbour's UDP packet to us or to 224.0.0.x; it is not taken before the next round. */
void tells(struct fake *fake, const char *src, uint16_t sport, const char *dst, uint16_t dport,
	   uint8_t ttl, const uint8_t *data, uint16_t n);

/* Where an address leads: "10.0.0.2 on gw x2, …" for each member that takes part with its share of
 * sixteen, "on gw" where the address itself is asked for, "local", "blackhole", "none". The text
 * lives until the next call. */
const char *leads(const char *vrf, const char *address);
#define assert_leads(address, where) assert_string_equal(leads(NULL, address), where)
/* The next hop's number in each bucket of an address's group; how many there are. */
uint32_t buckets_of(const char *address, uint32_t out[4096]);

#endif

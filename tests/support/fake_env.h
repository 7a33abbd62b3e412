// SPDX-License-Identifier: BSD-3-Clause
/*
 * A world for engines of routing/: time that passes when a test says so,
 * chance from a seed, interfaces, and a record of what was sent and logged.
 *
 *   struct fake fake;
 *   fake_init(&fake, 1);
 *   struct iface *eth = fake_iface(&fake, "eth", "192.0.2.1/24 fe80::1/64");
 *   … fake_run(&fake, SPAN_S(3)); …
 *   fake_fini(&fake);
 */
#ifndef WEFT_TESTS_SUPPORT_FAKE_ENV_H
#define WEFT_TESTS_SUPPORT_FAKE_ENV_H

#include "routing/env.h"

#define FAKE_IFACES    64
#define FAKE_ADDRESSES 8 /* of an interface */

/* A packet that an engine sent. */
struct fake_sent {
	struct fake_sent *next;
	struct packet_out out; /* data points behind this struct */
	int64_t at_us;
	uint8_t data[];
};

struct fake_iface {
	struct iface iface;
	struct prefix addresses[FAKE_ADDRESSES];
};

struct fake {
	struct env env;
	struct timers timers;
	uint64_t chance;
	struct fake_iface ifaces[FAKE_IFACES];
	uint32_t n_ifaces;
	struct fake_sent *sent, **sent_end; /* the oldest first */
	uint32_t n_sent;                    /* of them */
	int send_result;                    /* what send answers; the packet is recorded anyway */
	uint32_t n_logged[4];               /* by level */
	char last_log[256];
	/* Called for each packet instead of recording it. NULL: recorded. */
	int (*on_send)(struct fake *fake, const struct packet_out *out);
	void *test; /* a test's own */
};

void fake_init(struct fake *fake, uint64_t seed);
/* No timer may be left: aborts otherwise, so that every test shows it. */
void fake_fini(struct fake *fake);

/* Up, with MAC address 02:00:00:00:00:ID and MTU 1500; addresses with blanks between. */
struct iface *fake_iface(struct fake *fake, const char *name, const char *addresses);
void fake_addresses(struct fake *fake, struct iface *iface, const char *addresses);
void fake_up(struct fake *fake, struct iface *iface, bool is_up);

/* Lets a span of time pass, timer by timer. */
void fake_run(struct fake *fake, int64_t span_us);
uint32_t fake_timers(const struct fake *fake); /* that run */
uint32_t fake_random(struct fake *fake);

/* The oldest record, which is the caller's to free; NULL: none. */
struct fake_sent *fake_take(struct fake *fake);
void fake_forget(struct fake *fake);

/* Of the text, or the test ends. */
struct addr fake_addr(const char *text);
struct prefix fake_prefix(const char *text);

#endif

// SPDX-License-Identifier: BSD-3-Clause
/*
 * Options that routers write into: record route and timestamp (RFC 791 3.1,
 * RFC 1812 5.3.13.3 and 5.3.13.4). Looked at when a packet's options are
 * checked, written once it is known where it goes. Worker, but for l3_clock.
 */
#include <string.h>

#include <rte_cycles.h>

#include "dataplane/l3.h"
#include "dataplane/parse.h"
#include "dataplane/route.h"

/* Bytes of an option. */
enum { TYPE, LEN, POINTER, FLAGS };

/* Low half of FLAGS; the high one counts those who found no room. */
enum { STAMP_TIMES = 0, STAMP_BOTH = 1, STAMP_ASKED = 3, STAMP_FLAGS = 0xf };

enum { ADDRESS = 4, TIME = 4, OVERFLOW_ONE = 0x10, DAY_MS = 86400000 };

static _Atomic uint64_t tsc_per_ms, day_offset;

void l3_clock(uint32_t day_ms)
{
	uint64_t per_ms = RTE_MAX(rte_get_tsc_hz() / 1000, UINT64_C(1));
	uint64_t since = rte_rdtsc() / per_ms % DAY_MS;

	atomic_store_explicit(&day_offset, DAY_MS + day_ms - since, memory_order_relaxed);
	atomic_store_explicit(&tsc_per_ms, per_ms, memory_order_relaxed);
}

/* Milliseconds since midnight UT; its highest bit says that it is none such. */
static rte_be32_t day_time(void)
{
	uint64_t per_ms = atomic_load_explicit(&tsc_per_ms, memory_order_relaxed);
	uint64_t offset = atomic_load_explicit(&day_offset, memory_order_relaxed);

	if (!per_ms)
		return RTE_BE32(UINT32_C(1) << 31);
	return rte_cpu_to_be_32((rte_rdtsc() / per_ms + offset) % DAY_MS);
}

/* What comes before the first entry; 0: an option that is not written into. */
static unsigned fixed_part(const uint8_t *option)
{
	return option[TYPE] == OPT_RECORD_ROUTE ? 3 : option[TYPE] == OPT_TIMESTAMP ? 4 : 0;
}

static unsigned entry_size(const uint8_t *option)
{
	if (option[TYPE] == OPT_RECORD_ROUTE)
		return ADDRESS;
	switch (option[FLAGS] & STAMP_FLAGS) {
	case STAMP_TIMES:
		return TIME;
	case STAMP_BOTH:
	case STAMP_ASKED:
		return ADDRESS + TIME;
	default: /* of a kind that nobody knows: carried */
		return 0;
	}
}

static bool is_full(const uint8_t *option)
{
	return option[POINTER] > option[LEN];
}

/* Timestamps that find no room are counted; those of named routers are all there then. */
static bool counts_overflow(const uint8_t *option)
{
	return option[TYPE] == OPT_TIMESTAMP && (option[FLAGS] & STAMP_FLAGS) != STAMP_ASKED;
}

unsigned route_check_record(struct pkt *pkt, const uint8_t *header, unsigned at)
{
	const uint8_t *option = header + at;
	unsigned fixed = fixed_part(option), size;

	if (!fixed)
		return ROUTE_GO;
	switch (l3_iface(pkt->iface)->record) {
	case L3_RECORD_DROP:
		return DROP_record_options;
	case L3_RECORD_CARRY:
		pkt->flags |= PKT_CARRY;
		return ROUTE_GO;
	}
	if (option[LEN] < fixed)
		return route_malformed(pkt, at + LEN);
	size = entry_size(option);
	if (!size)
		return ROUTE_GO;
	if (option[POINTER] <= fixed)
		return route_malformed(pkt, at + POINTER);
	if (is_full(option)) {
		if (!counts_overflow(option))
			return ROUTE_GO;
		if (option[FLAGS] >= STAMP_FLAGS * OVERFLOW_ONE)
			return route_malformed(pkt, at + FLAGS);
	} else if (option[POINTER] - 1 + size > option[LEN]) {
		return route_malformed(pkt, at + POINTER);
	}
	pkt->flags |= PKT_RECORD;
	return ROUTE_GO;
}

static void record_address(uint8_t *option, rte_be32_t address)
{
	if (!address)
		return;
	memcpy(option + option[POINTER] - 1, &address, ADDRESS);
	option[POINTER] += ADDRESS;
}

static void stamp(const struct pkt *pkt, uint8_t *option, rte_be32_t address)
{
	uint8_t *entry = option + option[POINTER] - 1;
	rte_be32_t now = day_time();

	switch (option[FLAGS] & STAMP_FLAGS) {
	case STAMP_TIMES:
		memcpy(entry, &now, TIME);
		option[POINTER] += TIME;
		return;
	case STAMP_BOTH:
		if (!address)
			return;
		memcpy(entry, &address, ADDRESS);
		break;
	default:
		if (!route_is_ours4(pkt, entry))
			return;
	}
	memcpy(entry + ADDRESS, &now, TIME);
	option[POINTER] += ADDRESS + TIME;
}

static void write_option(const struct pkt *pkt, uint8_t *option, rte_be32_t address)
{
	if (!fixed_part(option) || !entry_size(option))
		return;
	if (!is_full(option) && option[TYPE] == OPT_RECORD_ROUTE)
		record_address(option, address);
	else if (!is_full(option))
		stamp(pkt, option, address);
	else if (counts_overflow(option))
		option[FLAGS] += OVERFLOW_ONE;
}

void route_record(struct worker *worker, const struct pkt *pkt, uint8_t *header,
		  const struct l3_nexthop *hop)
{
	rte_be32_t address = l3_iface(hop->iface)->ip4;
	unsigned end = (header[0] & 0xf) * 4;
	uint16_t sum = 0;

	if (pkt->flags & PKT_CARRY) { /* its options were not even looked at */
		count_add(&worker->options_carried, 1);
		return;
	}
	if (!address) /* unnumbered: it is known by the one that it came in on */
		address = l3_iface(pkt->iface)->ip4;
	for (unsigned i = sizeof(struct rte_ipv4_hdr); i < end && header[i] != OPT_END;
	     i += header[i] == OPT_NOP ? 1 : header[i + LEN])
		if (header[i] != OPT_NOP)
			write_option(pkt, header + i, address);
	memcpy(header + 10, &sum, sizeof(sum));
	sum = ~rte_raw_cksum(header, end);
	memcpy(header + 10, &sum, sizeof(sum));
}

// SPDX-License-Identifier: BSD-3-Clause
/*
 * Packets of RIP and RIPng: bytes to entries and back. An entry that is not
 * sound in itself is told by the reason, and the packet goes on behind it.
 */
#ifndef WEFT_ROUTING_RIP_PACKET_H
#define WEFT_ROUTING_RIP_PACKET_H

#include "routing/core/cursor.h"
#include "routing/rip/rip.h"

#define RIP_PORT    520
#define RIPNG_PORT  521
#define RIP_HEADER  4
#define RIP_ENTRY   20
#define RIP_ENTRIES 25 /* of a packet of RIP; RIPng: what the MTU holds */

enum rip_command { RIP_REQUEST = 1, RIP_RESPONSE = 2 };

struct rip_entry {
	struct prefix prefix;
	struct addr next_hop; /* NONE: the sender */
	uint16_t tag;
	uint8_t metric; /* 1 to RIP_INFINITY */
};

struct rip_reader {
	struct reader in;
	uint8_t family, command, version;
	struct addr next_hop; /* RIPng: of the entries that follow */
	const struct iface *iface;
};

/* The header; RIP_REFUSALS when it is sound. The reader is behind it. */
enum rip_refused rip_read(uint8_t family, const uint8_t *data, size_t size,
			  const struct iface *iface, struct rip_reader *out);
/* The next entry. false: there are no more. *why is RIP_REFUSALS where it is sound. */
bool rip_read_entry(struct rip_reader *reader, struct rip_entry *out, enum rip_refused *why);
/* Whether all that is left is the one entry that asks for everything (RFC 2453 3.9.1, 2080 2.4.1).
 */
bool rip_asks_for_all(const struct rip_reader *reader);

void rip_write_header(struct writer *out, uint8_t family, enum rip_command command,
		      uint8_t version);
/* RIPng: *next_hop is what the entries before it had, and is kept up to date. */
void rip_write_entry(struct writer *out, const struct rip_entry *entry, uint8_t version,
		     struct addr *next_hop);
/* Bytes that rip_write_entry may need. */
size_t rip_entry_room(uint8_t family);
/* "Tell me everything." */
void rip_write_ask_for_all(struct writer *out);

#endif

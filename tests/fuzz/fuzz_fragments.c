// SPDX-License-Identifier: BSD-3-Clause
/*
 * Fragments for the host engine, a few bytes each: of one of some packets, from somewhere to
 * somewhere, the last one or not, now and then the same again or out of its bounds. Each byte
 * of a packet says which packet and where: what is put together holds just those. Whatever
 * comes, what is kept has its bounds.
 */
#include <stdlib.h>
#include <string.h>

#include "routing/core/be.h"
#include "routing/core/checksum.h"
#include "routing/host/inside.h"
#include "tests/support/fake_env.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { STEP = 6, DATA_MAX = 65535, PIECE_MAX = 4096 };

/* The first byte of a step. */
#define IS6    0x01
#define LAST   0x02
#define WAIT   0x04 /* time passes first: as many seconds as its last byte says */
#define ODD    0x08 /* its length is not a multiple of 8 */
#define WHICH  0x30 /* which packet of the sender */
#define SENDER 0xc0

static struct fake fake;

static void must(bool holds)
{
	if (!holds)
		abort();
}

static uint8_t byte_of(uint8_t which, uint32_t at)
{
	return (uint8_t)(at ^ at >> 8 ^ which * 37);
}

static uint32_t write_head(uint8_t *out, uint8_t flags, uint32_t from, uint32_t len)
{
	struct ip_out header = {.src = fake_addr(flags & IS6 ? "2001:db8::9" : "192.0.2.9"),
				.dst = fake_addr(flags & IS6 ? "2001:db8::1" : "192.0.2.1"),
				.proto = flags & IS6 ? IP_FRAGMENT : IP_ICMP,
				.ttl = 64,
				.id = (uint16_t)(1 + (flags & WHICH))};
	uint8_t *sender = &header.src.bytes[flags & IS6 ? 7 : 2]; /* another network each */
	uint32_t head = ip_header_len(&header);

	*sender = (uint8_t)(*sender + (flags & SENDER));
	if (!(flags & IS6)) {
		ip_write(out, &header, len);
		store_be16(out + 6, (uint16_t)(from / 8 | (flags & LAST ? 0 : 0x2000)));
		store_be16(out + 10, 0);
		store_be16(out + 10, checksum_finish(checksum_add(0, out, IP4_HEADER)));
		return head;
	}
	ip_write(out, &header, len + 8);
	memset(out + head, 0, 8);
	out[head] = IP_ICMP6;
	store_be16(out + head + 2, (uint16_t)(from | !(flags & LAST)));
	store_be32(out + head + 4, header.id);
	return head + 8;
}

/* What was put together is one of the packets, from its first byte on. */
static void judge(const struct packet_in *in, uint8_t flags)
{
	struct ip_view ip;

	must(ip_read(in->data, in->len, false, &ip) == 0 && ip.len == in->len);
	must(!ip_is_fragment(&ip) && !ip.fragment_header && owed_has_sound_header(&ip));
	must(ip.proto == (flags & IS6 ? IP_ICMP6 : IP_ICMP));
	for (uint32_t i = 0; i < ip.payload_len; i++)
		must(ip.payload[i] == byte_of(flags & (IS6 | WHICH | SENDER), i));
}

static void step(struct host *host, const struct iface *iface, const uint8_t *data)
{
	uint32_t from = (uint32_t)load_be16(data + 1) & ~7u, head;
	uint32_t len =
		load_be16(data + 3) % (PIECE_MAX / 8) * 8 + (data[0] & ODD ? data[5] % 8 : 0);
	struct packet_in in = {.iface = iface,
			       .ether_type = data[0] & IS6 ? 0x86dd : 0x0800,
			       .src_mac = {2, 0, 0, 0, 0xaa, 1},
			       .dst_mac = {2, 0, 0, 0, 0, 1}};
	uint8_t *block = malloc(IP6_HEADER + 8 + len);

	must(block != NULL);
	if (data[0] & WAIT)
		fake_run(&fake, SPAN_S(data[5]));
	head = write_head(block, data[0], from, len);
	for (uint32_t i = 0; i < len; i++)
		block[head + i] = byte_of(data[0] & (IS6 | WHICH | SENDER), from + i);
	in.data = block;
	in.len = head + len;
	if (host_assemble(host, &in) && in.data != block)
		judge(&in, data[0]);
	free(block);
	must(host->assemblies.n <= ASSEMBLY_MAX && fake_timers(&fake) == host->assemblies.n);
	must(host->assembly_bytes <= ASSEMBLY_BYTES + DATA_MAX + ASSEMBLY_QUOTE);
	fake_forget(&fake);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct host *host;
	struct iface *iface;

	if (size > 1024 * STEP)
		return 0;
	fake_init(&fake, 5);
	iface = fake_iface(&fake, "eth", "192.0.2.1/24 2001:db8::1/64 fe80::1/64");
	host = host_create(&fake.env, NULL, NULL, NULL);
	must(host != NULL);
	for (size_t at = 0; at + STEP <= size; at += STEP)
		step(host, iface, data + at);
	host_destroy(host);
	fake_forget(&fake);
	fake_fini(&fake);
	return 0;
}

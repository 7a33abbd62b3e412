// SPDX-License-Identifier: BSD-3-Clause
/*
 * Fragments for the host engine, a few bytes each: of one of some packets, from somewhere to
 * somewhere, the last one or not, now and then the same again or out of its bounds, behind headers
 * of several lengths; memory may lack, and the interface may go. Each byte of a packet says which
 * packet and where: what is put together holds just those. Whatever comes, what is kept has its
 * bounds.
 */
#include <stdlib.h>
#include <string.h>

#include "routing/core/be.h"
#include "routing/core/checksum.h"
#include "routing/host/inside.h"
#include "tests/fuzz/scarce.h"
#include "tests/support/fake_env.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { STEP = 6, DATA_MAX = 65535, PIECE_MAX = 4096, EXTENSION_MAX = 264 };

/* The first byte of a step. */
#define IS6    0x01
#define LAST   0x02
#define WAIT   0x04 /* time passes first: as many seconds as its last byte says */
#define ODD    0x08 /* its length is not a multiple of 8 */
#define WHICH  0x30 /* which packet of the sender */
#define SENDER 0xc0

/* The last byte of a step, unless it says how long to wait. */
#define MORE    0x07 /* bytes, with ODD */
#define REFUSED 0x38 /* which allocation gets no memory; 0: none */
#define HEAD    0xc0

enum head { SHORT, WITH_OPTIONS, TOO_LONG /* IPv6 */, LAST_OF_ALL /* then the interface goes */ };

static struct fake fake;
static struct host *host;                           /* made once: it is large */
static struct host unused;                          /* as it was then, but for its rooms */
static uint8_t bytes_of[256][DATA_MAX + PIECE_MAX]; /* of each packet, made when it first comes */

static void must(bool holds)
{
	if (!holds)
		abort();
}

static const uint8_t *packet(uint8_t flags)
{
	uint8_t *bytes = bytes_of[flags & (IS6 | WHICH | SENDER)];

	if (bytes[0] == bytes[1]) /* in all others they differ */
		for (uint32_t at = 0; at < sizeof(bytes_of[0]); at++)
			bytes[at] = (uint8_t)(at ^ at >> 8 ^ (flags & (IS6 | WHICH | SENDER)) * 37);
	return bytes;
}

/* Of zeros: Pad1 each. Its length. */
static uint32_t write_extension(uint8_t *out, enum head head)
{
	uint32_t len = head == WITH_OPTIONS ? 8 : head == TOO_LONG ? EXTENSION_MAX : 0;

	memset(out, 0, len);
	if (len > 0) {
		out[0] = IP_FRAGMENT;
		out[1] = (uint8_t)(len / 8 - 1);
	}
	return len;
}

static uint32_t write_head(uint8_t *out, uint8_t flags, enum head kind, uint32_t from, uint32_t len)
{
	static const uint8_t options[IP4_OPTIONS_MAX] = {[0 ... IP4_OPTIONS_MAX - 1] = 1};
	uint32_t extension;
	struct ip_out header = {.src = fake_addr(flags & IS6 ? "2001:db8::9" : "192.0.2.9"),
				.dst = fake_addr(flags & IS6 ? "2001:db8::1" : "192.0.2.1"),
				.proto = flags & IS6 ? IP_FRAGMENT : IP_ICMP,
				.ttl = 64,
				.id = (uint16_t)(1 + (flags & WHICH))};
	uint8_t *sender = &header.src.bytes[flags & IS6 ? 7 : 2]; /* another network each */
	uint32_t head = ip_header_len(&header);                   /* without options */

	*sender = (uint8_t)(*sender + (flags & SENDER));
	if (!(flags & IS6)) {
		if (kind == WITH_OPTIONS) {
			header.options = options;
			header.options_len = IP4_OPTIONS_MAX;
		}
		head = ip_write(out, &header, len);
		store_be16(out + 6, (uint16_t)(from / 8 | (flags & LAST ? 0 : 0x2000)));
		store_be16(out + 10, 0);
		store_be16(out + 10, checksum_finish(checksum_add(0, out, head)));
		return head;
	}
	extension = write_extension(out + head, kind);
	if (extension > 0)
		header.proto = IP_HOP_BY_HOP;
	ip_write(out, &header, extension + 8 + len);
	head += extension;
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
	must(ip.payload_len <= DATA_MAX);
	must(memcmp(ip.payload, packet(flags), ip.payload_len) == 0);
}

static void step(const struct iface *iface, const uint8_t *data)
{
	uint32_t from = (uint32_t)load_be16(data + 1) & ~7u, head;
	uint32_t len =
		load_be16(data + 3) % (PIECE_MAX / 8) * 8 + (data[0] & ODD ? data[5] & MORE : 0);
	uint8_t last = data[0] & WAIT ? 0 : data[5];
	struct packet_in in = {.iface = iface,
			       .ether_type = data[0] & IS6 ? 0x86dd : 0x0800,
			       .src_mac = {2, 0, 0, 0, 0xaa, 1},
			       .dst_mac = {2, 0, 0, 0, 0, 1}};
	static uint8_t made[IP6_HEADER + EXTENSION_MAX + 8 + PIECE_MAX];
	enum head kind = (last & HEAD) >> 6;
	uint8_t *block; /* ends where the packet ends, so that a read beyond it is seen */

	if (data[0] & WAIT)
		fake_run(&fake, SPAN_S(data[5]));
	head = write_head(made, data[0], kind, from, len);
	memcpy(made + head, packet(data[0]) + from, len);
	in.len = head + len;
	in.data = block = malloc(in.len);
	must(block != NULL);
	memcpy(block, made, in.len);
	scarce_refuse((last & REFUSED) >> 3);
	if (host_assemble(host, &in) && in.data != block)
		judge(&in, data[0]);
	scarce_refuse(0);
	free(block);
	if (kind == LAST_OF_ALL) {
		assembly_iface_gone(host, iface->id);
		must(host->assemblies.n == 0);
	}
	must(host->assemblies.n <= ASSEMBLY_MAX && fake_timers(&fake) == host->assemblies.n);
	must(host->assembly_bytes <= ASSEMBLY_BYTES + DATA_MAX + ASSEMBLY_QUOTE);
	fake_forget(&fake);
}

static void start(void)
{
	scarce_use();
	fake_init(&fake, 5);
	host = host_create(&fake.env, NULL, NULL, NULL);
	must(host != NULL);
	memcpy(&unused, host, offsetof(struct host, room));
	fake_fini(&fake);
}

/* As it was when it was new. */
static void reset(void)
{
	assembly_fini(host);
	must(host->assembly_bytes == 0);
	limit_fini(host);
	memcpy(host, &unused, offsetof(struct host, room));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct iface *iface;

	if (size > 1024 * STEP)
		return 0;
	if (!host)
		start();
	fake_init(&fake, 5);
	iface = fake_iface(&fake, "eth", "192.0.2.1/24 2001:db8::1/64 fe80::1/64");
	for (size_t at = 0; at + STEP <= size; at += STEP)
		step(iface, data + at);
	reset();
	fake_forget(&fake);
	fake_fini(&fake);
	return 0;
}

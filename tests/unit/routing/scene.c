// SPDX-License-Identifier: BSD-3-Clause
#include "tests/unit/routing/scene.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "routing/core/checksum.h"
#include "routing/core/cursor.h"
#include "routing/core/ip.h"

__attribute__((format(printf, 2, 3))) static void note(struct scene *scene, const char *format, ...)
{
	va_list args;

	if (scene->is_quiet)
		return;
	va_start(args, format);
	scene->size += (size_t)vsnprintf(scene->text + scene->size,
					 sizeof(scene->text) - scene->size, format, args);
	va_end(args);
	assert_true(scene->size < sizeof(scene->text));
}

static const char *mac_text(const uint8_t mac[6])
{
	static char text[4][18];
	static int i;

	i = (i + 1) % 4;
	snprintf(text[i], sizeof(text[i]), "%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2],
		 mac[3], mac[4], mac[5]);
	return text[i];
}

static const char *addr_text(const struct addr *addr)
{
	static char text[4][ADDR_TEXT_MAX];
	static int i;

	i = (i + 1) % 4;
	return addr_print(addr, text[i]);
}

static void note_arp(struct scene *scene, const struct packet_out *out)
{
	struct reader in = reader_of(out->data, out->len);
	uint8_t sender_mac[6], target_mac[6];
	struct addr sender, target;
	uint16_t operation;

	assert_int_equal(read_u32(&in), 0x00010800);
	assert_int_equal(read_u16(&in), 0x0604);
	operation = read_u16(&in);
	read_bytes(&in, sender_mac, 6);
	sender = read_addr(&in, ADDR_IP4);
	read_bytes(&in, target_mac, 6);
	target = read_addr(&in, ADDR_IP4);
	assert_false(in.bad);
	assert_int_equal(read_left(&in), 0);
	assert_memory_equal(sender_mac, out->iface->mac, 6);
	if (operation == 1)
		note(scene, "arp who %s tell %s to %s\n", addr_text(&target), addr_text(&sender),
		     mac_text(out->dst_mac));
	else
		note(scene, "arp %s is at %s to %s %s\n", addr_text(&sender), mac_text(sender_mac),
		     addr_text(&target), mac_text(out->dst_mac));
}

/* "ns TARGET FROM -> TO MAC [option…]"; RAs are noted whole by their own tests. */
static void note_nd(struct scene *scene, const struct packet_out *out)
{
	struct ip_view ip;
	struct reader in;
	uint8_t type;
	uint32_t flags;
	struct addr target;

	assert_int_equal(ip_read(out->data, out->len, false, &ip), 0);
	assert_int_equal(ip.len, out->len);
	assert_int_equal(ip.proto, IP_ICMP6);
	assert_int_equal(ip.ttl, 255);
	assert_int_equal(checksum_finish(checksum_add(checksum_pseudo(&ip.src, &ip.dst, IP_ICMP6,
								      ip.payload_len),
						      ip.payload, ip.payload_len)),
			 0);
	in = reader_of(ip.payload, ip.payload_len);
	type = read_u8(&in);
	assert_int_equal(read_u8(&in), 0);
	read_u16(&in);
	flags = read_u32(&in);
	if (type == 134) {
		note(scene, "ra lifetime %u from %s to %s\n", flags & 0xffff, addr_text(&ip.src),
		     mac_text(out->dst_mac));
		return;
	}
	target = read_addr(&in, ADDR_IP6);
	note(scene, "%s %s", type == 135 ? "ns" : "na", addr_text(&target));
	if (type == 136)
		note(scene, " %s%s%s", flags & 0x80000000 ? "R" : "", flags & 0x40000000 ? "S" : "",
		     flags & 0x20000000 ? "O" : "");
	note(scene, " from %s to %s %s", addr_text(&ip.src), addr_text(&ip.dst),
	     mac_text(out->dst_mac));
	while (read_left(&in) > 0) {
		uint8_t option = read_u8(&in), mac[6];

		assert_int_equal(read_u8(&in), 1);
		read_bytes(&in, mac, 6);
		assert_false(in.bad);
		if (option == 14)
			note(scene, " nonce");
		else
			note(scene, " option %u %s", option, mac_text(mac));
	}
	note(scene, "\n");
}

static int on_send(struct fake *fake, const struct packet_out *out)
{
	struct scene *scene = fake->test;

	if (scene->is_quiet)
		return fake->send_result;
	assert_true(out->has_mac);
	if (out->ether_type == 0x0806)
		note_arp(scene, out);
	else
		note_nd(scene, out);
	return fake->send_result;
}

static void on_resolved(void *ctx, const struct iface *iface, const struct addr *addr,
			const uint8_t mac[6])
{
	struct scene *scene = ctx;

	scene->n_told++;
	note(scene, "resolved %s %s\n", addr_text(addr), mac_text(mac));
}

static void on_lost(void *ctx, const struct iface *iface, const struct addr *addr,
		    enum neighbor_lost why)
{
	static const char *const reasons[] = {"silent", "evicted", "flushed", "no-iface"};
	struct scene *scene = ctx;

	scene->n_told--;
	note(scene, "lost %s %s\n", addr_text(addr), reasons[why]);
}

static void on_release(void *ctx, const struct iface *iface, const struct addr *addr, void *packet,
		       enum neighbor_fate fate, const uint8_t *mac)
{
	static const char *const fates[] = {"send", "unreachable", "dropped"};
	struct scene *scene = ctx;

	assert_int_equal(mac != NULL, fate == NEIGHBOR_SEND);
	scene->n_released[fate]++;
	note(scene, "release %u %s%s%s\n", (unsigned)(uintptr_t)packet, fates[fate], mac ? " " : "",
	     mac ? mac_text(mac) : "");
	if (scene->on_release)
		scene->on_release(scene);
}

static void on_address(void *ctx, const struct iface *iface, const struct addr *addr,
		       enum neighbor_address state)
{
	static const char *const states[] = {"unknown", "down", "tentative", "usable", "duplicate"};

	note(ctx, "address %s %s\n", addr_text(addr), states[state]);
}

static void on_conflict(void *ctx, const struct iface *iface, const struct addr *addr)
{
	struct scene *scene = ctx;
	uint8_t mac[6];

	assert_true(neighbor_address_claimant(scene->engine, iface, addr, mac));
	note(scene, "conflict %s %s\n", addr_text(addr), mac_text(mac));
}

static bool on_used(void *ctx, const struct iface *iface, const struct addr *addr)
{
	struct scene *scene = ctx;

	scene->n_asked++;
	return scene->is_in_use;
}

static const struct neighbor_ops ops = {.resolved = on_resolved,
					.lost = on_lost,
					.release = on_release,
					.address = on_address,
					.used = on_used,
					.conflict = on_conflict};

void scene_begin_with(struct scene *scene, const char *addresses, const struct neighbor_conf *conf,
		      const struct neighbor_limits *limits)
{
	memset(scene, 0, sizeof(*scene));
	fake_init(&scene->fake, 7);
	scene->fake.test = scene;
	scene->fake.on_send = on_send;
	scene->eth = fake_iface(&scene->fake, "eth", addresses);
	scene->engine = neighbor_create(&scene->fake.env, limits, &ops, scene);
	assert_non_null(scene->engine);
	if (conf)
		assert_int_equal(neighbor_configure(scene->engine, scene->eth, conf), 0);
	assert_int_equal(neighbor_iface_changed(scene->engine, scene->eth), 0);
}

void scene_begin(struct scene *scene, const char *addresses)
{
	struct neighbor_conf conf = {.dad_off = true};

	scene_begin_with(scene, addresses, &conf, NULL);
	pass(scene, SPAN_S(5));
	scene_read(scene);
}

void scene_begin_duplicate6(struct scene *scene)
{
	scene_begin_with(scene, "2001:db8::1/64", NULL, NULL);
	hear_nd(scene, &(struct message){.type = 136,
					 .src = "2001:db8::1",
					 .dst = "ff02::1",
					 .target = "2001:db8::1",
					 .mac = MAC(9)});
}

void scene_end(struct scene *scene)
{
	neighbor_destroy(scene->engine);
	assert_int_equal(fake_timers(&scene->fake), 0);
	fake_fini(&scene->fake);
}

const char *scene_read(struct scene *scene)
{
	static char was[sizeof(scene->text)];

	memcpy(was, scene->text, scene->size + 1);
	scene->size = 0;
	scene->text[0] = '\0';
	return was;
}

void expect(struct scene *scene, const char *lines)
{
	assert_string_equal(scene_read(scene), lines);
}

void expect_state(struct scene *scene, const char *addr, const char *state)
{
	struct addr wanted = fake_addr(addr);
	struct neighbor_cursor cursor = {0};
	struct neighbor_row row;

	while (neighbor_next(scene->engine, &cursor, &row))
		if (addr_compare(&row.addr, &wanted) == 0) {
			assert_string_equal(neighbor_state_name(row.state), state);
			return;
		}
	assert_string_equal("absent", state);
}

void pass(struct scene *scene, int64_t span_us)
{
	fake_run(&scene->fake, span_us);
}

void resolve(struct scene *scene, const char *addr, uintptr_t packet)
{
	struct addr parsed = fake_addr(addr);

	neighbor_resolve(scene->engine, scene->eth, &parsed, (void *)packet);
}

void hear(struct scene *scene, uint16_t ether_type, const uint8_t *data, uint32_t len,
	  const uint8_t *frame_mac)
{
	struct packet_in in = {.iface = scene->eth,
			       .ether_type = ether_type,
			       .data = data,
			       .len = len};

	memcpy(in.src_mac, frame_mac, 6);
	memcpy(in.dst_mac, scene->eth->mac, 6);
	assert_true(neighbor_input(scene->engine, &in));
}

void hear_arp(struct scene *scene, uint16_t operation, const uint8_t mac[6], const char *sender,
	      const char *target)
{
	struct addr from = fake_addr(sender), to = fake_addr(target);
	uint8_t packet[46] = {0}; /* with Ethernet's padding */
	struct writer out = writer_of(packet, sizeof(packet));

	write_u32(&out, 0x00010800);
	write_u16(&out, 0x0604);
	write_u16(&out, operation);
	write_bytes(&out, mac, 6);
	write_addr(&out, &from);
	write_zeros(&out, 6);
	write_addr(&out, &to);
	hear(scene, 0x0806, packet, sizeof(packet), mac);
}

static void write_hex(struct writer *out, const char *hex)
{
	unsigned byte;

	for (; *hex; hex += 2) {
		assert_int_equal(sscanf(hex, "%2x", &byte), 1);
		write_u8(out, (uint8_t)byte);
	}
}

static void write_options(struct writer *out, const struct message *message)
{
	if (message->mac) {
		write_u8(out, message->type == 136 ? 2 : 1);
		write_u8(out, message->empty_option ? 0 : message->long_option ? 2 : 1);
		write_bytes(out, message->mac, 6);
	}
	if (message->nonce) {
		write_u16(out, 0x0e01);
		write_bytes(out, message->nonce, 6);
	}
	if (message->more)
		write_hex(out, message->more);
}

void hear_nd(struct scene *scene, const struct message *message)
{
	uint8_t packet[512], body[400];
	struct writer out = writer_of(packet, sizeof(packet)), in = writer_of(body, sizeof(body));
	struct addr src = fake_addr(message->src), dst = fake_addr(message->dst), target;
	uint32_t len, extra = message->fragmented ? 8 : 0;

	write_u8(&in, message->type);
	write_u8(&in, message->code);
	write_u16(&in, 0);
	write_u32(&in, message->flags);
	if (message->type == 134)
		write_zeros(&in, 8);
	if (message->target) {
		target = fake_addr(message->target);
		write_addr(&in, &target);
	}
	write_options(&in, message);
	len = (uint32_t)write_size(&in) - message->cut;
	write_u16_at(&in, 2,
		     (uint16_t)(checksum_finish(checksum_add(
					checksum_pseudo(&src, &dst, IP_ICMP6, len), body, len)) +
				message->bad_checksum));
	write_u32(&out, 6u << 28);
	write_u16(&out, (uint16_t)(len + extra));
	write_u8(&out, message->fragmented ? IP_FRAGMENT : IP_ICMP6);
	write_u8(&out, message->hop_limit ? message->hop_limit : 255);
	write_addr(&out, &src);
	write_addr(&out, &dst);
	if (message->fragmented) {
		write_u32(&out, IP_ICMP6 << 24);
		write_u32(&out, 1);
	}
	write_bytes(&out, body, len);
	assert_false(out.bad || in.bad);
	hear(scene, 0x86dd, packet, (uint32_t)write_size(&out),
	     message->frame_mac ? message->frame_mac
	     : message->mac     ? message->mac
				: MAC(0x77));
}

struct neighbor_stats stats_of(struct scene *scene)
{
	struct neighbor_stats stats;

	neighbor_stats(scene->engine, &stats);
	return stats;
}

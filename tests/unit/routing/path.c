// SPDX-License-Identifier: BSD-3-Clause
#include "tests/unit/routing/path.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "routing/core/be.h"
#include "routing/core/checksum.h"
#include "routing/core/container_of.h"

#define DELAY SPAN_MS(10) /* of an answer */

/* An answer on its way. */
struct flying {
	struct timer timer;
	struct path *path;
	uint32_t len;
	uint8_t data[2048];
};

static void land(struct timer *timer)
{
	struct flying *flying = container_of(timer, struct flying, timer);
	struct path *path = flying->path;
	struct packet_in in = {.iface = path->bench.eth,
			       .ether_type = flying->data[0] >> 4 == 4 ? 0x0800 : 0x86dd,
			       .data = flying->data,
			       .len = flying->len};

	path->n_flying--;
	assert_int_equal(host_input(path->bench.host, &in), HOST_CONSUMED);
	free(flying);
}

/* Sends back an ICMP message, its checksum still to be filled in. */
static void fly(struct path *path, const struct addr *from, const struct addr *to, uint8_t *body,
		uint32_t len)
{
	struct flying *flying = calloc(1, sizeof(*flying));
	bool is4 = from->family == ADDR_IP4;
	struct ip_out header = {.src = *from,
				.dst = *to,
				.proto = is4 ? IP_ICMP : IP_ICMP6,
				.ttl = 60};
	uint32_t at = ip_header_len(&header);
	uint64_t sum = is4 ? 0 : checksum_pseudo(from, to, IP_ICMP6, len);

	assert_non_null(flying);
	store_be16(body + 2, 0);
	store_be16(body + 2, checksum_finish(checksum_add(sum, body, len)));
	flying->path = path;
	flying->len = at + len;
	assert_true(flying->len <= sizeof(flying->data));
	ip_write(flying->data, &header, len);
	memcpy(flying->data + at, body, len);
	timer_init(&flying->timer, land);
	path->n_flying++;
	assert_int_equal(timer_start(&path->bench.fake.timers, &flying->timer,
				     moment_add(path->bench.fake.timers.now, DELAY)),
			 0);
}

static void say(struct path *path, const struct ip_view *ip, const struct addr *from, uint8_t type,
		uint8_t code)
{
	uint8_t body[1024] = {type, code};
	uint32_t n = ip->len < 200 ? ip->len : 200;

	memcpy(body + 8, ip->packet, n);
	fly(path, from, &ip->src, body, 8 + n);
}

static struct addr router(const struct ip_view *ip, uint32_t hop)
{
	struct addr addr = ip->src.family == ADDR_IP4 ? addr_ip4(0x0a000000 | hop)
						      : fake_addr("2001:db8:aaaa::");

	if (addr.family == ADDR_IP6)
		addr.bytes[15] = (uint8_t)hop;
	return addr;
}

static void arrive(struct path *path, const struct ip_view *ip)
{
	bool is4 = ip->src.family == ADDR_IP4;
	uint8_t body[1500];

	if (path->is_dead)
		return;
	if (ip->proto == IP_UDP) {
		say(path, ip, &ip->dst, is4 ? 3 : 1, is4 ? 3 : 4);
		return;
	}
	memcpy(body, ip->payload, ip->payload_len);
	body[0] = is4 ? 0 : 129;
	if (path->spoils)
		body[8] ^= 1;
	fly(path, &ip->dst, &ip->src, body, ip->payload_len);
}

static int on_send(struct fake *fake, const struct packet_out *out)
{
	struct path *path = fake->test;
	struct ip_view ip;
	struct addr from;
	bool is4;

	if (path->refusal)
		return path->refusal;
	assert_int_equal(ip_read(out->data, out->len, false, &ip), 0);
	is4 = ip.src.family == ADDR_IP4;
	if (ip.proto != IP_ICMP) /* UDP and ICMPv6 */
		assert_int_equal(checksum_finish(
					 checksum_add(checksum_pseudo(&ip.src, &ip.dst, ip.proto,
								      ip.payload_len),
						      ip.payload, ip.payload_len)),
				 0);
	path->last_tos = ip.tos;
	path->last_ttl = ip.ttl;
	path->last_dont_fragment = ip.dont_fragment;
	path->last_iface = out->iface;
	path->sent_at[path->n_sent++ % 8] = fake->timers.now.us;
	if (fake->send_result < 0)
		return fake->send_result;
	from = router(&ip, ip.ttl);
	if (ip.ttl == path->unreachable_at)
		say(path, &ip, &from, is4 ? 3 : 1, path->unreachable_code);
	else if (ip.ttl > path->routers)
		arrive(path, &ip);
	else if (!(path->silent & 1u << ip.ttl))
		say(path, &ip, &from, is4 ? 11 : 3, 0);
	return 0;
}

void path_begin(struct path *path, uint32_t routers)
{
	memset(path, 0, sizeof(*path));
	bench_begin(&path->bench, NULL);
	path->bench.fake.test = path;
	path->bench.fake.on_send = on_send;
	path->routers = routers;
}

void path_end(struct path *path)
{
	fake_run(&path->bench.fake, SPAN_S(100));
	assert_int_equal(path->n_flying, 0);
	bench_end(&path->bench);
}

void path_write(struct path *path, const char *line)
{
	assert_false(path->is_over);
	path->size += (size_t)snprintf(path->text + path->size, sizeof(path->text) - path->size,
				       "%s\n", line);
	assert_true(path->size < sizeof(path->text));
}

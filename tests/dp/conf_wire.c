// SPDX-License-Identifier: BSD-3-Clause
/* Packets on the wires of the two bridges, as tests say and read them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "control/interfaces.h"
#include "tests/dp/conf.h"

#define TEXT 8192

static char text[TEXT];

static void ip_text(const uint8_t *p, char out[16])
{
	snprintf(out, 16, "%u.%u.%u.%u", p[0], p[1], p[2], p[3]);
}

static void mac_text(const uint8_t *p, char out[18])
{
	snprintf(out, 18, "%02x:%02x:%02x:%02x:%02x:%02x", p[0], p[1], p[2], p[3], p[4], p[5]);
}

static size_t arp_line(const uint8_t *p, char *out, size_t size)
{
	char sender[16], target[16], mac[18];

	ip_text(p + 14 + 14, sender);
	ip_text(p + 14 + 24, target);
	mac_text(p + 14 + 8, mac);
	if (p[14 + 7] == 1)
		return (size_t)snprintf(out, size, "who %s tell %s\n", target, sender);
	return (size_t)snprintf(out, size, "%s is at %s\n", sender, mac);
}

static size_t ip_line(const uint8_t *p, char *out, size_t size)
{
	const uint8_t *ip = p + 14;
	char src[16], dst[16], mac[18], icmp[32] = "";

	ip_text(ip + 12, src);
	ip_text(ip + 16, dst);
	mac_text(p, mac);
	if (ip[9] == 1)
		snprintf(icmp, sizeof(icmp), " icmp %u/%u", ip[20], ip[21]);
	return (size_t)snprintf(out, size, "%s > %s ttl %u to %s%s\n", src, dst, ip[8], mac, icmp);
}

const char *sent(struct fake *fake)
{
	size_t n = 0;

	text[0] = '\0';
	while (fake->next_out < fake->n_out) {
		struct rte_mbuf *m = fake->out[fake->next_out++];
		const uint8_t *p = rte_pktmbuf_mtod(m, const uint8_t *);
		unsigned type = (unsigned)p[12] << 8 | p[13];

		if (n < TEXT && type == 0x0806)
			n += arp_line(p, text + n, TEXT - n);
		else if (n < TEXT && type == 0x0800)
			n += ip_line(p, text + n, TEXT - n);
		rte_pktmbuf_free(m);
	}
	return text;
}

static uint64_t mac_of(const char *iface)
{
	const uint8_t *mac = interfaces_find(iface)->iface.mac;
	uint64_t number = 0;

	for (int i = 0; i < 6; i++)
		number = number << 8 | mac[i];
	return number;
}

void says_arp(struct fake *fake, const char *ip, uint64_t mac)
{
	const char *iface = fake == left ? "l" : "r", *own = fake == left ? "10.1.0.1" : "10.2.0.1";
	struct frame f = eth(mac_of(iface), mac);

	arp(&f, ip, own);
	f.bytes[14 + 7] = 2;
	for (int i = 0; i < 6; i++)
		f.bytes[14 + 8 + i] = (uint8_t)(mac >> 8 * (5 - i));
	put(fake, &f);
	conf_settle();
}

static void set_ttl(struct frame *f, uint8_t ttl)
{
	uint32_t sum = 0;

	f->bytes[14 + 8] = ttl;
	f->bytes[14 + 10] = f->bytes[14 + 11] = 0;
	for (int i = 0; i < 20; i += 2)
		sum += (uint32_t)f->bytes[14 + i] << 8 | f->bytes[14 + i + 1];
	sum = (sum & 0xffff) + (sum >> 16);
	sum = ~(sum + (sum >> 16));
	f->bytes[14 + 10] = (uint8_t)(sum >> 8);
	f->bytes[14 + 11] = (uint8_t)sum;
}

void sends(struct fake *fake, uint64_t from_mac, const char *iface, const char *src,
	   const char *dst, uint8_t ttl)
{
	struct frame f = eth(mac_of(iface), from_mac);

	udp4(&f, src, dst, 1000, 2000, 26);
	set_ttl(&f, ttl);
	put(fake, &f);
	conf_settle();
}

void tells(struct fake *fake, const char *src, uint16_t sport, const char *dst, uint16_t dport,
	   uint8_t ttl, const uint8_t *data, uint16_t n)
{
	bool is_group = strncmp(dst, "224.0.0.", 8) == 0;
	uint64_t group = UINT64_C(0x01005e000000) | (is_group ? (uint64_t)atoi(dst + 8) : 0);
	struct frame f =
		eth(is_group ? group : mac_of(fake == left ? "l" : "r"), UINT64_C(0x02000000000a));

	udp4(&f, src, dst, sport, dport, n);
	memcpy(f.bytes + f.len - n, data, n);
	set_ttl(&f, ttl);
	put(fake, &f);
}

// SPDX-License-Identifier: BSD-3-Clause
#include "tools/pktgen/destinations.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "tools/pktgen/flows.h"

#define IPV6_LEN 40
#define UDP_LEN  8

/* An address below the prefix. */
static void draw_address(const struct destination_prefix *p, struct flows *chance, uint32_t n_bytes,
			 uint8_t *address)
{
	uint32_t random = 0;

	memcpy(address, p->address, n_bytes);
	for (uint32_t byte = p->len / 8; byte < n_bytes; byte++) {
		uint32_t fixed = byte == p->len / 8 ? p->len % 8 : 0;
		random = random < 256 ? flows_random(chance) : random >> 8;
		address[byte] |= (uint8_t)random & (0xff >> fixed);
	}
}

static int draw(struct destinations *d, const struct destination_lines *r, uint32_t seed)
{
	uint32_t n_bytes = r->family == AF_INET6 ? 16 : 4;
	uint8_t *bytes = malloc((size_t)DESTINATIONS * n_bytes);
	struct flows chance;

	d->n_prefixes = r->n;
	if (r->family == AF_INET6)
		d->ip6 = (void *)bytes;
	else
		d->ip4 = (void *)bytes;
	if (r->has_macs)
		d->macs = malloc(DESTINATIONS * sizeof(*d->macs));
	if (!bytes || (r->has_macs && !d->macs) ||
	    flows_init(&chance, FLOW_RANDOM, r->n, 1, seed) < 0)
		return -ENOMEM;
	for (uint32_t i = 0; i < DESTINATIONS; i++) {
		const struct destination_prefix *p = &r->prefixes[flows_next(&chance)];
		draw_address(p, &chance, n_bytes, bytes + (size_t)i * n_bytes);
		if (d->macs)
			d->macs[i] = p->mac;
	}
	flows_fini(&chance);
	return 0;
}

int destinations_load(struct destinations *d, const char *file, uint32_t seed, char *error,
		      size_t size)
{
	struct destination_lines lines = {0};
	FILE *in = fopen(file, "re");
	int r;

	memset(d, 0, sizeof(*d));
	if (!in) {
		r = -errno;
		snprintf(error, size, "--dst-prefixes %s: %s", file, strerror(errno));
		return r;
	}
	r = destination_lines_read(&lines, in, file, error, size);
	fclose(in);
	if (r == 0 && (r = draw(d, &lines, seed)) < 0)
		snprintf(error, size, "--dst-prefixes %s: no memory", file);
	destination_lines_fini(&lines);
	if (r < 0)
		destinations_fini(d);
	return r;
}

void destinations_fini(struct destinations *d)
{
	free(d->ip4);
	free(d->ip6);
	free(d->macs);
	memset(d, 0, sizeof(*d));
}

/* From 2001:2::/48, which RFC 5180 sets aside for this; UDP without a checksum (RFC 6935), so that
 * the payload can change at no cost. */
static void make_ip6(uint8_t *ip, uint16_t len)
{
	static const uint8_t source[16] = {0x20, 0x01, 0x00, 0x02, [15] = 1};
	uint8_t udp[UDP_LEN];

	memcpy(udp, ip + 20, UDP_LEN);
	memset(ip, 0, len);
	ip[0] = 0x60;
	bytes_put16(ip + 4, len - IPV6_LEN);
	ip[6] = 17; /* UDP */
	ip[7] = 64; /* hop limit */
	memcpy(ip + 8, source, sizeof(source));
	memcpy(ip + IPV6_LEN, udp, UDP_LEN);
	bytes_put16(ip + IPV6_LEN + 4, len - IPV6_LEN);
	bytes_put16(ip - 2, 0x86dd);
}

/* All of the header but checksum and destination. */
static uint32_t sum_of(const uint8_t *ip)
{
	uint32_t sum = 0;

	for (int i = 0; i < 16; i += 2) {
		uint16_t word;
		memcpy(&word, ip + i, 2);
		sum += i == 10 ? 0 : word;
	}
	return sum;
}

unsigned destinations_least(const struct destinations *d)
{
	return d->ip6 ? d->ip + IPV6_LEN + UDP_LEN + STAMP_SIZE + FRAME_CRC : FRAME_SIZE_MIN;
}

int destinations_join(struct destinations *d, struct frames *frames)
{
	d->ip = frames->ip;
	unsigned least = destinations_least(d) - FRAME_CRC;
	for (unsigned i = 0; i < frames->n_classes; i++) {
		struct frame_class *class = &frames->classes[i];
		if (d->ip6 && class->len < least)
			return -EINVAL;
		if (d->ip6)
			make_ip6(class->bytes + d->ip, class->len - d->ip);
		else
			d->sums[i] = sum_of(class->bytes + d->ip);
	}
	return 0;
}

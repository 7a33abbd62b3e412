// SPDX-License-Identifier: BSD-3-Clause
#include "tools/pktgen/destinations.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "tools/pktgen/flows.h"
#include "tools/pktgen/values.h"

#define PREFIXES_MAX 10000000
#define LINE_WORDS   " \t\r\n"
#define MAC_BITS     48
#define MAC_BITS_MIN 16 /* the first two bytes are not looked at */
#define IPV6_LEN     40
#define UDP_LEN      8

struct prefix {
	uint8_t address[16];
	uint8_t len;
	struct destination_mac mac;
};

struct reader {
	int family; /* of the first line; 0: none yet */
	struct prefix *prefixes;
	uint32_t n, room;
	bool has_macs; /* the first line had one */
};

/* A length behind a slash, or the longest where there is none; cuts the text before it. */
static int split_len(char *text, uint32_t least, uint32_t longest, uint32_t *len)
{
	char *slash = strchr(text, '/');

	*len = longest;
	if (!slash)
		return 0;
	*slash = '\0';
	return value_number(slash + 1, least, longest, len);
}

static bool has_host_bits(const struct prefix *p, uint32_t longest)
{
	for (uint32_t bit = p->len; bit < longest; bit++)
		if (p->address[bit / 8] >> (7 - bit % 8) & 1)
			return true;
	return false;
}

static const char *parse_prefix(struct reader *r, char *text, struct prefix *p)
{
	int family = strchr(text, ':') ? AF_INET6 : AF_INET;
	uint32_t longest = family == AF_INET6 ? 128 : 32, len;

	if (split_len(text, 0, longest, &len) < 0 || inet_pton(family, text, p->address) != 1)
		return "expected a prefix, as in 10.1.0.0/16 or 2001:db8::/32";
	p->len = (uint8_t)len;
	if (has_host_bits(p, longest))
		return "the address has bits beyond the length of its prefix";
	if (r->family && family != r->family)
		return "the lines above are of the other family";
	r->family = family;
	return NULL;
}

static const char *parse_mac(char *text, struct destination_mac *mac)
{
	uint8_t bytes[6], mask[6] = {0};
	uint32_t len;

	if (split_len(text, MAC_BITS_MIN, MAC_BITS, &len) < 0 || value_mac(text, bytes) < 0)
		return "expected a MAC address, or its first 16 to 48 bits: 02:00:00:00:00:08/45";
	for (uint32_t bit = 0; bit < len; bit++)
		mask[bit / 8] |= (uint8_t)(0x80 >> bit % 8);
	memcpy(&mac->value, bytes + 2, 4);
	memcpy(&mac->mask, mask + 2, 4);
	return NULL;
}

static int make_room(struct reader *r)
{
	uint32_t room = r->room ? r->room * 2 : 1024;

	if (r->n < r->room)
		return 0;
	struct prefix *prefixes = realloc(r->prefixes, room * sizeof(*prefixes));
	if (!prefixes)
		return -ENOMEM;
	r->prefixes = prefixes;
	r->room = room;
	return 0;
}

/* What is wrong with a line, or NULL. */
static const char *parse_line(struct reader *r, char *line)
{
	char *save, *word = strtok_r(line, LINE_WORDS, &save);
	struct prefix p = {0};
	const char *why;

	if (!word || *word == '#')
		return NULL;
	why = parse_prefix(r, word, &p);
	word = strtok_r(NULL, LINE_WORDS, &save);
	if (!why && word)
		why = parse_mac(word, &p.mac);
	if (why)
		return why;
	if (r->n == 0)
		r->has_macs = word;
	if (r->has_macs != (word != NULL))
		return "either each line has a MAC address or none";
	if (strtok_r(NULL, LINE_WORDS, &save))
		return "expected a prefix and perhaps a MAC address";
	if (r->n == PREFIXES_MAX || make_room(r) < 0)
		return "too many lines, or no memory";
	r->prefixes[r->n++] = p;
	return NULL;
}

static int read_lines(struct reader *r, FILE *in, const char *file, char *error, size_t size)
{
	const char *why = NULL;
	char *line = NULL;
	size_t room = 0;
	uint32_t number = 0;

	while (!why && getline(&line, &room, in) >= 0) {
		number++;
		why = parse_line(r, line);
	}
	free(line);
	if (!why && r->n > 0)
		return 0;
	if (why)
		snprintf(error, size, "--dst-prefixes %s, line %u: %s", file, number, why);
	else
		snprintf(error, size, "--dst-prefixes %s: no prefix in it", file);
	return -EINVAL;
}

/* An address below the prefix. */
static void draw_address(const struct prefix *p, struct flows *chance, uint32_t n_bytes,
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

static int draw(struct destinations *d, const struct reader *r, uint32_t seed)
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
		const struct prefix *p = &r->prefixes[flows_next(&chance)];
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
	struct reader reader = {0};
	FILE *in = fopen(file, "re");
	int r;

	memset(d, 0, sizeof(*d));
	if (!in) {
		r = -errno;
		snprintf(error, size, "--dst-prefixes %s: %s", file, strerror(errno));
		return r;
	}
	r = read_lines(&reader, in, file, error, size);
	fclose(in);
	if (r == 0 && (r = draw(d, &reader, seed)) < 0)
		snprintf(error, size, "--dst-prefixes %s: no memory", file);
	free(reader.prefixes);
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

// SPDX-License-Identifier: BSD-3-Clause
/* Addresses and prefixes as text, in and out. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "routing/core/addr.h"

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* A decimal without leading zeros, at most max. Returns what follows it, or NULL. */
static const char *decimal_parse(const char *text, unsigned max, unsigned *out)
{
	unsigned value = 0;
	const char *p = text;

	for (; *p >= '0' && *p <= '9'; p++) {
		value = value * 10 + (unsigned)(*p - '0');
		if (value > max || (p > text && *text == '0'))
			return NULL;
	}
	if (p == text)
		return NULL;
	*out = value;
	return p;
}

static int ip4_parse(const char *text, uint8_t out[4])
{
	for (int i = 0; i < 4; i++) {
		unsigned value;

		text = decimal_parse(text, 255, &value);
		if (text == NULL || *text != (i < 3 ? '.' : '\0'))
			return -EINVAL;
		out[i] = (uint8_t)value;
		text++;
	}
	return 0;
}

/* One group of up to four hex digits. Returns what follows it, or NULL. */
static const char *group_parse(const char *text, uint8_t out[2])
{
	unsigned value = 0;
	int digits = 0;

	for (; hex_digit(*text) >= 0; text++) {
		value = value << 4 | (unsigned)hex_digit(*text);
		if (++digits > 4)
			return NULL;
	}
	if (digits == 0)
		return NULL;
	out[0] = (uint8_t)(value >> 8);
	out[1] = (uint8_t)value;
	return text;
}

/* Groups are laid down from the left; where "::" stood (gap), the rest moves to the right end. */
static int ip6_parse(const char *text, uint8_t out[16])
{
	uint8_t bytes[16] = {0};
	int n = 0, gap = -1;

	if (text[0] == ':' && text[1] == ':') {
		gap = 0;
		text += 2;
	}
	while (*text != '\0') {
		if (n <= 12 && ip4_parse(text, bytes + n) == 0) {
			n += 4;
			break;
		}
		if (n == 16)
			return -EINVAL;
		text = group_parse(text, bytes + n);
		if (text == NULL)
			return -EINVAL;
		n += 2;
		if (*text == '\0')
			break;
		if (*text++ != ':' || *text == '\0')
			return -EINVAL;
		if (*text == ':') {
			if (gap >= 0)
				return -EINVAL;
			gap = n;
			text++;
		}
	}
	if (gap < 0 ? n != 16 : n > 14)
		return -EINVAL;
	if (gap < 0)
		gap = n;
	memset(out, 0, 16);
	memcpy(out, bytes, (size_t)gap);
	memcpy(out + 16 - (n - gap), bytes + gap, (size_t)(n - gap));
	return 0;
}

int addr_parse(const char *text, struct addr *out)
{
	struct addr addr = {0};
	int rc;

	if (strchr(text, ':') != NULL) {
		addr.family = ADDR_IP6;
		rc = ip6_parse(text, addr.bytes);
	} else {
		addr.family = ADDR_IP4;
		rc = ip4_parse(text, addr.bytes);
	}
	if (rc == 0)
		*out = addr;
	return rc;
}

int prefix_parse(const char *text, struct prefix *out)
{
	char head[ADDR_TEXT_MAX];
	const char *slash = strchr(text, '/');
	struct prefix prefix;
	unsigned length;

	if (slash == NULL || (size_t)(slash - text) >= sizeof(head))
		return -EINVAL;
	memcpy(head, text, (size_t)(slash - text));
	head[slash - text] = '\0';
	if (addr_parse(head, &prefix.addr) < 0)
		return -EINVAL;
	slash = decimal_parse(slash + 1, addr_bits(&prefix.addr), &length);
	if (slash == NULL || *slash != '\0')
		return -EINVAL;
	prefix.length = (uint8_t)length;
	*out = prefix;
	return 0;
}

int prefix_parse_either(const char *text, struct prefix *out, bool *is_address)
{
	struct prefix prefix;
	struct addr addr;

	if (prefix_parse(text, &prefix) == 0) {
		*is_address = false;
		*out = prefix_network(&prefix);
		return 0;
	}
	if (addr_parse(text, &addr) < 0)
		return -EINVAL;
	*is_address = true;
	*out = (struct prefix){addr, (uint8_t)addr_bits(&addr)};
	return 0;
}

static char *ip4_print(const uint8_t b[4], char *out)
{
	snprintf(out, 16, "%u.%u.%u.%u", b[0], b[1], b[2], b[3]);
	return out;
}

/* RFC 5952 4.2: the longest run of two or more zero groups becomes "::", the first of equals. */
static int zero_run(const uint16_t groups[8], int *length)
{
	int best = -1;

	*length = 1;
	for (int i = 0; i < 8; i++) {
		int n = 0;

		while (i + n < 8 && groups[i + n] == 0)
			n++;
		if (n > *length) {
			best = i;
			*length = n;
		}
		i += n;
	}
	return best;
}

static char *ip6_print(const uint8_t bytes[16], char *out)
{
	static const uint8_t mapped[12] = {[10] = 0xff, 0xff};
	uint16_t groups[8];
	int run, length;
	size_t at = 0;

	if (memcmp(bytes, mapped, sizeof(mapped)) == 0) {
		memcpy(out, "::ffff:", 8);
		ip4_print(bytes + 12, out + 7);
		return out;
	}
	for (int i = 0; i < 8; i++)
		groups[i] = (uint16_t)(bytes[2 * i] << 8 | bytes[2 * i + 1]);
	run = zero_run(groups, &length);
	for (int i = 0; i < 8; i++) {
		if (i == run) {
			at += (size_t)snprintf(out + at, ADDR_TEXT_MAX - at, "::");
			i += length - 1;
			continue;
		}
		at += (size_t)snprintf(out + at, ADDR_TEXT_MAX - at, "%s%x",
				       i > 0 && out[at - 1] != ':' ? ":" : "", groups[i]);
	}
	return out;
}

char *addr_print(const struct addr *addr, char *out)
{
	switch (addr->family) {
	case ADDR_IP4:
		return ip4_print(addr->bytes, out);
	case ADDR_IP6:
		return ip6_print(addr->bytes, out);
	default:
		out[0] = '\0';
		return out;
	}
}

char *prefix_print(const struct prefix *prefix, char *out)
{
	size_t n = strlen(addr_print(&prefix->addr, out));

	snprintf(out + n, PREFIX_TEXT_MAX - n, "/%u", prefix->length);
	return out;
}

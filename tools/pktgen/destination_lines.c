// SPDX-License-Identifier: BSD-3-Clause
#include "tools/pktgen/destination_lines.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tools/pktgen/values.h"

#define PREFIXES_MAX 10000000
#define LINE_WORDS   " \t\r\n"
#define MAC_BITS     48
#define MAC_BITS_MIN 16 /* the first two bytes are not looked at */

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

static bool has_host_bits(const struct destination_prefix *p, uint32_t longest)
{
	for (uint32_t bit = p->len; bit < longest; bit++)
		if (p->address[bit / 8] >> (7 - bit % 8) & 1)
			return true;
	return false;
}

static const char *parse_prefix(struct destination_lines *r, char *text,
				struct destination_prefix *p)
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

static int make_room(struct destination_lines *r)
{
	uint32_t room = r->room ? r->room * 2 : 1024;

	if (r->n < r->room)
		return 0;
	struct destination_prefix *prefixes = realloc(r->prefixes, room * sizeof(*prefixes));
	if (!prefixes)
		return -ENOMEM;
	r->prefixes = prefixes;
	r->room = room;
	return 0;
}

/* What is wrong with a line, or NULL. */
static const char *parse_line(struct destination_lines *r, char *line)
{
	char *save, *word = strtok_r(line, LINE_WORDS, &save);
	struct destination_prefix p = {0};
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

int destination_lines_read(struct destination_lines *r, FILE *in, const char *file, char *error,
			   size_t size)
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

void destination_lines_fini(struct destination_lines *r)
{
	free(r->prefixes);
	memset(r, 0, sizeof(*r));
}

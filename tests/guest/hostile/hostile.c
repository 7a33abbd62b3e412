// SPDX-License-Identifier: BSD-3-Clause
/*
 * A vhost-user guest that means harm.
 *
 *   hostile list                     NAME and what it does; a line a case
 *   hostile CASE SOCKET [ROUNDS]     plays it; 0 when weft behaved each time
 *
 * A name that ends in .packed is played with packed rings, one that ends in
 * .listening owns the socket, for a weft that is the client; .translated wants a
 * port that offers the IOMMU.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/guest/hostile/cases.h"

static const struct hostile_case *const levels[] = {
	cases_message, cases_setup, cases_ring, cases_descriptor, cases_header, cases_iommu, NULL,
};

static const struct {
	unsigned flag;
	const char *suffix, *words;
} ways[] = {
	{SPLIT, "", ""},
	{PACKED, ".packed", " (packed rings)"},
	{LISTENING, ".listening", " (weft as the client)"},
	{TRANSLATED, ".translated", " (behind an IOMMU)"},
};

#define N_WAYS (sizeof(ways) / sizeof(ways[0]))

static void list(void)
{
	for (int level = 0; levels[level]; level++)
		for (const struct hostile_case *c = levels[level]; c->name; c++)
			for (size_t way = 0; way < N_WAYS; way++)
				if (c->flags & ways[way].flag)
					printf("%s%s\t%s%s\n", c->name, ways[way].suffix, c->what,
					       ways[way].words);
}

static const struct hostile_case *find(const char *name, unsigned *flag)
{
	size_t length = strcspn(name, ".");

	for (int level = 0; levels[level]; level++)
		for (const struct hostile_case *c = levels[level]; c->name; c++)
			for (size_t way = 0; way < N_WAYS; way++)
				if (strlen(c->name) == length && !strncmp(c->name, name, length) &&
				    !strcmp(name + length, ways[way].suffix) &&
				    c->flags & ways[way].flag) {
					*flag = ways[way].flag;
					return c;
				}
	return NULL;
}

static int play(const struct hostile_case *c, struct front *f, unsigned rounds)
{
	for (f->round = 0; f->round < rounds; f->round++) {
		int rc = front_connect(f);

		if (rc == 0)
			rc = c->play(f);
		front_hang_up(f);
		if (rc < 0) {
			fprintf(stderr, "in round %u of %u\n", f->round + 1, rounds);
			return 1;
		}
	}
	return 0;
}

int main(int argc, char **argv)
{
	const struct hostile_case *c;
	struct front f;
	unsigned flag;
	int rc;

	signal(SIGPIPE, SIG_IGN);
	if (argc == 2 && !strcmp(argv[1], "list")) {
		list();
		return 0;
	}
	c = argc == 3 || argc == 4 ? find(argv[1], &flag) : NULL;
	if (!c) {
		fprintf(stderr, "usage: hostile list | hostile CASE SOCKET [ROUNDS]\n");
		return 2;
	}
	if (front_init(&f, argv[2], flag == LISTENING) < 0)
		return 1;
	f.is_packed = flag == PACKED;
	f.translates = flag == TRANSLATED;
	rc = play(c, &f, argc == 4 ? (unsigned)atoi(argv[3]) : 1);
	front_fini(&f);
	return rc;
}

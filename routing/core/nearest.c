// SPDX-License-Identifier: BSD-3-Clause
#include "routing/core/nearest.h"

#include <string.h>

static unsigned min(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

/* Optimal string alignment, three rows of the matrix at a time. */
unsigned nearest_distance(const char *a, const char *b)
{
	unsigned rows[3][NEAREST_WORD_MAX + 1];
	size_t n_a = strlen(a), n_b = strlen(b);

	if (n_a > NEAREST_WORD_MAX || n_b > NEAREST_WORD_MAX)
		return NEAREST_WORD_MAX;
	for (size_t j = 0; j <= n_b; j++)
		rows[0][j] = (unsigned)j;
	for (size_t i = 1; i <= n_a; i++) {
		unsigned *row = rows[i % 3], *above = rows[(i + 2) % 3],
			 *above2 = rows[(i + 1) % 3];

		row[0] = (unsigned)i;
		for (size_t j = 1; j <= n_b; j++) {
			row[j] = min(above[j] + 1, row[j - 1] + 1);
			row[j] = min(row[j], above[j - 1] + (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				row[j] = min(row[j], above2[j - 2] + 1);
		}
	}
	return rows[n_a % 3][n_b];
}

/* A third of the word may be wrong; a known word that the unknown one begins is near anyway. */
void nearest_offer(struct nearest *nearest, const char *known)
{
	size_t n = strlen(nearest->word);
	unsigned distance = nearest_distance(nearest->word, known);

	if (distance > (n + 2) / 3 && !(n >= 2 && !strncmp(nearest->word, known, n)))
		return;
	if (nearest->best && distance >= nearest->distance)
		return;
	nearest->best = known;
	nearest->distance = distance;
}

// SPDX-License-Identifier: BSD-3-Clause
#include "dataplane/fdb_table.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/random.h>

#include "dataplane/mem.h"

int fdb_table_workers(struct fdb *fdb, uint16_t n)
{
	for (; fdb->n_seen < n; fdb->n_seen++) {
		/* Lines of its own for each worker: no false sharing. */
		fdb->seen[fdb->n_seen] = mem_lines((size_t)fdb->n_buckets * FDB_SLOTS);
		if (!fdb->seen[fdb->n_seen])
			return -ENOMEM;
	}
	return 0;
}

static int alloc_arrays(struct fdb *fdb, uint16_t n_workers)
{
	fdb->buckets = mem_lines(fdb->n_buckets * sizeof(*fdb->buckets));
	fdb->info = calloc((size_t)fdb->n_buckets * FDB_SLOTS, sizeof(*fdb->info));
	return fdb->buckets && fdb->info ? fdb_table_workers(fdb, n_workers) : -ENOMEM;
}

struct fdb *fdb_table_create(uint32_t n_buckets, uint16_t n_workers)
{
	struct fdb *fdb = calloc(1, sizeof(*fdb));

	if (!fdb)
		return NULL;
	fdb->n_buckets = n_buckets;
	fdb->shift = 64 - __builtin_ctz(n_buckets);
	if (getrandom(fdb->multiplier, sizeof(fdb->multiplier), 0) != sizeof(fdb->multiplier) ||
	    alloc_arrays(fdb, n_workers)) {
		fdb_table_destroy(fdb);
		errno = ENOMEM;
		return NULL;
	}
	fdb->multiplier[0] |= 1;
	fdb->multiplier[1] |= 1;
	return fdb;
}

void fdb_table_destroy(struct fdb *fdb)
{
	if (!fdb)
		return;
	for (int i = 0; i < fdb->n_seen; i++)
		free(fdb->seen[i]);
	free(fdb->info);
	free(fdb->buckets);
	free(fdb);
}

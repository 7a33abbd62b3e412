// SPDX-License-Identifier: BSD-3-Clause
/*
 * The library's own way to fill a pool puts all buffers in at once, in pages that no buffer
 * crosses: for memory without hugepages that is one buffer a page. Here the pool's memory is one
 * piece, addressed by the host's own addresses, and buffers lie in it one after the other.
 */
#include "dataplane/pool.h"

#include <errno.h>
#include <stdio.h>

#include <rte_errno.h>
#include <rte_mbuf.h>
#include <rte_mempool.h>
#include <rte_memzone.h>

#define CACHE 256    /* of each worker, in the library */
#define NAME  "weft" /* of the pool, of its memory, and of the way to fill it */

/* Where the next buffer comes to lie. Control. */
static struct {
	rte_mempool_populate_obj_cb_t *note; /* the library's, for each buffer */
	char *at, *end;
	rte_iova_t shift; /* from an address of ours to the one that devices use */
	uint32_t first;   /* how many are added at once */
	uint32_t kept;    /* set aside by ports */
} pool;

static size_t stride(const struct rte_mempool *mp)
{
	return mp->header_size + mp->elt_size + mp->trailer_size;
}

/* A buffer is whole before a worker can get hold of it. */
static uint32_t add(struct rte_mempool *mp, uint32_t n)
{
	uint32_t added = 0;

	for (; added < n && (size_t)(pool.end - pool.at) >= stride(mp); added++) {
		void *buffer = pool.at + mp->header_size;

		pool.note(mp, NULL, buffer, (rte_iova_t)buffer + pool.shift);
		rte_pktmbuf_init(mp, NULL, buffer, 0);
		rte_mempool_ops_enqueue_bulk(mp, &buffer, 1);
		pool.at += stride(mp);
	}
	return added;
}

static int populate(struct rte_mempool *mp, unsigned n, void *at, rte_iova_t iova, size_t size,
		    rte_mempool_populate_obj_cb_t *note, void *arg)
{
	pool.note = note;
	pool.at = at;
	pool.end = pool.at + size;
	pool.shift = iova - (rte_iova_t)at;
	return (int)add(mp, RTE_MIN(n, pool.first));
}

/* The library's ring of buffers, with our way to fill it. Of its rings the one without a queue of
 * those who wait: in the usual one each waits for the one before it, and where threads share cores
 * that takes a turn of the scheduler each. (In the relaxed one, RTS, what was taken may be given
 * back before its place is free, and is lost.) */
static int set_ops(struct rte_mempool *mp)
{
	static struct rte_mempool_ops ops;
	int rc;

	if (!ops.name[0]) {
		rc = rte_mempool_set_ops_byname(mp, "ring_mt_hts", NULL);
		if (rc < 0)
			return rc;
		ops = *rte_mempool_get_ops(mp->ops_index);
		snprintf(ops.name, sizeof(ops.name), NAME);
		ops.populate = populate;
		rc = rte_mempool_register_ops(&ops);
		if (rc < 0) {
			ops.name[0] = 0;
			return rc;
		}
	}
	return rte_mempool_set_ops_byname(mp, NAME, NULL);
}

static int fill(struct rte_mempool *mp, uint32_t first)
{
	size_t size = stride(mp) * mp->size + RTE_MEMPOOL_ALIGN;
	const struct rte_memzone *memory =
		rte_memzone_reserve(NAME, size, SOCKET_ID_ANY, RTE_MEMZONE_IOVA_CONTIG);
	int rc;

	if (!memory)
		return -rte_errno;
	pool.first = first;
	rc = rte_mempool_populate_iova(mp, memory->addr, memory->iova, memory->len, NULL, NULL);
	if (rc > 0)
		return 0;
	rte_memzone_free(memory);
	return rc ? rc : -ENOMEM;
}

struct rte_mempool *pool_create(uint32_t n, uint32_t first)
{
	struct rte_pktmbuf_pool_private own = {.mbuf_data_room_size = RTE_MBUF_DEFAULT_BUF_SIZE};
	unsigned size = sizeof(struct rte_mbuf) + RTE_MBUF_DEFAULT_BUF_SIZE;
	struct rte_mempool *mp =
		rte_mempool_create_empty(NAME, n, size, CACHE, sizeof(own), SOCKET_ID_ANY, 0);
	int rc;

	if (!mp) {
		errno = rte_errno;
		return NULL;
	}
	rc = set_ops(mp);
	if (rc == 0) {
		rte_pktmbuf_pool_init(mp, &own);
		rc = fill(mp, first);
	}
	if (rc == 0)
		return mp;
	rte_mempool_free(mp);
	errno = -rc;
	return NULL;
}

void pool_destroy(struct rte_mempool *mp)
{
	rte_mempool_free(mp);
	rte_memzone_free(rte_memzone_lookup(NAME));
	pool.kept = 0;
}

bool pool_grow(struct rte_mempool *mp, uint32_t n)
{
	add(mp, RTE_MIN(n, mp->size - mp->populated_size));
	return mp->populated_size < mp->size;
}

uint32_t pool_in_use(const struct rte_mempool *mp)
{
	return mp->populated_size - RTE_MIN(mp->populated_size, rte_mempool_avail_count(mp));
}

uint32_t pool_keep_max(const struct rte_mempool *mp)
{
	return mp->size / 2;
}

int pool_keep(const struct rte_mempool *mp, uint32_t n, uint32_t *left)
{
	*left = pool_keep_max(mp) - pool.kept;
	if (n > *left)
		return -ENOBUFS;
	pool.kept += n;
	return 0;
}

void pool_keep_no_more(uint32_t n)
{
	pool.kept -= n;
}

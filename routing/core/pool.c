// SPDX-License-Identifier: BSD-3-Clause
#include "routing/core/pool.h"

#include <string.h>

#include "routing/core/memory.h"

void pool_init(struct pool *pool, uint32_t size)
{
	*pool = (struct pool){.size = size, .fresh = 1}; /* 0 is none */
}

void pool_fini(struct pool *pool)
{
	for (uint32_t i = 0; i < pool->n_chunks; i++)
		memory_free(pool->chunks[i]);
	memory_free(pool->chunks);
	pool_init(pool, pool->size);
}

static int add_chunk(struct pool *pool)
{
	if (pool->n_chunks == pool->room) {
		uint32_t room = pool->room ? 2 * pool->room : 8;
		uint8_t **chunks = memory_resize(pool->chunks, room, sizeof(*chunks));

		if (!chunks)
			return -1;
		pool->chunks = chunks;
		pool->room = room;
	}
	pool->chunks[pool->n_chunks] = memory_resize(NULL, 1U << POOL_CHUNK_BITS, pool->size);
	if (!pool->chunks[pool->n_chunks])
		return -1;
	pool->n_chunks++;
	return 0;
}

uint32_t pool_get(struct pool *pool)
{
	uint32_t number = pool->freed;

	if (number != 0) {
		memcpy(&pool->freed, pool_at(pool, number, pool->size), sizeof(pool->freed));
	} else {
		if (pool->fresh >> POOL_CHUNK_BITS == pool->n_chunks && add_chunk(pool) < 0)
			return 0;
		number = pool->fresh++;
	}
	pool->n++;
	memset(pool_at(pool, number, pool->size), 0, pool->size);
	return number;
}

void pool_put(struct pool *pool, uint32_t number)
{
	memcpy(pool_at(pool, number, pool->size), &pool->freed, sizeof(pool->freed));
	pool->freed = number;
	pool->n--;
}

uint64_t pool_bytes(const struct pool *pool)
{
	return (uint64_t)pool->n_chunks * pool->size * (1U << POOL_CHUNK_BITS) +
	       (uint64_t)pool->room * sizeof(*pool->chunks);
}

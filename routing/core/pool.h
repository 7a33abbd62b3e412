// SPDX-License-Identifier: BSD-3-Clause
/*
 * Many objects of one size, named by small numbers: four bytes a link where a
 * pointer takes eight, and no header for each. Objects do not move; memory grows
 * by chunks and is kept for the next ones.
 */
#ifndef WEFT_ROUTING_CORE_POOL_H
#define WEFT_ROUTING_CORE_POOL_H

#include <stdint.h>

#define POOL_CHUNK_BITS 10

struct pool {
	uint32_t size;  /* bytes of an object; a multiple of 4 */
	uint32_t n;     /* in use */
	uint32_t fresh; /* the first number never given out */
	uint32_t freed; /* the last one given back; it holds the number of the one before it */
	uint32_t n_chunks, room;
	uint8_t **chunks;
};

void pool_init(struct pool *pool, uint32_t size);
void pool_fini(struct pool *pool);

/* The number of a new object, all zeros; 0: no memory. */
uint32_t pool_get(struct pool *pool);
void pool_put(struct pool *pool, uint32_t number);

uint64_t pool_bytes(const struct pool *pool);

/* size: pool->size, for a compiler that knows it. */
static inline void *pool_at(const struct pool *pool, uint32_t number, uint32_t size)
{
	return pool->chunks[number >> POOL_CHUNK_BITS] +
	       (uint64_t)(number & ((1U << POOL_CHUNK_BITS) - 1)) * size;
}

/* A queue of objects of a pool, by a uint32_t of theirs (at `link` bytes) that is the queue's. */
struct pool_queue {
	const struct pool *pool;
	uint32_t link;
	uint32_t head, tail, n;
};

static inline uint32_t *pool_queue_link(const struct pool_queue *queue, uint32_t number)
{
	uint8_t *object = pool_at(queue->pool, number, queue->pool->size);

	return (uint32_t *)(void *)(object + queue->link);
}

static inline void pool_queue_add(struct pool_queue *queue, uint32_t number)
{
	if (queue->n++ == 0)
		queue->head = number;
	else
		*pool_queue_link(queue, queue->tail) = number;
	queue->tail = number;
}

/* The first, taken out; there must be one. */
static inline uint32_t pool_queue_take(struct pool_queue *queue)
{
	uint32_t number = queue->head;

	queue->head = *pool_queue_link(queue, number);
	queue->n--;
	return number;
}

#endif

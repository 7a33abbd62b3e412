// SPDX-License-Identifier: BSD-3-Clause
/*
 * Strongly connected components: which nodes of a directed graph can reach one
 * another. Tarjan's algorithm, with a stack of its own instead of recursion.
 */
#ifndef WEFT_ROUTING_CORE_SCC_H
#define WEFT_ROUTING_CORE_SCC_H

#include <stdint.h>

/* The edges of node i are those to `to[first[i]]` up to, but not with, `to[first[i + 1]]`. Nodes
 * get the same number in component[n] where they reach each other; numbers are below n. 0 or
 * -ENOMEM. */
int scc_find(uint32_t n, const uint32_t *first, const uint32_t *to, uint32_t *component);

#endif

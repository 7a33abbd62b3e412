// SPDX-License-Identifier: BSD-3-Clause
/* The memory behind fib.h. */
#ifndef WEFT_DATAPLANE_FIB_TRIE_H
#define WEFT_DATAPLANE_FIB_TRIE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "dataplane/fib_table.h"

struct fib_node {
	_Atomic(struct fib_node *) child[2];
	_Atomic uint32_t group;
};

struct fib {
	struct fib_node root;
	enum fib_family family;
	uint32_t n_prefixes;
	uint64_t n_nodes;
};

#endif

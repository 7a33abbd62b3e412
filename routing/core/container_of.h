// SPDX-License-Identifier: BSD-3-Clause
/* The struct that a member lies in. DPDK has the same macro, guarded the same way. */
#ifndef WEFT_ROUTING_CORE_CONTAINER_OF_H
#define WEFT_ROUTING_CORE_CONTAINER_OF_H

#include <stddef.h>

#ifndef container_of
#define container_of(pointer, type, member)                                 \
	__extension__({                                                     \
		const __typeof__(((type *)0)->member) *member_ = (pointer); \
		(type *)((uintptr_t)member_ - offsetof(type, member));      \
	})
#endif

#endif

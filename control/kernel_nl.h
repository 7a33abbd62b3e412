// SPDX-License-Identifier: BSD-3-Clause
/*
 * The netlink sockets of one routing table of the host's: requests and what
 * became of them, dumps that are read a piece at a time, and news.
 *
 * A request is done when its call returns: the kernel works in the caller's
 * time. Dumps and news never wait.
 *
 * Control thread.
 */
#ifndef WEFT_CONTROL_KERNEL_NL_H
#define WEFT_CONTROL_KERNEL_NL_H

#include <stdbool.h>
#include <stdint.h>

#include "control/kernel_route.h"
#include "control/netns.h"

#define KERNEL_BATCH 32 /* requests at once */

struct kernel_nl;

struct kernel_nl_ops {
	/* A route of the dump. */
	void (*dumped)(void *arg, const struct kernel_route *route);
	/* The dump of both families is complete (0), or is not (-errno): -EAGAIN when too much
	 * changed meanwhile. */
	void (*dump_done)(void *arg, int rc);
	/* A route of the table is new, was replaced, or is gone; flags: NLM_F_REPLACE and the like.
	 * What we asked for ourselves is not told. */
	void (*news)(void *arg, bool is_new, uint16_t flags, const struct kernel_route *route);
	/* A device changed. */
	void (*device)(void *arg, int32_t device);
	/* News were lost, and all that was not lost has been told. */
	void (*lost)(void *arg);
};

/* For one table in a namespace. NULL with errno. */
struct kernel_nl *kernel_nl_open(struct netns *ns, uint32_t table, const struct kernel_nl_ops *ops,
				 void *arg);
void kernel_nl_close(struct kernel_nl *nl); /* NULL is legal */

/* Begins a dump. all: of every origin, else of weft's own. 0 or -errno: -EBUSY (one is under way).
 */
int kernel_nl_dump(struct kernel_nl *nl, bool all);
bool kernel_nl_is_dumping(const struct kernel_nl *nl);

/* One request of a batch, and its result: 0 or -errno. */
struct kernel_request {
	uint16_t type, flags; /* RTM_NEWROUTE or RTM_DELROUTE; NLM_F_… */
	struct kernel_route route;
	int result;
};

/* Sends n requests, at most KERNEL_BATCH, and sets each result. Where an answer was lost that is
 * -ENOBUFS, and nobody knows. */
void kernel_nl_send(struct kernel_nl *nl, struct kernel_request *requests, uint32_t n);

#endif

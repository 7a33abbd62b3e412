// SPDX-License-Identifier: BSD-3-Clause
#include "dataplane/bridge.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "dataplane/fdb_table.h"
#include "dataplane/grace.h"
#include "dataplane/l3.h"
#include "dataplane/workers.h"

enum { FIRST_BUCKETS = 64 };

static struct bridge *bridges[BRIDGE_MAX];
static uint32_t last_serial;

struct bridge *bridge_by_id(uint16_t id)
{
	return id < BRIDGE_MAX ? bridges[id] : NULL;
}

static int free_id(void)
{
	for (int id = 0; id < BRIDGE_MAX; id++)
		if (!bridges[id])
			return id;
	return -1;
}

struct bridge *bridge_create(uint32_t max_macs)
{
	struct bridge *bridge;
	int id = free_id();

	if (id < 0) {
		errno = ENOSPC;
		return NULL;
	}
	bridge = calloc(1, sizeof(*bridge));
	if (!bridge)
		goto fail;
	bridge->fdb = fdb_table_create(FIRST_BUCKETS, workers_limit());
	if (!bridge->fdb)
		goto fail;
	bridge->id = id;
	bridge->max_macs = max_macs;
	bridge->members = &bridge->lists[0];
	bridges[id] = bridge;
	return bridge;
fail:
	free(bridge);
	errno = ENOMEM;
	return NULL;
}

void bridge_destroy(struct bridge *bridge)
{
	if (!bridge)
		return;
	bridges[bridge->id] = NULL;
	l3_bridge_gone(bridge);
	grace_wait();
	fdb_table_destroy(bridge->fdb);
	free(bridge);
}

static const struct member *member_of(const struct port *port)
{
	return atomic_load_explicit(&port->member, memory_order_relaxed);
}

/* Publishes new (or NULL) in place of the port's member in its bridge, and frees that one. */
static void replace(struct bridge *bridge, struct port *port, const struct member *new)
{
	const struct members *from = bridge->members;
	struct members *to = &bridge->lists[from == &bridge->lists[0]];
	const struct member *old = member_of(port);

	to->n = 0;
	for (int i = 0; i < from->n; i++)
		if (from->list[i] != old)
			to->list[to->n++] = from->list[i];
	if (new)
		to->list[to->n++] = new;
	atomic_store_explicit(&bridge->members, to, memory_order_release);
	atomic_store_explicit(&port->member, new, memory_order_release);
	grace_wait();
	free((void *)old);
}

int bridge_member_set(struct bridge *bridge, struct port *port, const struct member_conf *conf)
{
	const struct member *old = member_of(port);
	struct member *new;

	if (old && old->bridge != bridge)
		return -EBUSY;
	new = malloc(sizeof(*new));
	if (!new)
		return -ENOMEM;
	new->bridge = bridge;
	new->port = port;
	new->conf = *conf;
	new->serial = old ? old->serial : ++last_serial;
	atomic_init(&new->learn, old ? old->learn : true);
	replace(bridge, port, new);
	return 0;
}

void bridge_member_del(struct bridge *bridge, struct port *port)
{
	const struct member *old = member_of(port);

	if (!old || old->bridge != bridge)
		return;
	replace(bridge, port, NULL);
	fdb_flush(bridge, port->index, 0, true);
}

void bridge_member_learn(struct port *port, bool learn)
{
	struct member *member = (struct member *)member_of(port);

	if (member)
		atomic_store_explicit(&member->learn, learn, memory_order_relaxed);
}

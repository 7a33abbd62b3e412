// SPDX-License-Identifier: BSD-3-Clause
#include "routing/neighbor/engine.h"

#include <errno.h>
#include <string.h>

#include "routing/core/memory.h"

#define ETHER_ARP 0x0806

const char *neighbor_state_name(enum neighbor_state state)
{
	static const char *const names[NEIGHBOR_STATES] = {
		[NEIGHBOR_INCOMPLETE] = "incomplete", [NEIGHBOR_REACHABLE] = "reachable",
		[NEIGHBOR_STALE] = "stale",           [NEIGHBOR_DELAY] = "stale",
		[NEIGHBOR_PROBE] = "stale",           [NEIGHBOR_FAILED] = "failed",
		[NEIGHBOR_STATIC] = "static"};

	return names[state];
}

struct neighbors *neighbor_create(struct env *env, const struct neighbor_limits *limits,
				  const struct neighbor_ops *ops, void *ctx)
{
	struct neighbors *engine = memory_zalloc(sizeof(*engine));

	if (!engine)
		return NULL;
	engine->env = env;
	engine->ops = ops;
	engine->ctx = ctx;
	if (limits)
		engine->limits = *limits;
	conf_fill_in_limits(&engine->limits);
	unsettled_init(&engine->unsettled);
	unsettled_owns_init(&engine->unsettled_owns);
	if (table_init(engine) < 0) {
		memory_free(engine);
		errno = ENOMEM;
		return NULL;
	}
	return engine;
}

void neighbor_destroy(struct neighbors *engine)
{
	if (!engine)
		return;
	for (uint32_t i = 0; i < WIRE_CHAINS; i++)
		while (engine->wires[i])
			wire_remove(engine->wires[i]);
	settle(engine);
	table_fini(engine);
	memory_free(engine);
}

int neighbor_configure(struct neighbors *engine, const struct iface *iface,
		       const struct neighbor_conf *conf)
{
	struct neighbor_conf wanted = conf ? *conf : (struct neighbor_conf){0};
	struct wire *wire;
	bool ra_differs;

	if (ra_check(&wanted.ra) != NULL || wanted.attempts > BUCKET_RATE_MAX)
		return -EINVAL;
	wire = wire_get(engine, iface);
	if (!wire)
		return -ENOMEM;
	conf_fill_in(&wanted);
	ra_differs = memcmp(&wire->conf.ra, &wanted.ra, sizeof(wanted.ra)) != 0;
	if (!wanted.ra.enabled) {
		ra_stop(wire); /* says goodbye with what it said until now */
		ra_differs = false;
	}
	wire->conf = wanted;
	own_reconfigured(wire);
	if (ra_differs)
		ra_changed(wire);
	ra_update(wire);
	settle(engine);
	return 0;
}

bool neighbor_input(struct neighbors *engine, const struct packet_in *in)
{
	struct wire *wire = wire_find(engine, in->iface);
	struct ip_view ip;
	bool is_arp = in->ether_type == ETHER_ARP;

	if (!is_arp) {
		if (in->ether_type != ETHER_IP6 || ip_read(in->data, in->len, false, &ip) < 0 ||
		    ip.src.family != ADDR_IP6 || ip.proto != IP_ICMP6 || ip.fragment_offset > 0 ||
		    ip.payload_len < 1 || ip.payload[0] < ND_ROUTER_SOLICIT ||
		    ip.payload[0] > ND_REDIRECT)
			return false;
	}
	if (!wire || !wire->is_up)
		return true;
	if (is_arp)
		arp_input(wire, in);
	else
		nd_input(wire, &ip, in);
	settle(engine);
	return true;
}

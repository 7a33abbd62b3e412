// SPDX-License-Identifier: BSD-3-Clause
/* Interfaces as the engine sees them. */
#include "routing/neighbor/engine.h"

#include <errno.h>
#include <string.h>

#include "routing/core/memory.h"

static struct wire **chain_of(struct neighbors *engine, uint32_t id)
{
	return &engine->wires[id % WIRE_CHAINS];
}

struct wire *wire_find(struct neighbors *engine, const struct iface *iface)
{
	struct wire *wire = *chain_of(engine, iface->id);

	while (wire && wire->id != iface->id)
		wire = wire->chain;
	return wire;
}

struct wire *wire_get(struct neighbors *engine, const struct iface *iface)
{
	struct wire *wire = wire_find(engine, iface), **chain = chain_of(engine, iface->id);

	if (wire)
		return wire;
	wire = memory_zalloc(sizeof(*wire));
	if (!wire)
		return NULL;
	wire->engine = engine;
	wire->iface = iface;
	wire->id = iface->id;
	conf_fill_in(&wire->conf);
	for (int i = 0; i < LISTS; i++)
		listed_init(&wire->lists[i]);
	owns_init(&wire->owns);
	ra_init(wire);
	wire->chain = *chain;
	*chain = wire;
	return wire;
}

/* Nothing can be reached over it any more. Static and kept ones stay, as long as the wire does. */
static void forget_neighbors(struct wire *wire)
{
	for (int i = 0; i < LISTS; i++)
		list_foreach_safe(listed, &wire->lists[i], neighbor) {
			if (neighbor->listing == LIST_PINNED && !wire->is_going)
				nud_suspend(neighbor);
			else
				table_remove(neighbor, NEIGHBOR_NO_IFACE, NEIGHBOR_DROPPED);
		}
}

static void resume_neighbors(struct wire *wire)
{
	list_foreach(listed, &wire->lists[LIST_PINNED], neighbor)
		nud_resume(neighbor);
}

void wire_remove(struct wire *wire)
{
	struct wire **at = chain_of(wire->engine, wire->id);

	wire->is_going = true;
	ra_stop(wire);
	own_remove_all(wire);
	forget_neighbors(wire);
	while (*at != wire)
		at = &(*at)->chain;
	*at = wire->chain;
	memory_free(wire);
}

int neighbor_iface_changed(struct neighbors *engine, const struct iface *iface)
{
	struct wire *wire = wire_get(engine, iface);
	bool was_up, is_other;
	int err;

	if (!wire)
		return -ENOMEM;
	was_up = wire->is_up;
	is_other = memcmp(wire->mac, iface->mac, sizeof(wire->mac)) != 0;
	wire->iface = iface;
	wire->is_up = (iface->flags & IFACE_UP) && !(iface->flags & IFACE_LOOPBACK);
	memcpy(wire->mac, iface->mac, sizeof(wire->mac));
	if (was_up && !wire->is_up) {
		own_down(wire);
		forget_neighbors(wire);
	}
	err = own_update(wire);
	if (wire->is_up) {
		if (was_up && is_other)
			own_announce_all(wire);
		own_up(wire);
	}
	if (!was_up && wire->is_up)
		resume_neighbors(wire);
	ra_update(wire);
	settle(engine);
	return err;
}

void neighbor_iface_gone(struct neighbors *engine, const struct iface *iface)
{
	struct wire *wire = wire_find(engine, iface);

	if (!wire)
		return;
	wire_remove(wire);
	settle(engine);
}

void neighbor_goodbye(struct neighbors *engine, const struct iface *iface)
{
	struct wire *wire = wire_find(engine, iface);

	if (!wire)
		return;
	ra_stop(wire);
	settle(engine);
}

bool wire_has_subnet(const struct wire *wire, const struct addr *addr)
{
	if (addr->family == ADDR_IP6 && addr_is_link_local(addr))
		return true;
	list_foreach(owns, &wire->owns, own)
		if (prefix_contains(&own->prefix, addr))
			return true;
	return false;
}

/* RFC 1812 4.2.2.11, 5.3.7: 0/8, 127/8, class D and E are nobody's on a wire. */
static bool is_unicast(const struct addr *addr)
{
	if (addr_is_unspecified(addr) || addr_is_loopback(addr) || addr_is_multicast(addr))
		return false;
	return addr->family != ADDR_IP4 || (addr->bytes[0] != 0 && addr->bytes[0] < 224);
}

bool wire_can_have(const struct wire *wire, const struct addr *addr)
{
	if (addr_bits(addr) == 0 || !is_unicast(addr) || own_held(wire, addr))
		return false;
	list_foreach(owns, &wire->owns, own) {
		struct prefix subnet = {.addr = *addr, .length = own->prefix.length};

		if (prefix_contains(&own->prefix, addr) && prefix_is_broadcast(&subnet))
			return false;
	}
	return true;
}

bool wire_can_have_mac(const struct wire *wire, const uint8_t mac[6])
{
	static const uint8_t none[6];

	return !(mac[0] & 1) && memcmp(mac, none, 6) != 0 && memcmp(mac, wire->mac, 6) != 0;
}

bool wire_send(struct wire *wire, uint16_t ether_type, const uint8_t dst_mac[6],
	       const uint8_t *data, uint32_t len, uint64_t *counter)
{
	struct packet_out out = {.iface = wire->iface,
				 .vrf = wire->iface->vrf,
				 .ether_type = ether_type,
				 .has_mac = true,
				 .data = data,
				 .len = len};

	memcpy(out.dst_mac, dst_mac, sizeof(out.dst_mac));
	if (len == 0 || env_send(wire->engine->env, &out) < 0) {
		wire->engine->stats.send_failed++;
		return false;
	}
	++*counter;
	return true;
}

// SPDX-License-Identifier: BSD-3-Clause
#include "tests/sim/world.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "control/digest.h"
#include "routing/core/be.h"
#include "routing/core/container_of.h"
#include "routing/core/ip.h"
#include "routing/core/udp.h"
#include "tests/sim/host.h"

struct packet {
	struct timer timer; /* its arrival */
	struct end *to;
	struct packet_in in;
	struct packet *next, **prev;
	uint8_t data[];
};

static void *must(void *memory)
{
	if (!memory)
		abort();
	return memory;
}

/* Steele's splitmix64: small, and good enough to lose packets by. */
static uint64_t next_random(uint64_t *state)
{
	uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

static bool chance(struct world *world, uint32_t of_a_million)
{
	return of_a_million && next_random(&world->random) % 1000000 < of_a_million;
}

void world_note(struct world *world, const struct router *router, const char *format, ...)
{
	char text[512];
	va_list args;

	if (!world->transcript)
		return;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	fprintf(world->transcript, "%11.6f %-7s %s\n", (double)world->timers.now.us / 1e6,
		router ? router->name : "-", text);
}

void world_fail(struct world *world, const struct router *router, const char *format, ...)
{
	char text[200];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	world_note(world, router, "FAILURE: %s", text);
	if (world->n_failures++ == 0)
		snprintf(world->failure, sizeof(world->failure), "at %.6f s%s%s: %s",
			 (double)world->timers.now.us / 1e6, router ? ", " : "",
			 router ? router->name : "", text);
}

/* --- packets --- */

/* sign: > sent, < received, x lost. */
static void note_packet(const struct end *end, char sign, const uint8_t *data, uint32_t len)
{
	const struct world *world = end->router->world;
	char text[400];

	if (!world->transcript)
		return;
	snprintf(text, sizeof(text), "%u bytes", len);
	if (!world->describe || world->describe(&end->iface, data, len, text, sizeof(text)))
		world_note(end->router->world, end->router, "%c %s %s", sign, end->iface.name,
			   text);
}

static void packet_free(struct packet *packet)
{
	packet->to->router->world->in_flight--;
	*packet->prev = packet->next;
	if (packet->next)
		packet->next->prev = packet->prev;
	free(packet);
}

static void on_arrival(struct timer *timer)
{
	struct packet *packet = container_of(timer, struct packet, timer);
	struct end *to = packet->to;

	if (!to->router->is_stopped && !to->is_deaf && to->iface.flags & IFACE_UP) {
		to->link->delivered++;
		to->router->world->delivered++;
		note_packet(to, '<', packet->data, packet->in.len);
		sim_host_input(to->router, &packet->in);
	}
	packet_free(packet);
}

static void launch(struct end *from, struct end *to, const struct packet_out *out)
{
	struct world *world = from->router->world;
	const struct link_conf *conf = &from->link->conf;
	struct packet *packet = must(malloc(sizeof(*packet) + out->len));
	int64_t delay = conf->delay_us;

	if (conf->jitter_us)
		delay += (int64_t)(next_random(&world->random) % (uint64_t)conf->jitter_us);
	*packet = (struct packet){
		.to = to,
		.in = {.iface = &to->iface, .ether_type = out->ether_type, .len = out->len},
		.next = world->packets,
		.prev = &world->packets,
	};
	memcpy(packet->data, out->data, out->len);
	packet->in.data = packet->data;
	memcpy(packet->in.src_mac, from->iface.mac, 6);
	memcpy(packet->in.dst_mac, to->iface.mac, 6);
	if (packet->next)
		packet->next->prev = &packet->next;
	world->packets = packet;
	world->in_flight++;
	timer_init(&packet->timer, on_arrival);
	if (timer_start(&world->timers, &packet->timer, moment_add(world->timers.now, delay)) < 0)
		abort();
}

static void carry(struct end *from, struct end *to, const struct packet_out *out)
{
	struct link *link = from->link;
	struct world *world = from->router->world;

	link->sent++;
	world->sent++;
	if (link->is_cut || link->is_silent || chance(world, link->conf.loss)) {
		link->lost++;
		note_packet(to, 'x', out->data, out->len);
		return;
	}
	launch(from, to, out);
	if (chance(world, link->conf.doubled))
		launch(from, to, out);
}

static bool has_address(const struct end *end, const struct addr *addr)
{
	for (uint16_t i = 0; i < end->iface.n_addresses; i++)
		if (addr_compare(&end->addresses[i].addr, addr) == 0)
			return true;
	return false;
}

static bool is_subnet_broadcast(const struct end *end, const struct addr *addr)
{
	for (uint16_t i = 0; i < end->iface.n_addresses; i++) {
		struct prefix p = end->addresses[i];

		p.addr = *addr;
		if (prefix_contains(&end->addresses[i], addr) && prefix_is_broadcast(&p))
			return true;
	}
	return false;
}

/* Who on the wire gets it: all, or the one whose address it is. */
static bool is_for(const struct end *from, const struct end *to, const struct addr *dst)
{
	if (addr_is_multicast(dst) || is_subnet_broadcast(from, dst) ||
	    (dst->family == ADDR_IP4 && addr_to_ip4(dst) == UINT32_MAX))
		return true;
	return has_address(to, dst);
}

static int sim_send(struct env *env, const struct packet_out *out)
{
	struct router *router = (struct router *)env;
	struct world *world = router->world;
	struct ip_view ip;
	struct end *from;
	struct addr dst;

	if (!out->iface)
		return -EHOSTUNREACH; /* engines of this world speak to their neighbours alone */
	from = container_of(out->iface, struct end, iface);
	if (router->has_ended && !router->is_stopped)
		world_fail(world, router, "a packet is sent on %s after the end", from->iface.name);
	if (router->is_stopped || !(from->iface.flags & IFACE_UP))
		return -ENETDOWN;
	if (ip_read(out->data, out->len, false, &ip) < 0)
		abort(); /* an engine sends no broken packets */
	dst = out->gateway.family == ADDR_NONE ? ip.dst : out->gateway;
	note_packet(from, '>', out->data, out->len);
	if (!from->link || (world->watch && !world->watch(world, from, out)))
		return 0;
	for (uint32_t i = 0; i < from->link->n_ends; i++)
		if (from->link->ends[i] != from && is_for(from, from->link->ends[i], &dst))
			carry(from, from->link->ends[i], out);
	return 0;
}

/* --- env --- */

static uint32_t sim_random(struct env *env)
{
	return (uint32_t)next_random(&((struct router *)env)->random);
}

static void sim_log(struct env *env, enum env_level level, const char *format, va_list args)
{
	struct router *router = (struct router *)env;
	char text[400];

	vsnprintf(text, sizeof(text), format, args);
	world_note(router->world, router, "%s", text);
}

static const struct iface *sim_iface_next(struct env *env, uint32_t after)
{
	struct router *router = (struct router *)env;

	return after < router->n_ends ? &router->ends[after]->iface : NULL; /* ids count from 1 */
}

static int64_t sim_wall_s(struct env *env)
{
	return 1700000000 + env_now(env).us / SPAN_S(1);
}

static const struct env_ops sim_ops = {
	.send = sim_send,
	.random = sim_random,
	.log = sim_log,
	.iface_next = sim_iface_next,
	.digest = digest,
	.wall_s = sim_wall_s,
	.watch = sim_host_watch,
	.unwatch = sim_host_unwatch,
};

/* --- the world --- */

struct world *world_create(uint64_t seed, FILE *transcript)
{
	struct world *world = must(calloc(1, sizeof(*world)));

	world->random = seed;
	world->transcript = transcript;
	timers_init(&world->timers, (struct moment){1}); /* nothing happens at zero */
	return world;
}

struct router *world_router(struct world *world, const char *name)
{
	struct router *router = must(calloc(1, sizeof(*router))), **at = &world->routers;

	snprintf(router->name, sizeof(router->name), "%s", name);
	router->world = world;
	router->random = next_random(&world->random);
	router->env = (struct env){.ops = &sim_ops, .timers = &world->timers};
	router->env.rib = must(rib_create(&router->env));
	for (; *at; at = &(*at)->next)
		router->number++;
	*at = router;
	return router;
}

struct link *world_link(struct world *world, const char *name, const struct link_conf *conf)
{
	struct link *link = must(calloc(1, sizeof(*link)));

	snprintf(link->name, sizeof(link->name), "%s", name);
	link->conf = *conf;
	link->next = world->links;
	world->links = link;
	return link;
}

static void add_addresses(struct end *end, const char *addresses)
{
	char text[512], *rest = text, *word;

	snprintf(text, sizeof(text), "%s", addresses);
	while ((word = strsep(&rest, " ")))
		if (end->iface.n_addresses == IFACE_ADDRESSES_MAX ||
		    prefix_parse(word, &end->addresses[end->iface.n_addresses++]) < 0)
			abort();
}

struct end *router_attach(struct router *router, struct link *link, const char *addresses)
{
	return router_attach_as(router, link, link ? link->name : "lo", addresses);
}

struct end *router_attach_as(struct router *router, struct link *link, const char *name,
			     const char *addresses)
{
	struct end *end = must(calloc(1, sizeof(*end)));
	uint32_t id = router->n_ends + 1;

	if (id > ROUTER_IFACES_MAX || (link && link->n_ends == LINK_ENDS_MAX))
		abort();
	*end = (struct end){.router = router, .link = link, .is_up = true};
	end->iface = (struct iface){
		.id = id,
		.mtu = 1500,
		.mac = {2, 0, 0, (uint8_t)(router->random >> 8), (uint8_t)router->random,
			(uint8_t)id},
		.addresses = end->addresses,
		.flags = link ? 0 : IFACE_LOOPBACK,
	};
	snprintf(end->iface.name, sizeof(end->iface.name), "%s", name);
	add_addresses(end, addresses);
	router->ends[router->n_ends++] = end;
	if (link)
		link->ends[link->n_ends++] = end;
	sim_host_iface(end);
	return end;
}

struct instance *router_add(struct router *router, const struct protocol *protocol)
{
	struct instance *instance = must(protocol->create(&router->env));

	if (router->n_instances == ROUTER_INSTANCES_MAX)
		abort();
	router->instances[router->n_instances++] = instance;
	return instance;
}

void router_use_bfd(struct router *router)
{
	router->bfd = must(bfd_create(&router->env));
}

void link_cut(struct link *link, bool is_cut)
{
	if (link->is_cut == is_cut)
		return;
	link->is_cut = is_cut;
	for (uint32_t i = 0; i < link->n_ends; i++)
		sim_host_iface(link->ends[i]);
}

void end_set_up(struct end *end, bool is_up)
{
	end->is_up = is_up;
	sim_host_iface(end);
}

void router_stop(struct router *router)
{
	router->is_stopped = true;
	world_note(router->world, router, "stops");
}

void router_end(struct router *router, bool says_so)
{
	world_note(router->world, router, says_so ? "ends" : "dies");
	router->is_stopped = !says_so;
	sim_host_stop(router);
	router->is_stopped = true;
}

void router_begin(struct router *router)
{
	router->env.rib = must(rib_create(&router->env));
	router->is_stopped = router->has_ended = false;
	world_note(router->world, router, "begins");
}

static void settle(struct world *world)
{
	for (struct router *router = world->routers; router; router = router->next)
		sim_host_settle(router);
	if (world->settled)
		world->settled(world);
}

void world_run(struct world *world, int64_t span_us)
{
	world_run_until(world, span_us, NULL, NULL);
}

bool world_run_until(struct world *world, int64_t span_us, bool (*holds)(void *arg), void *arg)
{
	struct moment end = moment_add(world->timers.now, span_us), at;

	settle(world);
	while (!(holds && holds(arg)) && timers_next(&world->timers, &at) && at.us <= end.us) {
		timers_run(&world->timers, at, 1);
		settle(world);
	}
	if (holds && holds(arg))
		return true;
	timers_run(&world->timers, end, 0);
	return false;
}

static void router_free(struct router *router)
{
	for (uint32_t i = 0; i < router->n_ends; i++)
		free(router->ends[i]);
	free(router);
}

/* All stop before one is freed: their last words are still addressed to somebody. */
void world_stop(struct world *world)
{
	struct moment left;

	for (struct router *router = world->routers; router; router = router->next)
		if (router->env.rib)
			router_end(router, !router->is_stopped);
	while (world->packets) {
		timer_stop(&world->timers, &world->packets->timer);
		packet_free(world->packets);
	}
	if (timers_next(&world->timers, &left))
		world_fail(world, NULL, "an engine left a timer behind, set for %.6f s",
			   (double)left.us / 1e6);
	world->timers.n = 0; /* told once */
}

void world_destroy(struct world *world)
{
	uint32_t known = world->n_failures;

	world_stop(world);
	if (world->n_failures > known) {
		fprintf(stderr, "%s\n", world->failure);
		abort();
	}
	while (world->routers) {
		struct router *router = world->routers;

		world->routers = router->next;
		router_free(router);
	}
	while (world->links) {
		struct link *link = world->links;

		world->links = link->next;
		free(link);
	}
	timers_fini(&world->timers);
	free(world);
}

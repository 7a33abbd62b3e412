// SPDX-License-Identifier: BSD-3-Clause
#include "tests/sim/scene.h"

#include <stdlib.h>

#include "routing/connected/connected.h"
#include "routing/core/container_of.h"
#include "tests/sim/judge.h"
#include "tests/sim/speaker.h"
#include "tests/sim/statics.h"

static void *zeros(size_t n, size_t size)
{
	void *memory = calloc(n ? n : 1, size);

	if (!memory)
		abort();
	return memory;
}

/* --- routers --- */

static struct nexthop hop_of(struct scene *scene, const struct topo_static *route)
{
	const struct topo_link *link = &scene->topo->links[route->link];
	uint32_t own, other;

	if (route->is_blackhole)
		return (struct nexthop){.kind = NEXTHOP_BLACKHOLE, .weight = 1};
	own = (uint32_t)topo_end_of(link, route->router);
	other = (uint32_t)topo_end_of(link, route->via);
	return (struct nexthop){
		.kind = NEXTHOP_GATEWAY,
		.flags = route->bfd ? NEXTHOP_BFD : 0,
		.weight = 1,
		.iface = scene->links[route->link]->ends[own]->iface.id,
		.gateway = route->prefix.addr.family == ADDR_IP4
				   ? topo_address4(scene->topo, link, other).addr
				   : topo_address6(scene->topo, link, other).addr,
	};
}

static void configure_statics(struct scene *scene, uint32_t router, struct instance *instance)
{
	const struct topo *topo = scene->topo;
	struct static_conf *routes = zeros(topo->n_statics, sizeof(*routes));
	struct statics_conf conf = {.routes = routes};

	for (uint32_t i = 0; i < topo->n_statics; i++) {
		const struct topo_static *route = &topo->statics[i];

		if (route->router == router)
			routes[conf.n++] =
				(struct static_conf){route->prefix, hop_of(scene, route),
						     (uint32_t)route->metric, (uint32_t)route->tag,
						     (uint8_t)route->distance};
	}
	if (instance->protocol->reconfigure(instance, &conf) < 0)
		abort();
	free(routes);
}

static void start_router(struct scene *scene, uint32_t number)
{
	struct router *router = scene->routers[number];
	struct instance *connected, *statics;

	judge_listen(scene->judge, number);
	connected = router_add(router, &protocol_connected);
	statics = router_add(router, &protocol_statics);
	for (uint32_t i = 0; speakers[i]; i++)
		if (scene->topo->routers[number].speaks[i])
			speakers[i]->start(scene, number, i);
	if (protocol_connected.reconfigure(connected, NULL) < 0)
		abort();
	configure_statics(scene, number, statics);
	for (uint32_t i = 0; speakers[i]; i++)
		if (scene->topo->routers[number].speaks[i])
			speakers[i]->configure(scene, number, i);
}

static void configure_router(struct scene *scene, uint32_t number)
{
	for (uint32_t i = 0; scene->routers[number]->env.rib && speakers[i]; i++)
		if (scene->topo->routers[number].speaks[i])
			speakers[i]->configure(scene, number, i);
}

/* --- events --- */

static struct link_conf conf_of(const struct topo_wire *wire)
{
	return (struct link_conf){.delay_us = wire->delay_us,
				  .jitter_us = wire->jitter_us,
				  .loss = (uint32_t)wire->loss,
				  .doubled = (uint32_t)wire->doubled};
}

static void follow_wires(struct scene *scene)
{
	for (uint32_t i = 0; i < scene->topo->n_links; i++)
		scene->links[i]->conf = conf_of(&scene->topo->links[i].wire);
}

static void follow_cost(struct scene *scene, uint32_t link)
{
	const struct topo_link *at = &scene->topo->links[link];

	for (uint32_t i = 0; i < at->n_ends; i++)
		configure_router(scene, at->ends[i]);
}

static void follow_router(struct scene *scene, uint32_t number, bool says_so)
{
	struct router *router = scene->routers[number];
	bool is_up = router->env.rib;

	if (is_up == scene->topo->routers[number].is_up)
		return;
	if (is_up) {
		router_end(router, says_so);
		return;
	}
	router_begin(router);
	start_router(scene, number);
}

static void play(struct scene *scene, const struct topo_event *event)
{
	const struct topo_link *link = &scene->topo->links[event->link];

	topo_apply(scene->topo, event);
	switch (event->what) {
	case TOPO_DOWN:
	case TOPO_UP:
		link_cut(scene->links[event->link], link->is_down);
		break;
	case TOPO_SILENT:
	case TOPO_HEARD:
		world_note(scene->world, NULL, "%s %s", scene->links[event->link]->name,
			   link->is_silent ? "falls silent" : "is heard again");
		scene->links[event->link]->is_silent = link->is_silent;
		break;
	case TOPO_STOP:
	case TOPO_KILL:
	case TOPO_START:
		follow_router(scene, event->router, event->what == TOPO_STOP);
		break;
	case TOPO_CALM:
		follow_wires(scene);
		break;
	case TOPO_COST:
		world_note(scene->world, NULL, "%s costs %d", scene->links[event->link]->name,
			   (int)event->cost);
		follow_cost(scene, event->link);
		break;
	case TOPO_SET:
		world_note(scene->world, scene->routers[event->router], "is configured anew");
		if (scene->routers[event->router]->env.rib)
			speakers[event->speaker]->configure(scene, event->router, event->speaker);
		break;
	case TOPO_WHATS:
		break;
	}
}

static void wait_for_event(struct scene *scene)
{
	struct moment at = {1};

	if (scene->next_event == scene->topo->n_events)
		return;
	at = moment_add(at, scene->topo->events[scene->next_event].at_us);
	if (timer_start(&scene->world->timers, &scene->event_timer, at) < 0)
		abort();
}

static void on_event(struct timer *timer)
{
	struct scene *scene = container_of(timer, struct scene, event_timer);

	play(scene, &scene->topo->events[scene->next_event++]);
	wait_for_event(scene);
}

/* --- life --- */

static void make_links(struct scene *scene)
{
	const struct topo *topo = scene->topo;
	char name[TOPO_IFNAME_MAX], addresses[2 * PREFIX_TEXT_MAX], text[PREFIX_TEXT_MAX];
	struct link_conf conf;
	struct prefix prefix;
	int n;

	for (uint32_t i = 0; i < topo->n_links; i++) {
		const struct topo_link *link = &topo->links[i];

		conf = conf_of(&link->wire);
		topo_link_name(topo, link, name);
		scene->links[i] = world_link(scene->world, name, &conf);
		for (uint32_t end = 0; end < link->n_ends; end++) {
			topo_ifname(topo, link, end, name);
			prefix = topo_address4(topo, link, end);
			n = snprintf(addresses, sizeof(addresses), "%s ",
				     prefix_print(&prefix, text));
			prefix = topo_address6(topo, link, end);
			snprintf(addresses + n, sizeof(addresses) - (size_t)n, "%s",
				 prefix_print(&prefix, text));
			router_attach_as(scene->routers[link->ends[end]], scene->links[i], name,
					 addresses);
		}
	}
}

static void make_networks(struct scene *scene)
{
	char text[PREFIX_TEXT_MAX], name[TOPO_IFNAME_MAX];

	for (uint32_t i = 0; i < scene->topo->n_networks; i++) {
		const struct topo_network *network = &scene->topo->networks[i];
		struct prefix own = topo_first_address(&network->prefix);

		snprintf(name, sizeof(name), "net%u", i + 1);
		router_attach_as(scene->routers[network->router], NULL, name,
				 prefix_print(&own, text));
	}
}

static bool describe(const struct iface *iface, const uint8_t *data, uint32_t len, char *text,
		     size_t size)
{
	struct ip_view ip;
	struct udp_view udp = {0};

	if (ip_read(data, len, false, &ip) < 0)
		return true;
	if (ip.proto == IP_UDP && udp_read(&ip, &udp) < 0)
		return true;
	for (uint32_t i = 0; speakers[i]; i++)
		if (speakers[i]->describe(i, iface, &udp, text, size))
			return true;
	return false;
}

static int64_t settle_of(const struct topo *topo)
{
	int64_t longest = 0;

	if (topo->settle_us >= 0)
		return topo->settle_us;
	for (uint32_t i = 0; speakers[i]; i++) {
		int64_t span = speakers[i]->family ? speakers[i]->settles_us(topo, i) : 0;

		longest = span > longest ? span : longest;
	}
	return longest;
}

struct scene *scene_create(struct topo *topo, uint64_t seed, FILE *transcript)
{
	struct scene *scene = zeros(1, sizeof(*scene));

	scene->topo = topo;
	scene->world = world_create(seed, transcript);
	scene->world->describe = describe;
	scene->world->settled = judge_look;
	scene->world->user = scene;
	scene->settle_us = settle_of(topo);
	scene->routers = zeros(topo->n_routers, sizeof(*scene->routers));
	scene->links = zeros(topo->n_links, sizeof(*scene->links));
	for (uint32_t i = 0; i < topo->n_routers; i++)
		scene->routers[i] = world_router(scene->world, topo->routers[i].name);
	make_links(scene);
	make_networks(scene);
	scene->judge = judge_create(scene);
	for (uint32_t i = 0; i < topo->n_routers; i++)
		start_router(scene, i);
	timer_init(&scene->event_timer, on_event);
	wait_for_event(scene);
	return scene;
}

void scene_pass(struct scene *scene, int64_t span_us)
{
	world_run(scene->world, span_us);
}

bool scene_run(struct scene *scene)
{
	int64_t span = topo_last_event_us(scene->topo) + scene->settle_us;

	world_run(scene->world, span - (scene->world->timers.now.us - 1));
	judge_decide(scene->judge);
	judge_end(scene->judge);
	world_stop(scene->world);
	return scene->world->n_failures == 0;
}

void scene_destroy(struct scene *scene)
{
	if (!scene)
		return;
	timer_stop(&scene->world->timers, &scene->event_timer);
	world_destroy(scene->world);
	judge_destroy(scene->judge);
	topo_free(scene->topo);
	free(scene->routers);
	free(scene->links);
	free(scene);
}

// SPDX-License-Identifier: BSD-3-Clause
#include "tests/sim/host.h"

#include <errno.h>
#include <stdlib.h>

#include "routing/core/ip.h"
#include "routing/core/udp.h"

void sim_host_input(struct router *router, const struct packet_in *in)
{
	struct udp_view udp = {0};
	struct ip_view ip;

	if (ip_read(in->data, in->len, false, &ip) < 0)
		return;
	if (ip.proto == IP_UDP && udp_read(&ip, &udp) < 0)
		return;
	if (router->bfd && udp.dport == BFD_PORT)
		bfd_input(router->bfd, in);
	for (uint32_t i = 0; i < router->n_instances; i++) {
		const struct protocol *protocol = router->instances[i]->protocol;

		if (protocol->ip_proto == ip.proto &&
		    (ip.proto != IP_UDP || protocol->udp_port == udp.dport))
			protocol->input(router->instances[i], in);
	}
}

void sim_host_iface(struct end *end)
{
	struct router *router = end->router;
	struct iface *iface = &end->iface;
	bool up = end->is_up && !(end->link && end->link->is_cut);

	if (up == !!(iface->flags & IFACE_UP) && iface->since_us)
		return;
	iface->flags = (uint8_t)((iface->flags & ~IFACE_UP) | (up ? IFACE_UP : 0));
	iface->since_us = env_now(&router->env).us;
	world_note(router->world, router, "%s is %s", iface->name, up ? "up" : "down");
	if (!router->env.rib)
		return;
	rib_iface_changed(router->env.rib, iface);
	if (router->bfd)
		bfd_iface_changed(router->bfd, iface);
	for (uint32_t i = 0; i < router->n_instances; i++)
		router->instances[i]->protocol->iface_changed(router->instances[i], iface);
}

void sim_host_settle(struct router *router)
{
	enum { SLICE = 1000, SLICES_MAX = 100000 };

	for (int i = 0; router->env.rib && rib_work(router->env.rib, SLICE) > 0; i++)
		if (i == SLICES_MAX) {
			world_note(router->world, router, "the RIB does not come to rest");
			__builtin_trap();
		}
}

/* After stop an engine has no route left, and the RIB, once it has decided, nothing of it. */
static void check_is_empty(struct router *router)
{
	struct rib_counts counts;
	uint32_t sets = nexthop_sets_count(rib_sets(router->env.rib));

	rib_counts(router->env.rib, 0, &counts);
	if (counts.routes || counts.prefixes)
		world_fail(router->world, router, "%llu routes are left after the end",
			   (unsigned long long)counts.routes);
	if (sets)
		world_fail(router->world, router, "%u next-hop sets are left after the end", sets);
}

void sim_host_stop(struct router *router)
{
	for (uint32_t i = router->n_instances; i-- > 0;)
		router->instances[i]->protocol->stop(router->instances[i]);
	sim_host_settle(router); /* sessions of BFD that the RIB had say goodbye, too */
	router->has_ended = true;
	check_is_empty(router);
	for (uint32_t i = router->n_instances; i-- > 0;)
		router->instances[i]->protocol->destroy(router->instances[i]);
	router->n_instances = 0;
	sim_host_settle(router);
	bfd_destroy(router->bfd);
	router->bfd = NULL;
	rib_destroy(router->env.rib);
	router->env.rib = NULL;
}

struct env_watch {
	struct env_watch *next; /* of its router's; the latest is the first */
	struct bfd_session *session;
	env_watched *fn;
	void *arg;
	bool was_up;    /* only then is down a failure */
	bool is_silent; /* what it was told last */
};

/* A session held down is no failure, nor does an earlier one count then. */
static bool is_news(const struct env_watch *watch, enum bfd_state state)
{
	if (state == BFD_DOWN)
		return watch->was_up;
	return state == BFD_UP || (state == BFD_ADMIN_DOWN && watch->is_silent);
}

static void on_bfd(void *arg, const struct bfd_session *session, enum bfd_state state)
{
	struct env_watch *watch = arg;
	bool news = is_news(watch, state);

	watch->was_up = state == BFD_UP;
	if (!news)
		return;
	watch->is_silent = state == BFD_DOWN;
	watch->fn(watch->arg, !watch->is_silent);
}

/* Who comes to a session that others have already knows what they know. */
static void join(struct router *router, struct env_watch *watch)
{
	struct env_watch *other = router->watches;

	while (other && other->session != watch->session)
		other = other->next;
	watch->next = router->watches;
	router->watches = watch;
	if (!other)
		return;
	watch->was_up = other->was_up;
	watch->is_silent = other->is_silent;
	if (watch->is_silent)
		watch->fn(watch->arg, false);
}

struct env_watch *sim_host_watch(struct env *env, uint32_t iface, const struct addr *peer,
				 env_watched *fn, void *arg)
{
	struct router *router = (struct router *)env;
	struct env_watch *watch = router->bfd ? calloc(1, sizeof(*watch)) : NULL;

	if (!watch) {
		errno = ENOTSUP;
		return NULL;
	}
	watch->fn = fn;
	watch->arg = arg;
	watch->session = bfd_want(router->bfd, iface, peer, on_bfd, watch);
	if (!watch->session) {
		free(watch);
		return NULL;
	}
	join(router, watch);
	return watch;
}

void sim_host_unwatch(struct env *env, struct env_watch *watch)
{
	struct router *router = (struct router *)env;
	struct env_watch **link = &router->watches;

	while (*link != watch)
		link = &(*link)->next;
	*link = watch->next;
	bfd_unwant(router->bfd, watch->session, on_bfd, watch);
	free(watch);
}

// SPDX-License-Identifier: BSD-3-Clause
/*
 * Gateways that must answer: a hop with NEXTHOP_BFD leads nowhere while its
 * gateway is silent. Who notices that is the host's business (env_ops.watch);
 * here a session is kept for each gateway that is on a wire, however many
 * routes there are, and what it is told reaches them as any other change does.
 */
#include <errno.h>

#include "routing/rib_inside.h"

static void told(void *arg, bool is_alive)
{
	struct rib_session *session = arg;

	if (session->is_silent == !is_alive)
		return;
	session->is_silent = !is_alive;
	watch_changed(session->rib, session->watch);
}

void session_end(struct rib *rib, struct watch *watch)
{
	if (watch->session.handle)
		rib->env->ops->unwatch(rib->env, watch->session.handle);
	watch->session = (struct rib_session){0};
}

/* Where the host cannot watch it, it counts as alive. */
static void start(struct rib *rib, uint32_t w, uint32_t iface)
{
	struct watch *watch = watch_at(rib, w);
	struct rib_session *session = &watch->session;
	struct env *env = rib->env;
	char text[ADDR_TEXT_MAX];

	*session = (struct rib_session){.rib = rib, .watch = w, .iface = iface};
	errno = ENOTSUP;
	if (env->ops->watch)
		session->handle = env->ops->watch(env, iface, &watch->gateway, told, session);
	if (!session->handle)
		env_log(env, ENV_WARNING, "gateway %s is used without BFD: error %d",
			addr_print(&watch->gateway, text), errno);
}

/* The wire that a gateway was found on; 0: none, it is behind another router. */
static uint32_t wire_of(const struct watch *watch)
{
	if (watch->iface != 0)
		return watch->is_there ? watch->iface : 0;
	for (uint32_t i = 0; watch->hops && i < watch->hops->n; i++)
		if (watch->hops->hops[i].kind == NEXTHOP_IFACE)
			return watch->hops->hops[i].iface;
	return 0;
}

void session_update(struct rib *rib, uint32_t w)
{
	struct watch *watch = watch_at(rib, w);
	uint32_t wire = watch->n_sessions > 0 ? wire_of(watch) : 0;

	if (wire == watch->session.iface)
		return;
	session_end(rib, watch);
	if (wire != 0)
		start(rib, w, wire);
}

// SPDX-License-Identifier: BSD-3-Clause
#include "control/watches.h"
#include "control/convergence.h"

#include <errno.h>
#include <stdlib.h>

#include "control/daemon.h"
#include "control/fib_sync.h"
#include "control/interfaces.h"
#include "control/spine/log.h"

struct env_watch {
	struct bfd_session *session;
	env_watched *fn;
	void *arg;
	bool was_up;    /* only then is down a failure */
	bool is_silent; /* and this is one */
};

static struct bfd *bfd;

int watches_start(struct env *env)
{
	bfd = bfd_create(env);
	return bfd ? 0 : -errno;
}

void watches_stop(void)
{
	bfd_destroy(bfd);
	bfd = NULL;
}

struct bfd *watches_bfd(void)
{
	return bfd;
}

static void tell_news(const struct bfd_info *info, enum bfd_state state)
{
	char text[ADDR_TEXT_MAX];
	struct iface_entry *iface;

	addr_print(&info->peer, text);
	iface = interfaces_by_id(info->iface);
	convergence_event("bfd %s %s", text, bfd_state_names[state]);
	if (state == BFD_DOWN)
		log_warning("bfd: %s on %s does not answer: %s", text,
			    iface ? iface->iface.name : "", bfd_diag_names[info->diag]);
	daemon_event("bfd", text, bfd_state_names[state],
		     json_pack("{s:s, s:s}", "interface", iface ? iface->iface.name : "", "diag",
			       bfd_diag_names[info->diag]));
}

static void on_bfd(void *arg, const struct bfd_session *session, enum bfd_state state)
{
	struct env_watch *watch = arg;
	bool is_news = state == BFD_UP || (state == BFD_DOWN && watch->was_up);
	struct bfd_info info;

	watch->was_up = state == BFD_UP;
	if (!is_news)
		return;
	watch->is_silent = state == BFD_DOWN;
	bfd_info(session, &info);
	tell_news(&info, state);
	fib_sync_answers(info.iface, &info.peer, !watch->is_silent);
	watch->fn(watch->arg, state == BFD_UP);
}

struct env_watch *watches_add(struct env *env, uint32_t iface, const struct addr *peer,
			      env_watched *fn, void *arg)
{
	struct env_watch *watch = calloc(1, sizeof(*watch));

	if (!watch)
		return NULL;
	*watch = (struct env_watch){.fn = fn, .arg = arg};
	watch->session = bfd_want(bfd, iface, peer, on_bfd, watch);
	if (watch->session)
		return watch;
	free(watch);
	return NULL;
}

void watches_del(struct env *env, struct env_watch *watch)
{
	struct bfd_info info;

	if (!watch)
		return;
	/* Nobody looks any more: what it was last told of the gateway holds no longer. */
	bfd_info(watch->session, &info);
	if (watch->is_silent)
		fib_sync_answers(info.iface, &info.peer, true);
	bfd_unwant(bfd, watch->session, on_bfd, watch);
	free(watch);
}

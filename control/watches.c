// SPDX-License-Identifier: BSD-3-Clause
#include "control/watches.h"

#include <errno.h>
#include <stdlib.h>

#include "control/daemon.h"
#include "control/interfaces.h"
#include "control/spine/log.h"

struct env_watch {
	struct bfd_session *session;
	env_watched *fn;
	void *arg;
	bool was_up; /* only then is down a failure */
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

static void tell_news(const struct bfd_session *session, enum bfd_state state)
{
	struct bfd_info info;
	char text[ADDR_TEXT_MAX];
	struct iface_entry *iface;

	bfd_info(session, &info);
	addr_print(&info.peer, text);
	iface = interfaces_by_id(info.iface);
	if (state == BFD_DOWN)
		log_warning("bfd: %s on %s does not answer: %s", text,
			    iface ? iface->iface.name : "", bfd_diag_names[info.diag]);
	daemon_event("bfd", text, bfd_state_names[state],
		     json_pack("{s:s, s:s}", "interface", iface ? iface->iface.name : "", "diag",
			       bfd_diag_names[info.diag]));
}

static void on_bfd(void *arg, const struct bfd_session *session, enum bfd_state state)
{
	struct env_watch *watch = arg;
	bool is_news = state == BFD_UP || (state == BFD_DOWN && watch->was_up);

	watch->was_up = state == BFD_UP;
	if (!is_news)
		return;
	tell_news(session, state);
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
	if (!watch)
		return;
	bfd_unwant(bfd, watch->session, on_bfd, watch);
	free(watch);
}

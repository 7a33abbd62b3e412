// SPDX-License-Identifier: BSD-3-Clause
#include "control/watches.h"
#include "control/convergence.h"

#include <errno.h>
#include <stdlib.h>

#include "control/daemon.h"
#include "control/fib_sync.h"
#include "control/hurry.h"
#include "control/interfaces.h"
#include "control/spine/log.h"
#include "dataplane/punt.h"

_Static_assert(PUNT_SESSIONS % BFD_SESSIONS_MAX == 0, "no two sessions share a place there");

struct env_watch {
	struct env_watch *next; /* in the list of all; the latest is the first */
	struct bfd_session *session;
	env_watched *fn;
	void *arg;
	bool was_up;    /* only then is down a failure */
	bool is_silent; /* and this is one */
};

static struct bfd *bfd;
static struct env_watch *all;

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
	struct iface_entry *iface = interfaces_by_id(info->iface);
	char text[ADDR_TEXT_MAX];

	addr_print(&info->peer, text);
	if (state == BFD_DOWN)
		log_warning("bfd: %s on %s does not answer: %s", text,
			    iface ? iface->iface.name : "", bfd_diag_names[info->diag]);
	daemon_event("bfd", text, bfd_state_names[state],
		     json_pack("{s:s, s:s}", "interface", iface ? iface->iface.name : "", "diag",
			       bfd_diag_names[info->diag]));
}

/* The next one of the same session behind (NULL: from the first on); NULL: there is none. */
static struct env_watch *next_of(const struct bfd_session *session, const struct env_watch *behind)
{
	struct env_watch *watch = behind ? behind->next : all;

	while (watch && watch->session != session)
		watch = watch->next;
	return watch;
}

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
	bool news = is_news(watch, state), is_first;
	char text[ADDR_TEXT_MAX];
	struct bfd_info info;

	watch->was_up = state == BFD_UP;
	if (!news)
		return;
	watch->is_silent = state == BFD_DOWN;
	bfd_info(session, &info);
	is_first = next_of(session, NULL) == watch; /* once: who came last is told first */
	if (is_first)
		convergence_event("bfd %s %s", addr_print(&info.peer, text),
				  bfd_state_names[state]);
	/* Packets before words: a log may be slow. */
	fib_sync_answers(info.iface, &info.peer, !watch->is_silent);
	if (is_first)
		tell_news(&info, state);
	watch->fn(watch->arg, !watch->is_silent);
}

/* What names the session passes to control whatever else its neighbour's wire carries. */
static void let_pass(const struct bfd_session *session, bool is_there)
{
	struct bfd_info info;

	bfd_info(session, &info);
	punt_session(info.my_discriminator, is_there);
}

struct env_watch *watches_add(struct env *env, uint32_t iface, const struct addr *peer,
			      env_watched *fn, void *arg)
{
	struct env_watch *watch = calloc(1, sizeof(*watch));
	const struct env_watch *other;

	if (!watch)
		return NULL;
	*watch = (struct env_watch){.next = all, .fn = fn, .arg = arg};
	watch->session = bfd_want(bfd, iface, peer, on_bfd, watch);
	if (!watch->session) {
		free(watch);
		return NULL;
	}
	let_pass(watch->session, true);
	other = next_of(watch->session, NULL);
	all = watch;
	hurry_keep(true);
	if (other) {
		watch->was_up = other->was_up;
		watch->is_silent = other->is_silent;
	}
	if (watch->is_silent)
		fn(arg, false);
	return watch;
}

static void unlink_watch(const struct env_watch *watch)
{
	struct env_watch **link = &all;

	while (*link != watch)
		link = &(*link)->next;
	*link = watch->next;
}

void watches_del(struct env *env, struct env_watch *watch)
{
	struct bfd_info info;

	if (!watch)
		return;
	unlink_watch(watch);
	/* Where nobody looks any more, what was last told of the gateway holds no longer. */
	bfd_info(watch->session, &info);
	if (!next_of(watch->session, NULL)) {
		let_pass(watch->session, false);
		if (watch->is_silent)
			fib_sync_answers(info.iface, &info.peer, true);
	}
	bfd_unwant(bfd, watch->session, on_bfd, watch);
	free(watch);
	if (!all)
		hurry_keep(false);
}

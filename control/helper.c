// SPDX-License-Identifier: BSD-3-Clause
#include "control/helper.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <unistd.h>

#include "control/loop.h"

#define NICE 5 /* beside control, which may have the same core */

struct list {
	struct helper_job *first, **end;
};

static struct {
	bool runs;
	pthread_t thread;
	int fd; /* readable: something is done */
	struct event *event;

	/* Of both threads: */
	pthread_mutex_t lock;
	pthread_cond_t news; /* something is wanted, or all is over */
	struct list wanted, done;
	struct helper_job *current; /* what is run just now */
	bool is_over;
} helper = {.lock = PTHREAD_MUTEX_INITIALIZER, .news = PTHREAD_COND_INITIALIZER};

static void list_init(struct list *list)
{
	*list = (struct list){.end = &list->first};
}

static void list_add(struct list *list, struct helper_job *job)
{
	job->next = NULL;
	*list->end = job;
	list->end = &job->next;
}

static struct helper_job *list_take(struct list *list)
{
	struct helper_job *job = list->first;

	if (!job)
		return NULL;
	list->first = job->next;
	if (!list->first)
		list->end = &list->first;
	return job;
}

bool helper_is_wanted(const struct helper_job *job)
{
	return !atomic_load_explicit(&job->is_cancelled, memory_order_relaxed);
}

void helper_cancel(struct helper_job *job)
{
	atomic_store_explicit(&job->is_cancelled, true, memory_order_relaxed);
}

/* --- the thread --- */

/* The next one, waited for; NULL: all is over, and nothing is owed. */
static struct helper_job *next_job(void)
{
	struct helper_job *job;

	pthread_mutex_lock(&helper.lock);
	while (!helper.wanted.first && !helper.is_over)
		pthread_cond_wait(&helper.news, &helper.lock);
	job = list_take(&helper.wanted);
	if (job && helper.is_over && !job->is_owed)
		helper_cancel(job);
	helper.current = job;
	pthread_mutex_unlock(&helper.lock);
	return job;
}

/* Control does not look at it before that, nor afterwards where it has cancelled it. */
static void finish(struct helper_job *job)
{
	bool is_news = job->done && helper_is_wanted(job);

	pthread_mutex_lock(&helper.lock);
	helper.current = NULL;
	if (is_news)
		list_add(&helper.done, job);
	pthread_mutex_unlock(&helper.lock);
	if (is_news)
		eventfd_write(helper.fd, 1);
	else
		job->drop(job);
}

static void *run(void *arg)
{
	struct helper_job *job;

	while ((job = next_job())) {
		/* Each time: a start ends by giving all threads the priority it began with. With
		 * Linux it is this thread's alone. */
		setpriority(PRIO_PROCESS, 0, NICE);
		if (helper_is_wanted(job))
			job->run(job);
		finish(job);
	}
	return NULL;
}

/* --- control --- */

static void on_done(void *arg)
{
	struct helper_job *job;
	struct list list;
	eventfd_t n;

	eventfd_read(helper.fd, &n);
	pthread_mutex_lock(&helper.lock);
	list = helper.done;
	list_init(&helper.done);
	pthread_mutex_unlock(&helper.lock);
	while ((job = list_take(&list))) {
		if (helper_is_wanted(job))
			job->done(job);
		job->drop(job);
	}
}

static int start_thread(void)
{
	sigset_t all, before;
	int r;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	r = pthread_create(&helper.thread, NULL, run, NULL);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (r == 0)
		pthread_setname_np(helper.thread, "weft-helper");
	return -r;
}

/* 0 or -errno. */
static int start(void)
{
	int r;

	if (helper.runs)
		return 0;
	if (!loop_base()) /* nobody could be told */
		return -ESRCH;
	list_init(&helper.wanted);
	list_init(&helper.done);
	helper.is_over = false;
	helper.fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (helper.fd < 0)
		return -errno;
	helper.event = loop_watch(helper.fd, on_done, NULL);
	r = helper.event ? start_thread() : -ENOMEM;
	if (r < 0) {
		loop_cancel(helper.event);
		close(helper.fd);
		return r;
	}
	helper.runs = true;
	return 0;
}

int helper_do(struct helper_job *job)
{
	int r = start();

	if (r < 0)
		return r;
	pthread_mutex_lock(&helper.lock);
	list_add(&helper.wanted, job);
	pthread_cond_signal(&helper.news);
	pthread_mutex_unlock(&helper.lock);
	return 0;
}

void helper_stop(void)
{
	struct helper_job *job;

	if (!helper.runs)
		return;
	pthread_mutex_lock(&helper.lock);
	helper.is_over = true;
	if (helper.current && !helper.current->is_owed)
		helper_cancel(helper.current);
	pthread_cond_signal(&helper.news);
	pthread_mutex_unlock(&helper.lock);
	pthread_join(helper.thread, NULL);
	helper.runs = false;
	while ((job = list_take(&helper.done)))
		job->drop(job);
	loop_cancel(helper.event);
	close(helper.fd);
}

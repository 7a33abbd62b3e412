// SPDX-License-Identifier: BSD-3-Clause
/*
 * A line of many megabytes takes longer to read as JSON than others may wait for
 * the loop, and so does freeing the values of it. A thread does so, one line after
 * the other, and knows nothing else of weft. Jobs are linked in one list: the
 * reader takes the first that is new, control what is done.
 *
 * A value that control keeps has been counted by it: jansson's counts are atomic.
 */
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <unistd.h>

#include <event2/buffer.h>

#include "control/spine/rpc_own.h"

#define NICE      5           /* beside control, which may have the same core */
#define ASK_LARGE (256 << 10) /* bytes of an ask that is not freed here */

struct job {
	TAILQ_ENTRY(job) link;
	struct rpc_client *client; /* NULL: nobody waits for it; control alone */
	struct evbuffer *line;     /* to be read; NULL: the ask is to be freed */
	struct rpc_ask *ask;
	enum { NEW, UNDER_WAY, DONE } state;
};

TAILQ_HEAD(job_list, job);

struct rpc_reader {
	pthread_t thread;
	pthread_mutex_t lock; /* of the list, the states and the end */
	pthread_cond_t work;
	struct job_list jobs;
	bool ends;
	bool is_running; /* since the first line: on the cores that control has then */
	int done_fd;     /* an eventfd: something is done */
	struct event *done;
};

static struct job *first_in(const struct rpc_reader *reader, int state)
{
	struct job *job;

	TAILQ_FOREACH(job, &reader->jobs, link)
	if ((int)job->state == state)
		break;
	return job;
}

/* --- the thread --- */

/* The next one, waited for; NULL: it ends. */
static struct job *next_job(struct rpc_reader *reader)
{
	struct job *job = NULL;

	pthread_mutex_lock(&reader->lock);
	while (!reader->ends && !(job = first_in(reader, NEW)))
		pthread_cond_wait(&reader->work, &reader->lock);
	if (job)
		job->state = UNDER_WAY;
	pthread_mutex_unlock(&reader->lock);
	return job;
}

static void finish(struct rpc_reader *reader, struct job *job)
{
	pthread_mutex_lock(&reader->lock);
	job->state = DONE;
	pthread_mutex_unlock(&reader->lock);
	eventfd_write(reader->done_fd, 1);
}

/* What is in pieces in the buffer is made whole here, and freed here. */
static void read_line(struct job *job)
{
	const char *line = (const char *)evbuffer_pullup(job->line, -1);

	if (line)
		job->ask = rpc_ask_read(line, evbuffer_get_length(job->line));
	evbuffer_free(job->line);
	job->line = NULL;
}

static void *run(void *arg)
{
	struct rpc_reader *reader = arg;
	struct job *job;

	setpriority(PRIO_PROCESS, 0, NICE); /* with Linux it is this thread's alone */
	while ((job = next_job(reader))) {
		if (job->line) {
			read_line(job);
		} else {
			rpc_ask_free(job->ask);
			job->ask = NULL;
		}
		finish(reader, job);
	}
	return NULL;
}

/* --- control --- */

static void job_free(struct job *job)
{
	if (job->line)
		evbuffer_free(job->line);
	free(job);
}

static struct job *take_done(struct rpc_reader *reader)
{
	struct job *job;

	pthread_mutex_lock(&reader->lock);
	job = first_in(reader, DONE);
	if (job)
		TAILQ_REMOVE(&reader->jobs, job, link);
	pthread_mutex_unlock(&reader->lock);
	return job;
}

static void on_done(evutil_socket_t fd, short events, void *arg)
{
	struct rpc_reader *reader = arg;
	struct job *job;
	eventfd_t n;

	eventfd_read(fd, &n);
	while ((job = take_done(reader))) {
		if (job->client)
			rpc_client_has_read(job->client, job->ask);
		else
			rpc_reader_drop(reader, job->ask);
		job_free(job);
	}
}

struct rpc_reader *rpc_reader_create(struct event_base *base)
{
	struct rpc_reader *reader = calloc(1, sizeof(*reader));

	if (!reader)
		return NULL;
	TAILQ_INIT(&reader->jobs);
	pthread_mutex_init(&reader->lock, NULL);
	pthread_cond_init(&reader->work, NULL);
	reader->done_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (reader->done_fd >= 0)
		reader->done =
			event_new(base, reader->done_fd, EV_READ | EV_PERSIST, on_done, reader);
	if (reader->done && !event_add(reader->done, NULL))
		return reader;
	rpc_reader_destroy(reader);
	return NULL;
}

void rpc_reader_destroy(struct rpc_reader *reader)
{
	struct job *job;

	if (!reader)
		return;
	pthread_mutex_lock(&reader->lock);
	reader->ends = true;
	pthread_cond_signal(&reader->work);
	pthread_mutex_unlock(&reader->lock);
	if (reader->is_running)
		pthread_join(reader->thread, NULL);
	while ((job = TAILQ_FIRST(&reader->jobs))) {
		TAILQ_REMOVE(&reader->jobs, job, link);
		rpc_ask_free(job->ask);
		job_free(job);
	}
	if (reader->done)
		event_free(reader->done);
	if (reader->done_fd >= 0)
		close(reader->done_fd);
	pthread_cond_destroy(&reader->work);
	pthread_mutex_destroy(&reader->lock);
	free(reader);
}

/* Signals are control's. */
static bool start_thread(struct rpc_reader *reader)
{
	sigset_t all, before;

	if (reader->is_running)
		return true;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	reader->is_running = !pthread_create(&reader->thread, NULL, run, reader);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (reader->is_running)
		pthread_setname_np(reader->thread, "weft-reader");
	return reader->is_running;
}

static bool add_job(struct rpc_reader *reader, const struct job *wanted)
{
	struct job *job = start_thread(reader) ? malloc(sizeof(*job)) : NULL;

	if (!job)
		return false;
	*job = *wanted;
	pthread_mutex_lock(&reader->lock);
	TAILQ_INSERT_TAIL(&reader->jobs, job, link);
	pthread_cond_signal(&reader->work);
	pthread_mutex_unlock(&reader->lock);
	return true;
}

bool rpc_reader_give(struct rpc_reader *reader, struct rpc_client *client, struct evbuffer *line)
{
	return add_job(reader, &(struct job){.client = client, .line = line});
}

void rpc_reader_drop(struct rpc_reader *reader, struct rpc_ask *ask)
{
	if (rpc_ask_size(ask) < ASK_LARGE || !add_job(reader, &(struct job){.ask = ask}))
		rpc_ask_free(ask);
}

/* One that is being read right now goes when it is done. */
void rpc_reader_forget(struct rpc_reader *reader, struct rpc_client *client)
{
	struct job *job;

	pthread_mutex_lock(&reader->lock);
	TAILQ_FOREACH(job, &reader->jobs, link)
	if (job->client == client)
		break;
	if (job)
		job->client = NULL;
	if (job && job->state == NEW)
		TAILQ_REMOVE(&reader->jobs, job, link);
	else
		job = NULL;
	pthread_mutex_unlock(&reader->lock);
	if (job)
		job_free(job);
}

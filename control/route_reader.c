// SPDX-License-Identifier: BSD-3-Clause
#include "control/route_reader.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "control/helper.h"
#include "control/must.h"

#define LINES_FEW 1024 /* are freed where they are */

struct route_read {
	struct helper_job job;
	char *path;              /* NULL: text is only to be freed */
	struct route_text *text; /* of who has the job */
	struct errors errors;
	route_read_done *done; /* control's */
	void *arg;
};

static bool is_wanted(void *arg)
{
	const struct route_read *read = arg;

	return helper_is_wanted(&read->job);
}

static void run(struct helper_job *job)
{
	struct route_read *read = (struct route_read *)job;
	const struct route_text_want want = {is_wanted, read};

	if (read->path)
		read->text = route_text_read(read->path, "", &want, &read->errors);
}

static void tell(struct helper_job *job)
{
	struct route_read *read = (struct route_read *)job;
	struct route_text *text = read->text;

	read->text = NULL;
	read->done(read->arg, text, &read->errors);
}

static void drop(struct helper_job *job)
{
	struct route_read *read = (struct route_read *)job;

	route_text_unref(read->text);
	errors_fini(&read->errors);
	free(read->path);
	free(read);
}

static struct route_read *read_create(void (*done)(struct helper_job *job))
{
	struct route_read *read = must(calloc(1, sizeof(*read)));

	read->job.run = run;
	read->job.done = done;
	read->job.drop = drop;
	errors_init(&read->errors);
	return read;
}

struct route_read *route_reader_ask(const char *path, route_read_done *done, void *arg)
{
	struct route_read *read = read_create(tell);
	int r;

	read->path = must(strdup(path));
	read->done = done;
	read->arg = arg;
	r = helper_do(&read->job);
	if (r == 0)
		return read;
	drop(&read->job);
	errno = -r;
	return NULL;
}

void route_reader_cancel(struct route_read *read)
{
	if (read)
		helper_cancel(&read->job);
}

void route_reader_unref(struct route_text *text)
{
	struct route_read *read;

	if (!text || text->refs > 1 || text->n < LINES_FEW) {
		route_text_unref(text);
		return;
	}
	read = read_create(NULL);
	read->text = text;
	if (helper_do(&read->job) < 0)
		drop(&read->job);
}

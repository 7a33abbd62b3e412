// SPDX-License-Identifier: BSD-3-Clause
#include "control/disk.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "control/helper.h"
#include "control/must.h"
#include "control/spine/log.h"

struct syncing {
	struct helper_job job;
	char *path;
	int rc;
};

static int sync_one(const char *path, int flags)
{
	int fd = open(path, flags | O_RDONLY | O_CLOEXEC), rc = 0;

	if (fd < 0)
		return -errno;
	if (fsync(fd) < 0)
		rc = -errno;
	close(fd);
	return rc;
}

static void run(struct helper_job *job)
{
	struct syncing *syncing = (struct syncing *)job;
	char *folder = must(strdup(syncing->path));

	syncing->rc = sync_one(syncing->path, 0);
	if (syncing->rc == 0)
		syncing->rc = sync_one(dirname(folder), O_DIRECTORY);
	free(folder);
}

static void tell(struct helper_job *job)
{
	const struct syncing *syncing = (const struct syncing *)job;

	if (syncing->rc < 0)
		log_error("%s may not be on the disk: %s", syncing->path, strerror(-syncing->rc));
}

static void drop(struct helper_job *job)
{
	struct syncing *syncing = (struct syncing *)job;

	free(syncing->path);
	free(syncing);
}

void disk_sync(const char *path)
{
	struct syncing *syncing = must(calloc(1, sizeof(*syncing)));

	syncing->job.run = run;
	syncing->job.done = tell;
	syncing->job.drop = drop;
	syncing->job.is_owed = true;
	syncing->path = must(strdup(path));
	if (helper_do(&syncing->job) == 0)
		return;
	run(&syncing->job); /* rather now than never */
	tell(&syncing->job);
	drop(&syncing->job);
}

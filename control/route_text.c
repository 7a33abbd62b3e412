// SPDX-License-Identifier: BSD-3-Clause
#include "control/route_text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PIECE     (1 << 20) /* bytes from one question whether to go on to the next */
#define TRIES_MAX 3         /* of a file that changes while it is read */

/* All bytes of it, which may have become fewer or more meanwhile. A mapping would end weftd when
 * somebody cuts the file. NULL with errno. */
static char *read_bytes(int fd, size_t *size, const struct route_text_want *want)
{
	char *bytes = malloc(*size + 1);
	size_t at = 0, piece;
	ssize_t n = 1;

	while (bytes && n > 0 && at < *size) {
		piece = *size - at < PIECE ? *size - at : PIECE;
		n = pread(fd, bytes + at, piece, (off_t)at);
		at += n > 0 ? (size_t)n : 0;
		if (n > 0 && want && !want->still(want->arg)) {
			errno = ECANCELED;
			n = -1;
		}
	}
	if (n < 0) {
		free(bytes);
		return NULL;
	}
	*size = at;
	return bytes;
}

static bool is_as_it_was(const struct stat *a, const struct stat *b)
{
	return a->st_size == b->st_size && a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
	       a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

/* A part of what somebody is about to write may look sound, and is not what he means. */
static char *read_whole(int fd, size_t *size, const struct route_text_want *want)
{
	struct stat before, after;
	char *bytes;

	for (int i = 0; i < TRIES_MAX; i++) {
		if (fstat(fd, &before) < 0)
			return NULL;
		if (!S_ISREG(before.st_mode)) {
			errno = EINVAL;
			return NULL;
		}
		if (before.st_size > ROUTE_TEXT_BYTES_MAX) {
			errno = EFBIG;
			return NULL;
		}
		*size = (size_t)before.st_size;
		bytes = read_bytes(fd, size, want);
		if (!bytes)
			return NULL;
		if (fstat(fd, &after) == 0 && is_as_it_was(&before, &after))
			return bytes;
		free(bytes);
	}
	errno = ETXTBSY;
	return NULL;
}

static const char *why(int error)
{
	switch (error) {
	case EINVAL:
		return "it is no file";
	case ETXTBSY:
		return "it changes while it is read: expected a whole one, renamed into its place";
	default:
		return strerror(error);
	}
}

struct route_text *route_text_read(const char *path, const char *where,
				   const struct route_text_want *want, struct errors *errors)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct route_text *text = NULL;
	char *bytes = NULL;
	size_t size;

	if (fd >= 0)
		bytes = read_whole(fd, &size, want);
	if (bytes)
		text = route_text_parse(path, bytes, size, where, want, errors);
	else if (errno != ECANCELED)
		errors_add(errors, where, "cannot read %s: %s", path, why(errno));
	free(bytes);
	if (fd >= 0)
		close(fd);
	return text;
}

struct route_text *route_text_ref(struct route_text *text)
{
	text->refs++;
	return text;
}

void route_text_unref(struct route_text *text)
{
	if (!text || --text->refs > 0)
		return;
	for (size_t i = 0; i < text->n_vias; i++)
		free(text->vias[i]);
	free(text->vias);
	free(text->lines);
	free(text);
}

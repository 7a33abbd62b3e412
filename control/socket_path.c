// SPDX-License-Identifier: BSD-3-Clause
#include "control/socket_path.h"

#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

/* Of the slashes from here on that mean no more than one, the last. */
static const char *last_slash(const char *at)
{
	while (*at == '/' && (at[1] == '/' || (at[1] == '.' && at[2] == '/')))
		at += at[1] == '/' ? 1 : 2;
	return at;
}

bool socket_path_is_same(const char *a, const char *b)
{
	for (;; a++, b++) {
		a = last_slash(a);
		b = last_slash(b);
		if (*a != *b)
			return false;
		if (!*a)
			return true;
	}
}

static const char *name_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static bool stat_folder(const char *path, struct stat *st)
{
	char copy[PATH_MAX];

	snprintf(copy, sizeof(copy), "%s", path);
	return stat(dirname(copy), st) == 0;
}

bool socket_path_meets(const char *a, const char *b)
{
	struct stat x, y;

	return strcmp(name_of(a), name_of(b)) == 0 &&
	       (socket_path_is_same(a, b) || (stat_folder(a, &x) && stat_folder(b, &y) &&
					      x.st_dev == y.st_dev && x.st_ino == y.st_ino));
}

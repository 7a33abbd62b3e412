// SPDX-License-Identifier: BSD-3-Clause
/* Have files of routes sense, where they are and what stands in them? */
#include "control/route_files.h"

#include <string.h>

#include "control/hop_check.h"
#include "control/route_file_own.h"
#include "control/route_reads.h"
#include "control/vrfs.h"

/* What a name's file says: as it was read, or from the disk. The caller's reference; NULL with
 * errors, or the request waits. */
static struct route_text *text_of(const char *name, const char *path, const char *at,
				  struct errors *errors)
{
	const struct route_file *file = route_files_find(name);

	if (file && file->text && !file->read && !file->has_failed && strcmp(file->path, path) == 0)
		return route_text_ref(file->text);
	return route_reads_get(path, at, errors);
}

int route_files_check(const char *name, const json_t *value, const json_t *candidate,
		      const char *path, struct errors *errors)
{
	const char *file = conf_str(value, "file");
	char at[FIELD_PATH_MAX];

	if (*file == '/')
		return 0;
	field_path(at, path, "file");
	return errors_add(errors, at, "'%s': expected a path from the root, such as /etc/weft/%s",
			  file, file);
}

static int check_one(const char *name, const json_t *value, const struct hop_check *check,
		     struct errors *errors)
{
	char path[FIELD_PATH_MAX], at[FIELD_PATH_MAX];
	const char *file = conf_str(value, "file");
	struct route_text *text;
	int r;

	field_path(path, "route_files", name);
	field_path(at, path, "file");
	text = text_of(name, file, at, errors);
	if (!text)
		return -1;
	r = route_text_check(text, conf_str(value, "vrf"), check, at, file, errors);
	route_reader_unref(text);
	return r;
}

/* What the check of a next hop has to know is gathered once for all files. */
int route_files_check_all(const json_t *section, const json_t *candidate, struct errors *errors)
{
	struct hop_check check;
	const char *name;
	json_t *value;
	int r = 0;

	hop_check_init(&check, candidate);
	json_object_foreach((json_t *)section, name, value)
		r |= check_one(name, value, &check, errors);
	hop_check_fini(&check);
	return r;
}

int route_file_check_text(const struct route_file *file, const struct route_text *text,
			  const json_t *candidate, struct errors *errors)
{
	struct hop_check check;
	int r;

	hop_check_init(&check, candidate);
	r = route_text_check(text, vrfs_name(file->vrf), &check, "", file->path, errors);
	hop_check_fini(&check);
	return r;
}

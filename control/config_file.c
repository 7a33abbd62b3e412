// SPDX-License-Identifier: BSD-3-Clause
#include "control/config_file.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "control/daemon.h"
#include "control/spine/later.h"
#include "control/spine/schema.h"
#include "control/spine/yaml.h"

#define FILE_BYTES_MAX (64 << 20)

/* All of a stream; NULL with errno. The caller frees it. */
static char *read_all(FILE *f, size_t *size)
{
	size_t room = 1 << 16, n = 0;
	char *text = malloc(room);

	while (text) {
		n += fread(text + n, 1, room - n, f);
		if (n < room)
			break;
		char *more = room < FILE_BYTES_MAX ? realloc(text, room * 2) : NULL;
		if (!more) {
			errno = room < FILE_BYTES_MAX ? ENOMEM : EFBIG;
			goto fail;
		}
		text = more;
		room *= 2;
	}
	if (!text || ferror(f))
		goto fail;
	*size = n;
	return text;
fail:
	free(text);
	return NULL;
}

/* places: where to keep positions, or NULL. */
static json_t *load_and_check(const char *text, size_t size, const json_t *running, json_t **places,
			      struct errors *errors)
{
	json_t *tree = yaml_load(text, size, places, errors);
	json_t *checked = tree ? schema_check(&nouns, tree, errors) : NULL;

	json_decref(tree);
	if (!checked || !running || schema_check_here(&nouns, checked, running, errors) == 0)
		return checked;
	json_decref(checked);
	return NULL;
}

json_t *config_text_load(const char *text, size_t size, const json_t *running,
			 struct errors *errors)
{
	json_t *positions = NULL, *checked;
	struct errors ignored;

	/* Only who finds a mistake has to find its line, too. */
	errors_init(&ignored);
	ignored.later = errors->later;
	checked = load_and_check(text, size, running, NULL, &ignored);
	errors_fini(&ignored);
	if (checked || later_is_waiting(errors->later))
		return checked;
	checked = load_and_check(text, size, running, &positions, errors);
	if (!checked && positions)
		yaml_locate(positions, errors);
	json_decref(positions);
	return checked;
}

json_t *config_file_load(const char *path, bool may_be_missing, const json_t *running,
			 struct errors *errors)
{
	size_t size;
	FILE *f = fopen(path, "re");

	if (!f && errno == ENOENT && may_be_missing)
		return json_object();
	char *text = f ? read_all(f, &size) : NULL;
	int err = errno;
	if (f)
		fclose(f);
	if (!text) {
		errors_add(errors, "", "cannot read %s: %s", path, strerror(err));
		return NULL;
	}
	json_t *tree = config_text_load(text, size, running, errors);
	free(text);
	return tree;
}

/* A new file: what was left there, or was put there by somebody else, is not written to. */
static int write_file(const char *path, const char *text, mode_t mode)
{
	size_t n = strlen(text), done = 0;

	unlink(path);
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	if (fchmod(fd, mode) < 0) /* whatever the umask is */
		goto fail;
	while (done < n) {
		ssize_t r = write(fd, text + done, n - done);
		if (r < 0 && errno != EINTR)
			goto fail;
		done += r > 0 ? (size_t)r : 0;
	}
	if (fsync(fd) < 0)
		goto fail;
	if (close(fd) < 0)
		return -errno;
	return 0;
fail:;
	int err = errno;
	close(fd);
	return -err;
}

int config_file_write(const char *path, const char *text, struct errors *errors)
{
	char beside[PATH_MAX], folder[PATH_MAX];
	struct stat st;
	/* It may hold keys: as private as it was, and its owner's alone where it is new. */
	mode_t mode = stat(path, &st) == 0 ? st.st_mode & 0777 : 0600;
	int r;

	if ((size_t)snprintf(beside, sizeof(beside), "%s.new", path) >= sizeof(beside))
		return errors_add(errors, "", "cannot write %s: its path is too long", path);
	snprintf(folder, sizeof(folder), "%s", path);
	mkdir(dirname(folder), 0755);
	r = write_file(beside, text, mode);
	if (r == 0 && rename(beside, path) < 0)
		r = -errno;
	if (r == 0)
		return 0;
	unlink(beside);
	return errors_add(errors, "", "cannot write %s: %s", path, strerror(-r));
}

int config_file_save(const char *path, const json_t *tree, struct errors *errors)
{
	char *text = yaml_dump(tree);
	int r = text ? config_file_write(path, text, errors)
		     : errors_add(errors, "", "cannot write %s: %s", path, strerror(ENOMEM));

	free(text);
	return r;
}

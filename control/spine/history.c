// SPDX-License-Identifier: BSD-3-Clause
#include "control/spine/history.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "control/spine/yaml.h"

#define HEADER "# weft configuration\n"

struct numbers {
	int *list; /* the highest first */
	size_t n;
	int rc; /* -errno where not all could be read */
};

static int higher_first(const void *a, const void *b)
{
	int left = *(const int *)a, right = *(const int *)b;

	return (left < right) - (left > right);
}

/* The number of an entry's file; 0: it is none. */
static int number_of(const char *file)
{
	char *end;
	long number;

	if (file[0] < '1' || file[0] > '9')
		return 0;
	errno = 0;
	number = strtol(file, &end, 10);
	return errno == 0 && number < INT_MAX && strcmp(end, ".yaml") == 0 ? (int)number : 0;
}

static struct numbers numbers_read(const char *dir)
{
	struct numbers numbers = {0};
	struct dirent *entry;
	DIR *stream = opendir(dir);

	if (stream == NULL && errno != ENOENT)
		numbers.rc = -errno;
	while (stream != NULL && (entry = readdir(stream)) != NULL) {
		int number = number_of(entry->d_name);
		int *list;

		if (number == 0)
			continue;
		list = realloc(numbers.list, (numbers.n + 1) * sizeof(*list));
		if (list == NULL) {
			numbers.rc = -ENOMEM;
			break;
		}
		numbers.list = list;
		list[numbers.n++] = number;
	}
	if (stream != NULL)
		closedir(stream);
	if (numbers.n > 1)
		qsort(numbers.list, numbers.n, sizeof(*numbers.list), higher_first);
	return numbers;
}

static void path_of(const char *dir, int number, char out[PATH_MAX])
{
	snprintf(out, PATH_MAX, "%s/%d.yaml", dir, number);
}

/* A file's text with a NUL at its end, or NULL with errno. The caller frees it. */
static char *read_file(const char *path, size_t *size)
{
	FILE *file = fopen(path, "re");
	char *text = NULL;
	struct stat st;

	if (file == NULL)
		return NULL;
	errno = EFBIG;
	if (fstat(fileno(file), &st) == 0 && st.st_size <= YAML_SIZE_MAX)
		text = malloc((size_t)st.st_size + 1);
	if (text != NULL) {
		*size = fread(text, 1, (size_t)st.st_size, file);
		text[*size] = '\0';
	}
	fclose(file);
	return text;
}

/* Each level of dir that is missing. 0 or -errno. */
static int make_dir(const char *dir)
{
	char path[PATH_MAX];

	if ((size_t)snprintf(path, sizeof(path), "%s", dir) >= sizeof(path))
		return -ENAMETOOLONG;
	for (char *p = path + 1;; p++) {
		char c = *p;

		if (c != '/' && c != '\0')
			continue;
		*p = '\0';
		if (mkdir(path, 0755) < 0 && errno != EEXIST)
			return -errno;
		*p = c;
		if (c == '\0')
			return 0;
	}
}

static int write_all(int fd, const char *text, size_t size)
{
	while (size > 0) {
		ssize_t n = write(fd, text, size);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 ? -errno : -EIO;
		text += n;
		size -= (size_t)n;
	}
	return 0;
}

static void sync_dir(const char *dir)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return;
	fsync(fd);
	close(fd);
}

/* 0 or -errno; a half-written file is taken away. */
static int write_file(const char *dir, const char *path, const char *text, history_sync *sync)
{
	char temporary[PATH_MAX + 8];
	int fd, rc;

	snprintf(temporary, sizeof(temporary), "%s.new", path);
	fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	rc = write_all(fd, text, strlen(text));
	if (rc == 0 && !sync && fsync(fd) < 0)
		rc = -errno;
	if (close(fd) < 0 && rc == 0)
		rc = -errno;
	if (rc == 0 && rename(temporary, path) < 0)
		rc = -errno;
	if (rc < 0)
		unlink(temporary);
	else if (sync)
		sync(path);
	else
		sync_dir(dir);
	return rc;
}

/* A comment stays one line, whatever it says. The caller frees it. */
static char *one_line(const char *comment)
{
	char *copy = strdup(comment);

	for (char *p = copy; p != NULL && *p != '\0'; p++)
		if ((unsigned char)*p < 0x20 || *p == 0x7f)
			*p = ' ';
	return copy;
}

/* NULL: no memory. The caller frees it. */
static char *entry_text(const json_t *tree, const char *comment)
{
	char *body = yaml_dump(tree), *line = one_line(comment), *text = NULL, date[32];
	time_t now = time(NULL);
	struct tm tm;

	gmtime_r(&now, &tm);
	strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%SZ", &tm);
	if (body != NULL && line != NULL &&
	    asprintf(&text, HEADER "# time: %lld %s\n# comment: %s\n%s", (long long)now, date, line,
		     body) < 0)
		text = NULL;
	free(line);
	free(body);
	return text;
}

/* What follows the comment lines at the head. */
static const char *body_of(const char *text)
{
	while (*text == '#') {
		const char *end = strchr(text, '\n');

		if (end == NULL)
			return "";
		text = end + 1;
	}
	return text;
}

static bool says_the_same(const char *dir, int number, const char *text)
{
	char path[PATH_MAX];
	size_t size;
	char *old;
	bool same;

	path_of(dir, number, path);
	old = read_file(path, &size);
	same = old != NULL && strncmp(old, HEADER, strlen(HEADER)) == 0 &&
	       strcmp(body_of(old), body_of(text)) == 0;
	free(old);
	return same;
}

static void drop_oldest(const char *dir, const struct numbers *numbers)
{
	char path[PATH_MAX];

	for (size_t i = HISTORY_MAX - 1; i < numbers->n; i++) {
		path_of(dir, numbers->list[i], path);
		unlink(path);
	}
}

int history_write(const char *dir, const json_t *tree, const char *comment, history_sync *sync,
		  struct errors *errors)
{
	struct numbers numbers = numbers_read(dir);
	int newest = numbers.n > 0 ? numbers.list[0] : 0;
	char *text = entry_text(tree, comment);
	char path[PATH_MAX];
	int rc = -ENOMEM;

	if (text == NULL)
		goto fail;
	/* Without the numbers in use, an entry would be written over. */
	rc = numbers.rc;
	if (rc < 0)
		goto fail;
	if (newest > 0 && says_the_same(dir, newest, text))
		goto fail;
	path_of(dir, newest + 1, path);
	rc = make_dir(dir);
	if (rc == 0)
		rc = write_file(dir, path, text, sync);
	if (rc == 0)
		drop_oldest(dir, &numbers);
fail:
	free(text);
	free(numbers.list);
	if (rc < 0)
		errors_add(errors, "",
			   "the change is done, but its history entry could not be written to "
			   "%s: %s",
			   dir, strerror(-rc));
	return rc < 0 ? -1 : 0;
}

/* { number, time, comment } from an entry's head. */
static json_t *describe(const char *dir, int number)
{
	char path[PATH_MAX], line[512], comment[512] = "";
	long long seconds = -1;
	bool good = false;
	FILE *file;

	path_of(dir, number, path);
	file = fopen(path, "re");
	if (file != NULL) {
		good = fgets(line, sizeof(line), file) != NULL && strcmp(line, HEADER) == 0 &&
		       fgets(line, sizeof(line), file) != NULL &&
		       sscanf(line, "# time: %lld ", &seconds) == 1 &&
		       fgets(line, sizeof(line), file) != NULL &&
		       sscanf(line, "# comment: %511[^\n]", comment) >= 0;
		fclose(file);
	}
	if (!good)
		return json_pack("{s:i, s:n, s:s}", "number", number, "time", "comment",
				 "(damaged)");
	return json_pack("{s:i, s:I, s:o}", "number", number, "time", (json_int_t)seconds,
			 "comment", json_string(comment) ?: json_string("(damaged)"));
}

json_t *history_list(const char *dir)
{
	struct numbers numbers = numbers_read(dir);
	json_t *list = json_array();

	for (size_t i = 0; i < numbers.n; i++)
		json_array_append_new(list, describe(dir, numbers.list[i]));
	free(numbers.list);
	return list;
}

json_t *history_get(const char *dir, int number, struct errors *errors)
{
	struct errors found;
	char path[PATH_MAX];
	json_t *tree = NULL;
	size_t size = 0;
	char *text;

	path_of(dir, number, path);
	text = read_file(path, &size);
	if (text == NULL) {
		errors_add(errors, "", "no history entry %d: 'config history' lists them (%s: %s)",
			   number, path, strerror(errno));
		return NULL;
	}
	errors_init(&found);
	if (strncmp(text, HEADER, strlen(HEADER)) == 0)
		tree = yaml_load(text, size, NULL, &found);
	if (tree == NULL)
		errors_add(errors, "", "history entry %d is damaged (%s)%s%s", number, path,
			   found.n > 0 ? ": " : "", found.n > 0 ? found.list[0].text : "");
	errors_fini(&found);
	free(text);
	return tree;
}

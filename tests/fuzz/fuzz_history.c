// SPDX-License-Identifier: BSD-3-Clause
/*
 * A file among those that history keeps: it is listed, whatever is in it, and is either damaged or
 * a configuration, which written again is the same and becomes no further entry.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "control/spine/history.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char folder[] = "/tmp/weft-fuzz-XXXXXX", path[64], next[64];
static int file = -1;

static void must(bool holds)
{
	if (!holds)
		abort();
}

static void clean(void)
{
	unlink(path);
	unlink(next);
	rmdir(folder);
}

static void start(void)
{
	must(mkdtemp(folder) != NULL);
	snprintf(path, sizeof(path), "%s/7.yaml", folder);
	snprintf(next, sizeof(next), "%s/8.yaml", folder);
	file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	must(file >= 0);
	atexit(clean);
}

static void no_sync(const char *name)
{
}

static void check_list(void)
{
	json_t *list = history_list(folder), *entry = json_array_get(list, 0);

	must(json_array_size(list) == 1);
	must(json_integer_value(json_object_get(entry, "number")) == 7);
	must(json_is_string(json_object_get(entry, "comment")));
	must(!strpbrk(json_string_value(json_object_get(entry, "comment")), "\n"));
	json_decref(list);
}

/* What it holds is written once more: as entry 8, unless 7 says just that. */
static void write_again(const json_t *tree, struct errors *errors)
{
	json_t *again;

	must(history_write(folder, tree, "again", no_sync, errors) == 0);
	if (access(next, F_OK) != 0)
		return;
	again = history_get(folder, 8, errors);
	must(again && json_equal((json_t *)tree, again));
	json_decref(again);
	must(history_write(folder, tree, "and again\nand again", no_sync, errors) == 0);
	again = history_list(folder);
	must(json_array_size(again) == 2);
	json_decref(again);
	unlink(next);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct errors errors;
	json_t *tree;

	if (file < 0)
		start();
	must(ftruncate(file, 0) == 0 && pwrite(file, data, size, 0) == (ssize_t)size);
	errors_init(&errors);
	check_list();
	tree = history_get(folder, 7, &errors);
	must((tree != NULL) == (errors.n == 0));
	must(history_get(folder, 9, &errors) == NULL && errors.n > 0);
	errors_fini(&errors);
	if (tree)
		write_again(tree, &errors);
	json_decref(tree);
	errors_fini(&errors);
	return 0;
}

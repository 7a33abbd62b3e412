// SPDX-License-Identifier: BSD-3-Clause
/* The configuration's file: what stands there after a save, and what is left alone. */
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "control/config_file.h"

static char folder[32], file[64], beside[80];

static int setup(void **state)
{
	strcpy(folder, "/tmp/weft-file-XXXXXX");
	assert_non_null(mkdtemp(folder));
	snprintf(file, sizeof(file), "%s/weft.yaml", folder);
	snprintf(beside, sizeof(beside), "%s.new", file);
	return 0;
}

static int teardown(void **state)
{
	char command[64];

	snprintf(command, sizeof(command), "rm -rf %s", folder);
	return system(command);
}

/* The number of errors. */
static size_t save(const char *path)
{
	json_t *tree = json_pack("{s:{s:s}}", "system", "idle", "poll");
	struct errors errors;
	size_t n;

	errors_init(&errors);
	config_file_save(path, tree, &errors);
	n = errors.n;
	errors_fini(&errors);
	json_decref(tree);
	return n;
}

static mode_t mode_of(const char *path)
{
	struct stat st;

	assert_int_equal(lstat(path, &st), 0);
	assert_true(S_ISREG(st.st_mode));
	return st.st_mode & 0777;
}

static void a_new_file_is_its_owners_and_an_old_one_as_it_was(void **state)
{
	mode_t umask_before = umask(0077);

	assert_int_equal(save(file), 0);
	assert_int_equal(mode_of(file), 0600);
	chmod(file, 0664);
	assert_int_equal(save(file), 0);
	assert_int_equal(mode_of(file), 0664);
	umask(umask_before);
}

static void a_link_left_beside_it_is_not_followed(void **state)
{
	char other[64];
	struct stat st;

	snprintf(other, sizeof(other), "%s/other", folder);
	fclose(fopen(other, "w"));
	assert_int_equal(symlink(other, beside), 0);
	assert_int_equal(save(file), 0);
	assert_int_equal(stat(other, &st), 0);
	assert_int_equal(st.st_size, 0);
	assert_int_equal(mode_of(file), 0600);
}

static void a_file_left_beside_it_lends_it_no_rights(void **state)
{
	fclose(fopen(beside, "w"));
	chmod(beside, 0666);
	assert_int_equal(save(file), 0);
	assert_int_equal(mode_of(file), 0600);
	assert_int_equal(access(beside, F_OK), -1);
}

static void a_path_that_leaves_no_room_is_refused(void **state)
{
	char path[PATH_MAX];

	memset(path, '/', sizeof(path) - 1);
	memcpy(path, folder, strlen(folder));
	strcpy(path + sizeof(path) - 5, "file");
	fclose(fopen(path, "w"));
	assert_int_equal(save(path), 1);
	assert_int_equal(access(path, F_OK), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_new_file_is_its_owners_and_an_old_one_as_it_was),
		TEST(a_link_left_beside_it_is_not_followed),
		TEST(a_file_left_beside_it_lends_it_no_rights),
		TEST(a_path_that_leaves_no_room_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

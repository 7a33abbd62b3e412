// SPDX-License-Identifier: BSD-3-Clause
/*
 * bad/NNN-NAME.yaml: configurations with mistakes, each with what weftd says
 * about it in NNN-NAME.txt. UPDATE_GOLDEN=1 writes the latter anew.
 */
#include <dirent.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "control/config_file.h"

#define N_FILES_MIN 70

static const char *folder;

/* A file's text, or NULL. The caller frees it. */
static char *read_text(const char *path, size_t *size)
{
	FILE *file = fopen(path, "re");
	char *text = NULL;
	FILE *copy;
	int c;

	if (file == NULL)
		return NULL;
	copy = open_memstream(&text, size);
	while ((c = fgetc(file)) != EOF)
		fputc(c, copy);
	fclose(copy);
	fclose(file);
	return text;
}

/* What is said about the text; NULL where nothing is wrong with it. */
static char *complaint(const char *name, const char *text, size_t size)
{
	struct errors errors;
	json_t *nothing = json_object(), *tree;
	char *said;

	errors_init(&errors);
	tree = config_text_load(text, size, nothing, &errors);
	json_decref(nothing);
	said = tree == NULL ? errors_text(&errors, name) : NULL;
	for (size_t i = 0; i < errors.n; i++)
		if (errors.list[i].line == 0)
			fail_msg("%s: an error has no line: %s", name, errors.list[i].text);
	json_decref(tree);
	errors_fini(&errors);
	return said;
}

static void write_text(const char *path, const char *text)
{
	FILE *file = fopen(path, "we");

	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

/* True: what is said is what is expected. */
static bool check_file(const char *name)
{
	char path[4096], golden[4096];
	char *text, *said, *expected;
	size_t size;
	bool same;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	snprintf(golden, sizeof(golden), "%.*s.txt", (int)(strlen(path) - strlen(".yaml")), path);
	text = read_text(path, &size);
	assert_non_null(text);
	said = complaint(name, text, size);
	if (said == NULL)
		fail_msg("%s: nothing is wrong with it", name);
	if (getenv("UPDATE_GOLDEN") != NULL)
		write_text(golden, said);
	expected = read_text(golden, &size);
	same = expected != NULL && strcmp(said, expected) == 0;
	if (!same)
		print_error("%s\nexpected:\n%ssaid:\n%s", name, expected != NULL ? expected : "",
			    said);
	free(expected);
	free(said);
	free(text);
	return same;
}

static int is_yaml(const struct dirent *entry)
{
	size_t n = strlen(entry->d_name);

	return n > 5 && strcmp(entry->d_name + n - 5, ".yaml") == 0;
}

static void every_bad_file_is_refused_at_its_line_and_column(void **state)
{
	struct dirent **entries;
	int n = scandir(folder, &entries, is_yaml, alphasort), n_wrong = 0;

	assert_true(n >= N_FILES_MIN);
	for (int i = 0; i < n; i++) {
		n_wrong += !check_file(entries[i]->d_name);
		free(entries[i]);
	}
	free(entries);
	assert_int_equal(n_wrong, 0);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_bad_file_is_refused_at_its_line_and_column),
	};

	if (argc != 2) {
		fprintf(stderr, "usage: %s FOLDER\n", argv[0]);
		return 2;
	}
	folder = argv[1];
	return cmocka_run_group_tests(tests, NULL, NULL);
}

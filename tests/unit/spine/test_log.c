// SPDX-License-Identifier: BSD-3-Clause
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "control/spine/log.h"

static char said[8192];

/* What a process of its own writes: the log looks at its standard error once. */
static void run(void (*fn)(void), bool journal)
{
	FILE *file = tmpfile();
	pid_t child = fork();
	int status;
	size_t n;

	assert_true(child >= 0);
	if (!child) {
		char stream[64];
		struct stat st;

		fstat(fileno(file), &st);
		snprintf(stream, sizeof(stream), "%ju:%ju", (uintmax_t)st.st_dev,
			 (uintmax_t)st.st_ino + !journal);
		setenv("JOURNAL_STREAM", stream, 1);
		dup2(fileno(file), STDERR_FILENO);
		fn();
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	rewind(file);
	n = fread(said, 1, sizeof(said) - 1, file);
	said[n] = '\0';
	fclose(file);
}

static void write_levels(void)
{
	log_error("port %s", "vm1");
	log_warning("two");
	log_info("three");
	log_debug("not seen");
	log_set_level(LOG_LEVEL_DEBUG);
	log_debug("seen");
	log_set_level(LOG_LEVEL_ERROR);
	log_warning("not seen");
}

static void levels_are_words_on_a_terminal(void **state)
{
	run(write_levels, false);
	assert_string_equal(said, "error: port vm1\nwarning: two\ninfo: three\ndebug: seen\n");
}

static void levels_are_numbers_for_the_journal(void **state)
{
	run(write_levels, true);
	assert_string_equal(said, "<3>port vm1\n<4>two\n<6>three\n<7>seen\n");
}

static void write_forged(void)
{
	log_info("a\nerror: b\r\x1b[2Jc\x7f");
}

static void texts_of_others_forge_no_line(void **state)
{
	run(write_forged, false);
	assert_string_equal(said, "info: a error: b  [2Jc \n");
}

static void write_long(void)
{
	char text[5000];

	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	log_info("%s", text);
	log_info("next");
}

static void a_long_text_is_cut_and_still_a_line(void **state)
{
	run(write_long, false);
	assert_in_range(strcspn(said, "\n"), 1000, 2048);
	assert_string_equal(said + strcspn(said, "\n"), "\ninfo: next\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(levels_are_words_on_a_terminal),
		cmocka_unit_test(levels_are_numbers_for_the_journal),
		cmocka_unit_test(texts_of_others_forge_no_line),
		cmocka_unit_test(a_long_text_is_cut_and_still_a_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

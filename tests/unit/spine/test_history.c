// SPDX-License-Identifier: BSD-3-Clause
/* What is kept of past configurations, and changes on probation. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "control/spine/history.h"
#include "tests/unit/spine/fake_nouns.h"

struct fixture {
	char root[32], dir[64];
	struct config *config;
	struct errors errors;
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	strcpy(f->root, "/tmp/weft-history-XXXXXX");
	assert_non_null(mkdtemp(f->root));
	snprintf(f->dir, sizeof(f->dir), "%s/a/b", f->root);
	fake_reset();
	errors_init(&f->errors);
	f->config = config_create(&fake_registry, f->dir);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	char command[128];

	snprintf(command, sizeof(command), "rm -rf %s", f->root);
	assert_int_equal(system(command), 0);
	config_destroy(f->config);
	errors_fini(&f->errors);
	free(f);
	fake_fini();
	return 0;
}

static void apply(struct fixture *f, const char *text, const char *comment)
{
	json_t *tree = fake_config(text);
	json_t *changes = config_apply(f->config, tree, comment, &f->errors);

	assert_non_null(changes);
	json_decref(changes);
	json_decref(tree);
}

static void probation(struct fixture *f, const char *text, int seconds)
{
	json_t *tree = fake_config(text);
	json_t *changes = config_apply_confirm(f->config, tree, "try", seconds * 1000, &f->errors);

	assert_non_null(changes);
	json_decref(changes);
	json_decref(tree);
}

static void set_mtu(struct fixture *f, int mtu)
{
	char text[64], comment[32];

	snprintf(text, sizeof(text), "ports: {p: {type: tap, mtu: %d}}", mtu);
	snprintf(comment, sizeof(comment), "mtu %d", mtu);
	apply(f, text, comment);
}

static json_int_t mtu_of(const json_t *tree)
{
	return json_integer_value(
		json_object_get(json_object_get(json_object_get(tree, "ports"), "p"), "mtu"));
}

static void expect_entry(const struct fixture *f, size_t at, int number, const char *comment)
{
	json_t *list = config_history(f->config), *entry = json_array_get(list, at);

	assert_int_equal(json_integer_value(json_object_get(entry, "number")), number);
	assert_string_equal(json_string_value(json_object_get(entry, "comment")), comment);
	json_decref(list);
}

static size_t count_entries(const struct fixture *f)
{
	json_t *list = config_history(f->config);
	size_t n = json_array_size(list);

	json_decref(list);
	return n;
}

static char synced[96];

static void note_sync(const char *path)
{
	assert_int_equal(access(path, R_OK), 0);
	snprintf(synced, sizeof(synced), "%s", path);
}

static void somebody_else_may_wait_for_the_disk(void **state)
{
	struct fixture *f = *state;
	char path[96];

	config_sync_with(f->config, note_sync);
	set_mtu(f, 1400);
	snprintf(path, sizeof(path), "%s/1.yaml", f->dir);
	assert_string_equal(synced, path);
	expect_entry(f, 0, 1, "mtu 1400");
	synced[0] = '\0';
	set_mtu(f, 1400); /* the same: nothing is written */
	assert_string_equal(synced, "");
}

static void write_entry(const struct fixture *f, int number, const char *text)
{
	char path[96];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%d.yaml", f->dir, number);
	file = fopen(path, "w");
	fputs(text, file);
	fclose(file);
}

static void what_was_applied_is_kept_the_newest_first(void **state)
{
	struct fixture *f = *state;
	struct errors errors;
	json_t *list, *tree, *text;

	assert_int_equal(count_entries(f), 0);
	set_mtu(f, 1400);
	apply(f, "ports: {p: {type: tap, mtu: 1300}}", "two\nlines\x1b");
	assert_int_equal(count_entries(f), 2);
	expect_entry(f, 0, 2, "two lines ");
	expect_entry(f, 1, 1, "mtu 1400");
	list = config_history(f->config);
	assert_in_range(json_integer_value(json_object_get(json_array_get(list, 0), "time")),
			time(NULL) - 60, time(NULL));
	json_decref(list);
	/* An entry applies as any file does. */
	tree = config_history_get(f->config, 1, &f->errors);
	text = config_apply(f->config, tree, "config rollback 1", &f->errors);
	assert_int_equal(json_array_size(text), 1);
	assert_int_equal(mtu_of(config_running(f->config)), 1400);
	json_decref(text);
	json_decref(tree);
	errors_init(&errors);
	assert_null(config_history_get(f->config, 9, &errors));
	assert_non_null(strstr(errors.list[0].text, "no history entry 9"));
	errors_fini(&errors);
}

static void history_survives_a_restart_and_repeats_nothing(void **state)
{
	struct fixture *f = *state;

	set_mtu(f, 1400);
	config_destroy(f->config);
	fake_reset();
	f->config = config_create(&fake_registry, f->dir);
	set_mtu(f, 1400); /* the start file says what ran */
	assert_int_equal(count_entries(f), 1);
	set_mtu(f, 1401);
	expect_entry(f, 0, 2, "mtu 1401");
	set_mtu(f, 1401);
	assert_int_equal(count_entries(f), 2);
}

static void only_the_newest_hundred_are_kept(void **state)
{
	struct fixture *f = *state;

	for (int i = 0; i < HISTORY_MAX + 5; i++)
		set_mtu(f, 1000 + i);
	assert_int_equal(count_entries(f), HISTORY_MAX);
	expect_entry(f, 0, HISTORY_MAX + 5, "mtu 1104");
	expect_entry(f, HISTORY_MAX - 1, 6, "mtu 1005");
}

static void a_damaged_entry_is_told_and_harms_no_other(void **state)
{
	struct fixture *f = *state;
	static const char *const damages[] = {"", "\n", "x", "# weft configuration\n",
					      "# weft configuration\n# time: x\n"};

	set_mtu(f, 1400);
	for (int i = 0; i < 5; i++)
		write_entry(f, 2 + i, damages[i]);
	write_entry(f, 7, "# weft configuration\n# time: 5 x\n# comment: \xff\n: [\n");
	assert_int_equal(count_entries(f), 7);
	for (size_t i = 0; i < 6; i++)
		expect_entry(f, i, 7 - (int)i, "(damaged)");
	expect_entry(f, 6, 1, "mtu 1400");
	assert_null(config_history_get(f->config, 7, &f->errors));
	assert_null(config_history_get(f->config, 2, &f->errors));
	assert_int_equal(f->errors.n, 2);
	assert_non_null(strstr(f->errors.list[0].text, "history entry 7 is damaged"));
	set_mtu(f, 1401);
	expect_entry(f, 0, 8, "mtu 1401");
}

static void files_of_other_names_are_no_entries(void **state)
{
	struct fixture *f = *state;
	static const char *const names[] = {"0.yaml", "01.yaml", "x.yaml",          "3.yaml.new",
					    "3",      "-3.yaml", "99999999999.yaml"};
	char path[96];

	set_mtu(f, 1400);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", f->dir, names[i]);
		fclose(fopen(path, "w"));
	}
	assert_int_equal(count_entries(f), 1);
}

/* A limit on the size of files stands for a full disk: the write fails half way. */
static void a_full_disk_is_a_warning_and_leaves_no_half_entry(void **state)
{
	struct fixture *f = *state;
	struct rlimit old, limit;
	char path[96];

	set_mtu(f, 1400);
	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &old);
	limit = (struct rlimit){16, old.rlim_max};
	setrlimit(RLIMIT_FSIZE, &limit);
	set_mtu(f, 1401);
	setrlimit(RLIMIT_FSIZE, &old);
	assert_int_equal(mtu_of(config_running(f->config)), 1401);
	assert_int_equal(f->errors.n, 1);
	assert_non_null(strstr(f->errors.list[0].text, "history entry could not be written"));
	assert_int_equal(count_entries(f), 1);
	snprintf(path, sizeof(path), "%s/2.yaml.new", f->dir);
	assert_int_equal(access(path, F_OK), -1);
}

/* A folder that may be written and not read stands for one that cannot be listed just now. */
static void entries_that_cannot_be_listed_are_not_written_over(void **state)
{
	struct fixture *f = *state;
	uid_t user = geteuid() == 0 ? 65534 : geteuid();

	set_mtu(f, 1400);
	assert_int_equal(chmod(f->root, 0711), 0);
	assert_int_equal(chown(f->dir, user, (gid_t)-1), 0);
	assert_int_equal(chmod(f->dir, 0300), 0);
	assert_int_equal(seteuid(user), 0);
	set_mtu(f, 1401);
	assert_int_equal(seteuid(getuid()), 0);
	assert_int_equal(chmod(f->dir, 0700), 0);
	assert_int_equal(f->errors.n, 1);
	expect_entry(f, 0, 1, "mtu 1400");
}

static void a_folder_that_cannot_be_made_is_a_warning(void **state)
{
	struct fixture *f = *state;
	char path[64];

	snprintf(path, sizeof(path), "%s/a", f->root);
	fclose(fopen(path, "w"));
	set_mtu(f, 1401);
	assert_int_equal(f->errors.n, 1);
	assert_int_equal(mtu_of(config_running(f->config)), 1401);
	assert_int_equal(count_entries(f), 0);
}

static void entries_are_for_their_owner_only(void **state)
{
	struct fixture *f = *state;
	char path[96];
	struct stat st;

	set_mtu(f, 1400);
	snprintf(path, sizeof(path), "%s/1.yaml", f->dir);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
}

static void an_unconfirmed_change_goes_back(void **state)
{
	struct fixture *f = *state;

	set_mtu(f, 1400);
	assert_int_equal(config_pending_ms(f->config), -1);
	probation(f, "ports: {p: {type: tap, mtu: 9000}}", 60);
	assert_in_range(config_pending_ms(f->config), 50000, 60000);
	assert_int_equal(mtu_of(config_running(f->config)), 9000);
	/* What comes meanwhile goes back too. */
	set_mtu(f, 8000);
	config_expire(f->config);
	assert_int_equal(mtu_of(config_running(f->config)), 1400);
	assert_true(fake_equals(config_running(f->config)));
	assert_int_equal(config_pending_ms(f->config), -1);
	expect_entry(f, 0, 4, "not confirmed: went back");
	config_expire(f->config);
	assert_int_equal(count_entries(f), 4);
}

static void a_confirmed_change_stays(void **state)
{
	struct fixture *f = *state;

	set_mtu(f, 1400);
	probation(f, "ports: {p: {type: tap, mtu: 9000}}", 60);
	assert_int_equal(config_confirm(f->config, &f->errors), 0);
	config_expire(f->config);
	assert_int_equal(mtu_of(config_running(f->config)), 9000);
	assert_int_equal(config_confirm(f->config, &f->errors), -1);
	assert_string_equal(f->errors.list[0].text, "nothing waits to be confirmed");
}

static void a_second_probation_goes_back_to_before_the_first(void **state)
{
	struct fixture *f = *state;

	set_mtu(f, 1400);
	probation(f, "ports: {p: {type: tap, mtu: 9000}}", 10);
	probation(f, "ports: {p: {type: tap, mtu: 8000}}", 60);
	assert_in_range(config_pending_ms(f->config), 50000, 60000);
	config_expire(f->config);
	assert_int_equal(mtu_of(config_running(f->config)), 1400);
}

static void a_probation_without_a_change_or_with_a_bad_time_begins_none(void **state)
{
	struct fixture *f = *state;
	json_t *tree = fake_config("ports: {p: {type: tap}}");

	assert_null(config_apply_confirm(f->config, tree, "try", 999, &f->errors));
	assert_null(config_apply_confirm(f->config, tree, "try", 86400001, &f->errors));
	assert_int_equal(f->errors.n, 2);
	set_mtu(f, 1400);
	probation(f, "ports: {p: {type: tap, mtu: 1400}}", 60);
	assert_int_equal(config_pending_ms(f->config), -1);
	json_decref(tree);
}

static void going_back_that_fails_is_logged_and_over(void **state)
{
	struct fixture *f = *state;

	set_mtu(f, 1400);
	probation(f, "ports: {p: {type: tap, mtu: 9000}}", 60);
	fake_clear_calls();
	fake.fail_at = 1;
	config_expire(f->config);
	assert_int_equal(mtu_of(config_running(f->config)), 9000);
	assert_int_equal(config_pending_ms(f->config), -1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(somebody_else_may_wait_for_the_disk),
		TEST(what_was_applied_is_kept_the_newest_first),
		TEST(history_survives_a_restart_and_repeats_nothing),
		TEST(only_the_newest_hundred_are_kept),
		TEST(a_damaged_entry_is_told_and_harms_no_other),
		TEST(files_of_other_names_are_no_entries),
		TEST(a_full_disk_is_a_warning_and_leaves_no_half_entry),
		TEST(entries_that_cannot_be_listed_are_not_written_over),
		TEST(a_folder_that_cannot_be_made_is_a_warning),
		TEST(entries_are_for_their_owner_only),
		TEST(an_unconfirmed_change_goes_back),
		TEST(a_confirmed_change_stays),
		TEST(a_second_probation_goes_back_to_before_the_first),
		TEST(a_probation_without_a_change_or_with_a_bad_time_begins_none),
		TEST(going_back_that_fails_is_logged_and_over),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

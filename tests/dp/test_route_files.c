// SPDX-License-Identifier: BSD-3-Clause
/* Routes from files: to what workers do with an address. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "control/config_file.h"
#include "control/daemon.h"
#include "control/fib_sync.h"
#include "control/hurry.h"
#include "control/loop.h"
#include "control/route_files.h"
#include "control/spine/config.h"
#include "control/spine/later.h"
#include "control/watches.h"
#include "tests/dp/conf.h"

static char path[] = "/tmp/weft-routes-XXXXXX";

static void file_says(const char *text)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

/* The two interfaces, and the file. */
static const char *with_file(const char *more)
{
	static char yaml[2048];

	snprintf(yaml, sizeof(yaml), BOTH "route_files: { f: { file: %s%s } }\n", path, more);
	return yaml;
}

static void reload_it(void *arg, struct errors *errors)
{
	route_files_reload(route_files_find("f"), config_running(weftd.config), errors);
}

/* NULL, or the errors. */
static const char *reload(void)
{
	return conf_run(reload_it, NULL);
}

#define assert_refused(said, why)             \
	do {                                  \
		const char *text = said;      \
		assert_non_null(text);        \
		if (!strstr(text, why))       \
			fail_msg("%s", text); \
	} while (0)

static json_t *value_of_file(void)
{
	return json_pack("{s:s, s:i}", "file", path, "distance", 1);
}

static struct route_file_row row_of_file(void)
{
	struct route_file_row row;

	route_files_row(route_files_find("f"), &row);
	return row;
}

static uint64_t changes(void)
{
	struct fib_sync_stats stats;

	fib_sync_stats(&stats);
	return stats.changes;
}

static void routes_of_a_file_lead_where_it_says(void **state)
{
	file_says("11.0.0.0/8 10.1.0.2\n11.1.0.0/16 10.1.0.2*3,10.2.0.2\n12.0.0.0/8 blackhole\n"
		  "13.0.0.0/8 r\n2001:db8:9::/48 fe80::9%l\n");
	must_apply(with_file(""));
	assert_leads("11.2.0.1", "10.1.0.2 on l");
	assert_leads("11.1.0.1", "10.1.0.2 on l x12, 10.2.0.2 on r x4");
	assert_leads("12.0.0.1", "blackhole");
	assert_leads("13.0.0.1", "on r");
	assert_leads("2001:db8:9::1", "?fe80::9 on l");
	must_apply(BOTH);
	assert_leads("11.2.0.1", "none");
	assert_leads("2001:db8:9::1", "none");
}

static void a_file_that_is_read_again_changes_what_differs(void **state)
{
	uint64_t before;

	file_says("11.0.0.0/8 10.1.0.2\n12.0.0.0/8 10.1.0.2\n13.0.0.0/8 10.1.0.2\n");
	must_apply(with_file(""));
	before = changes();
	assert_null(reload());
	assert_int_equal(changes(), before);
	file_says("10.9.0.0/16 r\n11.0.0.0/8 10.1.0.2\n13.0.0.0/8 10.2.0.2\n14.0.0.0/8 "
		  "10.2.0.2\n");
	assert_null(reload());
	assert_leads("10.9.0.1", "on r");
	assert_leads("11.0.0.1", "10.1.0.2 on l");
	assert_leads("12.0.0.1", "none");
	assert_leads("13.0.0.1", "10.2.0.2 on r");
	assert_leads("14.0.0.1", "10.2.0.2 on r");
	assert_int_equal(changes(), before + 4);
	file_says("");
	assert_null(reload());
	assert_leads("11.0.0.1", "none");
}

static void a_bad_file_changes_nothing(void **state)
{
	file_says("11.0.0.0/8 10.1.0.2\n");
	must_apply(with_file(""));
	file_says("11.0.0.0/8 10.2.0.2\n11.0.0.0/88 10.2.0.2\n");
	assert_refused(reload(), ":2: '11.0.0.0/88' is not a prefix");
	file_says("11.0.0.0/8 10.2.0.2\n\n12.0.0.0/8 x\n");
	assert_refused(reload(), ":3: there is no interface x");
	file_says("12.0.0.0/8 10.2.0.1\n");
	assert_refused(reload(), ":1: 10.2.0.1 is weft's own address, on interface r");
	assert_leads("11.0.0.1", "10.1.0.2 on l");
	/* Other changes do not look at the file on the disk. */
	must_apply(with_file(", tag: 5"));
	assert_leads("11.0.0.1", "10.1.0.2 on l");
}

static void what_a_file_needs_cannot_go(void **state)
{
	char yaml[512];

	file_says("11.0.0.0/8 10.1.0.2\n12.0.0.0/8 r\n");
	must_apply(with_file(""));
	snprintf(yaml, sizeof(yaml), "interfaces:\n" LEFT " }\nroute_files: { f: { file: %s } }\n",
		 path);
	assert_refused(apply(yaml), ":2: there is no interface r");
	assert_leads("12.0.0.1", "on r");
	must_apply("");
	unlink(path);
	assert_refused(apply(with_file("")), "route_files.f.file: cannot read /tmp/weft-routes-");
	assert_refused(apply("route_files: { f: { file: x } }"),
		       "'x': expected a path from the root, such as /etc/weft/x");
}

static void a_files_settings_change_under_its_routes(void **state)
{
#define FIVE " } }\nroutes: [ { prefix: 11.0.0.0/8, via: 10.2.0.2, distance: 5 } ]\n"
#define BLUE "vrfs: { blue: { "
	file_says("11.0.0.0/8 10.1.0.2\n");
	must_apply(with_file(FIVE BLUE));
	assert_leads("11.0.0.1", "10.1.0.2 on l");
	must_apply(with_file(", distance: 9" FIVE BLUE));
	assert_leads("11.0.0.1", "10.2.0.2 on r");
	must_apply(with_file(""));
	file_says("12.0.0.0/8 blackhole\n");
	assert_null(reload());
	must_apply(with_file(", vrf: blue } }\n" BLUE));
	assert_leads("12.0.0.1", "none");
	assert_string_equal(leads("blue", "12.0.0.1"), "blackhole");
}

static void a_files_gateways_follow_the_interfaces_addresses(void **state)
{
	char yaml[1024];

	file_says("11.0.0.0/8 10.1.0.2\n");
	must_apply(with_file(""));
	snprintf(yaml, sizeof(yaml),
		 "interfaces:\n  l: { bridge: left, addresses: [10.3.0.1/24], dad: false }\n"
		 "  r: { bridge: right, addresses: [10.1.0.1/24], dad: false }\n"
		 "route_files: { f: { file: %s } }\n",
		 path);
	must_apply(yaml);
	assert_leads("11.0.0.1", "?10.1.0.2 on r");
	must_apply(with_file(""));
	assert_leads("11.0.0.1", "10.1.0.2 on l");
}

#define MANY 60000

static void many_routes_of_a_file_come_and_go(void **state)
{
	char *text = malloc(MANY * 32);
	size_t n = 0;

	for (int i = 0; i < MANY; i++)
		n += (size_t)sprintf(text + n, "20.%d.%d.0/24 10.%d.0.2\n", i >> 8, i & 255,
				     i % 2 + 1);
	file_says(text);
	must_apply(with_file(""));
	assert_leads("20.0.0.1", "10.1.0.2 on l");
	assert_leads("20.234.95.1", "10.2.0.2 on r");
	/* Half of them go. */
	*(strchr(text + n / 2, '\n') + 1) = '\0';
	file_says(text);
	assert_null(reload());
	assert_leads("20.0.0.1", "10.1.0.2 on l");
	assert_leads("20.234.95.1", "none");
	free(text);
	must_apply("");
	assert_leads("20.0.0.1", "none");
}

static void a_file_goes_and_changes_while_it_is_loaded(void **state)
{
	char *text = malloc(MANY * 32);
	struct route_file_row row;
	struct errors errors;
	size_t n = 0;

	for (int i = 0; i < MANY; i++)
		n += (size_t)sprintf(text + n, "20.%d.%d.0/24 10.1.0.2\n", i >> 8, i & 255);
	file_says(text);
	errors_init(&errors);
	must_apply(BOTH);
	json_t *value = value_of_file();
	assert_int_equal(route_files_add("f", value, &errors), 0);
	do {
		event_base_loop(loop_base(), EVLOOP_ONCE);
		route_files_row(route_files_find("f"), &row);
	} while (row.given == 0);
	assert_string_equal(row.state, "loading");
	assert_in_range(row.given, 1, MANY - 1);
	/* Another text on the way: the second walk takes back what the first has given. */
	file_says("20.0.0.0/24 10.2.0.2\n");
	assert_int_equal(route_files_reload(route_files_find("f"), NULL, &errors), 0);
	conf_settle();
	assert_leads("20.0.0.1", "10.2.0.2 on r");
	assert_leads("20.0.1.1", "none");
	file_says(text);
	assert_int_equal(route_files_reload(route_files_find("f"), NULL, &errors), 0);
	event_base_loop(loop_base(), EVLOOP_ONCE);
	route_files_remove(route_files_find("f"));
	conf_settle();
	assert_leads("20.0.0.1", "none");
	json_decref(value);
	errors_fini(&errors);
	free(text);
}

/* As where a change is undone: nobody can wait, and nobody hears what is wrong. */
static void a_file_of_no_request_is_read_by_and_by(void **state)
{
	json_t *value = value_of_file();
	struct errors errors;

	errors_init(&errors);
	must_apply(BOTH);
	file_says("11.0.0.0/8 10.1.0.2\n");
	assert_int_equal(route_files_add("f", value, &errors), 0);
	assert_string_equal(row_of_file().state, "loading");
	assert_leads("11.0.0.1", "none");
	conf_settle();
	assert_string_equal(row_of_file().state, "loaded");
	assert_leads("11.0.0.1", "10.1.0.2 on l");
	route_files_remove(route_files_find("f"));
	/* It goes, and comes back, before it was read. */
	assert_int_equal(route_files_add("f", value, &errors), 0);
	route_files_remove(route_files_find("f"));
	file_says("12.0.0.0/8 10.9.0.1%nowhere\n");
	assert_int_equal(route_files_add("f", value, &errors), 0);
	conf_settle();
	assert_string_equal(row_of_file().state, "failed");
	assert_false(route_files_are_read());
	file_says("12.0.0.0/8 10.1.0.2\n");
	assert_null(reload());
	assert_string_equal(row_of_file().state, "loaded");
	assert_true(route_files_are_read());
	assert_leads("11.0.0.1", "none");
	assert_leads("12.0.0.1", "10.1.0.2 on l");
	route_files_remove(route_files_find("f"));
	json_decref(value);
	errors_fini(&errors);
}

/* Between its check and its use. */
static void what_was_checked_is_what_is_used(void **state)
{
	struct later later = {0}; /* as at a start: nobody waits */
	struct errors errors;
	char yaml[4096];
	json_t *tree;

	must_apply(BOTH);
	file_says("11.0.0.0/8 10.1.0.2\n");
	snprintf(yaml, sizeof(yaml), "bridges: { left: { ports: {} }, right: { ports: {} } }\n%s",
		 with_file(""));
	errors_init(&errors);
	errors.later = &later;
	tree = config_text_load(yaml, strlen(yaml), NULL, &errors);
	assert_non_null(tree);
	file_says("nonsense");
	json_decref(config_apply_sound(weftd.config, tree, "test", &errors));
	assert_int_equal(errors.n, 0);
	later_end(&later);
	conf_settle();
	assert_leads("11.0.0.1", "10.1.0.2 on l");
	json_decref(tree);
	errors_fini(&errors);
}

static unsigned sessions(void)
{
	const struct bfd_session *session = NULL;
	unsigned n = 0;

	while ((session = bfd_next(watches_bfd(), session)))
		n++;
	return n;
}

static void gateways_of_a_file_are_watched_if_it_says_so(void **state)
{
	file_says("11.0.0.0/8 10.1.0.2\n12.0.0.0/8 10.1.0.2\n13.0.0.0/8 r\n14.0.0.0/8 "
		  "10.1.0.2,10.2.0.2\n");
	must_apply(with_file(""));
	assert_int_equal(sessions(), 0);
	assert_false(hurry_is_kept());
	must_apply(with_file(", bfd: true"));
	assert_int_equal(sessions(), 2);
	assert_true(hurry_is_kept()); /* who has sessions goes before others */
	file_says("11.0.0.0/8 10.1.0.2\n14.0.0.0/8 10.1.0.3,10.2.0.3\n");
	assert_null(reload());
	assert_int_equal(sessions(), 3);
	must_apply(with_file(""));
	assert_int_equal(sessions(), 0);
	assert_false(hurry_is_kept());
}

static int setup(void **state)
{
	close(mkstemp(path));
	return conf_setup(state);
}

static int teardown(void **state)
{
	int r = conf_teardown(state);

	unlink(path);
	strcpy(path + strlen(path) - 6, "XXXXXX");
	return r;
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(routes_of_a_file_lead_where_it_says),
		TEST(a_file_that_is_read_again_changes_what_differs),
		TEST(a_bad_file_changes_nothing),
		TEST(what_a_file_needs_cannot_go),
		TEST(a_files_settings_change_under_its_routes),
		TEST(a_files_gateways_follow_the_interfaces_addresses),
		TEST(many_routes_of_a_file_come_and_go),
		TEST(a_file_goes_and_changes_while_it_is_loaded),
		TEST(a_file_of_no_request_is_read_by_and_by),
		TEST(what_was_checked_is_what_is_used),
		TEST(gateways_of_a_file_are_watched_if_it_says_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: BSD-3-Clause
/* Topology files: what they say is understood, printed in a form that means the same, and mistakes
 * are told of by line. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "routing/core/moment.h"
#include "tests/sim/oracle.h"
#include "tests/sim/random_topo.h"
#include "tests/sim/show.h"
#include "tests/sim/speaker.h"
#include "tests/sim/topo.h"

#define RING                                       \
	"router r1 r2 r3\n"                        \
	"link r1 r2 cost=2 delay=5ms\n"            \
	"link r2 r3\n"                             \
	"link r3 r1\n"                             \
	"link r3 r1  # a second one\n"             \
	"network r1 10.1.0.0/16\n"                 \
	"network r2 10.2.0.0/16 2001:db8:2::/48\n" \
	"static r3 198.18.0.0/24 blackhole\n"      \
	"rip redistribute=connected,static\n"

static struct topo *good(const char *text)
{
	char error[TOPO_ERROR_MAX];
	struct topo *topo = topo_read(text, strlen(text), "net", error);

	if (!topo)
		fail_msg("%s", error);
	return topo;
}

static char *printed(const struct topo *topo)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	topo_print(topo, out);
	fclose(out);
	return text;
}

static void a_file_says_who_is_linked_to_whom_and_what_they_speak(void **state)
{
	struct topo *topo = good(RING);
	char name[TOPO_IFNAME_MAX], text[PREFIX_TEXT_MAX];
	struct prefix address;

	assert_int_equal(topo->n_routers, 3);
	assert_int_equal(topo->n_links, 4);
	assert_int_equal(topo->links[0].wire.cost, 2);
	assert_int_equal(topo->links[0].wire.delay_us, 5000);
	assert_int_equal(topo->links[3].twin, 2);
	topo_ifname(topo, &topo->links[3], 1, name);
	assert_string_equal(name, "r1-r3.2");
	assert_int_equal(topo_link_find(topo, "r1-r3.2"), 3);
	assert_int_equal(topo_link_find(topo, "r3-r1.2"), 3);
	address = topo_address4(topo, &topo->links[1], 1);
	assert_string_equal(prefix_print(&address, text), "172.16.2.2/24");
	assert_true(topo->routers[2].speaks[SPEAKER_RIP]);
	assert_false(topo->routers[2].speaks[SPEAKER_RIPNG]);
	topo_free(topo);
}

static void later_lines_say_it_for_some_routers_alone(void **state)
{
	struct topo *topo =
		good("router a b\nlink a b\nrip update=10s timeout=60s\nrip b update=5s\n");

	assert_int_equal(topo->routers[0].settings[SPEAKER_RIP].values[0], SPAN_S(10));
	assert_int_equal(topo->routers[1].settings[SPEAKER_RIP].values[0], SPAN_S(5));
	assert_int_equal(topo->routers[1].settings[SPEAKER_RIP].values[1], SPAN_S(60));
	topo_free(topo);
}

static void events_come_in_the_order_of_time(void **state)
{
	struct topo *topo = good(RING "at 20s up r1-r2\nat 10s down r1-r2\nat 20s stop r3\n"
				      "at 0.5s silent r2-r3\n");

	assert_int_equal(topo->n_events, 4);
	assert_int_equal(topo->events[0].what, TOPO_SILENT);
	assert_int_equal(topo->events[0].at_us, 500000);
	assert_int_equal(topo->events[1].what, TOPO_DOWN);
	assert_int_equal(topo->events[2].what, TOPO_UP);
	assert_int_equal(topo->events[3].what, TOPO_STOP);
	assert_true(topo->is_lossy);
	topo_free(topo);
}

static void flaps_and_partitions_become_events_of_single_links(void **state)
{
	struct topo *topo = good(RING "at 10s flap r1-r2 times=1000 rate=20\n"
				      "at 100s partition r3\nat 200s heal\n");

	assert_int_equal(topo->n_events, 2000 + 3 + 4);
	assert_int_equal(topo->events[1].what, TOPO_UP);
	assert_int_equal(topo->events[1].at_us, SPAN_S(10) + 25000);
	assert_int_equal(topo->events[1999].at_us, SPAN_S(10) + 999 * 50000 + 25000);
	assert_int_equal(topo->events[2000].link, 1);
	assert_int_equal(topo->events[2002].link, 3);
	topo_free(topo);
}

static void what_is_printed_reads_as_the_same(void **state)
{
	struct random_conf conf = {.weather = WEATHER_ROUGH};

	for (conf.seed = 1; conf.seed < 200; conf.seed++) {
		char *text = NULL, *again;
		size_t size;
		FILE *out = open_memstream(&text, &size);
		struct topo *topo;

		random_topo_write(&conf, out);
		fclose(out);
		topo = good(text);
		free(text);
		text = printed(topo);
		topo_free(topo);
		topo = good(text);
		again = printed(topo);
		assert_string_equal(again, text);
		topo_free(topo);
		free(text);
		free(again);
	}
}

/* What is wrong, and what is said of it. */
static const struct {
	const char *text, *error;
} mistakes[] = {
	{"", "net:1: there is no router"},
	{"router\n", "net:1: router: the name of a router is missing"},
	{"router R1\n", "net:1: R1: a name has 1 to 7 letters and digits"},
	{"router toolong1\n", "net:1: toolong1: a name has 1 to 7 letters"},
	{"router a a\n", "net:1: a: the name is taken already"},
	{"router a b\nlink a c\n", "net:2: c: no router has this name"},
	{"router a b\nlink a\n", "net:2: link: the name of a router is missing"},
	{"router a b\nlink a a\n", "net:2: a: it is on this link already"},
	{"router a b\nlink a b cost=16\n", "cost=16: a number from 1 to 15 is wanted"},
	{"router a b\nlink a b cost=-1\n", "cost=-1: a number from 1 to 15 is wanted"},
	{"router a b\nlink a b delay=5\n", "delay=5: a time from 0ms to 10s is wanted"},
	{"router a b\nlink a b loss=101\n", "loss=101: a number from 0 to 100 is wanted"},
	{"router a b\nlink a b speed=1\n",
	 "speed=1: KEY=VALUE is wanted, with KEY one of cost, delay, jitter, loss, dup"},
	{"router a b\nlan x a\n", "net:2: lan x: at least two routers are wanted"},
	{"router a b\nlan a a b\n", "net:2: a: the name is taken already"},
	{"router a\nnetwork a 10.1.0.1/16\n", "10.1.0.1/16: a network is wanted"},
	{"router a\nnetwork a\n", "network: a network is wanted, such as 10.1.0.0/16"},
	{"router a\nnetwork a 224.0.0.0/8\n", "no network that routers may tell of"},
	{"router a\nnetwork a fe80::/64\n", "no network that routers may tell of"},
	{"router a\nnetwork a 172.16.0.0/16\n", "172.16.0.0/12 is for the links"},
	{"router a\nnetwork a 10.1.0.0/16\nnetwork a 10.1.2.0/24\n",
	 "net:3: a has a network there already"},
	{"router a\nstatic a 198.18.0.0/24\n", "blackhole or via ROUTER is wanted"},
	{"router a b\nstatic a 198.18.0.0/24 via b\n", "static: no link leads from a to b"},
	{"router a\nrip upd=1s\n", "upd=1s: KEY=VALUE is wanted, with KEY one of update"},
	{"router a\nrip update=10s timeout=10s\n", "timeout has to be longer than update"},
	{"router a\nrip split=half\n", "one of none, simple, poisoned is wanted"},
	{"router a\nrip redistribute=ospf\n", "one of connected, static is wanted"},
	{"router a\nrip bfd=maybe\n", "bfd=maybe: yes or no is wanted"},
	{"router a\nrip deny=10.1.0.1/16\n", "deny=10.1.0.1/16: a network is wanted"},
	{"router a\nrip filter=f\n", "net:2: f: no filter has this name"},
	{"router a\nfilter F connected\n", "filter: its name is wanted, 1 to 7 letters"},
	{"router a\nfilter f kernel\n", "kernel: deny, connected, static, a network or"},
	{"router a\nfilter f 10.0.0.0/8 ge=4\n", "ge and le lie between the network's length"},
	{"router a\nfilter f 10.0.0.0/8 ge=24 le=16\n", "ge is not above le"},
	{"router a\nfilter f ge=24\n", "ge and le are lengths within a network"},
	{"router a\nfilter f set-metric=17\n", "a number from 1 to 16 is wanted"},
	{"router a\nfilter f set-tag=32\n", "a number from 0 to 31 is wanted"},
	{"router a\nrip neighbors=b\n", "net:2: b: no router has this name"},
	{"router a\nrip neighbors=a,a,a,a,a\n", "neighbors: 4 routers are the most"},
	{"router a\nrip neighbors=A-B\n", "neighbors=A-B: names are wanted"},
	{"router a b\nlink a b\nrip a-b passive=yes\n", "net:3: a does not speak rip"},
	{"router a b\nlink a b\nrip\nrip a-b update=5s\n",
	 "net:4: update is of a whole router, not of an interface"},
	{"router a b\nlink a b\nrip\nrip a-c offset=1\n", "a-c: no router has this name"},
	{"router a b\nlink a b\nstatic a 198.18.0.0/24 blackhole bfd=yes\n",
	 "bfd: a blackhole has no gateway that could answer"},
	{"router a\nstatic a 198.18.0.0/24 blackhole tag=40\n", "a number from 0 to 31"},
	{"router a\nripng auth=md5\n", "auth=md5: KEY=VALUE is wanted"},
	{"router a\nospf\n", "ospf: router, link, lan, network, static, filter, at, settle or "
			     "the name of a protocol is wanted"},
	{"router a b\nlink a b\nat soon down a-b\n", "net:3: at: a time is wanted"},
	{"router a b\nlink a b\nat 1s\n", "at 1s: down, up, silent"},
	{"router a b\nlink a b\nat 1s explode a\n", "at 1s: down, up, silent"},
	{"router a b\nlink a b\nat 1s down a-c\n", "a-c: no link has this name"},
	{"router a b\nlink a b\nat 1s stop c\n", "c: no router has this name"},
	{"router a b\nlink a b\nat 1s cost a-b 0\n", "a number from 1 to 15 is wanted"},
	{"router a b\nlink a b\nat 1s flap a-b times=100000\n",
	 "times=100000: a number from 1 to 10000 is wanted"},
	{"router a b\nlink a b\nat 1s calm now\n", "net:3: now: one word too many"},
	{"router a\nrip\nat 1s set rip timeout=20s\n",
	 "net:3: timeout has to be longer than update"},
	{"router a\nsettle\n", "net:2: settle: a time is wanted"},
	{"router a\xc3\xa4\n", "a byte that is no printable ASCII"},
	{"settle 99999999h\nrouter a\n", "net:1: settle: a time is wanted"},
};

static void mistakes_are_told_by_line_with_what_is_wanted(void **state)
{
	char error[TOPO_ERROR_MAX];

	for (size_t i = 0; i < sizeof(mistakes) / sizeof(*mistakes); i++) {
		struct topo *topo =
			topo_read(mistakes[i].text, strlen(mistakes[i].text), "net", error);

		if (topo)
			fail_msg("accepted: %s", mistakes[i].text);
		if (!strstr(error, mistakes[i].error) || strncmp(error, "net:", 4) != 0)
			fail_msg("of %s it is said: %s", mistakes[i].text, error);
	}
}

static void a_byte_of_zero_does_not_hide_what_follows(void **state)
{
	char error[TOPO_ERROR_MAX];

	assert_null(topo_read("router a\n\0nonsense\n", 19, "net", error));
}

static void there_is_an_end_to_everything(void **state)
{
	char *text = malloc(200000), error[TOPO_ERROR_MAX];
	size_t n = 0;

	assert_non_null(text);
	for (int i = 0; i < TOPO_ROUTERS_MAX + 1; i++)
		n += (size_t)snprintf(text + n, 200000 - n, "router r%d\n", i);
	assert_null(topo_read(text, n, "net", error));
	assert_non_null(strstr(error, "net:1001: more than 1000 routers"));
	n = (size_t)snprintf(text, 200000, "router a b\n");
	for (int i = 0; i < TOPO_IFACES_MAX + 1; i++)
		n += (size_t)snprintf(text + n, 200000 - n, "link a b\n");
	assert_null(topo_read(text, n, "net", error));
	assert_non_null(strstr(error, "a: more than 56 links of a router"));
	free(text);
}

/* --- the oracle, by hand --- */

static void tables_are(const struct topo *topo, uint32_t router, const char *wanted)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	show_tables(topo, router, out);
	fclose(out);
	assert_string_equal(text, wanted);
	free(text);
}

static void the_oracle_finds_shortest_ways_and_all_of_them(void **state)
{
	struct topo *topo = good(RING);

	tables_are(topo, 0,
		   "10.2.0.0/16 rip 3 172.16.1.2%r1-r2 172.16.3.1%r1-r3 172.16.4.1%r1-r3.2\n"
		   "172.16.2.0/24 rip 2 172.16.3.1%r1-r3 172.16.4.1%r1-r3.2\n"
		   "198.18.0.0/24 rip 2 172.16.3.1%r1-r3 172.16.4.1%r1-r3.2\n");
	tables_are(topo, 2,
		   "10.1.0.0/16 rip 2 172.16.3.2%r3-r1 172.16.4.2%r3-r1.2\n"
		   "10.2.0.0/16 rip 2 172.16.2.1%r3-r2\n"
		   "172.16.1.0/24 rip 2 172.16.2.1%r3-r2 172.16.3.2%r3-r1 172.16.4.2%r3-r1.2\n"
		   "198.18.0.0/24 static 0\n");
	topo_free(topo);
}

static void the_oracle_knows_what_events_leave_behind(void **state)
{
	struct topo *topo = good(RING "at 1s down r3-r1 r1-r3.2\nat 2s silent r1-r2\n"
				      "at 3s heard r1-r2\nat 3s cost r1-r2 15\nat 4s stop r3\n");

	show_pass(topo, SPAN_S(1));
	tables_are(topo, 0,
		   "10.2.0.0/16 rip 3 172.16.1.2%r1-r2\n"
		   "172.16.2.0/24 rip 3 172.16.1.2%r1-r2\n"
		   "198.18.0.0/24 rip 4 172.16.1.2%r1-r2\n");
	topo_free(topo);
	topo = good(RING "at 1s down r3-r1 r1-r3.2\nat 2s silent r1-r2\n");
	show_pass(topo, SPAN_S(2));
	tables_are(topo, 0, "");
	topo_free(topo);
	topo = good(RING "at 1s cost r1-r2 15\nat 2s stop r3\n");
	show_pass(topo, SPAN_S(2)); /* sixteen is too far */
	tables_are(topo, 0, "");
	topo_free(topo);
}

static void the_oracle_knows_filters_and_who_does_not_speak(void **state)
{
	struct topo *topo = good(RING "rip r3 deny=172.16.0.0/12 redistribute=connected\n"
				      "rip r1 auth=md5\nrip r3 auth=md5\n");

	tables_are(topo, 1, "");
	tables_are(topo, 2,
		   "10.1.0.0/16 rip 2 172.16.3.2%r3-r1 172.16.4.2%r3-r1.2\n"
		   "172.16.1.0/24 rip 2 172.16.3.2%r3-r1 172.16.4.2%r3-r1.2\n"
		   "198.18.0.0/24 static 0\n");
	tables_are(topo, 0, "");
	topo_free(topo);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_says_who_is_linked_to_whom_and_what_they_speak),
		cmocka_unit_test(later_lines_say_it_for_some_routers_alone),
		cmocka_unit_test(events_come_in_the_order_of_time),
		cmocka_unit_test(flaps_and_partitions_become_events_of_single_links),
		cmocka_unit_test(what_is_printed_reads_as_the_same),
		cmocka_unit_test(mistakes_are_told_by_line_with_what_is_wanted),
		cmocka_unit_test(a_byte_of_zero_does_not_hide_what_follows),
		cmocka_unit_test(there_is_an_end_to_everything),
		cmocka_unit_test(the_oracle_finds_shortest_ways_and_all_of_them),
		cmocka_unit_test(the_oracle_knows_what_events_leave_behind),
		cmocka_unit_test(the_oracle_knows_filters_and_who_does_not_speak),
	};

	return cmocka_run_group_tests_name("topologies", tests, NULL, NULL);
}

// SPDX-License-Identifier: BSD-3-Clause
/*
 * What topologies say of who is told what: what the oracle makes of it by hand, and that the
 * engines come to the same; then static routes that follow BFD.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/sim/scene.h"
#include "tests/sim/show.h"

static struct topo *read_text(const char *text)
{
	char error[TOPO_ERROR_MAX];
	struct topo *topo = topo_read(text, strlen(text), "net", error);

	if (!topo)
		fail_msg("%s", error);
	return topo;
}

/* The engines find what the oracle does, under several seeds. */
static void plays(const char *text)
{
	for (uint64_t seed = 1; seed <= 3; seed++) {
		struct scene *scene = scene_create(read_text(text), seed, NULL);

		if (!scene_run(scene))
			fail_msg("seed %d of\n%s%s", (int)seed, text, scene->world->failure);
		scene_destroy(scene);
	}
}

typedef void shown(const struct topo *topo, uint32_t router, FILE *out);

/* As after all events. */
static void shows(shown *show, const char *text, const char *router, const char *wanted)
{
	struct topo *topo = read_text(text);
	char *out_text = NULL;
	size_t size;
	FILE *out = open_memstream(&out_text, &size);

	show_pass(topo, INT64_MAX);
	show(topo, (uint32_t)topo_router_find(topo, router, strlen(router)), out);
	fclose(out);
	if (strcmp(out_text, wanted) != 0)
		fail_msg("%s of\n%shas\n%s", router, text, out_text);
	free(out_text);
	topo_free(topo);
}

static void tables_are(const char *text, const char *router, const char *wanted)
{
	shows(show_tables, text, router, wanted);
}

/* In a row; what a and c tell is in 10/8. */
#define ROW                                                                                       \
	"router a b c\nlink a b\nlink b c\nnetwork a 10.1.0.0/16\nnetwork c 10.3.0.0/16\n"        \
	"static c 198.18.0.0/24 blackhole tag=3 metric=5\nstatic c 198.18.1.0/24 blackhole\n"     \
	"filter f deny tag=3\nfilter f connected 10.0.0.0/8 ge=16 le=24 set-metric=4 set-tag=9\n" \
	"filter f static metric=0\n"                                                              \
	"rip redistribute=connected,static deny=172.16.0.0/12\n"

#define OF_C "198.18.0.0/24 static 5 tag 3\n198.18.1.0/24 static 0\n"

static const struct {
	const char *what, *line, *router, *table;
} words[] = {
	{"as it is", "", "a",
	 "10.3.0.0/16 rip 3 172.16.1.2%a-b\n198.18.0.0/24 rip 3 172.16.1.2%a-b tag 3\n"
	 "198.18.1.0/24 rip 3 172.16.1.2%a-b\n"},
	{"a metric that is told", "rip c set-metric=5\n", "a",
	 "10.3.0.0/16 rip 7 172.16.1.2%a-b\n198.18.0.0/24 rip 7 172.16.1.2%a-b tag 3\n"
	 "198.18.1.0/24 rip 7 172.16.1.2%a-b\n"},
	{"one that is too far in the end", "rip c set-metric=14\n", "a", ""},
	{"a tag that is told", "rip c set-tag=8\n", "a",
	 "10.3.0.0/16 rip 3 172.16.1.2%a-b tag 8\n198.18.0.0/24 rip 3 172.16.1.2%a-b tag 8\n"
	 "198.18.1.0/24 rip 3 172.16.1.2%a-b tag 8\n"},
	{"a filter, by tag, network, lengths and metric", "rip c filter=f\n", "a",
	 "10.3.0.0/16 rip 6 172.16.1.2%a-b tag 9\n198.18.1.0/24 rip 3 172.16.1.2%a-b\n"},
	{"a filter that is given up again", "rip c filter=f\nat 60s set rip c filter=\n", "a",
	 "10.3.0.0/16 rip 3 172.16.1.2%a-b\n198.18.0.0/24 rip 3 172.16.1.2%a-b tag 3\n"
	 "198.18.1.0/24 rip 3 172.16.1.2%a-b\n"},
	{"a filter that is put in place", "at 60s set rip c filter=f\n", "b",
	 "10.1.0.0/16 rip 2 172.16.1.1%b-a\n10.3.0.0/16 rip 5 172.16.2.2%b-c tag 9\n"
	 "198.18.1.0/24 rip 2 172.16.2.2%b-c\n"},
	{"a silent router", "rip b passive=yes\n", "a", ""},
	{"that hears nevertheless", "rip b passive=yes\n", "b",
	 "10.1.0.0/16 rip 2 172.16.1.1%b-a\n10.3.0.0/16 rip 2 172.16.2.2%b-c\n"
	 "198.18.0.0/24 rip 2 172.16.2.2%b-c tag 3\n198.18.1.0/24 rip 2 172.16.2.2%b-c\n"},
	{"a silent interface", "rip b-a passive=yes\n", "a", ""},
	{"and not the other one", "rip b-a passive=yes\n", "c",
	 "10.1.0.0/16 rip 3 172.16.2.1%c-b\n" OF_C},
	{"a router that falls silent", "at 60s set rip b-a passive=yes\n", "a", ""},
	{"told by name", "rip b passive=yes neighbors=a\n", "a",
	 "10.3.0.0/16 rip 3 172.16.1.2%a-b\n198.18.0.0/24 rip 3 172.16.1.2%a-b tag 3\n"
	 "198.18.1.0/24 rip 3 172.16.1.2%a-b\n"},
	{"and the other not", "rip b passive=yes neighbors=a\n", "c", OF_C},
	{"no more told by name", "rip b passive=yes neighbors=a\nat 60s set rip b neighbors=c\n",
	 "a", ""},
	{"and another instead", "rip b passive=yes neighbors=a\nat 60s set rip b neighbors=c\n",
	 "c", "10.1.0.0/16 rip 3 172.16.2.1%c-b\n" OF_C},
	{"a default route", "rip c default=yes deny=0.0.0.0/0\n", "a",
	 "0.0.0.0/0 rip 3 172.16.1.2%a-b\n"},
	{"where it is told, it is not believed",
	 "rip a default=yes\nrip c deny=0.0.0.0/0 default=yes\n", "a", ""},
	{"on one side, farther away",
	 "rip c redistribute=\nrip b-a default=yes offset=3\nrip c deny=0.0.0.0/0 default=yes\n",
	 "a", "0.0.0.0/0 rip 5 172.16.1.2%a-b\n"},
	{"told no more", "rip c deny=0.0.0.0/0 default=yes\nat 60s set rip c default=no\n", "a",
	 ""},
	{"told anew", "rip c deny=0.0.0.0/0\nat 60s set rip c-b default=yes\n", "a",
	 "0.0.0.0/0 rip 3 172.16.1.2%a-b\n"},
	{"more on the way out", "rip b-a offset=6\nrip c deny=198.18.0.0/15\n", "a",
	 "10.3.0.0/16 rip 9 172.16.1.2%a-b\n"},
	{"a key at one end alone", "rip b-a auth=md5\nrip c deny=198.18.0.0/15\n", "a", ""},
	{"at both", "rip b-a a-b auth=md5\nrip c deny=198.18.0.0/15\n", "a",
	 "10.3.0.0/16 rip 3 172.16.1.2%a-b\n"},
	{"a router's word does not change what its interface has of its own",
	 "rip b-a offset=6\nrip c deny=198.18.0.0/15\nat 60s set rip b offset=2\n", "a",
	 "10.3.0.0/16 rip 9 172.16.1.2%a-b\n"},
};

static void each_word_means_what_it_says_to_oracle_and_engines(void **state)
{
	char text[1000];

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		snprintf(text, sizeof(text), "%s%s", ROW, words[i].line);
		tables_are(text, words[i].router, words[i].table);
		plays(text);
	}
}

/* Nobody tells a wire of what he heard there: on one where c does not hear a, c has no way to it,
 * or only another. */
static void a_wire_where_not_all_hear_all_leaves_some_without_a_way(void **state)
{
	static const char lan[] = "router a b c\nlan x a b c\nlink a c cost=5\n"
				  "network a 10.1.0.0/16\nrip deny=172.16.0.0/12 %s\n"
				  "rip a passive=yes neighbors=b\n%s";
	char text[400];

	snprintf(text, sizeof(text), lan, "", "");
	tables_are(text, "b", "10.1.0.0/16 rip 2 172.16.1.1%b-x\n");
	tables_are(text, "c", "");
	plays(text);
	snprintf(text, sizeof(text), lan, "split=none", "");
	tables_are(text, "c", "10.1.0.0/16 rip 3 172.16.1.2%c-x\n");
	plays(text);
	snprintf(text, sizeof(text), lan, "", "rip a-c passive=no\n");
	tables_are(text, "c", "10.1.0.0/16 rip 6 172.16.2.1%c-a\n");
	plays(text);
}

/* d and e tell of the same network with tags of their own. */
#define TWO                                                                          \
	"router a d e\nlink a d\nlink a e\nstatic d 198.18.0.0/24 blackhole tag=1\n" \
	"static e 198.18.0.0/24 blackhole tag=%d\nrip redistribute=static\n"

static void ways_of_one_cost_are_used_together_where_their_tags_are_the_same(void **state)
{
	char text[400];

	snprintf(text, sizeof(text), TWO, 1);
	tables_are(text, "a", "198.18.0.0/24 rip 2 172.16.1.2%a-d 172.16.2.2%a-e tag 1\n");
	plays(text);
	snprintf(text, sizeof(text), TWO, 2);
	tables_are(text, "a", "198.18.0.0/24 rip 2 172.16.1.2%a-d 172.16.2.2%a-e tag 1 tag 2\n");
	plays(text);
	snprintf(text, sizeof(text), TWO "at 60s set rip e set-tag=1\n", 2);
	tables_are(text, "a", "198.18.0.0/24 rip 2 172.16.1.2%a-d 172.16.2.2%a-e tag 1\n");
	plays(text);
	snprintf(text, sizeof(text), TWO "at 60s set rip e set-tag=2\n", 1);
	plays(text);
}

/* --- static routes that follow BFD --- */

#define WATCHED                                                                          \
	"router a b c\nlink a b\nlink b c\nlink c a cost=5\nnetwork b 10.2.0.0/16\n"     \
	"static b 198.18.0.0/24 blackhole\nstatic a 198.18.0.0/24 via b bfd=yes tag=7\n" \
	"static a 198.18.1.0/24 blackhole\nstatic b 198.18.1.0/24 via a bfd=yes\n"       \
	"bfd interval=100ms\n"                                                           \
	"rip deny=172.16.0.0/12 redistribute=connected,static update=2s timeout=10s\n"

static const struct {
	const char *what, *events, *table; /* of a */
} watched[] = {
	{"while its gateway answers", "", "198.18.0.0/24 static 0 172.16.1.2%a-b tag 7\n"},
	{"once it falls silent the way around is used", "at 20s silent a-b\n",
	 "10.2.0.0/16 rip 7 172.16.3.1%a-c\n198.18.0.0/24 rip 7 172.16.3.1%a-c\n"},
	{"or the second best",
	 "static a 198.18.0.0/24 blackhole distance=50 metric=3\nat 20s silent a-b\n",
	 "198.18.0.0/24 static 3\n"},
	{"which is not the one in use before that",
	 "static a 198.18.0.0/24 blackhole distance=50 metric=3\n",
	 "198.18.0.0/24 static 0 172.16.1.2%a-b tag 7\n"},
	{"and it again, when it is heard again", "at 20s silent a-b\nat 40s heard a-b\n",
	 "198.18.0.0/24 static 0 172.16.1.2%a-b tag 7\n"},
	{"a gateway that dies", "at 20s kill b\n", "198.18.1.0/24 static 0\n"},
	{"that comes back", "at 20s kill b\nat 40s start b\n",
	 "198.18.0.0/24 static 0 172.16.1.2%a-b tag 7\n"},
	{"that stops in good order has not failed", "at 20s stop b\n",
	 "198.18.0.0/24 static 0 172.16.1.2%a-b tag 7\n"},
	{"who restarts itself knows of no failure",
	 "at 20s kill b\nat 40s kill a\nat 60s start a\n",
	 "198.18.0.0/24 static 0 172.16.1.2%a-b tag 7\n"},
	{"carrier that comes back", "at 20s down a-b\nat 40s up a-b\n",
	 "198.18.0.0/24 static 0 172.16.1.2%a-b tag 7\n"},
	{"and the gateway does not", "at 20s kill b\nat 40s down a-b\nat 60s up a-b\n",
	 "198.18.1.0/24 static 0\n"},
	{"after carrier it stops in good order, and nobody hears it",
	 "at 20s down a-b\nat 40s stop b\nat 60s up a-b\n", "198.18.1.0/24 static 0\n"},
};

static void has_line(const char *text, const char *wanted, const char *what)
{
	struct topo *topo = read_text(text);
	char *table = NULL;
	size_t size;
	FILE *out = open_memstream(&table, &size);

	show_pass(topo, INT64_MAX);
	show_tables(topo, 0, out);
	fclose(out);
	if (!strstr(table, wanted))
		fail_msg("%s:\n%s", what, table);
	free(table);
	topo_free(topo);
}

static void a_static_route_that_follows_bfd_is_there_while_its_gateway_answers(void **state)
{
	char text[1000];

	for (size_t i = 0; i < sizeof(watched) / sizeof(watched[0]); i++) {
		snprintf(text, sizeof(text), "%s%s", WATCHED, watched[i].events);
		has_line(text, watched[i].table, watched[i].what);
		plays(text);
	}
}

/* RIP's session will do as well; where the other end wants none, there is none to fail. */
static void a_session_needs_both_ends(void **state)
{
	static const char net[] = "router a b\nlink a b\nnetwork a 10.1.0.0/16\n"
				  "static a 198.18.0.0/24 via b bfd=yes\n"
				  "static b 198.18.0.0/24 blackhole\nbfd interval=100ms\n"
				  "rip bfd=%s update=2s timeout=10s\nat 20s silent a-b\n";
	char text[400];

	snprintf(text, sizeof(text), net, "no");
	tables_are(text, "a", "198.18.0.0/24 static 0 172.16.1.2%a-b\n");
	plays(text);
	snprintf(text, sizeof(text), net, "yes");
	tables_are(text, "a", "");
	plays(text);
}

/* Who plays a network for real has to wait for them. */
static void the_sessions_of_gateways_are_those_that_both_ends_can_have(void **state)
{
	shows(show_sessions, WATCHED, "a", "172.16.1.2 a-b\n");
	shows(show_sessions, WATCHED, "b", "172.16.1.1 b-a\n");
	shows(show_sessions, WATCHED, "c", "");
	shows(show_sessions, WATCHED "at 20s silent a-b\n", "a", "");
	shows(show_sessions, WATCHED "at 20s kill b\n", "a", "");
	shows(show_sessions, WATCHED "at 20s kill b\nat 30s start b\n", "a", "172.16.1.2 a-b\n");
	shows(show_sessions, "router a b\nlink a b\nbfd\nstatic a 198.18.0.0/24 via b bfd=yes\n",
	      "a", "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_word_means_what_it_says_to_oracle_and_engines),
		cmocka_unit_test(a_wire_where_not_all_hear_all_leaves_some_without_a_way),
		cmocka_unit_test(ways_of_one_cost_are_used_together_where_their_tags_are_the_same),
		cmocka_unit_test(
			a_static_route_that_follows_bfd_is_there_while_its_gateway_answers),
		cmocka_unit_test(a_session_needs_both_ends),
		cmocka_unit_test(the_sessions_of_gateways_are_those_that_both_ends_can_have),
	};

	return cmocka_run_group_tests_name("words of topologies", tests, NULL, NULL);
}

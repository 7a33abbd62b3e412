// SPDX-License-Identifier: BSD-3-Clause
/* What the declarations of nouns and their check hooks refuse, and in which words. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "control/config_file.h"
#include "control/daemon.h"
#include "control/port_kind.h"
#include "control/spine/config.h"

#define VM(n) "  vm" #n ": { type: vhost-user, socket: /run/vm" #n ".sock }\n"
#define PORTS "ports:\n" VM(1) VM(2)

struct refused {
	const char *shows; /* what the case is about */
	const char *yaml;
	int line;
	const char *says; /* part of an error's text */
};

static const struct refused refused[] = {
	{"a core that is not there", "system:\n  workers: [1000]\n", 2, "core 1000 is not there"},
	{"a core named twice", "system:\n  workers: [0, 0]\n", 2, "core 0 is named twice"},
	{"no core at all", "system:\n  workers: []\n", 2, "names 0 cores"},
	{"a word that is no way to be idle", "system:\n  idle: lazy\n", 2, "adaptive"},
	{"too little memory", "system:\n  memory: 1MB\n", 2, "32"},
	{"more memory than there is", "system:\n  memory: 900GB\n", 2, "more than three quarters"},
	{"a port without a type", "ports:\n  vm1: { socket: /a }\n", 2, "type"},
	{"a type that is none", "ports:\n  vm1:\n    type: vhost\n", 3, "vhost-user"},
	{"a vhost-user port without its socket", "ports:\n  vm1: { type: vhost-user }\n", 2,
	 "needs socket"},
	{"a field of another type of port",
	 "ports:\n  vm1:\n    type: vhost-user\n    socket: /s\n    device: eth0\n", 5,
	 "takes no device: expected mtu, queues, workers, socket, role"},
	{"an MTU too small", "ports:\n  vm1: { type: vhost-user, socket: /s, mtu: 67 }\n", 2, "68"},
	{"an MTU too large", "ports:\n  vm1: { type: vhost-user, socket: /s, mtu: 9001 }\n", 2,
	 "9000"},
	{"seventeen queues", "ports:\n  vm1: { type: vhost-user, socket: /s, queues: 17 }\n", 2,
	 "16"},
	{"a worker that the port cannot have",
	 "system: { workers: [0] }\nports:\n  vm1:\n    type: vhost-user\n    socket: /s\n"
	 "    workers: [1]\n",
	 6, "core 1 has no worker: expected some of 0"},
	{"one socket for two ports",
	 "ports:\n  vm1: { type: vhost-user, socket: /s }\n  vm2: { type: vhost-user, socket: /s "
	 "}\n",
	 3, "is used by port vm1 already"},
	{"one socket for two ports, with two slashes",
	 "ports:\n  vm1: { type: vhost-user, socket: /run//s }\n"
	 "  vm2: { type: vhost-user, socket: /run/s }\n",
	 3, "is used by port vm1 already"},
	{"one socket for two ports, with dots",
	 "ports:\n  vm1: { type: vhost-user, socket: /run/././s }\n"
	 "  vm2: { type: vhost-user, socket: /./run/s }\n",
	 3, "is used by port vm1 already"},
	{"a port's name that is too long",
	 "ports:\n  a2345678901234567890123456789012:\n    type: vhost-user\n    socket: /s\n", 2,
	 "31"},
	{"a bridge over a port that is not there", "bridges:\n  b1:\n    ports:\n      x: {}\n", 4,
	 "x"},
	{"vlan and trunk together",
	 PORTS "bridges:\n  b1:\n    ports:\n      vm1: { vlan: 1, trunk: [2] }\n", 7, "not both"},
	{"native without trunk", PORTS "bridges:\n  b1:\n    ports:\n      vm1: { native: 1 }\n", 7,
	 "native needs trunk"},
	{"a trunk of nothing", PORTS "bridges:\n  b1:\n    ports:\n      vm1: { trunk: [] }\n", 7,
	 "empty trunk"},
	{"VLAN 4095", PORTS "bridges:\n  b1:\n    ports:\n      vm1: { vlan: 4095 }\n", 7, "4094"},
	{"a port in two bridges",
	 PORTS "bridges:\n  b1:\n    ports: { vm1: {} }\n  b2:\n    ports:\n      vm1: {}\n", 9,
	 "is in bridge b1 already"},
	{"a static group address",
	 PORTS "bridges:\n  b1:\n    ports: { vm1: {} }\n    macs:\n"
	       "      - { mac: 01:00:00:00:00:01, port: vm1 }\n",
	 8, "group address"},
	{"a static address on a port elsewhere",
	 PORTS "bridges:\n  b1:\n    ports: { vm1: {} }\n    macs:\n"
	       "      - { mac: 02:00:00:00:00:01, port: vm2 }\n",
	 8, "port vm2 is not in this bridge"},
	{"a static address in a VLAN that its port does not take",
	 PORTS "bridges:\n  b1:\n    ports: { vm1: { vlan: 10 } }\n    macs:\n"
	       "      - { mac: 02:00:00:00:00:01, port: vm1 }\n",
	 8, "does not take VLAN 1"},
	{"a static address twice",
	 PORTS "bridges:\n  b1:\n    ports: { vm1: {}, vm2: {} }\n    macs:\n"
	       "      - { mac: 02:00:00:00:00:01, port: vm1 }\n"
	       "      - { mac: 02:00:00:00:00:01, port: vm2 }\n",
	 9, "is there twice"},
	{"negative ageing", PORTS "bridges:\n  b1:\n    aging: -1\n", 6, "0s to"},
	{"a key that is no noun", "prots:\n  a: {}\n", 1, "ports"},
	{"a view, which has no configuration", "fdb: {}\n", 1, "fdb"},
};

static bool has(const struct errors *errors, const struct refused *c)
{
	for (size_t i = 0; i < errors->n; i++)
		if (errors->list[i].line == c->line && strstr(errors->list[i].text, c->says))
			return true;
	return false;
}

static void what_makes_no_sense_is_refused_at_its_line(void **state)
{
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		const struct refused *c = &refused[i];
		struct errors errors;
		errors_init(&errors);
		json_t *tree = config_text_load(c->yaml, strlen(c->yaml), NULL, &errors);
		if (tree || !has(&errors, c)) {
			char *text = errors_text(&errors, "file");
			fail_msg("%s: expected \"%s\" at line %d, got:\n%s", c->shows, c->says,
				 c->line, tree ? "no error" : text);
		}
		errors_fini(&errors);
	}
}

/* n ports of a type, and what is said of them: "" where nothing is. Freed by the caller. */
static char *said_of_many(int n, const char *fields)
{
	struct errors errors;
	char *yaml = NULL, *said = NULL;
	size_t size;
	FILE *out = open_memstream(&yaml, &size);

	fputs("ports:\n", out);
	for (int i = 0; i < n; i++)
		fprintf(out, "  p%d: { %s%d }\n", i, fields, i);
	fclose(out);
	errors_init(&errors);
	json_decref(config_text_load(yaml, size, NULL, &errors));
	said = errors_text(&errors, "");
	errors_fini(&errors);
	free(yaml);
	return said;
}

static void more_ports_than_there_is_room_for_are_refused(void **state)
{
	static const struct {
		int n;
		const char *fields, *says;
	} cases[] = {
		{1023, "type: vhost-user, socket: /s", NULL},
		{1024, "type: vhost-user, socket: /s", ":1025:3: ports: the vhost library"},
		{511, "type: vhost-user, role: server, socket: /s", NULL},
		{512, "type: vhost-user, role: server, socket: /s",
		 ":513:3: ports: the vhost library"},
		{1024, "type: tap, device: t", NULL},
		{1025, "type: tap, device: t", ":1026:3: ports: a weftd has at most 1024"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *said = said_of_many(cases[i].n, cases[i].fields);

		if (cases[i].says ? !strstr(said, cases[i].says) : *said)
			fail_msg("%d of %s: %s", cases[i].n, cases[i].fields, said);
		free(said);
	}
}

static void what_makes_sense_is_taken(void **state)
{
	static const char *const good[] = {
		"",
		"system: { workers: auto, idle: poll, memory: 64MB }\n",
		"system: { workers: [0] }\nports:\n  vm1: { type: vhost-user, socket: /s, queues: "
		"2, "
		"workers: [0] }\n",
		PORTS "bridges:\n  b1:\n    ports:\n      vm1: { trunk: [10, 20-29], native: 1, "
		      "protected: yes, storm: 1000, mac_limit: 5 }\n      vm2: {}\n"
		      "    aging: 0\n    macs:\n      - { mac: 02:00:00:00:00:01, vlan: 25, port: "
		      "vm1 }\n",
		/* Sockets that are not one: a name with a dot is a name. */
		"ports:\n  a: { type: vhost-user, socket: /run/.s }\n"
		"  b: { type: vhost-user, socket: /run/s }\n"
		"  c: { type: vhost-user, socket: /run/s/s }\n"
		"  d: { type: vhost-user, socket: /run/s./s }\n",
		PORTS "bridges:\n  b1: { ports: { vm1: { trunk: all } } }\n  b2: { ports: { vm2: { "
		      "vlan: 10 } } }\n",
		/* Interfaces: places, addresses of both families, equal ones in two VRFs, a
		 * loopback within another's subnet, several in one subnet. */
		PORTS
		"bridges: { b1: { ports: { vm1: {} } } }\nvrfs: { blue: {} }\ninterfaces:\n"
		"  a: { bridge: b1, addresses: [10.0.0.1/24, 10.0.0.2/24, \"2001:db8::1/64\"], "
		"ra: {}, neighbors: [{ address: 10.0.0.9, mac: \"02:00:00:00:00:09\" }, { "
		"address: \"fe80::9\", mac: \"02:00:00:00:00:09\" }] }\n"
		"  b: { bridge: b1, vlan: 2, vrf: blue, addresses: [10.0.0.1/24, "
		"\"fe80::1/64\"] }\n"
		"  c: { port: vm2, mtu: 1400, addresses: [\"fe80::1/64\"] }\n"
		"  d: { port: vm2, vlan: 7, mac: \"02:00:00:00:00:07\" }\n"
		"  lo: { loopback: true, addresses: [10.0.0.77/32] }\n",
		/* Routes: every form of a gateway, several distances, into another VRF. */
		PORTS
		"bridges: { b1: { ports: { vm1: {} } } }\nvrfs: { blue: {} }\ninterfaces:\n"
		"  a: { bridge: b1, addresses: [10.0.0.1/24] }\n"
		"  b: { port: vm2, vrf: blue, addresses: [10.0.0.1/24] }\n"
		"routes:\n"
		"- { prefix: 0.0.0.0/0, via: 10.0.0.9 }\n"
		"- { prefix: 0.0.0.0/0, via: [10.0.0.8], distance: 2 }\n"
		"- { prefix: 0.0.0.0/0, vrf: blue, via: { vrf: default } }\n"
		"- { prefix: 1.0.0.0/8, via: \"10.0.0.9,10.0.0.8\" }\n"
		"- { prefix: 2.0.0.0/8, via: [{ gateway: 10.0.0.9, weight: 3 }, a] }\n"
		"- { prefix: 3.0.0.0/8, via: a }\n"
		"- { prefix: 4.0.0.0/8, via: { gateway: 10.0.0.9, interface: b, vrf: blue } }\n"
		"- { prefix: 5.0.0.0/8, type: blackhole, metric: 7, tag: 9 }\n"
		"- { prefix: \"2001:db8::/32\", via: \"fe80::1%a\" }\n",
	};
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		struct errors errors;
		errors_init(&errors);
		json_t *tree = config_text_load(good[i], strlen(good[i]), NULL, &errors);
		if (!tree)
			fail_msg("%s\n%s", good[i], errors_text(&errors, "file"));
		json_decref(tree);
		errors_fini(&errors);
	}
}

static void every_kind_of_port_is_a_value_of_type_and_declared_fully(void **state)
{
	size_t n = 0;
	for (; port_kinds[n]; n++) {
		assert_string_equal(port_kinds[n]->type, port_kind_types[n]);
		assert_non_null(port_kinds[n]->help);
		assert_non_null(port_kinds[n]->open);
		assert_non_null(port_kinds[n]->close);
		assert_non_null(port_kinds[n]->status);
		assert_ptr_equal(port_kind_find(port_kind_types[n]), port_kinds[n]);
	}
	assert_null(port_kind_types[n]);
	assert_null(port_kind_find("carrier-pigeon"));
}

/* A kind may only name fields that the port noun has. */
static void kinds_name_fields_that_exist(void **state)
{
	const struct noun *port = noun_find(&nouns, "port");
	for (size_t k = 0; port_kinds[k]; k++)
		for (size_t i = 0; port_kinds[k]->fields && port_kinds[k]->fields[i]; i++) {
			const struct field *f = port->fields;
			while (f->name && strcmp(f->name, port_kinds[k]->fields[i]) != 0)
				f++;
			if (!f->name)
				fail_msg("%s: no field %s", port_kinds[k]->type,
					 port_kinds[k]->fields[i]);
		}
}

static void everything_a_noun_declares_has_a_help_text(void **state)
{
	for (size_t i = 0; i < nouns.n; i++) {
		const struct noun *noun = nouns.list[i];
		assert_non_null(noun->help);
		for (const struct field *f = noun->fields; f && f->name; f++)
			assert_non_null(f->help);
		for (const struct column *c = noun->columns; c && c->name; c++)
			assert_non_null(c->help);
		for (const struct verb *v = noun->verbs; v && v->name; v++)
			assert_non_null(v->help);
	}
}

static void text_that_is_cut_within_a_character_is_still_text(void **state)
{
	static const struct {
		const char *in, *out;
	} cases[] = {{"plain", "plain"},
		     {"dots…", "dots…"},
		     {"dots\xe2\x80", "dots"},
		     {"a\xff"
		      "b",
		      "a?b"}};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		json_t *value = daemon_text(cases[i].in);
		assert_string_equal(json_string_value(value), cases[i].out);
		json_decref(value);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_makes_no_sense_is_refused_at_its_line),
		cmocka_unit_test(more_ports_than_there_is_room_for_are_refused),
		cmocka_unit_test(what_makes_sense_is_taken),
		cmocka_unit_test(every_kind_of_port_is_a_value_of_type_and_declared_fully),
		cmocka_unit_test(kinds_name_fields_that_exist),
		cmocka_unit_test(everything_a_noun_declares_has_a_help_text),
		cmocka_unit_test(text_that_is_cut_within_a_character_is_still_text),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

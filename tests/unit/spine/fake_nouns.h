// SPDX-License-Identifier: BSD-3-Clause
/*
 * A registry of made-up nouns, and the system they work on: a tree of what
 * exists, in which every hook checks that it is called in an order that makes
 * sense. One for a process: hooks have no argument to find it by.
 *
 *   system  single   workers
 *   port    map      type (fixed), mtu, link (object: speed, fixed)
 *   bridge  map      ports (map, refers to port: vlan, and kind, fixed), aging
 *   group   map      members (list, refers to port or bridge), no change hook
 *   route   list     prefix, via (refers to port)
 *   note    map      text ("nowhere" is not on this machine), see; checks alone
 */
#ifndef WEFT_TESTS_UNIT_SPINE_FAKE_NOUNS_H
#define WEFT_TESTS_UNIT_SPINE_FAKE_NOUNS_H

#include "control/spine/config.h"

extern const struct registry fake_registry;

struct fake_system {
	json_t *tree;     /* what exists, with defaults, in the configuration's form */
	json_t *attached; /* bridge -> { port: true }: lost when the port goes */
	json_t *calls;    /* ["add port p1", …] since fake_reset */
	int fail_at;      /* the call, from 1, that fails; 0: none */
	int fail_also;    /* a second one; what refers to a thing that is not there then fails as
			     well, where it is a defect otherwise */
	int fail_from;    /* every call from this one on fails; 0: none */
};

extern struct fake_system fake;

void fake_reset(void); /* an empty system, nothing fails */
void fake_fini(void);
void fake_clear_calls(void);

/* All calls, joined by ", ". The caller frees it. */
char *fake_calls_text(void);

/* The system has exactly what the checked tree says, attachments and all. */
bool fake_equals(const json_t *tree);
bool fake_tree_equals(const json_t *tree); /* the same without attachments */

/* A configuration as flow YAML, "ports: {p1: {type: tap}}". */
json_t *fake_config(const char *text);

#endif

// SPDX-License-Identifier: BSD-3-Clause
/*
 * Nouns: the kinds of things a user can name. One declaration each, one file
 * each (control/noun_*.c), listed in control/nouns.c. From it come the YAML
 * configuration and its error messages, the JSON-RPC methods, the command
 * line, the printed tables, the events and the reference manual.
 *
 * Everything runs on the control thread.
 *
 * A noun stands in the table after those that its fields refer to.
 *
 * How a change is applied: the candidate configuration is checked as a whole
 * (fields, references, each noun's check hook); then, in the order of the
 * table for what is added and changed and in reverse order for what is
 * removed, the hooks bring the system there. When a hook fails, what was done
 * is undone by the same hooks, and the user gets the error. Objects that refer
 * to one that is removed and added again are changed (with equal values) after
 * it is back: change hooks are therefore idempotent. A removed object may still be
 * referred to by one that is changed a moment later: its remove hook lets go of
 * such ties by itself.
 */
#ifndef WEFT_CONTROL_SPINE_NOUN_H
#define WEFT_CONTROL_SPINE_NOUN_H

#include <jansson.h>

#include "control/spine/error.h"
#include "control/spine/field.h"

enum noun_shape {
	NOUN_SINGLE, /* one object: system; it exists while its key does, even an empty one */
	NOUN_MAP,    /* named objects: ports */
	NOUN_LIST,   /* a list of objects, named by position from 0: routes, flows; the add hook
			inserts at   that position, remove takes from it, what stays in order is not
			touched */
	NOUN_VIEW,   /* nothing to configure: fdb, worker, drops */
};

/* A column of the noun's table, and a key of its -j output. */
struct column {
	const char *name; /* lower_snake_case: the JSON key */
	const char *unit; /* "bytes", "s", "us"…; NULL: none */
	const char *help;
	bool wide; /* left out of the table unless the terminal is wide or -w is given */
};

/* What a verb, or show, is called with. */
struct call {
	const char *name;      /* the object's name, or NULL */
	const json_t *args;    /* checked against the verb's fields, with defaults */
	struct errors *errors; /* where a refusal says why */
	void *peer;            /* the connection, for verbs that go on talking; see rpc.h */
	bool later;            /* the answer comes later; rpc_stream_open sets it */
};

struct verb {
	const char *name;
	const char *help;
	const struct field *args; /* ends with name NULL; NULL: none */
	const char *positional;   /* space-separated names of args that may be given without key=;
				     NULL: none */
	bool takes_name;          /* the first word is an object's name */
	/* Returns the result (new reference; json_null() for nothing to say), or NULL with an error
	 * added. */
	json_t *(*run)(struct call *call);
};

struct noun {
	const char *name; /* singular: the command line's word and the method's first half */
	const char *key;  /* its top-level key in the configuration; NULL for NOUN_VIEW */
	const char *help;
	enum noun_shape shape;
	const char
		*always; /* NOUN_MAP: a name that is there without being configured; NULL: none */
	const char *list_key; /* NOUN_LIST: the field by which an item may be named as well as by
				 its position; add takes it as a word alone. NULL: none */
	const struct field *fields; /* ends with name NULL */
	const struct column
		*columns; /* ends with name NULL; the first ones are what people look for first */
	const struct verb
		*verbs; /* beyond show, add, set and del; ends with name NULL; may be NULL */
	const struct field *show_args; /* filters of show; may be NULL */
	const char *show_positional;

	/* Each may be NULL. Values are effective: defaults filled in. name is "" for NOUN_SINGLE.
	 */

	/* Has this object sense beside the whole candidate (checked, without defaults)? Changes
	 * nothing. 0 or -1. */
	int (*check)(const char *name, const json_t *value, const json_t *candidate,
		     const char *path, struct errors *errors);
	/* The same of all objects together: section is what stands under key (checked, without
	 * defaults), after each was checked by itself. 0 or -1. */
	int (*check_all)(const json_t *section, const json_t *candidate, struct errors *errors);
	/* NOUN_MAP: could it be made on this machine as it is now? Asked, after all other checks,
	 * of what is new (old is NULL) or changes: a change is not refused for the sake of what it
	 * does not concern. Nor is a start, which waits for what is not there. 0 or -1. */
	int (*check_here)(const char *name, const json_t *old, const json_t *value,
			  const json_t *candidate, const char *path, struct errors *errors);
	/* Makes, changes, unmakes it. 0, or -1 with an error added and nothing changed. Without
	 * change an object is removed and added again. An error without a path is given the
	 * object's. */
	int (*add)(const char *name, const json_t *value, struct errors *errors);
	int (*change)(const char *name, const json_t *old, const json_t *value,
		      struct errors *errors);
	int (*remove)(const char *name, const json_t *old, struct errors *errors);
	/* The rows of its table (an array of objects with the keys of columns, more may follow) for
	 * call->name, or for all where it is NULL. NULL with an error: no such thing. */
	json_t *(*show)(struct call *call);
};

struct registry {
	const struct noun *const *list; /* in the order in which things are added */
	size_t n;
};

const struct noun *noun_find(const struct registry *registry, const char *name_or_key);

/* Is this the name that is there without being configured? */
bool noun_has_always(const struct noun *noun, const char *name);

/* Where an object stands in the configuration: "ports.vm1", "routes[0]", "system". */
void noun_path(const struct noun *noun, const char *name, char out[FIELD_PATH_MAX]);

#endif

// SPDX-License-Identifier: BSD-3-Clause
/*
 * NOUN.VERB: the methods that nouns give rise to, and api.describe. Knows
 * nothing of sockets.
 *
 *   NOUN.show    {name?, filters…}         rows
 *   NOUN.add     {name, set: {key: value}} configurable nouns
 *   NOUN.set     {name, set: {key: value}}
 *   NOUN.del     {name}
 *   NOUN.VERB    {name?, args…}            extra verbs
 *   api.describe {}                        everything the command line is built from
 *
 * A noun of two words ("ospf neighbor") has a dot in its methods
 * (ospf.neighbor.show). name is left out for a NOUN_SINGLE and for adding to a
 * NOUN_LIST, and is the position elsewhere in a NOUN_LIST.
 *
 * Keys of `set` may be dotted ("ports.vm1.vlan"). null takes a key away, and
 * so does the string "none". Strings may stand for every type, as on the
 * command line: "a,b" for a list or for a map of names, "{vlan: 10}" for an
 * object. add, set and del return what changed, as config_diff does.
 *
 * Control thread.
 */
#ifndef WEFT_CONTROL_SPINE_API_H
#define WEFT_CONTROL_SPINE_API_H

#include "control/spine/config.h"
#include "control/spine/noun.h"

struct api {
	const struct registry *registry;
	struct config *config;
};

/* JSON-RPC's codes, for the error object; API_REFUSED is ours: understood, but not done. */
enum {
	API_OK = 0,
	API_LATER = 1, /* nothing is wrong, but the answer comes by a stream (rpc.h) */
	API_NO_METHOD = -32601,
	API_BAD_PARAMS = -32602,
	API_REFUSED = -32000,
};

/* params: an object or NULL. Returns the result (new reference), or NULL with *code and (unless
 * that is API_LATER) errors set. */
json_t *api_call(const struct api *api, const char *method, const json_t *params, void *peer,
		 int *code, struct errors *errors);

/* Which of show, add, set and del a noun has from its declaration alone. */
bool api_has_builtin(const struct noun *noun, const char *verb);

/* Whether show takes a name: not where there is one object or rows have no `name`. */
bool api_show_takes_name(const struct noun *noun);

/* New reference: {version, nouns: [{name, key, help, shape, fields, columns, verbs}]}. */
json_t *api_describe(const struct registry *registry);

#endif

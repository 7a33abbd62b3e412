// SPDX-License-Identifier: BSD-3-Clause
/*
 * NOUN.VERB: the methods that nouns give rise to, and api.describe. Knows
 * nothing of sockets.
 *
 *   NOUN.show  {name?, filters…}           rows
 *   NOUN.add   {name, set: {key: value}}   configurable nouns; values may be strings as on the
 * command line; NOUN.set   {name, set: {key: value}}   keys may be dotted ("ports.vm1.vlan"); null
 * (or "none" as a string NOUN.del   {name}                      from the command line) takes a key
 * away NOUN.VERB  {name?, args…}              extra verbs api.describe {} everything the command
 * line is built from
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
	API_NO_METHOD = -32601,
	API_BAD_PARAMS = -32602,
	API_REFUSED = -32000,
};

/* Returns the result (new reference), or NULL with *code and errors set. */
json_t *api_call(const struct api *api, const char *method, const json_t *params, void *peer,
		 int *code, struct errors *errors);

json_t *api_describe(const struct registry *registry);

#endif

// SPDX-License-Identifier: BSD-3-Clause
/* Help of the command line, from what api.describe says. */
#ifndef WEFT_TOOLS_WEFT_HELP_H
#define WEFT_TOOLS_WEFT_HELP_H

#include <stdio.h>

#include <jansson.h>

/* Options and forms of the command: needs no daemon. */
void help_program(FILE *out);
/* All nouns, a line each. */
void help_nouns(const json_t *doc, FILE *out);
/* A noun: its verbs, keys and columns. */
void help_noun(const json_t *noun, FILE *out);
/* A verb: its usage, arguments and keys. */
void help_verb(const json_t *noun, const json_t *verb, FILE *out);
/* "weft port add NAME KEY=VALUE…" and a newline. */
void help_usage(const json_t *noun, const json_t *verb, FILE *out);
/* What a field takes: type, unit, default. */
void help_field_type(const json_t *field, FILE *out);

#endif

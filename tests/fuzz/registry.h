// SPDX-License-Identifier: BSD-3-Clause
/*
 * A registry of nouns that uses every type of field and every hook and touches nothing, for the
 * fuzz targets. Some of its hooks refuse, some wait for what is known only later (later.h), some
 * answer bit by bit: fuzz_registry_known goes on with all of these.
 */
#ifndef WEFT_TESTS_FUZZ_REGISTRY_H
#define WEFT_TESTS_FUZZ_REGISTRY_H

#include "control/spine/noun.h"

extern const struct registry fuzz_registry;
extern const struct field fuzz_fields[]; /* those of its first noun; ends with name NULL */
extern const struct field fuzz_auth_fields[], fuzz_member_fields[];

/* What requests wait for is known now, and streams end. */
void fuzz_registry_known(void);

/* registry_later.c: two verbs that answer later, and a check that knows only later. */
extern const struct verb fuzz_later_verbs[];
int fuzz_check_later(const char *word, const char *path, struct errors *errors);

#endif

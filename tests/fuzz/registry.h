// SPDX-License-Identifier: BSD-3-Clause
/* A registry of nouns that uses every type of field and touches nothing, for the fuzz targets. */
#ifndef WEFT_TESTS_FUZZ_REGISTRY_H
#define WEFT_TESTS_FUZZ_REGISTRY_H

#include "control/spine/noun.h"

extern const struct registry fuzz_registry;
extern const struct field fuzz_fields[]; /* those of its first noun; ends with name NULL */

#endif

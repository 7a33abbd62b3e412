// SPDX-License-Identifier: BSD-3-Clause
/* The reference manual in Markdown, from what api.describe says. */
#ifndef WEFT_TOOLS_WEFT_REFERENCE_H
#define WEFT_TOOLS_WEFT_REFERENCE_H

#include <stdio.h>

#include <jansson.h>

void reference_print(const json_t *doc, FILE *out);

#endif

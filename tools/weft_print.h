// SPDX-License-Identifier: BSD-3-Clause
/* Results for people: tables, single objects, differences, plain text. */
#ifndef WEFT_TOOLS_WEFT_PRINT_H
#define WEFT_TOOLS_WEFT_PRINT_H

#include "tools/weft_request.h"

/* width: of the terminal, 0 where out is none. */
void result_print(const struct request *request, const json_t *result,
		  const struct options *options, unsigned width, FILE *out);

/* What comes before an answer, bit by bit: text, or with -j a JSON value a line. */
void row_print(const json_t *row, const struct options *options, FILE *out);

/* A JSON-RPC error object, a line for each of its errors. file: what lines and columns are of, or
 * NULL. */
void error_print(const json_t *error, const char *file, FILE *out);

#endif

// SPDX-License-Identifier: BSD-3-Clause
/* weft-reference FILE: docs/reference.md from what weft-describe printed into FILE. Not installed.
 */
#include <stdio.h>

#include "tools/weft_reference.h"

int main(int argc, char **argv)
{
	json_error_t error;
	json_t *doc;

	if (argc != 2) {
		fputs("usage: weft-reference FILE\n", stderr);
		return 2;
	}
	doc = json_load_file(argv[1], 0, &error);
	if (!doc) {
		fprintf(stderr, "%s:%d: %s\n", argv[1], error.line, error.text);
		return 1;
	}
	reference_print(doc, stdout);
	json_decref(doc);
	return fflush(stdout) ? 1 : 0;
}

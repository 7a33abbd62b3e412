// SPDX-License-Identifier: BSD-3-Clause
/* What api.describe answers, without a daemon: docs/reference.md is made from it. Not installed. */
#include <stdio.h>

#include "control/daemon.h"
#include "control/spine/api.h"

int main(void)
{
	json_t *doc = api_describe(&nouns);
	int rc = json_dumpf(doc, stdout, JSON_INDENT(1));

	json_decref(doc);
	return rc || fflush(stdout) ? 1 : 0;
}

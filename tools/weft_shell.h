// SPDX-License-Identifier: BSD-3-Clause
/* What `weft` alone does: commands line by line, with completion, help and history on a terminal.
 */
#ifndef WEFT_TOOLS_WEFT_SHELL_H
#define WEFT_TOOLS_WEFT_SHELL_H

#include "tools/weft_session.h"

/* Reads standard input to its end. Returns the exit status of the last command that failed, 0 if
 * none did. */
int shell_run(struct session *session);

#endif

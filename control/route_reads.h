// SPDX-License-Identifier: BSD-3-Clause
/*
 * What a request has had read of files of routes: checked and applied is the same
 * text, whatever becomes of the file meanwhile. A request that can wait
 * (errors->later, see later.h) does so while the thread of route_reader.h reads.
 *
 * Control thread.
 */
#ifndef WEFT_CONTROL_ROUTE_READS_H
#define WEFT_CONTROL_ROUTE_READS_H

#include "control/route_text.h"

/* What a file says; read since the request came. NULL: errors say what is wrong with it (where: the
 * place in the configuration), or the request waits. The caller's reference. */
struct route_text *route_reads_get(const char *path, const char *where, struct errors *errors);
/* The same if this request has it already, else NULL. */
struct route_text *route_reads_have(const char *path, const struct errors *errors);

#endif

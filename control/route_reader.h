// SPDX-License-Identifier: BSD-3-Clause
/*
 * Files of routes are read by the helper thread (helper.h), one after the other,
 * and what was read is freed there when nobody needs it any more: both take a good
 * part of a second for a million lines.
 *
 * Control thread.
 */
#ifndef WEFT_CONTROL_ROUTE_READER_H
#define WEFT_CONTROL_ROUTE_READER_H

#include "control/route_text.h"

struct route_read; /* a reading under way */

/* text: the callee's reference; NULL: errors say why, at no place of the configuration. From the
 * loop. */
typedef void route_read_done(void *arg, struct route_text *text, const struct errors *errors);

/* NULL with errno. done is called once, and then the reading is no more. */
struct route_read *route_reader_ask(const char *path, route_read_done *done, void *arg);
/* It is not needed any more: done is not called. NULL is legal. */
void route_reader_cancel(struct route_read *read);

/* As route_text_unref, which takes long where it is the last one of many lines. */
void route_reader_unref(struct route_text *text);

#endif

// SPDX-License-Identifier: BSD-3-Clause
/* Why a guest's port carries nothing, and what mends it, in words. docs/port-reasons.md has them
 * all. */
#ifndef WEFT_CONTROL_KIND_VHOST_REASON_H
#define WEFT_CONTROL_KIND_VHOST_REASON_H

#include <stddef.h>

struct port;

/* "" when all is well. */
void kind_vhost_explain(const struct port *port, char *out, size_t size);
/* What is wrong with the place of a socket: error is of vhost_create, or of vhost_socket_look. */
void kind_vhost_explain_place(const char *socket, int error, char *out, size_t size);

#endif

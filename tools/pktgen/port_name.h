// SPDX-License-Identifier: BSD-3-Clause
/* What a PORT of the command line is. Pure but for looking at the files that sockets are. */
#ifndef WEFT_TOOLS_PKTGEN_PORT_NAME_H
#define WEFT_TOOLS_PKTGEN_PORT_NAME_H

#include <stdbool.h>
#include <stddef.h>

enum port_kind { PORT_SOCKET, PORT_PCI, PORT_VDEV };

enum port_kind port_name_kind(const char *name);

/*
 * Whether a vhost-user socket can be used as a client, or, as a server, made (what a dead server
 * left behind is removed). It is not connected to: the switch would take that for a guest.
 * 0, or -errno with a sentence in error.
 */
int port_name_check_socket(const char *path, bool server, char *error, size_t size);

/* Whether both are one socket under two names. */
bool port_name_same_socket(const char *a, const char *b);

/* Why nothing came of connecting to a socket that was there; a sentence. */
void port_name_explain_socket(const char *path, char *error, size_t size);

#endif

// SPDX-License-Identifier: BSD-3-Clause
/* Who may use a socket that weft makes: the fields group and mode of a vhost-user port. Control
 * thread. */
#ifndef WEFT_CONTROL_SOCKET_RIGHTS_H
#define WEFT_CONTROL_SOCKET_RIGHTS_H

#include <stdbool.h>

#include <jansson.h>

#include "control/spine/error.h"

/* Is the mode one? And does weft make the socket? 0 or -1. */
int socket_rights_check(const json_t *conf, bool is_server, const char *path,
			struct errors *errors);
/* Is there such a group on this machine? 0 or -1. */
int socket_rights_check_group(const json_t *conf, const char *path, struct errors *errors);
/* Gives them to the socket at path. 0 or -1. */
int socket_rights_set(const char *socket, const json_t *conf, const char *name,
		      struct errors *errors);

#endif

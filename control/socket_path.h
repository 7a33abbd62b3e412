// SPDX-License-Identifier: BSD-3-Clause
/* When two paths are one socket. Control thread. */
#ifndef WEFT_CONTROL_SOCKET_PATH_H
#define WEFT_CONTROL_SOCKET_PATH_H

#include <stdbool.h>

/* As they are written: /a/b is /a//b and /a/./b. Asks nobody. */
bool socket_path_is_same(const char *a, const char *b);
/* As they are: one name in one folder, whatever links or .. lead there. */
bool socket_path_meets(const char *a, const char *b);

#endif

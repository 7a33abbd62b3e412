// SPDX-License-Identifier: BSD-3-Clause
/* Ports in the words of libvirt. Control thread. */
#ifndef WEFT_CONTROL_LIBVIRT_H
#define WEFT_CONTROL_LIBVIRT_H

#include <jansson.h>

#include "control/spine/noun.h"

/* `port show --libvirt`: the <interface> element of the port that is named, or of all vhost-user
 * ports, as text. NULL with an error where the port is no guest's; NULL without one where there is
 * no such port. */
json_t *libvirt_show(struct call *call);

#endif

// SPDX-License-Identifier: BSD-3-Clause
/* The table of protocols: who gives routes to the RIB. */
#include "routing/connected/connected.h"

const struct protocol *const protocols[] = {
	&protocol_connected,
	NULL,
};

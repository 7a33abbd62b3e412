// SPDX-License-Identifier: BSD-3-Clause
/* The table of protocols: who gives routes to the RIB. */
#include "routing/connected/connected.h"
#include "routing/rip/rip.h"

const struct protocol *const protocols[] = {
	&protocol_connected,
	&protocol_rip,
	&protocol_ripng,
	NULL,
};

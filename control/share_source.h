// SPDX-License-Identifier: BSD-3-Clause
/*
 * What of weft concerns a shared NIC: gathers the source of its tables from
 * the bridge and the interfaces that its port is part of, and the host's addresses.
 *
 * Control thread.
 */
#ifndef WEFT_CONTROL_SHARE_SOURCE_H
#define WEFT_CONTROL_SHARE_SOURCE_H

#include "control/netns.h"
#include "control/share_table.h"
#include "dataplane/port.h"

/* ns: the NIC's. 0 or -errno; share_source_fini frees out's lists, after a failure too. */
int share_source_make(const struct port *port, const uint8_t nic_mac[6], struct netns *ns,
		      struct share_source *out);
void share_source_fini(struct share_source *source);

#endif

// SPDX-License-Identifier: BSD-3-Clause
/* The interfaces there are, by id, name and number in the dataplane; what interfaces.h tells of
 * them.
 */
#ifndef WEFT_CONTROL_INTERFACE_TABLE_H
#define WEFT_CONTROL_INTERFACE_TABLE_H

#include "control/interfaces.h"

/* Gives it its id and number. 0 or -errno: -ENOSPC, -ENOMEM. */
int interface_table_add(struct iface_entry *entry);
/* Its number stays taken until nothing in the dataplane leads there (interfaces_settle). */
void interface_table_del(struct iface_entry *entry);
void interface_table_fini(void);

#endif

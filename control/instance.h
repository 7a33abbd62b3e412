// SPDX-License-Identifier: BSD-3-Clause
/*
 * One weftd of a name at a time, and what it tells the service manager.
 */
#ifndef WEFT_CONTROL_INSTANCE_H
#define WEFT_CONTROL_INSTANCE_H

#include <stdbool.h>

/* Opens what is closed of 0, 1 and 2: else the lock or a guest's socket would get the log. */
void instance_open_standard(void);

/* Letters, digits, - and _, at most WIRE_INSTANCE_MAX. */
bool instance_name_valid(const char *name);

/* Holds the name until the process ends. 0, or -1 with the reason logged. */
int instance_lock(const char *name);

/* "READY=1", "STOPPING=1": to systemd, if it started us. */
void instance_notify(const char *state);

/* As many open files as we may have: a guest's queue takes several. */
void instance_raise_limits(void);

/* Blocks of a megabyte and more go back to the machine when they are freed. */
void instance_limit_heap(void);

/* Logs what this process will not be able to do for want of rights. */
void instance_check_rights(void);

#endif

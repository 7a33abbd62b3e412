// SPDX-License-Identifier: BSD-3-Clause
/*
 * The instances of RIP and RIPng that are configured, for their nouns.
 *
 * Control thread.
 */
#ifndef WEFT_CONTROL_RIPS_H
#define WEFT_CONTROL_RIPS_H

#include <jansson.h>

#include "control/spine/error.h"
#include "routing/protocol.h"

/* Starts, or changes, that of a family (ADDR_IP4, ADDR_IP6). 0 or -1 with an error. */
int rips_set(uint8_t family, const json_t *value, struct errors *errors);
void rips_remove(uint8_t family);
/* Both: neighbours are told. */
void rips_fini(void);
/* Or NULL. */
struct instance *rips_find(uint8_t family);

/* fn for that of each family. */
void rips_each(void (*fn)(struct instance *instance, void *arg), void *arg);

/* The name of an interface by its number; "" where there is none. */
const char *rips_iface_name(uint32_t id);

#endif

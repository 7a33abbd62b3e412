// SPDX-License-Identifier: BSD-3-Clause
/* What an interface's configuration (checked, effective) says, as the engines want it. */
#ifndef WEFT_CONTROL_INTERFACE_CONF_H
#define WEFT_CONTROL_INTERFACE_CONF_H

#include <jansson.h>

#include "control/ports.h"
#include "control/spine/field.h"
#include "routing/core/addr.h"
#include "routing/neighbor/neighbor.h"

extern const struct field interface_ra_fields[];   /* ends with name NULL */
extern const char *const interface_record_words[]; /* of enum l3_record; ends with NULL */

uint8_t interface_record(const json_t *conf); /* enum l3_record */
/* All but `enabled` is as ra_conf_default has it where it is not configured. ra NULL: none. */
void interface_ra_conf(const json_t *ra, struct ra_conf *out);
void interface_neighbor_conf(const json_t *conf, struct neighbor_conf *out);

/* Its addresses, and a link-local one made of its MAC address where it has IPv6 addresses but none
 * of that kind. The caller frees them; *n tells how many. NULL: no memory (or none: *n is 0). */
struct prefix *interface_addresses(const json_t *conf, const uint8_t mac[6], uint16_t *n);

/* The one that is configured; else the port's own, where the port is a device that is weft's alone;
 * else one that is locally administered, and the same each time weftd starts on this machine. */
void interface_mac(const char *name, const json_t *conf, const struct port_entry *port,
		   uint8_t out[6]);

#endif

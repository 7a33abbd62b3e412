// SPDX-License-Identifier: BSD-3-Clause
/*
 * The field `offloads` of a port: what weft and the port's other end may leave
 * to one another. Control thread.
 */
#ifndef WEFT_CONTROL_OFFLOADS_H
#define WEFT_CONTROL_OFFLOADS_H

#include <stdint.h>

#include <jansson.h>

#include "control/spine/error.h"
#include "control/spine/field.h"

extern const struct field offloads_fields[];

/* Can these be had together? 0 or -1. */
int offloads_check(const json_t *conf, const char *path, struct errors *errors);

/* What a port's configuration asks for, as enum port_cap. Checksums are left unfinished unless it
 * says otherwise; tso: whether segments are too. */
uint32_t offloads_caps(const json_t *conf, bool tso);

/* What the port's other end takes unfinished now: "checksum, tso", "checksum" or "". NULL: no
 * port. */
struct port;
const char *offloads_text(const struct port *port);

#endif

// SPDX-License-Identifier: BSD-3-Clause
/*
 * Connected routes: what our interfaces' addresses say. Of 192.0.2.1/24 on eth:
 *
 *   192.0.2.0/24    on the wire of eth
 *   192.0.2.1/32    ourselves
 *   192.0.2.255/32  the subnet's broadcast address (not of a /31 or /32, RFC 3021)
 *
 * while eth is up. A loopback has no wire: the rest of its subnet is unreachable.
 *
 * IPv6's link-local subnets have no route: fe80::/64 lies on every wire, and
 * which one is meant is known by who sends. Our own link-local addresses do, so
 * that packets for them reach us; one that several interfaces have is one route.
 *
 * Takes no configuration: reconfigure is called with NULL.
 */
#ifndef WEFT_ROUTING_CONNECTED_CONNECTED_H
#define WEFT_ROUTING_CONNECTED_CONNECTED_H

#include "routing/protocol.h"

extern const struct protocol protocol_connected;

#endif

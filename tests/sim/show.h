// SPDX-License-Identifier: BSD-3-Clause
/* A topology for network namespaces: what topologies/lib.sh asks for. */
#ifndef WEFT_TESTS_SIM_SHOW_H
#define WEFT_TESTS_SIM_SHOW_H

#include "tests/sim/topo.h"

/* All events until then happen. */
void show_pass(struct topo *topo, int64_t until_us);

void show_routers(const struct topo *topo, FILE *out);
/* A line a link: its name, its devices; and where a cable will not do, how packets fare, in
 * microseconds and of a million: "delay=1000 jitter=0 loss=200000 dup=0". false: a device's name is
 * too long; said on stderr. */
bool show_links(const struct topo *topo, FILE *out);
/* A line an address of a router: its device (netN: the network behind it), the address. */
void show_addresses(const struct topo *topo, uint32_t router, FILE *out);
/* The configuration of a router's weftd, as of now. */
void show_weftd(const struct topo *topo, uint32_t router, FILE *out);
/* A line a route that its table must have, connected ones aside, in the order of their text:
 * "10.1.0.0/16 rip 2 172.16.1.2%r2-r1 tag 7". */
void show_tables(const struct topo *topo, uint32_t router, FILE *out);
/* A line a gateway of its static routes that BFD has to watch: "172.16.1.2 r2-r1"; one that falls
 * silent before there is a session has not failed. */
void show_sessions(const struct topo *topo, uint32_t router, FILE *out);

#endif

// SPDX-License-Identifier: BSD-3-Clause
/* What a router of the simulator's does for its engines, as weftd would. */
#ifndef WEFT_TESTS_SIM_HOST_H
#define WEFT_TESTS_SIM_HOST_H

#include "tests/sim/world.h"

/* Hands a packet to whoever asked for its like. */
void sim_host_input(struct router *router, const struct packet_in *in);
/* Works out whether the interface is up, and tells of it if that is news. */
void sim_host_iface(struct end *end);
/* Has the RIB decide all that is left to decide. */
void sim_host_settle(struct router *router);
/* Stops and destroys engines and RIB. */
void sim_host_stop(struct router *router);
/* As env.h has them, by the router's BFD. */
struct env_watch *sim_host_watch(struct env *env, uint32_t iface, const struct addr *peer,
				 env_watched *fn, void *arg);
void sim_host_unwatch(struct env *env, struct env_watch *watch);

#endif

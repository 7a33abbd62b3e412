// SPDX-License-Identifier: BSD-3-Clause
#include "tests/sim/rip_chain.h"

struct rip_net net;
struct router *a, *b, *c;
struct link *ab, *bc;

int chain_setup(void **state)
{
	rip_net_start(&net, 11, ADDR_IP4);
	a = rip_net_router(&net, "a", "10.1.0.1/16");
	b = rip_net_router(&net, "b", NULL);
	c = rip_net_router(&net, "c", "10.3.0.1/16");
	ab = rip_net_link(&net, a, "192.0.2.1/30", b, "192.0.2.2/30");
	bc = rip_net_link(&net, b, "192.0.2.5/30", c, "192.0.2.6/30");
	return 0;
}

int chain_teardown(void **state)
{
	rip_net_stop(&net);
	return 0;
}

void run(int64_t seconds)
{
	world_run(net.world, SPAN_S(seconds));
}

// SPDX-License-Identifier: BSD-3-Clause
#include "tests/dp/gateway.h"

uint16_t gw10, gw20, wan;

int gateway_setup(void **state)
{
	four_setup(state);
	join(br, p1, access_port(10));
	join(br, p2, access_port(10));
	join(br, p3, trunk(0, 10, 20, 0));
	gw10 = in_bridge(br, 10, GW);
	gw20 = in_bridge(br, 20, GW);
	wan = on_port(p4, 0, UP);
	acts("10.1.0.1/32", L3_LOCAL, gw10);
	acts("10.1.0.255/32", L3_BROADCAST, gw10);
	acts("10.2.0.1/32", L3_LOCAL, gw20);
	acts("2001:db8:1::1/128", L3_LOCAL, gw10);
	via("10.1.0.2/32", gw10, A);
	via("10.2.0.2/32", gw20, B);
	via("2001:db8:2::2/128", gw20, B);
	via("0.0.0.0/0", wan, PEER);
	teach(p1, A, 0);
	teach(p3, B, 20);
	return 0;
}

void gateway_quiet(void)
{
	expect_none(p1);
	expect_none(p2);
	expect_none(p3);
	expect_none(p4);
	expect_no_punt();
}

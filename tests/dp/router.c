// SPDX-License-Identifier: BSD-3-Clause
#include "tests/dp/router.h"

struct fake *lp, *rp;
uint16_t left, right;

int router_setup(void **state)
{
	net_start(1);
	lp = fake("left");
	rp = fake("right");
	left = on_port(lp, 0, R1);
	right = on_port(rp, 0, R2);
	acts("10.1.0.1/32", L3_LOCAL, left);
	acts("10.1.0.255/32", L3_BROADCAST, left);
	acts("10.1.0.0/24", L3_GLEAN, left);
	acts("10.2.255.255/32", L3_BROADCAST, right);
	via("10.2.0.0/16", right, B);
	via("64:ff9b::/96", right, B);
	via("fec0::/10", right, B);
	acts("10.3.0.0/24", L3_BLACKHOLE, 0);
	acts("10.3.1.0/24", L3_UNREACHABLE, 0);
	acts("10.3.2.0/24", L3_PROHIBIT, 0);
	acts("2001:db8:1::1/128", L3_LOCAL, left);
	acts("2001:db8:1::/64", L3_GLEAN, left);
	via("2001:db8:2::/48", right, B);
	acts("2001:db8:3::/48", L3_BLACKHOLE, 0);
	return 0;
}

int router_teardown(void **state)
{
	net_stop();
	return 0;
}

void check_end(const struct frame *f, const struct ends *ends)
{
	struct frame g = one_hop(f, B, R2);

	put(lp, f);
	run();
	if (ends->fate == FORWARDED)
		expect(rp, &g);
	if (ends->fate == DROPPED || ends->fate == REFUSED)
		expect_drops_at(__FILE__, __LINE__, lp, ends->drop, 1);
	if (ends->fate == PUNTED || ends->fate == REFUSED)
		expect_punt(f, ends->class, ends->why, left);
	expect_none(lp);
	expect_none(rp);
	expect_no_punt();
}

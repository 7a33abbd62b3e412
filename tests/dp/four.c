// SPDX-License-Identifier: BSD-3-Clause
#include "tests/dp/four.h"

struct fake *p1, *p2, *p3, *p4;
struct bridge *br;

int four_setup(void **state)
{
	net_start(1);
	p1 = fake("p1");
	p2 = fake("p2");
	p3 = fake("p3");
	p4 = fake("p4");
	br = bridge_create(1000);
	return 0;
}

int four_teardown(void **state)
{
	net_stop();
	return 0;
}

void four_join(uint16_t vlan)
{
	join(br, p1, access_port(vlan));
	join(br, p2, access_port(vlan));
	join(br, p3, access_port(vlan));
	join(br, p4, access_port(vlan));
}

void teach(struct fake *fake, uint64_t mac, uint16_t vlan)
{
	struct frame f = eth(ALL, mac);

	if (vlan)
		tag(&f, vlan, 0);
	type(&f, 0x88b5);
	put(fake, &f);
	run();
	fake_take_all(p1);
	fake_take_all(p2);
	fake_take_all(p3);
	fake_take_all(p4);
}

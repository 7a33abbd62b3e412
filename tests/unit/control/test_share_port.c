// SPDX-License-Identifier: BSD-3-Clause
/* A port on a device that stays its host's: its life, and when it is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>
#include <linux/capability.h>
#include <net/if.h>
#include <sys/syscall.h>

#include "control/loop.h"
#include "control/xdp_prog.h"
#include "dataplane/dp.h"
#include "tests/support/net.h"
#include "tests/unit/control/shared_device.h"

#define WAIT_MS 3000

/* --- its life --- */

static void wait_up(struct port *port, bool up)
{
	for (int i = 0; i < WAIT_MS / 2 && atomic_load(&port->up) != up; i++) {
		event_base_loop(loop_base(), EVLOOP_NONBLOCK);
		nanosleep(&(struct timespec){.tv_nsec = 2000000}, NULL);
	}
	assert_int_equal(atomic_load(&port->up), up);
}

static void a_device_that_returns_is_shared_again_and_counts_on(void **state)
{
	struct port *port;

	make_cable();
	port = open_well();
	send_to(all);
	expect(port, 0, 1, 1);
	cut_cable();
	wait_up(port, false);
	assert_int_equal(port->ops->sleep(port, SIDE), -ENODEV);
	make_cable();
	wait_up(port, true);
	send_to(all);
	expect(port, 0, 1, 1);
	send_to(nic);
	expect(port, 0, 0, 1);
	assert_int_equal(counted(port, "group"), 2);
	close_port(port);
	test_sh("! ip -d link show v0 | grep -q xdp");
	cut_cable();
}

static void a_port_that_is_closed_leaves_everything_to_the_host(void **state)
{
	struct port *port;

	make_cable();
	port = open_well();
	test_sh("ip -d link show v0 | grep -q xdp");
	test_sh("ip -d link show v0 | grep -q 'promiscuity 1'");
	test_sh("ethtool -k v0 | grep -q 'rx-vlan-offload: off'");
	close_port(port);
	test_sh("! ip -d link show v0 | grep -q xdp");
	test_sh("ip -d link show v0 | grep -q 'promiscuity 0'");
	test_sh("ethtool -k v0 | grep -q 'rx-vlan-offload: on'");
	cut_cable();
}

static void a_device_with_the_default_route_may_be_shared(void **state)
{
	struct port *port;

	make_cable();
	test_sh("ip addr add 10.5.0.1/24 dev v0 && ip route add default via 10.5.0.2");
	assert_null(open_port("{'device': 'v0'}"));
	assert_error("share: true");
	port = open_well();
	close_port(port);
	cut_cable();
}

/* --- when it is refused --- */

/* A driver that knows nothing of XDP, such as macvlan's. */
static void a_device_whose_driver_has_no_xdp_is_shared_too(void **state)
{
	struct port *port;
	json_t *details;

	test_sh("ip link add lower type veth peer name v1 && "
		"ip link add v0 link lower address 02:00:00:00:00:01 type macvlan mode passthru && "
		"for i in lower v0 v1; do sysctl -qw net.ipv6.conf.$i.disable_ipv6=1; "
		"ip link set $i up; done");
	take_cable();
	port = open_well();
	details = port_kind_find("af_xdp")->details(port);
	assert_string_equal(json_string_value(
				    json_object_get(json_object_get(details, "share"), "program")),
			    "generic");
	json_decref(details);
	send_to(all);
	expect(port, 0, 1, 1);
	send_to(nic);
	expect(port, 0, 0, 1);
	close_port(port);
	cut_cable();
	test_sh("ip link del lower");
}

static void another_program_is_in_the_way(void **state)
{
	struct netns *ns = netns_open(NULL);
	struct xdp_prog *other = xdp_prog_load(false, NULL, 0);

	make_cable();
	assert_int_equal(xdp_prog_attach(other, ns, (int)if_nametoindex("v0")), 0);
	assert_null(open_port(SHARED));
	assert_error("another XDP program or socket has it");
	xdp_prog_destroy(other);
	close_port(open_well());
	netns_close(ns);
	cut_cable();
}

static void set_capabilities(bool on)
{
	struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
	static struct __user_cap_data_struct had[2];
	struct __user_cap_data_struct data[2];

	if (!on)
		assert_int_equal(syscall(SYS_capget, &head, had), 0);
	memcpy(data, had, sizeof(had));
	if (!on)
		data[0].effective = data[1].effective = 0;
	assert_int_equal(syscall(SYS_capset, &head, data), 0);
}

static void missing_rights_are_named(void **state)
{
	make_cable();
	set_capabilities(false);
	struct port *port = open_port(SHARED);
	set_capabilities(true);
	assert_null(port);
	assert_error("needs CAP_NET_ADMIN, CAP_NET_RAW and CAP_BPF");
	cut_cable();
}

static void queues_are_those_of_the_device_and_one_for_the_side(void **state)
{
	json_t *conf = conf_of("{'device': 'v0', 'share': true, 'queues': 16}");

	make_cable();
	assert_null(open_port("{'device': 'v0', 'share': true, 'queues': 2}"));
	assert_error("has 1 receive queues");
	errors_fini(&errors);
	errors_init(&errors);
	assert_int_equal(port_kind_find("af_xdp")->check(conf, "ports.p", &errors), -1);
	assert_string_equal(errors.list[0].path, "ports.p.queues");
	assert_error("at most 15");
	json_decref(conf);
	cut_cable();
}

/* The program touches nothing of the kernel that its type information would be needed for. */
static void no_type_information_of_the_kernel_is_needed(void **state)
{
	make_cable();
	test_sh("mount -t tmpfs none /sys/kernel/btf");
	struct port *port = open_port(SHARED);
	test_sh("umount /sys/kernel/btf");
	assert_non_null(port);
	port_kind_find("af_xdp")->close(port);
	cut_cable();
}

static int run(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_device_that_returns_is_shared_again_and_counts_on),
		cmocka_unit_test(a_port_that_is_closed_leaves_everything_to_the_host),
		cmocka_unit_test(a_device_with_the_default_route_may_be_shared),
		cmocka_unit_test(a_device_whose_driver_has_no_xdp_is_shared_too),
		cmocka_unit_test(another_program_is_in_the_way),
		cmocka_unit_test(missing_rights_are_named),
		cmocka_unit_test(queues_are_those_of_the_device_and_one_for_the_side),
		cmocka_unit_test(no_type_information_of_the_kernel_is_needed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

int main(void)
{
	return shared_device_main(run);
}

// SPDX-License-Identifier: BSD-3-Clause
/* The kinds tap, af_packet and af_xdp: devices made, refused, lost and found again. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <jansson.h>
#include <sys/socket.h>

#include "control/loop.h"
#include "control/netdev.h"
#include "control/port_kind.h"
#include "dataplane/dp.h"
#include "tests/support/eal.h"
#include "tests/support/net.h"

#define WAIT_MS 3000

static struct errors errors;

/* A configuration in JSON with ' for ", and the defaults of the port noun. */
static json_t *conf_of(const char *text)
{
	char copy[1024];
	json_t *conf;

	snprintf(copy, sizeof(copy), "%s", text);
	for (char *c = copy; *c; c++)
		if (*c == '\'')
			*c = '"';
	conf = json_loads(copy, 0, NULL);
	assert_non_null(conf);
	if (!json_object_get(conf, "mtu"))
		json_object_set_new(conf, "mtu", json_integer(1500));
	if (!json_object_get(conf, "queues"))
		json_object_set_new(conf, "queues", json_integer(1));
	return conf;
}

static struct port *open_kind(const char *type, const char *text)
{
	json_t *conf = conf_of(text);
	struct port *port;

	errors_fini(&errors);
	errors_init(&errors);
	port = port_kind_find(type)->open("p", conf, &errors);
	json_decref(conf);
	return port;
}

static struct port *open_well(const char *type, const char *text)
{
	struct port *port = open_kind(type, text);

	if (!port)
		fail_msg("%s", errors.n ? errors.list[0].text : "no port and no error");
	return port;
}

static void assert_error(const char *part)
{
	if (errors.n != 1 || !strstr(errors.list[0].text, part))
		fail_msg("\"%s\" is not in \"%s\"", part, errors.n ? errors.list[0].text : "");
}

static void assert_refused(const char *type, const char *text, const char *part)
{
	assert_null(open_kind(type, text));
	assert_error(part);
}

static int change(const char *type, struct port *port, const char *text)
{
	json_t *conf = conf_of(text);
	int rc;

	errors_fini(&errors);
	errors_init(&errors);
	rc = port_kind_find(type)->change(port, conf, &errors);
	json_decref(conf);
	return rc;
}

/* Runs the loop until the port's reason contains the text ("" for up). */
static void wait_reason(const char *type, struct port *port, const char *part)
{
	struct port_status status;

	for (int ms = 0; ms < WAIT_MS; ms += 2) {
		event_base_loop(loop_base(), EVLOOP_NONBLOCK);
		port_kind_find(type)->status(port, &status);
		assert_int_equal(status.up, atomic_load(&port->up));
		assert_int_equal(status.up, status.reason[0] == 0);
		if (*part ? strstr(status.reason, part) != NULL : status.up)
			return;
		nanosleep(&(struct timespec){.tv_nsec = 2000000}, NULL);
	}
	fail_msg("waited for \"%s\", but the reason is \"%s\"", part, status.reason);
}

/* Sends out of the device, the port's peer, until the port receives. */
static void assert_receives(struct port *port, const char *device)
{
	struct rte_mbuf *m;

	test_sh("ip neigh replace 10.98.0.9 lladdr 02:00:00:00:00:09 dev %s", device);
	for (int ms = 0; ms < WAIT_MS; ms += 10) {
		test_sh("ping -c1 -W0.01 -I %s 10.98.0.9 >/dev/null 2>&1 || true", device);
		if (port->ops->rx(port, 0, &m, 1) == 1) {
			rte_pktmbuf_free(m);
			return;
		}
	}
	fail_msg("nothing received");
}

static void tap_is_made_up_with_addresses_and_gateway(void **state)
{
	struct port *port;
	struct port_status status;
	uint8_t mac[6];

	test_ns_add("red");
	port = open_well("tap",
			 "{'device': 't0', 'netns': 'red', 'mtu': 9000, 'addresses': "
			 "['10.1.0.2/24', 'fd00::2/64'], 'gateway': ['10.1.0.1', 'fd00::1']}");
	wait_reason("tap", port, "");
	test_sh("ip -n red -br link show t0 | grep -q UP");
	test_sh("ip -n red link show t0 | grep -q 'mtu 9000'");
	test_sh("ip -n red addr show t0 | grep -q 10.1.0.2/24");
	test_sh("ip -n red addr show t0 | grep fd00::2/64 | grep -qv tentative");
	test_sh("ip -n red route show default | grep -q 'via 10.1.0.1 dev t0'");
	test_sh("ip -n red -6 route show default | grep -q 'via fd00::1 dev t0'");
	port_kind_find("tap")->status(port, &status);
	memcpy(mac, status.mac, 6);
	assert_int_equal(mac[0], 0x02);
	port_kind_find("tap")->close(port);
	test_sh("! ip -n red link show t0 2>/dev/null");

	port = open_well("tap", "{'device': 't0', 'netns': 'red'}");
	port_kind_find("tap")->status(port, &status);
	assert_memory_equal(mac, status.mac, 6); /* the same as before */
	port_kind_find("tap")->close(port);
	port = open_well("tap", "{'device': 't0', 'netns': 'red', 'mac': '02:aa:bb:cc:dd:ee'}");
	test_sh("ip -n red link show t0 | grep -q 02:aa:bb:cc:dd:ee");
	port_kind_find("tap")->close(port);
	test_sh("ip netns del red");
}

static void tap_gives_its_namespace_routes_and_takes_them_back(void **state)
{
	struct port *port;

	test_ns_add("red");
	port = open_well("tap", "{'device': 't0', 'netns': 'red', 'addresses': ['10.1.0.2/24', "
				"'fd00::2/64'], 'routes': [{'prefix': '10.9.0.0/16', 'via': "
				"'10.1.0.1'}, {'prefix': '10.8.0.0/16'}, {'prefix': '::/0', "
				"'via': 'fd00::1'}]}");
	test_sh("ip -n red route show 10.9.0.0/16 | grep -q 'via 10.1.0.1 dev t0'");
	test_sh("ip -n red route show 10.8.0.0/16 | grep 'dev t0' | grep -q 'scope link'");
	test_sh("ip -n red -6 route show default | grep -q 'via fd00::1 dev t0'");

	assert_int_equal(change("tap", port,
				"{'device': 't0', 'netns': 'red', 'addresses': ['10.1.0.2/24'], "
				"'routes': [{'prefix': '10.9.0.0/16', 'via': '10.1.0.3'}]}"),
			 0);
	test_sh("ip -n red route show 10.9.0.0/16 | grep -q 'via 10.1.0.3 dev t0'");
	test_sh("! ip -n red route show 10.9.0.0/16 | grep -q 'via 10.1.0.1'");
	test_sh("! ip -n red route show | grep -q 10.8.0.0");

	assert_int_equal(change("tap", port,
				"{'device': 't0', 'netns': 'red', 'addresses': ['10.1.0.2/24'], "
				"'routes': [{'prefix': '10.7.0.0/16', 'via': '10.77.0.1'}]}"),
			 -1);
	assert_error("routes 10.7.0.0/16 via 10.77.0.1: ");
	test_sh("ip -n red route show 10.9.0.0/16 | grep -q 'via 10.1.0.3 dev t0'");
	assert_int_equal(change("tap", port,
				"{'device': 't0', 'netns': 'red', 'addresses': ['10.1.0.2/24'], "
				"'routes': [{'prefix': 'fd01::/64', 'via': '10.1.0.1'}]}"),
			 -1);
	port_kind_find("tap")->close(port);
	test_sh("ip netns del red");
}

static void tap_takes_other_addresses_or_keeps_what_it_has(void **state)
{
	struct port *port = open_well("tap", "{'device': 't1', 'addresses': ['10.2.0.2/24'], "
					     "'gateway': '10.2.0.1'}");

	assert_int_equal(change("tap", port,
				"{'device': 't1', 'mtu': 1400, 'addresses': "
				"['10.3.0.2/24'], 'gateway': ['10.3.0.1']}"),
			 0);
	test_sh("ip addr show t1 | grep -q 10.3.0.2/24");
	test_sh("! ip addr show t1 | grep -q 10.2.0.2/24");
	test_sh("ip route show default | grep -q 'via 10.3.0.1 dev t1'");
	assert_int_equal(atomic_load(&port->max_frame), 1414);

	assert_int_equal(change("tap", port,
				"{'device': 't1', 'mac': '02:00:00:00:00:77', 'addresses': "
				"['10.4.0.2/24'], 'gateway': ['10.77.0.1']}"),
			 -1);
	assert_error("10.77.0.1");
	test_sh("ip addr show t1 | grep -q 10.3.0.2/24");
	test_sh("! ip addr show t1 | grep -q 10.4.0.2/24");
	test_sh("ip route show default | grep -q 'via 10.3.0.1 dev t1'");
	test_sh("ip link show t1 | grep -q 'mtu 1400'");
	test_sh("! ip link show t1 | grep -q 02:00:00:00:00:77");
	port_kind_find("tap")->close(port);
}

static void tap_says_why_it_is_down(void **state)
{
	struct port *port;

	test_ns_add("red");
	port = open_well("tap", "{'device': 't0', 'netns': 'red'}");
	wait_reason("tap", port, "");
	test_sh("ip -n red link set t0 down");
	wait_reason("tap", port, "device t0 in namespace red is down: ip -n red link set t0 up");
	test_sh("ip -n red link set t0 up");
	wait_reason("tap", port, "");
	test_sh("ip -n red link del t0");
	wait_reason("tap", port, "device t0 is gone from namespace red: it is made anew");
	/* Its descriptor is readable for ever now: a worker must not wake up for it. */
	struct rte_mbuf *m;
	assert_int_equal(port->ops->rx(port, 0, &m, 1), 0);
	assert_int_equal(port->ops->sleep(port, 0), -ENODEV);
	port_kind_find("tap")->close(port);
	test_sh("ip netns del red");
}

static void namespace_that_is_gone_is_named(void **state)
{
	struct port *port;

	test_ns_add("red");
	port = open_well("tap", "{'device': 't0', 'netns': 'red'}");
	test_sh("ip netns del red");
	wait_reason("tap", port, "namespace red is gone");
	test_ns_add("red"); /* another one of that name */
	wait_reason("tap", port, "namespace red is gone");
	port_kind_find("tap")->close(port);
	test_sh("ip netns del red");
}

static void tap_refuses_what_it_cannot_have(void **state)
{
	struct port *port;

	test_sh("ip link add v0 type veth peer name v1");
	assert_refused("tap", "{'device': 'v0'}",
		       "v0 on this host exists already and is no free tap");
	assert_refused("tap", "{'device': 't0', 'netns': 'nowhere'}",
		       "there is no namespace nowhere: ip netns add nowhere");
	assert_refused("tap", "{'device': 't0', 'netns': '/nowhere'}", "has its container");
	assert_refused("tap", "{'device': 't0', 'netns': '/etc/passwd'}",
		       "/etc/passwd is no network namespace");
	port = open_well("tap", "{'device': 't0'}");
	assert_refused("tap", "{'device': 't0'}", "in use by another program");
	port_kind_find("tap")->close(port);
	/* One that the user made persistent is taken, and is there afterwards. */
	test_sh("ip tuntap add t0 mode tap");
	port = open_well("tap", "{'device': 't0'}");
	port_kind_find("tap")->close(port);
	test_sh("ip link show t0 >/dev/null && ip link del t0");
	assert_refused("tap", "{'device': 't0', 'gateway': ['10.9.9.9']}", "10.9.9.9");
	test_sh("! ip link show t0 2>/dev/null && ip link del v0");
}

static void names_that_no_device_can_have_are_refused(void **state)
{
	static const char *const bad[] = {"{'device': 'a name'}", "{'device': ''}",
					  "{'device': 'much-too-long-for-linux'}",
					  "{'device': '../x'}", "{'device': '..'}"};

	for (size_t i = 0; i < RTE_DIM(bad); i++) {
		json_t *conf = conf_of(bad[i]);
		errors_fini(&errors);
		errors_init(&errors);
		assert_int_equal(port_kind_find("tap")->check(conf, "ports.p", &errors), -1);
		assert_string_equal(errors.list[0].path, "ports.p.device");
		json_decref(conf);
	}
}

static void addresses_that_no_tap_can_have_are_refused(void **state)
{
	static const char *const bad[] = {"{'device': 't', 'mac': '01:00:5e:00:00:01'}",
					  "{'device': 't', 'mac': 'ff:ff:ff:ff:ff:ff'}",
					  "{'device': 't', 'mac': '00:00:00:00:00:00'}"};

	for (size_t i = 0; i < RTE_DIM(bad); i++) {
		json_t *conf = conf_of(bad[i]);
		errors_fini(&errors);
		errors_init(&errors);
		assert_int_equal(port_kind_find("tap")->check(conf, "ports.p", &errors), -1);
		assert_string_equal(errors.list[0].path, "ports.p.mac");
		json_decref(conf);
	}
}

static void device_that_vanishes_and_returns_carries_again(void **state)
{
	static const char *const types[] = {"af_packet", "af_xdp"};

	for (size_t i = 0; i < RTE_DIM(types); i++) {
		struct port *port;
		test_sh("ip link add v0 up type veth peer name v1 && ip link set v1 up && ip addr "
			"add "
			"10.98.0.1/24 dev v1");
		port = open_well(types[i], "{'device': 'v0'}");
		wait_reason(types[i], port, "");
		assert_receives(port, "v1");
		test_sh("ip link set v0 down");
		wait_reason(types[i], port, "device v0 is down: ip link set v0 up");
		test_sh("ip link set v0 up");
		wait_reason(types[i], port, "");
		test_sh("ip link set v1 down");
		wait_reason(types[i], port, "no carrier");
		test_sh("ip link del v0");
		wait_reason(types[i], port, "device v0 is gone");
		struct rte_mbuf *m;
		assert_int_equal(port->ops->rx(port, 0, &m, 1), 0);
		test_sh("ip link add v0 up type veth peer name v1 && ip link set v1 up && ip addr "
			"add "
			"10.98.0.1/24 dev v1");
		wait_reason(types[i], port, "");
		assert_receives(port, "v1");
		port_kind_find(types[i])->close(port);
		test_sh("! ip link show v0 | grep -q xdp && ip link del v0");
	}
}

static void device_of_the_host_itself_is_refused(void **state)
{
	static const char *const types[] = {"af_packet", "af_xdp"};

	test_sh("ip link add v0 up type veth peer name v1 && ip addr add 10.5.0.1/24 dev v0 && ip "
		"link "
		"set v1 up && ip route add default via 10.5.0.2");
	for (size_t i = 0; i < RTE_DIM(types); i++) {
		struct port *port;
		assert_refused(types[i], "{'device': 'v0'}", "default route");
		assert_error("force: true");
		assert_refused(types[i], "{'device': 'nosuch0'}", "there is no device nosuch0");
		assert_refused(types[i], "{'device': 'v0', 'netns': 'gone'}", "no namespace gone");
		port = open_well(types[i], "{'device': 'v0', 'force': true}");
		port_kind_find(types[i])->close(port);
	}
	assert_refused("vdev", "{'args': 'net_af_packet0,iface=v0,qpairs=1'}", "default route");
	assert_refused("vdev", "{'args': 'net_pcap0,tx_iface=v0'}", "default route");
	test_sh("ip link del v0");
}

/* A socket in a namespace (NULL: this one) that listens on, or is connected to, 10.5.0.1 port 7. */
static int tcp_socket(const char *ns, bool is_listener)
{
	struct sockaddr_in addr = {.sin_family = AF_INET, .sin_port = htons(7)};
	int fd;

	addr.sin_addr.s_addr = inet_addr("10.5.0.1");
	test_ns_enter(ns);
	fd = socket(AF_INET, SOCK_STREAM, 0);
	test_ns_enter(NULL);
	if (is_listener) {
		assert_int_equal(bind(fd, (struct sockaddr *)&addr, sizeof(addr)), 0);
		assert_int_equal(listen(fd, 1), 0);
	} else {
		assert_int_equal(connect(fd, (struct sockaddr *)&addr, sizeof(addr)), 0);
	}
	return fd;
}

static void device_with_a_connection_is_refused(void **state)
{
	int listener, client;

	test_ns_add("red");
	test_sh("ip link add v0 up type veth peer name v1 netns red && ip addr add 10.5.0.1/24 dev "
		"v0 && "
		"ip -n red addr add 10.5.0.2/24 dev v1 && ip -n red link set v1 up");
	listener = tcp_socket(NULL, true);
	client = tcp_socket("red", false);
	assert_refused("af_xdp", "{'device': 'v0'}", "TCP connections use v0");
	close(client);
	close(listener);
	test_sh("ip link del v0; ip netns del red");
}

static void jumbo_is_refused_where_xdp_cannot(void **state)
{
	json_t *conf = conf_of("{'device': 'v0', 'mtu': 3819}");

	errors_fini(&errors);
	errors_init(&errors);
	assert_int_equal(port_kind_find("af_xdp")->check(conf, "ports.p", &errors), -1);
	assert_string_equal(errors.list[0].path, "ports.p.mtu");
	assert_error("at most 3818");
	json_decref(conf);
}

static void queues_have_to_be_those_of_the_device(void **state)
{
	struct port *port;

	test_sh("ip link add v0 up numrxqueues 2 numtxqueues 2 type veth peer name v1 numrxqueues "
		"2 "
		"numtxqueues 2 && ip link set v1 up");
	assert_refused("af_xdp", "{'device': 'v0'}", "has 2 receive queues");
	port = open_well("af_xdp", "{'device': 'v0', 'queues': 2}");
	port_kind_find("af_xdp")->close(port);
	port = open_well("af_packet", "{'device': 'v0', 'queues': 3}");
	port_kind_find("af_packet")->close(port);
	port = open_well("tap", "{'device': 't0', 'queues': 4}");
	port_kind_find("tap")->close(port);
	test_sh("ip link del v0");
}

static void port_that_is_made_anew_finds_its_device_free(void **state)
{
	static const char *const types[] = {"af_xdp", "af_packet", "tap"};

	test_sh("ip link add v0 up numrxqueues 2 numtxqueues 2 type veth peer name v1 numrxqueues "
		"2 "
		"numtxqueues 2 && ip link set v1 up");
	for (size_t i = 0; i < RTE_DIM(types); i++) {
		for (int round = 0; round < 5; round++) {
			struct port *port =
				open_well(types[i], i < 2 ? "{'device': 'v0', 'queues': 2}"
							  : "{'device': 't0', 'queues': 2}");
			port_kind_find(types[i])->close(port);
		}
	}
	test_sh("ip link del v0");
}

static void mtu_follows_configuration_and_device(void **state)
{
	struct port *port;

	test_sh("ip link add v0 mtu 2000 up type veth peer name v1 mtu 2000 && ip link set v1 up");
	port = open_well("af_packet", "{'device': 'v0', 'mtu': 1600}");
	assert_int_equal(atomic_load(&port->max_frame), 1614);
	assert_int_equal(change("af_packet", port, "{'device': 'v0', 'mtu': 9000}"), 0);
	assert_int_equal(atomic_load(&port->max_frame), 2014); /* the device cannot more */
	port_kind_find("af_packet")->close(port);

	port = open_well("af_xdp", "{'device': 'v0'}");
	assert_int_equal(change("af_xdp", port, "{'device': 'v0', 'mtu': 2000}"), 0);
	wait_reason("af_xdp", port, "");
	assert_int_equal(atomic_load(&port->max_frame), 2014);
	port_kind_find("af_xdp")->close(port);
	test_sh("ip link del v0");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tap_is_made_up_with_addresses_and_gateway),
		cmocka_unit_test(tap_gives_its_namespace_routes_and_takes_them_back),
		cmocka_unit_test(tap_takes_other_addresses_or_keeps_what_it_has),
		cmocka_unit_test(tap_says_why_it_is_down),
		cmocka_unit_test(namespace_that_is_gone_is_named),
		cmocka_unit_test(tap_refuses_what_it_cannot_have),
		cmocka_unit_test(names_that_no_device_can_have_are_refused),
		cmocka_unit_test(addresses_that_no_tap_can_have_are_refused),
		cmocka_unit_test(device_that_vanishes_and_returns_carries_again),
		cmocka_unit_test(device_of_the_host_itself_is_refused),
		cmocka_unit_test(device_with_a_connection_is_refused),
		cmocka_unit_test(jumbo_is_refused_where_xdp_cannot),
		cmocka_unit_test(queues_have_to_be_those_of_the_device),
		cmocka_unit_test(port_that_is_made_anew_finds_its_device_free),
		cmocka_unit_test(mtu_follows_configuration_and_device),
	};
	const struct dp_conf conf = {.n_mbufs = 4096};
	int rc;

	if (!test_net_init())
		return TEST_SKIPPED;
	test_eal_init();
	if (loop_init() < 0 || dp_start(&conf) < 0)
		return 1;
	rc = cmocka_run_group_tests(tests, NULL, NULL);
	errors_fini(&errors);
	dp_stop();
	loop_fini();
	return rc;
}

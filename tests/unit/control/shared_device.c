// SPDX-License-Identifier: BSD-3-Clause
#include "tests/unit/control/shared_device.h"

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
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <sys/socket.h>

#include "control/loop.h"
#include "control/port_kind.h"
#include "dataplane/dp.h"
#include "tests/support/eal.h"
#include "tests/support/net.h"

#define FRAME 60

const uint8_t all[6] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
const uint8_t nic[6] = {2, 0, 0, 0, 0, 1}; /* v0's */
const uint8_t guest[6] = {2, 0, 0, 0, 0, 0xaa};

struct errors errors;
static const struct port_kind *kind;
static int wire = -1; /* a socket on v1, the other end of v0's cable */
static int host = -1; /* what the host hears on v0 */

/* --- a device, and the port on it --- */

json_t *conf_of(const char *text)
{
	char copy[256];
	json_t *conf;

	snprintf(copy, sizeof(copy), "%s", text);
	for (char *c = copy; *c; c++)
		if (*c == '\'')
			*c = '"';
	conf = json_loads(copy, 0, NULL);
	assert_non_null(conf);
	json_object_set_new(conf, "mtu", json_integer(1500));
	if (!json_object_get(conf, "queues"))
		json_object_set_new(conf, "queues", json_integer(1));
	return conf;
}

struct port *open_port(const char *text)
{
	json_t *conf = conf_of(text);
	struct port *port;

	errors_fini(&errors);
	errors_init(&errors);
	port = kind->open("p", conf, &errors);
	json_decref(conf);
	return port;
}

void assert_error(const char *part)
{
	if (errors.n != 1 || !strstr(errors.list[0].text, part))
		fail_msg("\"%s\" is not in \"%s\"", part, errors.n ? errors.list[0].text : "");
}

static int listen_on(const char *device)
{
	struct sockaddr_ll addr = {.sll_family = AF_PACKET,
				   .sll_protocol = htons(ETH_P_ALL),
				   .sll_ifindex = (int)if_nametoindex(device)};
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	assert_int_equal(bind(fd, (struct sockaddr *)&addr, sizeof(addr)), 0);
	return fd;
}

void take_cable(void)
{
	wire = listen_on("v1");
	host = listen_on("v0");
}

void make_cable(void)
{
	test_sh("ip link add v0 address 02:00:00:00:00:01 type veth peer name v1 && "
		"sysctl -qw net.ipv6.conf.v0.disable_ipv6=1 net.ipv6.conf.v1.disable_ipv6=1 && "
		"ip link set v0 up && ip link set v1 up");
	take_cable();
}

void cut_cable(void)
{
	close(wire);
	close(host);
	test_sh("ip link del v0");
}

struct port *open_well(void)
{
	struct port *port = open_port(SHARED);

	if (!port)
		fail_msg("%s", errors.n ? errors.list[0].text : "no port and no error");
	assert_int_equal(dp_port_attach(port), 0);
	assert_int_equal(port->n_rxq, 2);
	assert_int_equal(port->n_txq, 1);
	return port;
}

void close_port(struct port *port)
{
	dp_port_detach(port);
	kind->close(port);
}

/* What was put off to the end of the loop's turn is done. */
void turn(void)
{
	for (int i = 0; i < 5; i++)
		event_base_loop(loop_base(), EVLOOP_NONBLOCK);
}

/* --- frames --- */

void send_frame(const uint8_t dst[6], const uint8_t *type, size_t type_len)
{
	uint8_t frame[FRAME] = {0};

	memcpy(frame, dst, 6);
	memcpy(frame + 6, (uint8_t[]){2, 0, 0, 0, 0, 9}, 6);
	memcpy(frame + 12, type, type_len);
	assert_int_equal(send(wire, frame, sizeof(frame), 0), sizeof(frame));
}

void send_to(const uint8_t dst[6])
{
	send_frame(dst, (uint8_t[]){TYPE >> 8, TYPE & 0xff}, 2);
}

/* Takes what the host heard and has this type; how many. */
static int host_heard(uint16_t type)
{
	struct sockaddr_ll from;
	socklen_t len = sizeof(from);
	uint8_t frame[2048];
	int n = 0;

	while (recvfrom(host, frame, sizeof(frame), 0, (struct sockaddr *)&from, &len) > 0)
		n += ntohs(from.sll_protocol) == type && from.sll_pkttype != PACKET_OUTGOING;
	return n;
}

/* Takes what waits in a queue; how many. The last one's beginning is left in head. */
int queue_got(struct port *port, uint16_t queue, uint8_t head[20])
{
	struct rte_mbuf *m;
	int n = 0;

	while (port->ops->rx(port, queue, &m, 1) == 1) {
		memcpy(head, rte_pktmbuf_mtod(m, void *), 20);
		rte_pktmbuf_free(m);
		n++;
	}
	return n;
}

/* A veth's receiver runs a moment later: waits until so many came in all, and a little more for
 * any that should not. */
void expect(struct port *port, int n_socket, int n_side, int n_host)
{
	int in_socket = 0, in_side = 0, at_host = 0;
	uint8_t head[20];

	for (int i = 0; i < 200; i++) {
		in_socket += queue_got(port, SOCKET, head);
		in_side += queue_got(port, SIDE, head);
		at_host += host_heard(TYPE);
		if (in_socket + in_side + at_host >= n_socket + n_side + n_host && i < 195)
			i = 195;
		nanosleep(&(struct timespec){.tv_nsec = 2000000}, NULL);
	}
	assert_int_equal(in_socket, n_socket);
	assert_int_equal(in_side, n_side);
	assert_int_equal(at_host, n_host);
}

json_int_t counted(struct port *port, const char *class)
{
	json_t *details = kind->details(port), *row;
	json_int_t packets = -1;
	size_t i;

	json_array_foreach(json_object_get(json_object_get(details, "share"), "packets_by_class"),
			   i, row) {
		if (strcmp(json_string_value(json_object_get(row, "class")), class) == 0)
			packets = json_integer_value(json_object_get(row, "packets"));
	}
	json_decref(details);
	return packets;
}

int shared_device_main(int (*run)(void))
{
	const struct dp_conf conf = {.n_mbufs = 4096};
	int rc;

	if (!test_net_init())
		return TEST_SKIPPED;
	kind = port_kind_find("af_xdp");
	test_eal_init();
	if (loop_init() < 0 || dp_start(&conf) < 0)
		return 1;
	rc = run();
	errors_fini(&errors);
	dp_stop();
	loop_fini();
	return rc;
}

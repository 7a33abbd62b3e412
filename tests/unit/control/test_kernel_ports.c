// SPDX-License-Identifier: BSD-3-Clause
/* The ports of the kernel's devices, with real devices in private namespaces: what goes in comes
 * out, byte for byte, and TCP passes between any two of them. */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
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
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/udp.h>
#include <sys/socket.h>

#include "control/devfd.h"
#include "control/netdev.h"
#include "control/xdp_prog.h"
#include "dataplane/gso.h"
#include "dataplane/port_af_packet.h"
#include "dataplane/port_af_xdp.h"
#include "dataplane/port_tap.h"
#include "tests/support/eal.h"
#include "tests/support/net.h"

#define BURST     32
#define WAIT_MS   3000
#define TCP_BYTES (1 << 20)

enum kind { TAP, AF_PACKET_PORT, AF_XDP_PORT, N_KINDS };

static bool takes_large; /* ports opened now offer segmentation, */
static unsigned n_large; /* and so many such packets came by */

/* A port whose other end is a device in namespace "far0" or "far1". */
struct end {
	enum kind kind;
	int id;
	char device[16]; /* in the namespace */
	char ns[16];
	struct netns *here;
	struct port *port;
	struct xdp_prog *prog;
};

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void open_tap_end(struct end *end, uint16_t mtu)
{
	const uint32_t caps = takes_large ? PORT_CAN_CSUM | PORT_CAN_TSO : PORT_CAN_CSUM;
	struct netns *far = netns_open(end->ns);
	int fd;

	assert_non_null(far);
	assert_int_equal(devfd_tap(far, end->device, &fd, 1, caps), 0);
	assert_int_equal(netdev_set_mtu(far, end->device, mtu), 0);
	end->port = port_tap_create("t", &fd, 1, mtu, caps, test_pool());
	netns_close(far);
}

static void open_veth_end(struct end *end, uint16_t mtu)
{
	struct netdev dev;
	char near[16];
	int fd, fds[PORT_QUEUES_MAX];

	snprintf(near, sizeof(near), "near%d", end->id);
	test_sh("ip link add %s mtu %u up type veth peer name %s mtu %u netns %s", near, mtu,
		end->device, mtu, end->ns);
	assert_int_equal(netdev_get(end->here, near, &dev), 0);
	if (end->kind == AF_PACKET_PORT) {
		assert_int_equal(devfd_packet(end->here, dev.index, &fd, 1), 0);
		end->port = port_af_packet_create("p", &fd, 1, mtu,
						  PORT_CAN_CSUM | (takes_large ? PORT_CAN_TSO : 0),
						  test_pool());
		return;
	}
	end->port = port_af_xdp_create("x", (uint32_t)dev.index, 1, mtu, -1, test_pool());
	assert_non_null(end->port);
	assert_int_equal(port_af_xdp_fds(end->port, fds), 1);
	end->prog = xdp_prog_load(false, fds, 1);
	assert_non_null(end->prog);
	assert_int_equal(xdp_prog_attach(end->prog, end->here, dev.index), 0);
}

static void end_open(struct end *end, enum kind kind, int id, uint16_t mtu)
{
	memset(end, 0, sizeof(*end));
	end->kind = kind;
	end->id = id;
	snprintf(end->ns, sizeof(end->ns), "far%d", id);
	snprintf(end->device, sizeof(end->device), "dev%d", id);
	end->here = netns_open(NULL);
	test_ns_add(end->ns);
	if (kind == TAP)
		open_tap_end(end, mtu);
	else
		open_veth_end(end, mtu);
	assert_non_null(end->port);
	/* Nothing but the test's own packets, please. */
	test_sh("ip netns exec %s sysctl -qw net.ipv6.conf.%s.disable_ipv6=1", end->ns,
		end->device);
	test_sh("ip -n %s link set %s up", end->ns, end->device);
}

static void end_close(struct end *end)
{
	xdp_prog_destroy(end->prog);
	if (end->kind == TAP)
		port_tap_destroy(end->port);
	else if (end->kind == AF_PACKET_PORT)
		port_af_packet_destroy(end->port);
	else
		port_af_xdp_destroy(end->port);
	netns_close(end->here);
	if (end->kind != TAP)
		test_sh("ip link del near%d 2>/dev/null || true", end->id);
	test_sh("ip netns del %s", end->ns);
}

/* A raw socket on the far device. */
static int far_socket(const struct end *end, bool vnet_hdr)
{
	struct netns *far = netns_open(end->ns);
	struct netdev dev;
	int fd, one = 1;

	assert_int_equal(netdev_get(far, end->device, &dev), 0);
	assert_int_equal(devfd_packet(far, dev.index, &fd, 1), 0);
	if (!vnet_hdr) {
		struct sockaddr_ll addr = {.sll_family = AF_PACKET,
					   .sll_protocol = htons(ETH_P_ALL),
					   .sll_ifindex = dev.index};
		test_ns_enter(end->ns);
		close(fd);
		fd = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK, 0);
		test_ns_enter(NULL);
		assert_true(fd >= 0);
		setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &one, sizeof(one));
		setsockopt(fd, SOL_PACKET, PACKET_AUXDATA, &one, sizeof(one));
		assert_int_equal(bind(fd, (struct sockaddr *)&addr, sizeof(addr)), 0);
	}
	netns_close(far);
	return fd;
}

/* Waits for the next packet as a worker does: on what sleep says. */
static struct rte_mbuf *rx_one(struct port *port)
{
	int64_t end = now_ms() + WAIT_MS;
	struct rte_mbuf *m;

	while (now_ms() < end) {
		if (port->ops->rx(port, 0, &m, 1) == 1)
			return m;
		struct pollfd p = {.fd = port->ops->sleep(port, 0), .events = POLLIN};
		if (p.fd >= 0)
			poll(&p, 1, 100);
		else
			assert_int_equal(p.fd, -EAGAIN);
		if (port->ops->wake)
			port->ops->wake(port, 0);
	}
	fail_msg("no packet");
	return NULL;
}

static uint32_t flatten(struct rte_mbuf *m, uint8_t *out)
{
	uint32_t n = 0;

	for (const struct rte_mbuf *s = m; s; s = s->next) {
		memcpy(out + n, rte_pktmbuf_mtod(s, void *), s->data_len);
		n += s->data_len;
	}
	assert_int_equal(n, m->pkt_len);
	rte_pktmbuf_free(m);
	return n;
}

static uint32_t make_frame(uint8_t *frame, uint32_t len, uint16_t type)
{
	static const uint8_t head[] = {2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2};

	for (uint32_t i = 0; i < len; i++)
		frame[i] = (uint8_t)rand();
	memcpy(frame, head, sizeof(head));
	frame[12] = (uint8_t)(type >> 8);
	frame[13] = (uint8_t)type;
	return len;
}

static const uint32_t sizes[] = {60, 61, 128, 1000, 1514};

static void check_bytes_in(struct end *end, const uint32_t *lens, size_t n, uint16_t type)
{
	static uint8_t sent[10000], got[10000];
	int fd = far_socket(end, false);

	for (size_t i = 0; i < n; i++) {
		uint32_t len = make_frame(sent, lens[i], type);
		assert_int_equal(send(fd, sent, len, 0), len);
		assert_int_equal(flatten(rx_one(end->port), got), len);
		assert_memory_equal(got, sent, len);
	}
	close(fd);
}

static void check_bytes_out(struct end *end, const uint32_t *lens, size_t n)
{
	static uint8_t sent[10000], got[10000];
	int fd = far_socket(end, false);

	for (size_t i = 0; i < n; i++) {
		uint32_t len = make_frame(sent, lens[i], 0x88b5);
		struct rte_mbuf *m = gso_alloc(test_pool(), len);
		struct pollfd p = {.fd = fd, .events = POLLIN};
		gso_write(m, 0, sent, len);
		assert_int_equal(end->port->ops->tx(end->port, 0, &m, 1), 1);
		assert_int_equal(poll(&p, 1, WAIT_MS), 1);
		assert_int_equal(recv(fd, got, sizeof(got), 0), len);
		assert_memory_equal(got, sent, len);
	}
	close(fd);
}

static void bytes_go_in_and_out_unchanged(void **state)
{
	for (int kind = 0; kind < N_KINDS; kind++) {
		struct end end;
		end_open(&end, kind, 0, 1500);
		check_bytes_in(&end, sizes, RTE_DIM(sizes), 0x88b5);
		check_bytes_out(&end, sizes, RTE_DIM(sizes));
		end_close(&end);
	}
}

static void jumbo_frames_go_in_and_out_unchanged(void **state)
{
	static const struct {
		uint16_t mtu;
		uint32_t lens[3];
	} cases[] = {{9000, {1515, 5000, 9014}},
		     {9000, {1515, 5000, 9014}},
		     {3000, {1515, 2049, 3014}}};

	for (int kind = 0; kind < N_KINDS; kind++) {
		struct end end;
		end_open(&end, kind, 0, cases[kind].mtu);
		check_bytes_in(&end, cases[kind].lens, 3, 0x88b5);
		check_bytes_out(&end, cases[kind].lens, 3);
		end_close(&end);
	}
}

static void vlan_tag_stays_in_the_frame(void **state)
{
	static const uint32_t lens[] = {64, 1518};

	for (int kind = 0; kind < N_KINDS; kind++) {
		struct end end;
		end_open(&end, kind, 0, 1500);
		check_bytes_in(&end, lens, RTE_DIM(lens), ETH_P_8021Q);
		end_close(&end);
	}
}

/* A sender that gives the kernel 20 datagrams in one piece. */
static void send_segmented(const struct end *end)
{
	static const uint8_t data[20 * 1400];
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(9)};
	int fd, size = 1400;

	to.sin_addr.s_addr = inet_addr("10.99.0.9");
	test_sh("ip -n %s addr add 10.99.0.1/24 dev %s && ip -n %s neigh add 10.99.0.9 lladdr "
		"02:00:00:00:00:09 dev %s",
		end->ns, end->device, end->ns, end->device);
	test_ns_enter(end->ns);
	fd = socket(AF_INET, SOCK_DGRAM, 0);
	test_ns_enter(NULL);
	assert_int_equal(setsockopt(fd, IPPROTO_UDP, UDP_SEGMENT, &size, sizeof(size)), 0);
	assert_int_equal(sendto(fd, data, sizeof(data), 0, (struct sockaddr *)&to, sizeof(to)),
			 sizeof(data));
	close(fd);
}

static void datagrams_sent_in_one_piece_arrive_one_by_one(void **state)
{
	for (int kind = 0; kind < N_KINDS; kind++) {
		struct end end;
		int n = 0;
		end_open(&end, kind, 0, 1500);
		send_segmented(&end);
		while (n < 20) {
			struct rte_mbuf *m = rx_one(end.port);
			const uint8_t *p = rte_pktmbuf_mtod(m, uint8_t *);
			uint32_t sum = 17 + 1408;
			if (p[12] != 8 || p[13] != 0 || p[23] != 17) { /* IGMP, say */
				rte_pktmbuf_free(m);
				continue;
			}
			assert_int_equal(m->pkt_len, 1442);
			assert_int_equal(gso_finish_csum(m), 0);
			for (int i = 26; i < 34; i += 2)
				sum += (uint32_t)p[i] << 8 | p[i + 1];
			sum += ntohs(gso_sum(m, 34, 1408));
			sum = (sum & 0xffff) + (sum >> 16);
			assert_int_equal((sum & 0xffff) + (sum >> 16), 0xffff);
			rte_pktmbuf_free(m);
			n++;
		}
		end_close(&end);
	}
}

/* Moves packets between two ports as workers do, finishing what the other side cannot take. */
static unsigned pump(struct port *from, struct port *to)
{
	struct rte_mbuf *pkts[BURST];
	uint16_t n = from->ops->rx(from, 0, pkts, BURST), sent;

	for (uint16_t i = 0; i < n; i++) {
		if (takes_large && pkts[i]->ol_flags & RTE_MBUF_F_TX_TCP_SEG)
			n_large++;
		else
			assert_true(pkts[i]->pkt_len <= atomic_load(&from->max_frame));
		if (!(to->caps & PORT_CAN_CSUM))
			assert_int_equal(gso_finish_csum(pkts[i]), 0);
	}
	sent = to->ops->tx(to, 0, pkts, n);
	rte_pktmbuf_free_bulk(pkts + sent, n - sent);
	return n;
}

struct stream {
	int listener, client;
	uint32_t received;
	bool is_right;
	atomic_bool is_done;
};

static uint8_t pattern(uint32_t at)
{
	return (uint8_t)(at * 7 + (at >> 8));
}

static void *serve(void *arg)
{
	struct stream *s = arg;
	uint8_t buf[16384];
	int fd = accept(s->listener, NULL, NULL);
	ssize_t n;

	s->is_right = fd >= 0;
	while (fd >= 0 && (n = recv(fd, buf, sizeof(buf), 0)) > 0)
		for (ssize_t i = 0; i < n; i++)
			s->is_right &= buf[i] == pattern(s->received++);
	close(fd);
	atomic_store(&s->is_done, true);
	return NULL;
}

static void *give(void *arg)
{
	struct stream *s = arg;
	static uint8_t data[TCP_BYTES];
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(7)};

	to.sin_addr.s_addr = inet_addr("10.99.0.2");
	for (uint32_t i = 0; i < TCP_BYTES; i++)
		data[i] = pattern(i);
	if (connect(s->client, (struct sockaddr *)&to, sizeof(to)) == 0)
		for (size_t at = 0; at < TCP_BYTES;) {
			ssize_t n = send(s->client, data + at, TCP_BYTES - at, MSG_NOSIGNAL);
			if (n <= 0)
				break;
			at += (size_t)n;
		}
	shutdown(s->client, SHUT_WR);
	return NULL;
}

static int stream_socket(const char *ns, bool is_listener)
{
	struct timeval limit = {.tv_sec = 5};
	struct sockaddr_in any = {.sin_family = AF_INET, .sin_port = htons(7)};
	int fd;

	test_ns_enter(ns);
	fd = socket(AF_INET, SOCK_STREAM, 0);
	test_ns_enter(NULL);
	assert_true(fd >= 0);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
	if (is_listener) {
		assert_int_equal(bind(fd, (struct sockaddr *)&any, sizeof(any)), 0);
		assert_int_equal(listen(fd, 1), 0);
	}
	return fd;
}

static void check_tcp(enum kind a_kind, enum kind b_kind)
{
	struct stream s = {0};
	struct end a, b;
	pthread_t server, client;
	int64_t end;

	end_open(&a, a_kind, 0, 1500);
	end_open(&b, b_kind, 1, 1500);
	test_sh("ip -n far0 addr add 10.99.0.1/24 dev dev0; ip -n far1 addr add 10.99.0.2/24 dev "
		"dev1");
	s.client = stream_socket("far0", false);
	s.listener = stream_socket("far1", true);
	assert_int_equal(pthread_create(&server, NULL, serve, &s), 0);
	assert_int_equal(pthread_create(&client, NULL, give, &s), 0);
	for (end = now_ms() + 5000; !atomic_load(&s.is_done) && now_ms() < end;)
		if (pump(a.port, b.port) + pump(b.port, a.port) == 0)
			usleep(50);
	pthread_join(client, NULL);
	pthread_join(server, NULL);
	close(s.client);
	close(s.listener);
	if (s.received != TCP_BYTES || !s.is_right)
		fail_msg("kind %d to kind %d: %u of %u bytes, %s", a_kind, b_kind, s.received,
			 TCP_BYTES, s.is_right ? "right" : "wrong");
	end_close(&a);
	end_close(&b);
}

static void tcp_passes_between_any_two_kinds(void **state)
{
	for (int a = 0; a < N_KINDS; a++)
		for (int b = 0; b < N_KINDS; b++)
			check_tcp(a, b);
}

static void large_tcp_passes_whole_between_ports_that_take_it(void **state)
{
	takes_large = true;
	for (int a = TAP; a <= AF_PACKET_PORT; a++) {
		for (int b = TAP; b <= AF_PACKET_PORT; b++) {
			n_large = 0;
			check_tcp(a, b);
			assert_true(n_large > 0);
		}
	}
	takes_large = false;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bytes_go_in_and_out_unchanged),
		cmocka_unit_test(jumbo_frames_go_in_and_out_unchanged),
		cmocka_unit_test(vlan_tag_stays_in_the_frame),
		cmocka_unit_test(datagrams_sent_in_one_piece_arrive_one_by_one),
		cmocka_unit_test(tcp_passes_between_any_two_kinds),
		cmocka_unit_test(large_tcp_passes_whole_between_ports_that_take_it),
	};

	if (!test_net_init())
		return TEST_SKIPPED;
	test_eal_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}

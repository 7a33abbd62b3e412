// SPDX-License-Identifier: BSD-3-Clause
#include "control/devfd.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/if_tun.h>

#include "dataplane/port.h"

struct request {
	const char *device;
	int ifindex;
	int *fds;
	uint16_t n;
	uint32_t caps; /* enum port_cap */
	bool unknown;  /* devfd_side */
};

static void close_all(const int *fds, uint16_t n)
{
	while (n-- > 0)
		close(fds[n]);
}

static unsigned long tap_offloads(uint32_t caps)
{
	return (caps & PORT_CAN_CSUM ? TUN_F_CSUM : 0) |
	       (caps & PORT_CAN_TSO ? TUN_F_TSO4 | TUN_F_TSO6 : 0);
}

static int open_tap_queue(const char *device, bool is_multi, uint32_t caps)
{
	struct ifreq ifr = {.ifr_flags = IFF_TAP | IFF_NO_PI | IFF_VNET_HDR};
	int fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC), rc;

	if (fd < 0)
		return -errno;
	if (is_multi)
		ifr.ifr_flags |= IFF_MULTI_QUEUE;
	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", device);
	if (ioctl(fd, TUNSETIFF, &ifr) == 0 && ioctl(fd, TUNSETOFFLOAD, tap_offloads(caps)) == 0)
		return fd;
	rc = -errno;
	close(fd);
	return rc;
}

static int open_tap(void *arg)
{
	const struct request *r = arg;

	for (uint16_t i = 0; i < r->n; i++) {
		r->fds[i] = open_tap_queue(r->device, r->n > 1, r->caps);
		if (r->fds[i] < 0) {
			int rc = r->fds[i];
			close_all(r->fds, i);
			return rc;
		}
	}
	return 0;
}

int devfd_tap(struct netns *ns, const char *device, int *fds, uint16_t n, uint32_t caps)
{
	struct request r = {.device = device, .fds = fds, .n = n, .caps = caps};

	return netns_run(ns, open_tap, &r);
}

static int set_int(int fd, int option, int value)
{
	return setsockopt(fd, SOL_PACKET, option, &value, sizeof(value)) < 0 ? -errno : 0;
}

static int set_promisc(int fd, int ifindex)
{
	struct packet_mreq mreq = {.mr_ifindex = ifindex, .mr_type = PACKET_MR_PROMISC};

	return setsockopt(fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &mreq, sizeof(mreq)) < 0 ? -errno
											  : 0;
}

/* Room for a burst of some thousand packets while its worker is busy or asleep. */
static void enlarge(int fd)
{
	const int size = 8 << 20;

	/* Without CAP_NET_ADMIN the system's limit stays. */
	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size));
	setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof(size));
}

/* Bound last: before, it would hear the whole namespace. */
static int bind_packet(int fd, int ifindex)
{
	struct sockaddr_ll addr = {.sll_family = AF_PACKET,
				   .sll_protocol = htons(ETH_P_ALL),
				   .sll_ifindex = ifindex};

	return bind(fd, (struct sockaddr *)&addr, sizeof(addr)) < 0 ? -errno : 0;
}

int devfd_side_filter(int fd, bool unknown)
{
	enum { ALL = 0x40000, KIND = SKF_AD_OFF + SKF_AD_PKTTYPE };
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, (uint32_t)KIND),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, PACKET_BROADCAST, 2, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, PACKET_MULTICAST, 1, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, PACKET_OTHERHOST, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, ALL),
		BPF_STMT(BPF_RET | BPF_K, 0),
	};
	const struct sock_fprog program = {.len = sizeof(code) / sizeof(code[0]), .filter = code};

	if (!unknown)
		code[3].jt = 1;
	return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program)) < 0 ? -errno
											   : 0;
}

/* unknown: of a side socket's filter; NULL: it gets everything. */
static int open_packet_queue(int ifindex, const bool *unknown)
{
	static const int options[] = {PACKET_VNET_HDR, PACKET_AUXDATA, PACKET_IGNORE_OUTGOING,
				      PACKET_QDISC_BYPASS};
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), rc = 0;

	if (fd < 0)
		return -errno;
	for (size_t i = 0; rc == 0 && i < sizeof(options) / sizeof(options[0]); i++)
		rc = set_int(fd, options[i], 1);
	if (rc == 0)
		rc = set_promisc(fd, ifindex);
	enlarge(fd);
	if (rc == 0 && unknown)
		rc = devfd_side_filter(fd, *unknown);
	if (rc == 0)
		rc = bind_packet(fd, ifindex);
	if (rc == 0)
		return fd;
	close(fd);
	return rc;
}

/* The sockets of one port share the device's packets, flow by flow. The kernel finds the first
 * one a group that is free; the others join it. */
static int join_fanout(const int *fds, uint16_t n)
{
	const int type = PACKET_FANOUT_HASH;
	int value = (type | PACKET_FANOUT_FLAG_UNIQUEID) << 16, rc;
	socklen_t len = sizeof(value);

	rc = set_int(fds[0], PACKET_FANOUT, value);
	if (rc < 0)
		return rc;
	if (getsockopt(fds[0], SOL_PACKET, PACKET_FANOUT, &value, &len) < 0)
		return -errno;
	for (uint16_t i = 1; rc == 0 && i < n; i++)
		rc = set_int(fds[i], PACKET_FANOUT, (value & 0xffff) | type << 16);
	return rc;
}

static int open_packet(void *arg)
{
	const struct request *r = arg;
	int rc = 0;

	for (uint16_t i = 0; i < r->n; i++) {
		r->fds[i] = open_packet_queue(r->ifindex, NULL);
		if (r->fds[i] < 0) {
			rc = r->fds[i];
			close_all(r->fds, i);
			return rc;
		}
	}
	if (r->n > 1)
		rc = join_fanout(r->fds, r->n);
	if (rc < 0)
		close_all(r->fds, r->n);
	return rc;
}

int devfd_packet(struct netns *ns, int ifindex, int *fds, uint16_t n)
{
	struct request r = {.ifindex = ifindex, .fds = fds, .n = n};

	return netns_run(ns, open_packet, &r);
}

static int open_side(void *arg)
{
	const struct request *r = arg;

	return open_packet_queue(r->ifindex, &r->unknown);
}

int devfd_side(struct netns *ns, int ifindex, bool unknown)
{
	struct request r = {.ifindex = ifindex, .unknown = unknown};

	return netns_run(ns, open_side, &r);
}

static int open_promisc(void *arg)
{
	const struct request *r = arg;
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0), rc;

	if (fd < 0)
		return -errno;
	rc = set_promisc(fd, r->ifindex);
	if (rc == 0)
		return fd;
	close(fd);
	return rc;
}

int devfd_promisc(struct netns *ns, int ifindex)
{
	struct request r = {.ifindex = ifindex};

	return netns_run(ns, open_promisc, &r);
}

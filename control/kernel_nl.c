// SPDX-License-Identifier: BSD-3-Clause
#include "control/kernel_nl.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <linux/filter.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <netlink/socket.h>

#include "control/loop.h"
#include "control/spine/log.h"

#define NEWS_BUFFER   (4 << 20) /* bytes of news that wait */
#define ANSWER_BUFFER (1 << 20)
#define READ_SIZE     65536 /* more than one answer of the kernel */
#define READS_MAX     8     /* in one turn of the loop */

struct kernel_nl {
	const struct kernel_nl_ops *ops;
	void *arg;
	uint32_t table;
	struct nl_sock *requests, *dump, *news;
	struct event *on_dump, *on_news;
	uint32_t seq;        /* of the last request */
	uint32_t dump_seq;   /* of the dump under way, 0: none */
	uint8_t dump_family; /* AF_INET, then AF_INET6 */
	bool dump_all;
	bool is_torn;  /* the table changed under the dump in a way that spoils it */
	bool has_lost; /* news, and what is left has not been read yet */
	uint8_t *buffer;
};

/* --- sockets --- */

/* Our own requests come back as news to everybody: not to us. */
static int ignore_own(struct kernel_nl *nl)
{
	const uint32_t own = nl_socket_get_local_port(nl->requests);
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct nlmsghdr, nlmsg_pid)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, htonl(own), 0, 1),
		BPF_STMT(BPF_RET | BPF_K, 0),
		BPF_STMT(BPF_RET | BPF_K, UINT32_MAX),
	};
	const struct sock_fprog program = {.len = 4, .filter = code};

	return setsockopt(nl_socket_get_fd(nl->news), SOL_SOCKET, SO_ATTACH_FILTER, &program,
			  sizeof(program)) < 0
		       ? -errno
		       : 0;
}

static void enlarge(struct nl_sock *sock, int size)
{
	/* Without CAP_NET_ADMIN the system's limit stays, and news are lost the sooner. */
	if (setsockopt(nl_socket_get_fd(sock), SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)) < 0)
		nl_socket_set_buffer_size(sock, size, 0);
}

static struct nl_sock *open_one(int buffer)
{
	struct nl_sock *sock = nl_socket_alloc();

	if (sock && nl_connect(sock, NETLINK_ROUTE) == 0) {
		enlarge(sock, buffer);
		return sock;
	}
	nl_socket_free(sock);
	return NULL;
}

/* Only this table's routes in a dump; a kernel that does not know it gives all of them. */
static void be_strict(struct nl_sock *sock)
{
	const int on = 1;

	setsockopt(nl_socket_get_fd(sock), SOL_NETLINK, NETLINK_GET_STRICT_CHK, &on, sizeof(on));
}

static int open_sockets(void *arg)
{
	struct kernel_nl *nl = arg;

	nl->requests = open_one(ANSWER_BUFFER);
	nl->dump = open_one(ANSWER_BUFFER);
	nl->news = open_one(NEWS_BUFFER);
	if (!nl->requests || !nl->dump || !nl->news)
		return -EMFILE;
	be_strict(nl->dump);
	if (ignore_own(nl) < 0 ||
	    nl_socket_add_memberships(nl->news, RTNLGRP_IPV4_ROUTE, RTNLGRP_IPV6_ROUTE,
				      RTNLGRP_LINK, 0) < 0)
		return -EIO;
	return 0;
}

/* --- reading --- */

/* One datagram; its length, 0: nothing there, or -errno. */
static ssize_t read_one(const struct kernel_nl *nl, struct nl_sock *sock)
{
	ssize_t n = recv(nl_socket_get_fd(sock), nl->buffer, READ_SIZE, MSG_DONTWAIT | MSG_TRUNC);

	if (n < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -errno;
	return n <= READ_SIZE ? n : -EMSGSIZE;
}

static int error_of(const struct nlmsghdr *head)
{
	int error;

	/* NLMSG_ERROR and NLMSG_DONE begin with it alike. */
	if (nlmsg_datalen(head) < (int)sizeof(error))
		return -EBADMSG;
	memcpy(&error, nlmsg_data(head), sizeof(error));
	return error;
}

static int ask_family(struct kernel_nl *nl)
{
	struct {
		struct nlmsghdr head;
		struct rtmsg rt;
		struct nlattr attr;
		uint32_t table;
	} ask = {.head = {.nlmsg_len = sizeof(ask),
			  .nlmsg_type = RTM_GETROUTE,
			  .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP},
		 .rt = {.rtm_family = nl->dump_family,
			.rtm_protocol = nl->dump_all ? RTPROT_UNSPEC : KERNEL_PROTOCOL},
		 .attr = {.nla_len = sizeof(struct nlattr) + sizeof(uint32_t),
			  .nla_type = RTA_TABLE},
		 .table = nl->table};

	nl->dump_seq = ++nl->seq;
	ask.head.nlmsg_seq = nl->dump_seq;
	return send(nl_socket_get_fd(nl->dump), &ask, sizeof(ask), 0) < 0 ? -errno : 0;
}

static void end_dump(struct kernel_nl *nl, int rc)
{
	nl->dump_seq = 0;
	nl->ops->dump_done(nl->arg, rc == 0 && nl->is_torn ? -EAGAIN : rc);
}

/* The end of one family's routes: the next one's, or that was all. */
static void end_family(struct kernel_nl *nl, int rc)
{
	/* A table without a route is not there at all; a host may lack IPv6. */
	if (rc == -ENOENT || rc == -EOPNOTSUPP || rc == -EAFNOSUPPORT)
		rc = 0;
	if (rc == 0 && nl->dump_family == AF_INET) {
		nl->dump_family = AF_INET6;
		rc = ask_family(nl);
		if (rc == 0)
			return;
	}
	end_dump(nl, rc);
}

static void take_dump(struct kernel_nl *nl, ssize_t len)
{
	const struct nlmsghdr *head = (const void *)nl->buffer;
	struct kernel_route route;
	int left = (int)len;

	for (; nlmsg_ok(head, left); head = nlmsg_next((struct nlmsghdr *)head, &left)) {
		if (head->nlmsg_seq != nl->dump_seq)
			continue; /* of a dump that was given up */
		nl->is_torn |= (head->nlmsg_flags & NLM_F_DUMP_INTR) != 0;
		if (head->nlmsg_type == NLMSG_DONE || head->nlmsg_type == NLMSG_ERROR) {
			end_family(nl, error_of(head));
			return;
		}
		if (kernel_route_parse(head, &route) == 0 && route.table == nl->table)
			nl->ops->dumped(nl->arg, &route);
	}
}

static void read_dump(void *arg)
{
	struct kernel_nl *nl = arg;
	int64_t end = loop_slice_end();
	ssize_t len;

	for (int i = 0; i < READS_MAX && loop_now_us() < end; i++) {
		len = read_one(nl, nl->dump);
		if (len == 0)
			return;
		if (len > 0) {
			take_dump(nl, len);
		} else if (nl->dump_seq) {
			end_dump(nl, (int)len);
		}
	}
}

static void take_news(struct kernel_nl *nl, ssize_t len)
{
	const struct nlmsghdr *head = (const void *)nl->buffer;
	struct kernel_route route;
	int left = (int)len;

	for (; nlmsg_ok(head, left); head = nlmsg_next((struct nlmsghdr *)head, &left)) {
		if (head->nlmsg_type == RTM_NEWLINK || head->nlmsg_type == RTM_DELLINK) {
			const struct ifinfomsg *info = nlmsg_data(head);
			if (nlmsg_datalen(head) >= (int)sizeof(*info))
				nl->ops->device(nl->arg, info->ifi_index);
		} else if (kernel_route_parse(head, &route) == 0 && route.table == nl->table) {
			nl->ops->news(nl->arg, head->nlmsg_type == RTM_NEWROUTE, head->nlmsg_flags,
				      &route);
		}
	}
}

static void read_news(void *arg)
{
	struct kernel_nl *nl = arg;
	int64_t end = loop_slice_end();
	ssize_t len = 1;

	for (int i = 0; i < READS_MAX * 8 && len != 0 && loop_now_us() < end; i++) {
		len = read_one(nl, nl->news);
		if (len > 0)
			take_news(nl, len);
		nl->has_lost |= len < 0;
	}
	/* Until all is read the kernel drops more without saying so again. */
	if (!nl->has_lost || len != 0)
		return;
	nl->has_lost = false;
	nl->ops->lost(nl->arg);
}

/* --- life --- */

struct kernel_nl *kernel_nl_open(struct netns *ns, uint32_t table, const struct kernel_nl_ops *ops,
				 void *arg)
{
	struct kernel_nl *nl = calloc(1, sizeof(*nl));
	int rc = -ENOMEM;

	if (!nl)
		return NULL;
	nl->ops = ops;
	nl->arg = arg;
	nl->table = table;
	nl->buffer = malloc(READ_SIZE);
	if (nl->buffer)
		rc = netns_run(ns, open_sockets, nl);
	if (rc == 0) {
		nl->on_dump = loop_watch(nl_socket_get_fd(nl->dump), read_dump, nl);
		nl->on_news = loop_watch(nl_socket_get_fd(nl->news), read_news, nl);
		rc = nl->on_dump && nl->on_news ? 0 : -ENOMEM;
	}
	if (rc == 0)
		return nl;
	kernel_nl_close(nl);
	errno = -rc;
	return NULL;
}

void kernel_nl_close(struct kernel_nl *nl)
{
	if (!nl)
		return;
	loop_cancel(nl->on_dump);
	loop_cancel(nl->on_news);
	nl_socket_free(nl->requests);
	nl_socket_free(nl->dump);
	nl_socket_free(nl->news);
	free(nl->buffer);
	free(nl);
}

int kernel_nl_dump(struct kernel_nl *nl, bool all)
{
	int rc;

	if (nl->dump_seq)
		return -EBUSY;
	nl->dump_all = all;
	nl->is_torn = false;
	nl->dump_family = AF_INET;
	rc = ask_family(nl);
	if (rc < 0)
		nl->dump_seq = 0;
	return rc;
}

bool kernel_nl_is_dumping(const struct kernel_nl *nl)
{
	return nl->dump_seq != 0;
}

/* --- requests --- */

/* Answers to requests first to first + n - 1. */
static void read_answers(struct kernel_nl *nl, struct kernel_request *requests, uint32_t first,
			 uint32_t n)
{
	ssize_t len;

	while ((len = read_one(nl, nl->requests)) != 0) {
		const struct nlmsghdr *head = (const void *)nl->buffer;
		int left = (int)len;
		for (; len > 0 && nlmsg_ok(head, left);
		     head = nlmsg_next((struct nlmsghdr *)head, &left))
			if (head->nlmsg_type == NLMSG_ERROR && head->nlmsg_seq - first < n)
				requests[head->nlmsg_seq - first].result = error_of(head);
	}
}

void kernel_nl_send(struct kernel_nl *nl, struct kernel_request *requests, uint32_t n)
{
	struct nl_msg *msgs[KERNEL_BATCH];
	struct iovec iov[KERNEL_BATCH];
	struct msghdr all = {.msg_iov = iov};
	uint32_t first = nl->seq + 1;

	for (uint32_t i = 0; i < n; i++) {
		struct nlmsghdr *head;
		requests[i].result = -ENOBUFS;
		msgs[i] = kernel_route_message(requests[i].type, requests[i].flags | NLM_F_ACK,
					       &requests[i].route);
		nl->seq++;
		if (!msgs[i])
			continue;
		head = nlmsg_hdr(msgs[i]);
		head->nlmsg_seq = nl->seq;
		iov[all.msg_iovlen++] =
			(struct iovec){head, (size_t)nlmsg_total_size(nlmsg_datalen(head))};
	}
	if (all.msg_iovlen > 0 && sendmsg(nl_socket_get_fd(nl->requests), &all, 0) < 0)
		log_debug("netlink: %s", strerror(errno));
	read_answers(nl, requests, first, n);
	for (uint32_t i = 0; i < n; i++)
		nlmsg_free(msgs[i]);
}

// SPDX-License-Identifier: BSD-3-Clause
#include "control/xdp_prog.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <linux/bpf.h>
#include <linux/if_link.h>

#include "bpf/nic.skel.h"
#include "control/spine/log.h"

struct xdp_prog {
	struct nic *nic;
	int prog; /* a descriptor of nic's */
	int link, ifindex;
	bool is_native;
};

/* What libbpf says goes to the log for those who debug; users are told by our own words. */
static int say(enum libbpf_print_level level, const char *format, va_list args)
{
	char line[512];

	if (level == LIBBPF_DEBUG)
		return 0;
	vsnprintf(line, sizeof(line), format, args);
	line[strcspn(line, "\n")] = '\0';
	log_debug("%s", line);
	return 0;
}

/* Only one of the two programs, with the tables that it has. */
static void choose(struct nic *nic, bool is_shared)
{
	bpf_program__set_autoload(nic->progs.weft_share, is_shared);
	bpf_program__set_autoload(nic->progs.weft_take, !is_shared);
	bpf_map__set_autocreate(nic->maps.macs, is_shared);
	bpf_map__set_autocreate(nic->maps.addrs, is_shared);
	bpf_map__set_autocreate(nic->maps.protos, is_shared);
	bpf_map__set_autocreate(nic->maps.counts, is_shared);
}

static int set_sockets(struct nic *nic, const int *fds, uint16_t n)
{
	int map = bpf_map__fd(nic->maps.sockets), rc = 0;

	for (uint32_t i = 0; rc == 0 && i < n; i++)
		rc = bpf_map_update_elem(map, &i, &fds[i], BPF_ANY);
	return rc;
}

struct xdp_prog *xdp_prog_load(bool is_shared, const int *fds, uint16_t n)
{
	struct xdp_prog *self = calloc(1, sizeof(*self));
	int rc;

	if (!self)
		return NULL;
	self->link = -1;
	libbpf_set_print(say);
	self->nic = nic__open();
	rc = self->nic ? 0 : -errno;
	if (rc == 0) {
		choose(self->nic, is_shared);
		rc = nic__load(self->nic);
	}
	if (rc == 0)
		rc = set_sockets(self->nic, fds, n);
	if (rc < 0) {
		xdp_prog_destroy(self);
		errno = -rc;
		return NULL;
	}
	self->prog = bpf_program__fd(is_shared ? self->nic->progs.weft_share
					       : self->nic->progs.weft_take);
	return self;
}

/* In the device's namespace: an interface's number means nothing elsewhere. */
static int link_to_device(void *arg)
{
	static const uint32_t modes[] = {XDP_FLAGS_DRV_MODE, XDP_FLAGS_SKB_MODE};
	struct xdp_prog *self = arg;

	for (int i = 0; i < 2; i++) {
		LIBBPF_OPTS(bpf_link_create_opts, opts, .flags = modes[i]);
		self->link = bpf_link_create(self->prog, self->ifindex, BPF_XDP, &opts);
		self->is_native = i == 0;
		/* Drivers refuse for reasons of their own (MTU, queues, rings); a program in the
		 * way is in the way for both. */
		if (self->link >= 0 || self->link == -EBUSY || self->link == -EEXIST)
			break;
	}
	return self->link < 0 ? self->link : 0;
}

int xdp_prog_attach(struct xdp_prog *prog, struct netns *ns, int ifindex)
{
	int rc;

	prog->ifindex = ifindex;
	rc = netns_run(ns, link_to_device, prog);
	return rc == -EEXIST ? -EBUSY : rc;
}

void xdp_prog_destroy(struct xdp_prog *prog)
{
	if (!prog)
		return;
	if (prog->link >= 0)
		close(prog->link);
	nic__destroy(prog->nic);
	free(prog);
}

bool xdp_prog_is_native(const struct xdp_prog *prog)
{
	return prog->is_native;
}

int xdp_prog_fd(const struct xdp_prog *prog)
{
	return prog->prog;
}

static int set(const struct bpf_map *map, const void *key, uint8_t value, bool in)
{
	int fd = bpf_map__fd(map);
	int rc = in ? bpf_map_update_elem(fd, key, &value, BPF_ANY) : bpf_map_delete_elem(fd, key);

	return !in && rc == -ENOENT ? 0 : rc;
}

int xdp_prog_mac(struct xdp_prog *prog, nic_mac_key key, bool in)
{
	return set(prog->nic->maps.macs, &key, 1, in);
}

int xdp_prog_addr(struct xdp_prog *prog, const struct nic_addr_key *key, enum nic_owner owner,
		  bool in)
{
	return set(prog->nic->maps.addrs, key, (uint8_t)owner, in);
}

int xdp_prog_proto(struct xdp_prog *prog, const struct nic_proto_key *key, bool in)
{
	return set(prog->nic->maps.protos, key, 1, in);
}

void xdp_prog_by_address(struct xdp_prog *prog, uint64_t mac)
{
	__atomic_store_n(&prog->nic->bss->by_address, mac, __ATOMIC_RELAXED);
}

int xdp_prog_counts(const struct xdp_prog *prog, struct nic_count out[NIC_CLASSES])
{
	int map = bpf_map__fd(prog->nic->maps.counts), n = libbpf_num_possible_cpus(), rc = 0;
	struct nic_count *each = n > 0 ? calloc((size_t)n, sizeof(*each)) : NULL;

	if (!each)
		return n < 0 ? n : -ENOMEM;
	memset(out, 0, NIC_CLASSES * sizeof(*out));
	for (uint32_t class = 0; rc == 0 && class < NIC_CLASSES; class ++) {
		rc = bpf_map_lookup_elem(map, &class, each);
		for (int i = 0; rc == 0 && i < n; i++) {
			out[class].packets += each[i].packets;
			out[class].bytes += each[i].bytes;
		}
	}
	free(each);
	return rc;
}

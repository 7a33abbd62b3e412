// SPDX-License-Identifier: BSD-3-Clause
#include "control/xdp_prog.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <linux/bpf.h>
#include <linux/if_link.h>

struct xdp_prog {
	int map, prog, link;
	int ifindex;
	bool is_native;
};

static int load(int map)
{
	const struct bpf_insn code[] = {
		/* r2 = the queue that the packet came in on */
		{.code = BPF_LDX | BPF_W | BPF_MEM,
		 .dst_reg = BPF_REG_2,
		 .src_reg = BPF_REG_1,
		 .off = offsetof(struct xdp_md, rx_queue_index)},
		/* r1 = the map of sockets: a 64-bit load in two halves */
		{.code = BPF_LD | BPF_DW | BPF_IMM,
		 .dst_reg = BPF_REG_1,
		 .src_reg = BPF_PSEUDO_MAP_FD,
		 .imm = map},
		{0},
		/* r3 = what to do where the queue has no socket: leave the packet to the host */
		{.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_3, .imm = XDP_PASS},
		/* r0 = bpf_redirect_map(r1, r2, r3) */
		{.code = BPF_JMP | BPF_CALL, .imm = BPF_FUNC_redirect_map},
		/* return r0 */
		{.code = BPF_JMP | BPF_EXIT},
	};

	return bpf_prog_load(BPF_PROG_TYPE_XDP, "weft_xsk", "Dual BSD/GPL", code,
			     sizeof(code) / sizeof(code[0]), NULL);
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

struct xdp_prog *xdp_prog_attach(struct netns *ns, int ifindex, const int *fds, uint16_t n)
{
	struct xdp_prog *self = calloc(1, sizeof(*self));
	int rc;

	if (!self)
		return NULL;
	self->ifindex = ifindex;
	self->prog = self->link = -1;
	self->map = bpf_map_create(BPF_MAP_TYPE_XSKMAP, "weft_xsks", sizeof(uint32_t), sizeof(int),
				   n, NULL);
	rc = self->map;
	for (uint32_t i = 0; rc >= 0 && i < n; i++)
		rc = bpf_map_update_elem(self->map, &i, &fds[i], BPF_ANY);
	if (rc >= 0)
		rc = self->prog = load(self->map);
	if (rc >= 0)
		rc = netns_run(ns, link_to_device, self);
	if (rc >= 0)
		return self;
	xdp_prog_detach(self);
	errno = rc == -EEXIST ? EBUSY : -rc;
	return NULL;
}

void xdp_prog_detach(struct xdp_prog *prog)
{
	if (!prog)
		return;
	if (prog->link >= 0)
		close(prog->link);
	if (prog->prog >= 0)
		close(prog->prog);
	if (prog->map >= 0)
		close(prog->map);
	free(prog);
}

bool xdp_prog_is_native(const struct xdp_prog *prog)
{
	return prog->is_native;
}

// SPDX-License-Identifier: (GPL-2.0-only OR BSD-3-Clause)
/*
 * The XDP programs of af_xdp ports.
 *
 *   weft_take    every packet goes to the socket of its queue
 *   weft_share   the NIC is the host's too: only what is meant for weft goes there
 *
 * weft_share knows what is meant for weft from tables that control keeps (control/share.c). What
 * is for one receiver is decided by the receiver's MAC address alone, unless weft has the NIC's own
 * one: then by the IP address. Group packets belong to both: they stay with the host, and weft
 * takes its copy from a packet socket. Those that can only be weft's go the short way: questions
 * for its own addresses, and the routing protocols that it speaks, which a flood of broadcasts
 * must not hold up.
 *
 * What cannot be read is the host's to judge.
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/udp.h>
#include <stdbool.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "bpf/nic.h"

#define VLAN_MASK  0x0fff
#define FRAGMENT   0x3fff /* more of them follow, or an offset */
#define ND_SOLICIT 135

struct {
	__uint(type, BPF_MAP_TYPE_XSKMAP);
	__uint(max_entries, NIC_QUEUES_MAX);
	__type(key, __u32);
	__type(value, __u32);
} sockets SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 2 * NIC_MACS_MAX); /* old and new entries at once */
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, nic_mac_key);
	__type(value, __u8);
} macs SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(max_entries, 2 * NIC_ADDRS_MAX);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct nic_addr_key);
	__type(value, __u8); /* enum nic_owner */
} addrs SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 2 * NIC_PROTOS_MAX);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct nic_proto_key);
	__type(value, __u8);
} protos SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, NIC_CLASSES);
	__type(key, __u32);
	__type(value, struct nic_count);
} counts SEC(".maps");

/* The NIC's MAC address as the table has them, without VLAN, where weft has none of its own: then
 * what is for it is told apart by IP address. 0: it is the host's alone. */
volatile __u64 by_address;

struct tag {
	__be16 tci, type;
};

struct arp {
	__be16 hw, proto;
	__u8 hw_len, proto_len;
	__be16 op;
	__u8 sender_mac[6], sender[4], target_mac[6], target[4];
} __attribute__((packed));

struct nd {
	__u8 type, code;
	__be16 checksum;
	__be32 reserved;
	__u8 target[16];
};

/* A frame, its Ethernet header and a tag read. */
struct frame {
	void *l3, *end;
	const struct ethhdr *eth;
	__u16 vlan; /* 0: no tag */
	__be16 type;
};

static __always_inline bool read_frame(struct xdp_md *ctx, struct frame *f)
{
	const struct tag *tag;

	f->eth = (void *)(long)ctx->data;
	f->end = (void *)(long)ctx->data_end;
	f->l3 = (void *)(f->eth + 1);
	f->vlan = 0;
	if (f->l3 > f->end)
		return false;
	f->type = f->eth->h_proto;
	/* An outer 802.1ad tag is the customer's own, as weft's parse stage has it. */
	if (f->type != bpf_htons(ETH_P_8021Q))
		return true;
	tag = f->l3;
	if ((void *)(tag + 1) > f->end)
		return false;
	f->vlan = bpf_ntohs(tag->tci) & VLAN_MASK;
	f->type = tag->type;
	f->l3 = (void *)(tag + 1);
	return true;
}

static __always_inline nic_mac_key mac_key(const __u8 *mac, __u16 vlan)
{
	return (__u64)mac[0] << 52 | (__u64)mac[1] << 44 | (__u64)mac[2] << 36 |
	       (__u64)mac[3] << 28 | (__u64)mac[4] << 20 | (__u64)mac[5] << 12 | vlan;
}

static __always_inline enum nic_owner owner(__u16 vlan, const __u8 *bytes, bool is_ip4)
{
	struct nic_addr_key key = {.length = NIC_ADDR_BITS(128)};
	const __u8 *value;

	key.vlan[0] = vlan >> 8;
	key.vlan[1] = vlan & 0xff;
	if (is_ip4) {
		key.bytes[10] = key.bytes[11] = 0xff;
		__builtin_memcpy(key.bytes + 12, bytes, 4);
	} else {
		__builtin_memcpy(key.bytes, bytes, 16);
	}
	value = bpf_map_lookup_elem(&addrs, &key);
	return value ? *value : 0;
}

/* NULL: not the ARP of Ethernet and IPv4, whole. */
static __always_inline const struct arp *read_arp(const struct frame *f)
{
	const struct arp *arp = f->l3;

	if (f->type != bpf_htons(ETH_P_ARP) || (void *)(arp + 1) > f->end ||
	    arp->hw != bpf_htons(1) || arp->proto != bpf_htons(ETH_P_IP) || arp->hw_len != 6 ||
	    arp->proto_len != 4)
		return NULL;
	return arp;
}

static __always_inline const struct iphdr *read_ip4(const struct frame *f)
{
	const struct iphdr *ip = f->l3;

	if (f->type != bpf_htons(ETH_P_IP) || (void *)(ip + 1) > f->end || ip->version != 4 ||
	    ip->ihl < 5)
		return NULL;
	return ip;
}

static __always_inline const struct ipv6hdr *read_ip6(const struct frame *f)
{
	const struct ipv6hdr *ip = f->l3;

	if (f->type != bpf_htons(ETH_P_IPV6) || (void *)(ip + 1) > f->end || ip->version != 6)
		return NULL;
	return ip;
}

/* For the NIC's own MAC address, which weft has too. */
static __always_inline bool is_for_address(const struct frame *f)
{
	const struct iphdr *ip4 = read_ip4(f);
	const struct ipv6hdr *ip6;
	const struct arp *arp;
	enum nic_owner who;

	if (ip4) {
		who = owner(f->vlan, (const __u8 *)&ip4->daddr, true);
		return who == NIC_OWN || who == NIC_BEHIND;
	}
	ip6 = read_ip6(f);
	if (ip6) {
		who = owner(f->vlan, (const __u8 *)&ip6->daddr, false);
		return who == NIC_OWN || who == NIC_BEHIND;
	}
	arp = read_arp(f);
	return arp && owner(f->vlan, arp->target, true) == NIC_OWN;
}

static __always_inline enum nic_class classify_one(const struct frame *f)
{
	nic_mac_key key = mac_key(f->eth->h_dest, f->vlan);

	if (bpf_map_lookup_elem(&macs, &key))
		return NIC_MAC;
	if (by_address && by_address == (key & ~(__u64)VLAN_MASK) && is_for_address(f))
		return NIC_ADDRESS;
	return NIC_HOST;
}

/* A question for the owner of an address, which nobody else has to hear. An announcement (sender
 * and target are one) is news for everybody. */
static __always_inline bool asks_for_weft(const struct frame *f, const struct arp *arp)
{
	return arp->op == bpf_htons(1) && __builtin_memcmp(arp->sender, arp->target, 4) != 0 &&
	       owner(f->vlan, arp->target, true) == NIC_OWN;
}

static __always_inline bool solicits_weft(const struct frame *f, const struct ipv6hdr *ip)
{
	const struct nd *nd = (const void *)(ip + 1);

	return ip->nexthdr == IPPROTO_ICMPV6 && (void *)(nd + 1) <= f->end &&
	       nd->type == ND_SOLICIT && owner(f->vlan, nd->target, false) == NIC_OWN;
}

/* The destination port; 0: none can be read. */
static __always_inline __be16 udp_port(const struct frame *f, const void *l4)
{
	const struct udphdr *udp = l4;

	return (void *)(udp + 1) > f->end ? 0 : udp->dest;
}

static __always_inline bool is_spoken(const struct frame *f, __u8 ip_proto, __be16 port)
{
	struct nic_proto_key key = {.vlan = f->vlan,
				    .ether_type = f->type,
				    .udp_port = port,
				    .ip_proto = ip_proto};

	return bpf_map_lookup_elem(&protos, &key);
}

static __always_inline enum nic_class classify_group(const struct frame *f)
{
	const struct iphdr *ip4 = read_ip4(f);
	const struct ipv6hdr *ip6 = read_ip6(f);
	const struct arp *arp = read_arp(f);
	__u8 proto = 0;
	__be16 port = 0;

	if (arp)
		return asks_for_weft(f, arp) ? NIC_ARP : NIC_GROUP;
	if (ip6 && solicits_weft(f, ip6))
		return NIC_ND;
	/* Only a packet's first fragment has a port: all of a fragmented one is everybody's. */
	if (ip4 && !(ip4->frag_off & bpf_htons(FRAGMENT))) {
		proto = ip4->protocol;
		if (proto == IPPROTO_UDP)
			port = udp_port(f, (const void *)ip4 + ip4->ihl * 4);
	} else if (ip6) {
		proto = ip6->nexthdr;
		if (proto == IPPROTO_UDP)
			port = udp_port(f, ip6 + 1);
	} else if (f->type == bpf_htons(ETH_P_IP) || f->type == bpf_htons(ETH_P_IPV6)) {
		return NIC_GROUP;
	}
	return is_spoken(f, proto, port) ? NIC_PROTOCOL : NIC_GROUP;
}

static __always_inline void count(__u32 class, __u64 bytes)
{
	struct nic_count *c = bpf_map_lookup_elem(&counts, &class);

	if (!c)
		return;
	c->packets++;
	c->bytes += bytes;
}

SEC("xdp")
int weft_share(struct xdp_md *ctx)
{
	enum nic_class class = NIC_MALFORMED;
	__u64 bytes = ctx->data_end - ctx->data;
	int action = XDP_PASS;
	struct frame f;

	if (read_frame(ctx, &f))
		class = f.eth->h_dest[0] & 1 ? classify_group(&f) : classify_one(&f);
	if (class <= NIC_PROTOCOL) {
		action = bpf_redirect_map(&sockets, ctx->rx_queue_index, XDP_PASS);
		if (action != XDP_REDIRECT)
			class = NIC_NO_SOCKET;
	}
	count(class, bytes);
	return action;
}

SEC("xdp")
int weft_take(struct xdp_md *ctx)
{
	/* Where the queue has no socket, the packet is the host's. */
	return bpf_redirect_map(&sockets, ctx->rx_queue_index, XDP_PASS);
}

char nic_license[] SEC("license") = "Dual BSD/GPL";

/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-3-Clause) */
/*
 * What the XDP programs of nic.bpf.c and control have in common: the keys and
 * values of their maps. Control writes the tables, the program reads them; the
 * program writes the counters. Nothing is included here: the includer brings
 * __u8 to __u64 (linux/types.h).
 */
#ifndef WEFT_BPF_NIC_H
#define WEFT_BPF_NIC_H

#define NIC_QUEUES_MAX 16    /* sockets */
#define NIC_MACS_MAX   16384 /* in the table of MAC addresses */
#define NIC_ADDRS_MAX  4096
#define NIC_PROTOS_MAX 256

/* What became of a packet. To the socket up to NIC_PROTOCOL, to the host from NIC_HOST on. */
enum nic_class {
	NIC_MAC,       /* its destination is a MAC address behind weft */
	NIC_ADDRESS,   /* it is for the NIC's own MAC address, and for an IP address of weft's */
	NIC_ARP,       /* somebody asks who has an address of weft's */
	NIC_ND,        /* likewise for IPv6 */
	NIC_PROTOCOL,  /* a group packet of a protocol that weft speaks */
	NIC_HOST,      /* one address, none of weft's */
	NIC_GROUP,     /* group packet: weft's side socket has a copy */
	NIC_MALFORMED, /* its Ethernet header is not there whole */
	NIC_NO_SOCKET, /* weft's, but its queue has no socket */
	NIC_CLASSES
};

struct nic_count {
	__u64 packets, bytes;
};

/* Of the table of MAC addresses: address << 12 | VLAN on the wire, 0: no tag. */
typedef __u64 nic_mac_key;

enum nic_owner {                 /* of equal keys the first counts */
		 NIC_HOSTS = 1,  /* the host's, whatever larger network of weft's it lies in */
		 NIC_OWN = 2,    /* an address of weft's */
		 NIC_BEHIND = 3, /* a network that weft routes to */
};

/* Of the table of IP addresses, for longest-prefix match. IPv4 stands as ::ffff:0:0/96. */
struct nic_addr_key {
	__u32 length; /* bits, from vlan on */
	__u8 vlan[2]; /* network order */
	__u8 bytes[16];
	__u8 zero[2];
};

#define NIC_ADDR_BITS(n) (16 + (n)) /* length of a key whose address has n bits of IPv6 */

/* Of the table of protocols. */
struct nic_proto_key {
	__u16 vlan;       /* host order */
	__u16 ether_type; /* the others in network order */
	__u16 udp_port;   /* destination; 0 for everything else */
	__u8 ip_proto;    /* 0 for what is not IP */
	__u8 zero;
};

#endif

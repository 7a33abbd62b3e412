// SPDX-License-Identifier: BSD-3-Clause
/*
 * A port: where packets come in and go out.
 *
 * A port is a struct of function pointers and counters. Each kind (tap,
 * af_packet, vhost-user, …) embeds struct port in its own struct and finds
 * itself again with container_of. The workers call rx, tx, sleep and wake;
 * everything else belongs to control.
 *
 * Life: a kind's create function returns a port that nobody polls;
 * dp_port_attach gives it its index; dp_place has its queues polled;
 * dp_port_detach takes all of that back and waits until no worker knows the
 * port any more; then the kind's destroy function frees it.
 *
 * Checksums and segments: a received packet whose checksum its sender left
 * to the hardware carries RTE_MBUF_F_TX_TCP_CKSUM or _UDP_CKSUM with l2_len
 * and l3_len set and the pseudo header's sum in the field, as DPDK's
 * transmit side wants it. A port that cannot pass this on to its peer leaves
 * PORT_CAN_CSUM clear and is given finished packets.
 *
 * A TCP packet larger than the MTU that its sender left to be cut carries
 * RTE_MBUF_F_TX_TCP_SEG as well, with l4_len and tso_segsz, in as many
 * segments as it takes and with its headers in the first; offload.h marks it
 * and no port believes its peer's lengths. A port without PORT_CAN_TSO is given
 * packets of its MTU. The pseudo header's sum in the field is the whole
 * packet's, length included, as virtio wants it. Everything else that ports
 * hand in is at most one MTU.
 */
#ifndef WEFT_DATAPLANE_PORT_H
#define WEFT_DATAPLANE_PORT_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <rte_mbuf.h>
#include <rte_spinlock.h>

#define PORT_MAX        1024 /* ports at once; an index is below it */
#define PORT_QUEUES_MAX 16   /* receive, and transmit, queues of one port */
#define PORT_NAME_MAX   32   /* with its final zero */
#define PORT_NONE       UINT16_MAX
#define PORT_ROUTER     PORT_MAX /* the router within: its interfaces' MAC addresses are behind it */
#define PORT_SLOTS      (PORT_MAX + 1) /* of what is kept for each port */

struct port;
struct member;
struct l3_vlans;

enum port_cap {
	PORT_CAN_CSUM = 1 << 0, /* tx takes packets with an unfinished TCP or UDP checksum */
	PORT_CAN_TSO = 1 << 1,  /* tx takes TCP packets to be cut; never without PORT_CAN_CSUM */
};

struct port_ops {
	/* Takes up to max packets from a queue without blocking; returns how many.
	 * One worker at a time polls a queue. Worker. */
	uint16_t (*rx)(struct port *port, uint16_t queue, struct rte_mbuf **pkts, uint16_t max);

	/* Sends the first packets of pkts and owns those it took; returns how many
	 * it took. The caller keeps, and counts as dropped, the others. Callers are
	 * serialised for each queue. Worker. */
	uint16_t (*tx)(struct port *port, uint16_t queue, struct rte_mbuf **pkts, uint16_t n);

	/* Before the worker sleeps: has the queue make a descriptor readable when
	 * something arrives. Returns the descriptor; -EAGAIN when packets are
	 * waiting now; -ENOTSUP when there is no descriptor and the queue has to be
	 * looked at from time to time; -ENODEV when nothing can arrive until control
	 * or vhost kicks the worker (dp_wake). Worker. NULL means -ENOTSUP. */
	int (*sleep)(struct port *port, uint16_t queue);

	/* Stops the wake-ups and drains the descriptor: after the worker slept, and when
	 * a worker takes the queue over, armed or not. Worker. May be NULL. */
	void (*wake)(struct port *port, uint16_t queue);
};

struct port {
	/* What workers read for each packet. Written by control, before attach
	 * unless another writer is named. */
	const struct port_ops *ops;
	_Atomic(const struct member *)
		member; /* its place in a bridge or NULL; control, any time */
	_Atomic(const struct l3_vlans *)
		l3; /* the interfaces on it or NULL; l3_iface.c, any time (l3_table.h) */
	const struct member *wire; /* its place where it is in no bridge: how the router sends by
				    * it; dp_port_attach */
	atomic_bool up; /* carries traffic now; control or the kind's own event thread, any time */
	uint16_t index; /* below PORT_MAX; dp_port_attach */
	uint16_t n_rxq, n_txq;   /* 1 to PORT_QUEUES_MAX */
	atomic_uint max_frame;   /* bytes, without tags and FCS: MTU + 14; control, any time */
	atomic_uint caps;        /* enum port_cap; control, or the kind's own event thread while
				  * the port is down and no worker is in tx */
	atomic_ushort n_pollers; /* workers that poll its queues; dp_* */
	atomic_bool tx_shared;   /* more workers than transmit queues: tx_lock is taken; dp_* */

	/* What control reads. */
	char name[PORT_NAME_MAX];

	/* On lines of their own: what workers only read stays in every cache. */
	__rte_cache_aligned rte_spinlock_t
		tx_lock[PORT_QUEUES_MAX]; /* held for one burst at most */
};

/* Fills the common part: zero but for name, ops, queue counts and mtu; down. */
void port_init(struct port *port, const char *name, const struct port_ops *ops, uint16_t n_rxq,
	       uint16_t n_txq, uint16_t mtu);

/* Control, any time. */
void port_set_mtu(struct port *port, uint16_t mtu);

#endif

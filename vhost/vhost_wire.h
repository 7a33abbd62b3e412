// SPDX-License-Identifier: BSD-3-Clause
/*
 * vhost-user's messages as they are on the socket (docs/interop/vhost-user.rst
 * of QEMU): for what looks at them before the library does, and for tests.
 */
#ifndef WEFT_VHOST_VHOST_WIRE_H
#define WEFT_VHOST_VHOST_WIRE_H

#include <stddef.h>
#include <stdint.h>

#define VHOST_WIRE_REGIONS_MAX 8 /* and descriptors in one message */
#define VHOST_WIRE_RINGS_MAX   256

#define VHOST_WIRE_VERSION     1u
#define VHOST_WIRE_REPLY       (1u << 2)
#define VHOST_WIRE_NEED_REPLY  (1u << 3)

/* Of GET_FEATURES: there are protocol features to be asked for. */
#define VHOST_WIRE_F_PROTOCOL_FEATURES 30

/* In SET_VRING_KICK, _CALL, _ERR: the ring, and that no descriptor comes. */
#define VHOST_WIRE_RING_MASK 0xffu
#define VHOST_WIRE_RING_NOFD (1u << 8)

enum vhost_wire_protocol_feature {
	VHOST_WIRE_PF_MQ = 0,
	VHOST_WIRE_PF_REPLY_ACK = 3,
	VHOST_WIRE_PF_SLAVE_REQ = 5,
	VHOST_WIRE_PF_CRYPTO_SESSION = 7,
	VHOST_WIRE_PF_PAGEFAULT = 8,
	VHOST_WIRE_PF_INFLIGHT_SHMFD = 12,
};

enum vhost_wire_request {
	VHOST_WIRE_GET_FEATURES = 1,
	VHOST_WIRE_SET_FEATURES,
	VHOST_WIRE_SET_OWNER,
	VHOST_WIRE_RESET_OWNER,
	VHOST_WIRE_SET_MEM_TABLE,
	VHOST_WIRE_SET_LOG_BASE,
	VHOST_WIRE_SET_LOG_FD,
	VHOST_WIRE_SET_VRING_NUM,
	VHOST_WIRE_SET_VRING_ADDR,
	VHOST_WIRE_SET_VRING_BASE,
	VHOST_WIRE_GET_VRING_BASE,
	VHOST_WIRE_SET_VRING_KICK,
	VHOST_WIRE_SET_VRING_CALL,
	VHOST_WIRE_SET_VRING_ERR,
	VHOST_WIRE_GET_PROTOCOL_FEATURES,
	VHOST_WIRE_SET_PROTOCOL_FEATURES,
	VHOST_WIRE_GET_QUEUE_NUM,
	VHOST_WIRE_SET_VRING_ENABLE,
	VHOST_WIRE_SEND_RARP,
	VHOST_WIRE_NET_SET_MTU,
	VHOST_WIRE_SET_SLAVE_REQ_FD,
	VHOST_WIRE_IOTLB_MSG,
	VHOST_WIRE_GET_CONFIG = 24,
	VHOST_WIRE_SET_CONFIG,
	VHOST_WIRE_CREATE_CRYPTO_SESSION,
	VHOST_WIRE_CLOSE_CRYPTO_SESSION,
	VHOST_WIRE_POSTCOPY_ADVISE,
	VHOST_WIRE_POSTCOPY_LISTEN,
	VHOST_WIRE_POSTCOPY_END,
	VHOST_WIRE_GET_INFLIGHT_FD,
	VHOST_WIRE_SET_INFLIGHT_FD,
	VHOST_WIRE_SET_STATUS = 39,
	VHOST_WIRE_GET_STATUS,
	VHOST_WIRE_REQUESTS
};

/* What weft asks of the other side, over the channel. */
#define VHOST_WIRE_SLAVE_IOTLB_MSG 1

struct vhost_wire_region {
	uint64_t guest_address, size, user_address, offset;
};

struct vhost_wire_ring_state {
	uint32_t ring, value;
};

struct vhost_wire_ring_address {
	uint32_t ring, flags;
	uint64_t desc, used, avail, log;
};

struct vhost_wire_log {
	uint64_t size, offset;
};

struct vhost_wire_iotlb {
	uint64_t iova, size, user_address;
	uint8_t permission, type;
};

struct vhost_wire_inflight {
	uint64_t size, offset;
	uint16_t n_queues, queue_size;
};

struct vhost_wire_message {
	uint32_t request, flags, size; /* size: of the payload, in bytes */
	union {
		uint64_t u64;
		struct {
			uint32_t n_regions, padding;
			struct vhost_wire_region regions[VHOST_WIRE_REGIONS_MAX];
		} memory;
		struct vhost_wire_ring_state state;
		struct vhost_wire_ring_address address;
		struct vhost_wire_log log;
		struct vhost_wire_iotlb iotlb;
		struct vhost_wire_inflight inflight;
	};
} __attribute__((packed));

#define VHOST_WIRE_HEAD offsetof(struct vhost_wire_message, u64)

#endif

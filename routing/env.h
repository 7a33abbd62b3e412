// SPDX-License-Identifier: BSD-3-Clause
/*
 * All that an engine knows of the world: what time it is, chance, interfaces,
 * a way to send, the RIB, and a log. weftd, the simulator and tests each
 * provide one. An engine never reads a clock, opens a socket or keeps a
 * global.
 *
 * Everything runs on one thread, the host's.
 */
#ifndef WEFT_ROUTING_ENV_H
#define WEFT_ROUTING_ENV_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "routing/core/addr.h"
#include "routing/core/timer.h"

#define IFACE_NAME_MAX 32 /* with its final zero */

struct rib;

enum iface_flag {
	IFACE_UP = 1 << 0,       /* configured, and its port or bridge carries traffic */
	IFACE_LOOPBACK = 1 << 1, /* has addresses and no wire */
};

/* An interface as engines see it. The host owns it; engines are told of changes
 * (protocol.h, iface_changed) and may keep the pointer until iface_gone. */
struct iface {
	uint32_t id; /* 1 and up; never used again while weftd runs */
	char name[IFACE_NAME_MAX];
	uint16_t vrf; /* 0: default */
	uint16_t mtu; /* bytes of an IP packet */
	uint8_t mac[6];
	uint8_t flags; /* enum iface_flag */
	uint16_t n_addresses;
	const struct prefix *addresses; /* with host bits, both families, link-local ones too */
	int64_t since_us;               /* when its state last changed */
};

/* A packet to be sent as it is: from an interface, or (iface NULL) along the routes. */
struct packet_out {
	const struct iface *iface; /* NULL: route it by its destination, in vrf */
	uint16_t vrf;
	uint16_t ether_type; /* 0x0800, 0x86dd, 0x0806 */
	bool has_mac;        /* dst_mac is set; else it is resolved (needs iface and gateway) or
			      * follows from a multicast or broadcast destination */
	uint8_t dst_mac[6];
	struct addr gateway; /* whom to resolve; ADDR_NONE: the packet's own destination */
	const uint8_t *data; /* from the IP or ARP header on */
	uint32_t len;
};

/* A packet that came in, and what was found out about it. Valid during the call. */
struct packet_in {
	const struct iface *iface;
	uint16_t ether_type;
	uint8_t src_mac[6], dst_mac[6];
	const uint8_t *data; /* from the IP or ARP header on, one piece */
	uint32_t len;        /* as the IP header says; without padding */
	bool is_own;         /* we have sent it ourselves: an address of ours as source is no lie */
};

/* What authenticates packets: plain, or (with a key) as HMAC. */
enum digest { DIGEST_MD5, DIGEST_SHA1, DIGEST_SHA256, DIGEST_SHA384, DIGEST_SHA512 };

#define DIGEST_MAX 64 /* bytes of the longest */

enum env_level { ENV_ERROR, ENV_WARNING, ENV_INFO, ENV_DEBUG };

struct env;

/* A neighbour that is watched: whether it answers (BFD). A session held down by either side is no
 * failure and is not told as one. */
struct env_watch;
typedef void env_watched(void *arg, bool is_alive);

struct env_ops {
	/* 0 or -errno: -ENETDOWN (the interface is down), -ENOBUFS, -EHOSTUNREACH. The data is
	 * copied. */
	int (*send)(struct env *env, const struct packet_out *out);
	uint32_t (*random)(struct env *env);
	void (*log)(struct env *env, enum env_level level, const char *format, va_list args);
	/* Interfaces in the order of their ids: the first with an id above `after`; NULL: none. */
	const struct iface *(*iface_next)(struct env *env, uint32_t after);
	/* Bytes written to out. key NULL: the plain digest. */
	size_t (*digest)(struct env *env, enum digest algorithm, const void *key, size_t key_size,
			 const void *data, size_t size, uint8_t out[DIGEST_MAX]);
	/* Seconds since 1970, for what has to outlive a restart: key lifetimes, sequence numbers.
	 * It may jump. */
	int64_t (*wall_s)(struct env *env);
	/* fn(arg, …) is told of every change from now on, within an input or a timer. NULL with
	 * errno. */
	struct env_watch *(*watch)(struct env *env, uint32_t iface, const struct addr *peer,
				   env_watched *fn, void *arg);
	void (*unwatch)(struct env *env, struct env_watch *watch);
};

struct env {
	const struct env_ops *ops;
	struct timers *timers; /* timers->now is the time */
	struct rib *rib;
};

static inline struct moment env_now(const struct env *env)
{
	return env->timers->now;
}

static inline uint32_t env_random(struct env *env)
{
	return env->ops->random(env);
}

static inline int env_send(struct env *env, const struct packet_out *out)
{
	return env->ops->send(env, out);
}

__attribute__((format(printf, 3, 4))) static inline void env_log(struct env *env,
								 enum env_level level,
								 const char *format, ...)
{
	va_list args;

	va_start(args, format);
	env->ops->log(env, level, format, args);
	va_end(args);
}

#endif

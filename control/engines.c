// SPDX-License-Identifier: BSD-3-Clause
#include "control/engines.h"
#include "control/convergence.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include <rte_random.h>

#include "control/daemon.h"
#include "control/digest.h"
#include "control/fib_sync.h"
#include "control/interfaces.h"
#include "control/loop.h"
#include "control/packets.h"
#include "control/spine/field.h"
#include "control/spine/log.h"
#include "control/statics.h"
#include "control/vrfs.h"
#include "control/watches.h"
#include "routing/connected/connected.h"
#include "routing/core/ip.h"

#define RIB_BATCH    64  /* prefixes from one look at the clock to the next */
#define GROUPS_BATCH 16  /* likewise groups, which take longer */
#define TIMERS_MAX   256 /* likewise timers */

static struct {
	struct env env;
	struct timers timers;
	struct neighbors *neighbors;
	struct host *host;
	struct instance *instances[ENGINES_MAX];
	struct instance *connected; /* it needs no configuration */
	struct event *kick;         /* while there may be work in the RIB */
	struct event *due;          /* the timers' descriptor */
	int timer_fd;
	uint32_t left; /* prefixes of the RIB that are to be decided */
} engines = {.timer_fd = -1};

struct env *engines_env(void)
{
	return &engines.env;
}

struct neighbors *engines_neighbors(void)
{
	return engines.neighbors;
}

struct host *engines_host(void)
{
	return engines.host;
}

int64_t engines_clock_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

struct moment engines_now(void)
{
	int64_t now = engines_clock_us();

	if (now > engines.timers.now.us)
		engines.timers.now.us = now;
	return engines.timers.now;
}

/* --- time --- */

/* Has the descriptor become readable when the next timer is due. */
static void arm(void)
{
	struct itimerspec at = {0};
	struct moment next;

	if (timers_next(&engines.timers, &next)) {
		/* All zeros would mean never. */
		int64_t us = next.us > 0 ? next.us : 1;

		at.it_value.tv_sec = us / 1000000;
		at.it_value.tv_nsec = us % 1000000 * 1000;
	}
	timerfd_settime(engines.timer_fd, TFD_TIMER_ABSTIME, &at, NULL);
}

static void on_due(void *arg)
{
	uint64_t times;

	(void)!read(engines.timer_fd, &times, sizeof(times));
	timers_run(&engines.timers, engines_now(), TIMERS_MAX);
	engines_kick();
}

/* --- the RIB --- */

bool engines_rib_is_quiet(void)
{
	return engines.left == 0 && !engines.kick;
}

static void settle(void)
{
	interfaces_settle();
	vrfs_settle();
	convergence_over();
}

/* How much is left. Groups first: packets that go by them have been led another way for the moment
 * only. */
static uint32_t work_batch(void)
{
	uint64_t left;

	if (fib_regroup_work(GROUPS_BATCH))
		return 1;
	left = statics_follow(RIB_BATCH);
	left += rib_work(engines.env.rib, RIB_BATCH);
	return left < UINT32_MAX ? (uint32_t)left : UINT32_MAX;
}

/* One slice. */
static void work(void)
{
	int64_t end = loop_slice_end();

	do {
		engines.left = work_batch();
	} while (engines.left > 0 && loop_now_us() < end);
	if (engines.left == 0)
		settle();
	arm();
}

static void on_kick(void *arg)
{
	loop_cancel(engines.kick);
	engines.kick = NULL;
	engines_now();
	work();
	if (engines.left > 0)
		engines_kick();
}

void engines_kick(void)
{
	if (engines.kick)
		return;
	engines.kick = loop_timer(0, false, on_kick, NULL);
	if (!engines.kick)
		work(); /* no memory for a timer: rather now than never */
}

void engines_rib_settle(void)
{
	do {
		engines.left = work_batch();
	} while (engines.left > 0);
	settle();
}

/* --- what engines see of the world --- */

static uint32_t env_random_(struct env *env)
{
	return (uint32_t)rte_rand();
}

static void env_log_(struct env *env, enum env_level level, const char *format, va_list args)
{
	static const enum log_level levels[] = {[ENV_ERROR] = LOG_LEVEL_ERROR,
						[ENV_WARNING] = LOG_LEVEL_WARNING,
						[ENV_INFO] = LOG_LEVEL_INFO,
						[ENV_DEBUG] = LOG_LEVEL_DEBUG};
	char text[512];

	vsnprintf(text, sizeof(text), format, args);
	log_write(levels[level], "%s", text);
}

static const struct iface *env_iface_next(struct env *env, uint32_t after)
{
	return interfaces_next(after);
}

static int64_t env_wall_s(struct env *env)
{
	return (int64_t)time(NULL);
}

static const struct env_ops env_ops = {.send = packets_send,
				       .random = env_random_,
				       .log = env_log_,
				       .iface_next = env_iface_next,
				       .digest = digest,
				       .wall_s = env_wall_s,
				       .watch = watches_add,
				       .unwatch = watches_del};

/* --- what the neighbour engine and the host engine ask --- */

static void on_resolved(void *ctx, const struct iface *iface, const struct addr *addr,
			const uint8_t mac[6])
{
	fib_sync_resolved(iface, addr, mac);
}

static void on_lost(void *ctx, const struct iface *iface, const struct addr *addr,
		    enum neighbor_lost why)
{
	fib_sync_lost(iface, addr);
}

/* Who else has the address is told, too, if anybody has. */
static void tell_address(const struct iface *iface, const struct addr *addr, const char *action)
{
	char text[ADDR_TEXT_MAX], mac_text[FIELD_MAC_MAX];
	uint8_t mac[6];
	bool is_claimed = neighbor_address_claimant(engines.neighbors, iface, addr, mac);

	if (is_claimed)
		field_mac_text(mac, mac_text);
	daemon_event("interface", iface->name, action,
		     json_pack("{s:s, s:s*}", "address", addr_print(addr, text), "claimed_by",
			       is_claimed ? mac_text : NULL));
}

static void on_address(void *ctx, const struct iface *iface, const struct addr *addr,
		       enum neighbor_address state)
{
	if (state == NEIGHBOR_ADDRESS_DUPLICATE)
		tell_address(iface, addr, "duplicate");
	else if (state == NEIGHBOR_ADDRESS_USABLE)
		tell_address(iface, addr, "usable");
}

static void on_conflict(void *ctx, const struct iface *iface, const struct addr *addr)
{
	tell_address(iface, addr, "conflict");
}

/* Workers do not count what they send to whom. A gateway that routes lead to is taken to be in use,
 * so that it is asked from time to time; whoever else is silent for long is asked before it goes.
 */
static bool on_used(void *ctx, const struct iface *iface, const struct addr *addr)
{
	return fib_sync_is_gateway(iface, addr);
}

static const struct neighbor_ops neighbor_ops = {.resolved = on_resolved,
						 .lost = on_lost,
						 .release = packets_release,
						 .address = on_address,
						 .used = on_used,
						 .conflict = on_conflict};

static bool is_usable(void *ctx, const struct iface *iface, const struct addr *addr)
{
	return iface->flags & IFACE_LOOPBACK ||
	       neighbor_address_state(engines.neighbors, iface, addr) == NEIGHBOR_ADDRESS_USABLE;
}

static bool udp_open(void *ctx, uint16_t vrf, uint16_t port)
{
	for (int i = 0; i < ENGINES_MAX; i++)
		if (engines.instances[i] && engines.instances[i]->protocol->ip_proto == IP_UDP &&
		    engines.instances[i]->protocol->udp_port == port)
			return true;
	return port == BFD_PORT;
}

static const struct host_ops host_ops = {.is_usable = is_usable, .udp_open = udp_open};

/* --- packets --- */

/* The protocol of an IP packet, and the port it is for where that is UDP. */
static void ip_kind(const struct packet_in *in, uint8_t *proto, uint16_t *port)
{
	uint32_t l4 = 0;

	*proto = 0;
	*port = 0;
	if (in->ether_type == 0x0800 && in->len >= 20) {
		*proto = in->data[9];
		l4 = (in->data[0] & 0xf) * 4U;
	} else if (in->ether_type == 0x86dd && in->len >= 40) {
		*proto = in->data[6];
		l4 = 40;
	}
	if (*proto == IP_UDP && l4 && in->len >= l4 + 8)
		*port = (uint16_t)(in->data[l4 + 2] << 8 | in->data[l4 + 3]);
}

bool engines_input(const struct packet_in *in)
{
	uint16_t port;
	uint8_t proto;

	ip_kind(in, &proto, &port);
	if (proto == IP_UDP && port == BFD_PORT) {
		bfd_input(watches_bfd(), in);
		return true;
	}
	for (int i = 0; i < ENGINES_MAX; i++) {
		struct instance *instance = engines.instances[i];
		const struct protocol *protocol = instance ? instance->protocol : NULL;

		if (!protocol || !protocol->ip_proto || protocol->ip_proto != proto ||
		    (proto == IP_UDP && protocol->udp_port != port))
			continue;
		protocol->input(instance, in);
		return true;
	}
	return false;
}

/* --- start and stop --- */

const char *const engines_protocol_names[] = {
	[RIB_CONNECTED] = "connected", [RIB_STATIC] = "static", [RIB_KERNEL] = "kernel",
	[RIB_OSPF] = "ospf",           [RIB_RIP] = "rip",       [RIB_PROTOCOLS] = NULL};

struct instance *engines_instance(size_t i)
{
	return engines.instances[i];
}

static void tell_interfaces(struct instance *instance)
{
	for (struct iface_entry *e = interfaces_first(); e; e = e->next)
		instance->protocol->iface_changed(instance, &e->iface);
}

int engines_run(const struct protocol *protocol, const void *conf, struct instance **out)
{
	struct instance *instance;
	size_t i = 0;
	int r;

	while (i < ENGINES_MAX && engines.instances[i])
		i++;
	if (i == ENGINES_MAX)
		return -ENOSPC;
	engines_now();
	instance = protocol->create(&engines.env);
	if (!instance)
		return -errno;
	r = protocol->reconfigure(instance, conf);
	if (r < 0) {
		protocol->stop(instance);
		protocol->destroy(instance);
		return r;
	}
	engines.instances[i] = *out = instance;
	tell_interfaces(instance);
	engines_kick();
	return 0;
}

void engines_end(struct instance *instance)
{
	for (size_t i = 0; instance && i < ENGINES_MAX; i++)
		if (engines.instances[i] == instance)
			engines.instances[i] = NULL;
	if (!instance)
		return;
	engines_now();
	instance->protocol->stop(instance);
	instance->protocol->destroy(instance);
	engines_kick();
}

static int start_clock(void)
{
	engines.timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	if (engines.timer_fd < 0)
		return -errno;
	engines.due = loop_watch(engines.timer_fd, on_due, NULL);
	return engines.due ? 0 : -ENOMEM;
}

int engines_start(void)
{
	struct host_conf conf;
	int r;

	timers_init(&engines.timers, (struct moment){engines_clock_us()});
	engines.env = (struct env){.ops = &env_ops, .timers = &engines.timers};
	engines.env.rib = rib_create(&engines.env);
	engines.neighbors = neighbor_create(&engines.env, NULL, &neighbor_ops, NULL);
	host_conf_default(&conf);
	conf.redirects = true; /* workers ask only where an interface is configured for them */
	engines.host = host_create(&engines.env, &conf, &host_ops, NULL);
	if (!engines.env.rib || !engines.neighbors || !engines.host)
		return -ENOMEM;
	r = start_clock();
	if (r == 0)
		r = fib_sync_start();
	if (r == 0)
		r = watches_start(&engines.env);
	if (r == 0)
		r = engines_run(&protocol_connected, NULL, &engines.connected);
	if (r == 0)
		r = packets_start();
	return r;
}

void engines_stop(void)
{
	if (!engines.env.ops)
		return;
	packets_stop();
	engines_end(engines.connected);
	engines.connected = NULL;
	if (engines.env.rib) {
		engines_rib_settle();
		fib_sync_stop();
	}
	loop_cancel(engines.kick);
	loop_cancel(engines.due);
	engines.kick = engines.due = NULL;
	watches_stop();
	host_destroy(engines.host);
	neighbor_destroy(engines.neighbors);
	rib_destroy(engines.env.rib);
	timers_fini(&engines.timers);
	if (engines.timer_fd >= 0)
		close(engines.timer_fd);
	vrfs_fini();
	engines.env.ops = NULL;
}

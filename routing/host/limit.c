// SPDX-License-Identifier: BSD-3-Clause
/*
 * Rations (RFC 1812 4.3.2.8, RFC 4443 2.4 f): for all errors, for those that one
 * interface gives rise to, and for those that one network gets, so that somebody
 * who forges its addresses cannot have us flood it.
 */
#include <string.h>

#include "routing/core/memory.h"
#include "routing/host/inside.h"

static struct iface_ration **chain_of(struct host *host, uint32_t id)
{
	return &host->ifaces[id % IFACE_CHAINS];
}

/* NULL: no memory; it has no ration of its own then. */
static struct iface_ration *ration_of(struct host *host, uint32_t id)
{
	struct iface_ration **chain = chain_of(host, id), *ration = *chain;

	while (ration && ration->id != id)
		ration = ration->chain;
	if (ration)
		return ration;
	ration = memory_zalloc(sizeof(*ration));
	if (!ration)
		return NULL;
	ration->id = id;
	ration->chain = *chain;
	return *chain = ration;
}

void host_iface_gone(struct host *host, const struct iface *iface)
{
	struct iface_ration **at = chain_of(host, iface->id), *ration;

	assembly_iface_gone(host, iface->id);
	while (*at && (*at)->id != iface->id)
		at = &(*at)->chain;
	ration = *at;
	if (!ration)
		return;
	*at = ration->chain;
	memory_free(ration);
}

void limit_fini(struct host *host)
{
	for (uint32_t i = 0; i < IFACE_CHAINS; i++)
		while (host->ifaces[i]) {
			struct iface_ration *ration = host->ifaces[i];

			host->ifaces[i] = ration->chain;
			memory_free(ration);
		}
}

/* The /24 or /64 of an address; never 0, since no sender is in 0/8 or ::/64. */
static uint64_t network_of(const struct addr *addr)
{
	uint64_t network = 0;
	int n = addr->family == ADDR_IP4 ? 3 : 8;

	for (int i = 0; i < n; i++)
		network = network << 8 | addr->bytes[i];
	return network + 1;
}

static struct source_ration *set_of(struct host *host, uint64_t network, uint32_t key)
{
	uint64_t hash = (network ^ host->seed) * 0x9e3779b97f4a7c15;

	hash = (hash ^ (hash >> 29) ^ key) * 0xbf58476d1ce4e5b9;
	return host->sources[(hash >> 32) % SOURCE_SETS];
}

/* A network's, or the place of one that has the most left: it loses the least by being forgotten.
 */
static struct bucket *source_bucket(struct host *host, const struct addr *addr, uint16_t vrf)
{
	uint64_t network = network_of(addr);
	uint32_t key = (uint32_t)addr->family << 16 | vrf;
	struct source_ration *set = set_of(host, network, key), *best = set;
	struct moment now = env_now(host->env);

	for (int i = 0; i < SOURCE_WAYS; i++) {
		if (set[i].network == network && set[i].key == key)
			return &set[i].bucket;
		if (bucket_spent(&set[i].bucket, now) < bucket_spent(&best->bucket, now))
			best = &set[i];
	}
	*best = (struct source_ration){.network = network, .key = key};
	return &best->bucket;
}

static bool take(struct host *host, struct bucket *bucket, const struct host_rate *rate)
{
	return bucket_take(bucket, rate->per_s, rate->burst, env_now(host->env));
}

/* The narrowest first: what a single network or interface may not have costs the others nothing. */
bool limit_error(struct host *host, const struct packet_in *in, const struct ip_view *ip,
		 const struct host_problem *problem)
{
	const struct host_conf *conf = &host->conf;
	struct iface_ration *ration;

	if (!take(host, source_bucket(host, &ip->src, in->iface->vrf), &conf->source))
		return false;
	if (problem->why == HOST_TOO_BIG)
		return take(host, &host->too_big, &conf->too_big);
	ration = ration_of(host, in->iface->id);
	if (ration && !take(host, &ration->errors, &conf->iface_errors))
		return false;
	return take(host, &host->errors, &conf->errors);
}

bool limit_echo(struct host *host)
{
	return take(host, &host->echo, &host->conf.echo);
}

// SPDX-License-Identifier: BSD-3-Clause
/*
 * Whether somebody else has an address before we use it: RFC 4862 5.4 with the
 * nonce of RFC 7527, and RFC 5227 2.1.1 where it is configured. A duplicate
 * is not used, and looked at again from time to time: who has it may go.
 */
#include "routing/neighbor/engine.h"

#define PROBE_WAIT    SPAN_S(1) /* RFC 5227: before the first, at random */
#define PROBE_NUM     3
#define PROBE_MIN     SPAN_S(1) /* between two, at random */
#define PROBE_MAX     SPAN_S(2)
#define ANNOUNCE_WAIT SPAN_S(2) /* after the last */

#define DAD_DELAY     SPAN_S(1) /* MAX_RTR_SOLICITATION_DELAY: before the first, at random */

#define RETRY         SPAN_S(10) /* a duplicate is looked at again */
#define MAX_CONFLICTS 10         /* RFC 5227: after so many in a row it is not before */
#define RATE_LIMIT    SPAN_S(60)

static bool is_arp(const struct own *own)
{
	return own->prefix.addr.family == ADDR_IP4;
}

static int64_t random_span(const struct own *own, int64_t max)
{
	return env_random(own->wire->engine->env) % max;
}

void dad_start(struct own *own)
{
	own->is_probed = true;
	own->probes = 0;
	own_arm(own, random_span(own, is_arp(own) ? PROBE_WAIT : DAD_DELAY));
}

void dad_wait(struct own *own)
{
	own_arm(own, own->conflicts < MAX_CONFLICTS ? RETRY : RATE_LIMIT);
}

static void succeed(struct own *own)
{
	char text[ADDR_TEXT_MAX];

	if (own->conflicts > 0)
		env_log(own->wire->engine->env, ENV_WARNING,
			"interface %s: address %s is used: nobody else has it any more",
			own->wire->iface->name, addr_print(&own->prefix.addr, text));
	own->conflicts = 0;
	own_set(own, NEIGHBOR_ADDRESS_USABLE);
}

static void probe_arp(struct own *own)
{
	if (own->probes == PROBE_NUM) {
		succeed(own);
		return;
	}
	arp_probe(own);
	own->probes++;
	own_arm(own, own->probes == PROBE_NUM
			     ? ANNOUNCE_WAIT
			     : PROBE_MIN + random_span(own, PROBE_MAX - PROBE_MIN));
}

static void probe_nd(struct own *own)
{
	const struct neighbor_conf *conf = &own->wire->conf;

	if (own->probes >= conf->dad_transmits) {
		succeed(own);
		return;
	}
	nd_probe(own);
	own->probes++;
	own_arm(own, SPAN_MS(conf->retrans_ms));
}

void dad_timeout(struct own *own)
{
	if (!own->is_probed)
		dad_start(own);
	else if (is_arp(own))
		probe_arp(own);
	else
		probe_nd(own);
}

struct own *dad_retried(const struct wire *wire, const struct addr *addr)
{
	struct own *own = own_find(wire, addr);

	return own && own->state == NEIGHBOR_ADDRESS_DUPLICATE && own->is_probed ? own : NULL;
}

void dad_conflict(struct own *own, const uint8_t mac[6])
{
	bool is_news = !own_is_claimed_by(own, mac);
	char text[ADDR_TEXT_MAX];

	if (own->conflicts < MAX_CONFLICTS)
		own->conflicts++;
	if (is_news) {
		own->wire->engine->stats.duplicate++;
		env_log(own->wire->engine->env, ENV_ERROR,
			"interface %s: address %s is not used: %02x:%02x:%02x:%02x:%02x:%02x "
			"has it",
			own->wire->iface->name, addr_print(&own->prefix.addr, text), mac[0], mac[1],
			mac[2], mac[3], mac[4], mac[5]);
	}
	own_set_claimant(own, mac);
	own_set(own, NEIGHBOR_ADDRESS_DUPLICATE);
}

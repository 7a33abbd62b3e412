// SPDX-License-Identifier: BSD-3-Clause
/*
 * Whether somebody else has an address before we use it: RFC 4862 5.4 with the
 * nonce of RFC 7527, and RFC 5227 2.1.1 where it is configured. A duplicate
 * stays unused until its interface comes up again or it is configured anew.
 */
#include "routing/neighbor/engine.h"

#define PROBE_WAIT    SPAN_S(1) /* RFC 5227: before the first, at random */
#define PROBE_NUM     3
#define PROBE_MIN     SPAN_S(1) /* between two, at random */
#define PROBE_MAX     SPAN_S(2)
#define ANNOUNCE_WAIT SPAN_S(2) /* after the last */

#define DAD_DELAY     SPAN_S(1) /* MAX_RTR_SOLICITATION_DELAY: before the first, at random */

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
	own->probes = 0;
	own_arm(own, random_span(own, is_arp(own) ? PROBE_WAIT : DAD_DELAY));
}

static void probe_arp(struct own *own)
{
	if (own->probes == PROBE_NUM) {
		own_set(own, NEIGHBOR_ADDRESS_USABLE);
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
		own_set(own, NEIGHBOR_ADDRESS_USABLE);
		return;
	}
	nd_probe(own);
	own->probes++;
	own_arm(own, SPAN_MS(conf->retrans_ms));
}

void dad_timeout(struct own *own)
{
	if (is_arp(own))
		probe_arp(own);
	else
		probe_nd(own);
}

void dad_conflict(struct own *own, const uint8_t mac[6])
{
	char text[ADDR_TEXT_MAX];

	own->wire->engine->stats.duplicate++;
	env_log(own->wire->engine->env, ENV_ERROR,
		"interface %s: address %s is not used: %02x:%02x:%02x:%02x:%02x:%02x has it",
		own->wire->iface->name, addr_print(&own->prefix.addr, text), mac[0], mac[1], mac[2],
		mac[3], mac[4], mac[5]);
	own_set(own, NEIGHBOR_ADDRESS_DUPLICATE);
}

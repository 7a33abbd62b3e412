// SPDX-License-Identifier: BSD-3-Clause
/*
 * Telling everybody on the wire that an address is ours, and where: when it
 * becomes usable, when our MAC address changed, and when somebody else uses it
 * (RFC 5227 2.3, 2.4; RFC 4861 7.2.6). Each time a few times only.
 */
#include "routing/neighbor/engine.h"

#define ARP_ANNOUNCE_NUM      2 /* RFC 5227 */
#define ARP_ANNOUNCE_INTERVAL SPAN_S(2)
#define ND_ANNOUNCE_NUM       3 /* MAX_NEIGHBOR_ADVERTISEMENT */
#define ND_ANNOUNCE_INTERVAL  SPAN_S(1)
#define DEFEND_INTERVAL       SPAN_S(10)

static void announce(const struct own *own)
{
	if (own->prefix.addr.family == ADDR_IP4)
		arp_announce(own);
	else
		nd_announce(own);
}

void announce_start(struct own *own)
{
	own->announcements =
		own->prefix.addr.family == ADDR_IP4 ? ARP_ANNOUNCE_NUM : ND_ANNOUNCE_NUM;
	announce_timeout(own);
}

void announce_timeout(struct own *own)
{
	if (own->announcements == 0)
		return;
	announce(own);
	if (--own->announcements > 0)
		own_arm(own, own->prefix.addr.family == ADDR_IP4 ? ARP_ANNOUNCE_INTERVAL
								 : ND_ANNOUNCE_INTERVAL);
}

/* A router keeps its address (RFC 5227 2.4 c), and says so once in a while only: two that both
 * defend one shall not fill the wire. */
void announce_defend(struct own *own, const uint8_t mac[6])
{
	struct neighbors *engine = own->wire->engine;
	struct moment now = now_of(engine);
	char text[ADDR_TEXT_MAX];

	engine->stats.conflict++;
	own_set_claimant(own, mac);
	if (own->has_defended && moment_span(own->defended, now) < DEFEND_INTERVAL)
		return;
	own->has_defended = true;
	own->defended = now;
	own->is_conflict_untold = true;
	settle_own_later(own);
	env_log(engine->env, ENV_WARNING,
		"interface %s: %02x:%02x:%02x:%02x:%02x:%02x uses our address %s, too",
		own->wire->iface->name, mac[0], mac[1], mac[2], mac[3], mac[4], mac[5],
		addr_print(&own->prefix.addr, text));
	announce(own);
}

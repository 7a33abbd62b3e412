// SPDX-License-Identifier: BSD-3-Clause
/*
 * What a neighbour's state becomes when something happens: RFC 4861 7.3.2 and
 * appendix C as a table. ARP goes by the same one: a reply that we asked for
 * is a solicited advertisement with the override flag, a gratuitous one an
 * unsolicited advertisement.
 */
#ifndef WEFT_ROUTING_NEIGHBOR_NUD_H
#define WEFT_ROUTING_NEIGHBOR_NUD_H

#include <stdbool.h>
#include <stdint.h>

#include "routing/neighbor/neighbor.h"

enum nud_event {
	NUD_USED,         /* a packet goes there */
	NUD_RETRY,        /* the timer, and it may be asked once more */
	NUD_EXPIRED,      /* the timer, and it has been asked often enough, or is not being asked */
	NUD_SPOKE_SAME,   /* it asked us something, from the MAC address that we know */
	NUD_SPOKE_OTHER,  /* likewise, from another one */
	NUD_ANSWER_SAME,  /* it answered us, same or no MAC address */
	NUD_ANSWER_OTHER, /* another one, override flag set */
	NUD_ANSWER_DOUBT, /* another one, without it */
	NUD_NEWS_SAME,    /* it told everybody, same or no MAC address */
	NUD_NEWS_OTHER,   /* another one, override flag set */
	NUD_NEWS_DOUBT,   /* another one, without it */
	NUD_EVENTS
};

/* Beside enum neighbor_state, what a transition can lead to. */
#define NUD_STAY NEIGHBOR_STATES       /* nothing happens */
#define NUD_GONE (NEIGHBOR_STATES + 1) /* removed; a kept one is asked for anew */

struct nud_transition {
	uint8_t next; /* entered anew even where it is the same */
	bool take;    /* the MAC address that came with the event is its own now */
};

struct nud_transition nud_transition(enum neighbor_state state, enum nud_event event);

#endif

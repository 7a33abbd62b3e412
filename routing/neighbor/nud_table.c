// SPDX-License-Identifier: BSD-3-Clause
#include "routing/neighbor/nud.h"

#define STAY                    \
	{                       \
		NUD_STAY, false \
	}
#define TO(state)                       \
	{                               \
		NEIGHBOR_##state, false \
	}
#define TAKE(state)                    \
	{                              \
		NEIGHBOR_##state, true \
	}
#define GONE                    \
	{                       \
		NUD_GONE, false \
	}

/* One row an event; the columns are the states from INCOMPLETE to STATIC, in the order of the enum.
 * An incomplete or failed neighbour has no MAC address, so any that comes is another one.
 *
 * Where it goes beyond RFC 4861: a neighbour that did not answer is remembered as FAILED for a
 * while (RFC 6583), and an answer that comes too late is welcome. */
static const struct nud_transition table[NUD_EVENTS][NEIGHBOR_STATES] = {
	/* clang-format off */
	/*                     INCOMPLETE       REACHABLE        STALE            DELAY            PROBE            FAILED           STATIC */
	[NUD_USED]         = { STAY,            STAY,            TO(DELAY),       STAY,            STAY,            STAY,            STAY },
	[NUD_RETRY]        = { TO(INCOMPLETE),  STAY,            STAY,            STAY,            TO(PROBE),       STAY,            STAY },
	[NUD_EXPIRED]      = { TO(FAILED),      TO(STALE),       TO(PROBE),       TO(PROBE),       GONE,            GONE,            STAY },
	[NUD_SPOKE_SAME]   = { STAY,            STAY,            STAY,            STAY,            STAY,            STAY,            STAY },
	[NUD_SPOKE_OTHER]  = { TAKE(STALE),     TAKE(STALE),     TAKE(STALE),     TAKE(STALE),     TAKE(STALE),     TAKE(STALE),     STAY },
	[NUD_ANSWER_SAME]  = { STAY,            TO(REACHABLE),   TO(REACHABLE),   TO(REACHABLE),   TO(REACHABLE),   STAY,            STAY },
	[NUD_ANSWER_OTHER] = { TAKE(REACHABLE), TAKE(REACHABLE), TAKE(REACHABLE), TAKE(REACHABLE), TAKE(REACHABLE), TAKE(REACHABLE), STAY },
	[NUD_ANSWER_DOUBT] = { TAKE(REACHABLE), TO(STALE),       STAY,            STAY,            STAY,            TAKE(REACHABLE), STAY },
	[NUD_NEWS_SAME]    = { STAY,            STAY,            STAY,            STAY,            STAY,            STAY,            STAY },
	[NUD_NEWS_OTHER]   = { TAKE(STALE),     TAKE(STALE),     TAKE(STALE),     TAKE(STALE),     TAKE(STALE),     TAKE(STALE),     STAY },
	[NUD_NEWS_DOUBT]   = { TAKE(STALE),     TO(STALE),       STAY,            STAY,            STAY,            TAKE(STALE),     STAY },
	/* clang-format on */
};

struct nud_transition nud_transition(enum neighbor_state state, enum nud_event event)
{
	return table[event][state];
}

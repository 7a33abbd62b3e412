// SPDX-License-Identifier: BSD-3-Clause
/* The state machine of RFC 5880 6.2 and 6.8.6, with what 6.8.16 and RFC 5882 3.2 add. */
#include "routing/bfd/session.h"

const char *const bfd_state_names[BFD_STATES] = {"admin-down", "down", "init", "up"};

const char *const bfd_diag_names[BFD_DIAGS] = {
	"none",
	"control detection time expired",
	"echo function failed",
	"neighbor signaled session down",
	"forwarding plane reset",
	"path down",
	"concatenated path down",
	"administratively down",
	"reverse concatenated path down",
};

const char *const bfd_event_names[BFD_EVENTS] = {
	"got admin-down", "got down",  "got init", "got up",
	"silence",        "path lost", "hold",     "let go",
};

const char *const bfd_refused_names[BFD_REFUSALS] = {
	"bad version", "bad length", "bad multiplier", "multipoint",         "no discriminator",
	"bad TTL",     "no session", "bad state",      "bad authentication", "bad packet",
};

/* Stays as it is, and keeps the reason it gave last. */
#define STAY(state)                    \
	{                              \
		BFD_##state, BFD_DIAGS \
	}
#define TO(state, diag)                      \
	{                                    \
		BFD_##state, BFD_DIAG_##diag \
	}

const struct bfd_transition bfd_machine[BFD_STATES][BFD_EVENTS] = {
	[BFD_ADMIN_DOWN] =
		{
			[BFD_GOT_ADMIN_DOWN] = STAY(ADMIN_DOWN),
			[BFD_GOT_DOWN] = STAY(ADMIN_DOWN),
			[BFD_GOT_INIT] = STAY(ADMIN_DOWN),
			[BFD_GOT_UP] = STAY(ADMIN_DOWN),
			[BFD_SILENCE] = STAY(ADMIN_DOWN),
			[BFD_PATH_LOST] = STAY(ADMIN_DOWN),
			[BFD_HOLD] = STAY(ADMIN_DOWN),
			[BFD_LET_GO] = TO(DOWN, NONE),
		},
	[BFD_DOWN] =
		{
			[BFD_GOT_ADMIN_DOWN] = STAY(DOWN),
			[BFD_GOT_DOWN] = STAY(INIT),
			[BFD_GOT_INIT] = TO(UP, NONE),
			[BFD_GOT_UP] = STAY(DOWN),
			[BFD_SILENCE] = STAY(DOWN),
			[BFD_PATH_LOST] = TO(DOWN, PATH_DOWN),
			[BFD_HOLD] = TO(ADMIN_DOWN, ADMIN_DOWN),
			[BFD_LET_GO] = STAY(DOWN),
		},
	[BFD_INIT] =
		{
			[BFD_GOT_ADMIN_DOWN] = TO(DOWN, PEER_DOWN),
			[BFD_GOT_DOWN] = STAY(INIT),
			[BFD_GOT_INIT] = TO(UP, NONE),
			[BFD_GOT_UP] = TO(UP, NONE),
			[BFD_SILENCE] = TO(DOWN, TIMEOUT),
			[BFD_PATH_LOST] = TO(DOWN, PATH_DOWN),
			[BFD_HOLD] = TO(ADMIN_DOWN, ADMIN_DOWN),
			[BFD_LET_GO] = STAY(INIT),
		},
	[BFD_UP] =
		{
			[BFD_GOT_ADMIN_DOWN] = TO(DOWN, PEER_DOWN),
			[BFD_GOT_DOWN] = TO(DOWN, PEER_DOWN),
			[BFD_GOT_INIT] = STAY(UP),
			[BFD_GOT_UP] = STAY(UP),
			[BFD_SILENCE] = TO(DOWN, TIMEOUT),
			[BFD_PATH_LOST] = TO(DOWN, PATH_DOWN),
			[BFD_HOLD] = TO(ADMIN_DOWN, ADMIN_DOWN),
			[BFD_LET_GO] = STAY(UP),
		},
};

// SPDX-License-Identifier: BSD-3-Clause
/* The table of protocols that a topology can have. */
#include "tests/sim/speaker.h"

const struct speaker *const speakers[] = {
	[SPEAKER_RIP] = &speaker_rip,
	[SPEAKER_RIPNG] = &speaker_ripng,
	[SPEAKER_BFD] = &speaker_bfd,
	NULL,
};

_Static_assert(sizeof(speakers) / sizeof(*speakers) - 1 <= SPEAKERS_MAX, "topo.h has room");

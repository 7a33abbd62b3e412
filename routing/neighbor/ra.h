// SPDX-License-Identifier: BSD-3-Clause
/*
 * What an interface says in its router advertisements: RFC 4861 6.2.1, with
 * the preference of RFC 4191 and the name servers of RFC 8106.
 */
#ifndef WEFT_ROUTING_NEIGHBOR_RA_H
#define WEFT_ROUTING_NEIGHBOR_RA_H

#include <stdbool.h>
#include <stdint.h>

#include "routing/core/addr.h"

#define RA_PREFIX_MAX 16
#define RA_RDNSS_MAX  8
#define RA_INFINITE   UINT32_MAX /* a lifetime */

enum ra_preference { RA_MEDIUM, RA_HIGH, RA_LOW };

struct ra_prefix {
	struct prefix prefix; /* IPv6, no host bits */
	bool on_link, autonomous;
	uint32_t valid_s, preferred_s; /* RA_INFINITE: for ever */
};

/* All zeros but enabled, and what ra_conf_default fills in. */
struct ra_conf {
	bool enabled;
	bool managed, other;     /* DHCPv6 has addresses; or other things only */
	uint8_t preference;      /* enum ra_preference */
	uint8_t hop_limit;       /* 0: not said */
	uint16_t max_interval_s; /* 4 to 1800 */
	uint16_t min_interval_s; /* 3 to 0.75 of it; 0: a third of it, or 0.75 below 9 */
	uint16_t lifetime_s;     /* 0 (no default router), or max_interval_s to 9000 */
	uint32_t reachable_ms;   /* of hosts; 0: not said; at most an hour */
	uint32_t retrans_ms;     /* 0: not said */
	uint32_t mtu;            /* 0: not said; 1280 and up */
	/* None (n_prefixes 0): those of the interface's own addresses but for link-local ones,
	 * on-link and autonomous, for 30 days, preferred for 7. */
	uint8_t n_prefixes, n_rdnss;
	struct ra_prefix prefixes[RA_PREFIX_MAX];
	struct addr rdnss[RA_RDNSS_MAX];
	uint32_t rdnss_lifetime_s; /* 0: three times max_interval_s */
};

/* Enabled, every 200 to 600 s, lifetime 1800 s, hop limit 64. */
void ra_conf_default(struct ra_conf *conf);
/* What is wrong with it, in words for users ("lifetime_s 3 is less than max_interval_s 600"), or
 * NULL. The field's name comes first. */
const char *ra_check(const struct ra_conf *conf);

#endif

// SPDX-License-Identifier: BSD-3-Clause
#include "routing/neighbor/ra.h"

#include <stddef.h>

void ra_conf_default(struct ra_conf *conf)
{
	*conf = (struct ra_conf){.enabled = true,
				 .max_interval_s = 600,
				 .lifetime_s = 1800,
				 .hop_limit = 64};
}

static const char *check_prefix(const struct ra_prefix *prefix)
{
	if (prefix->prefix.addr.family != ADDR_IP6 || prefix->prefix.length > 128 ||
	    !prefix_is_network(&prefix->prefix))
		return "prefixes: not an IPv6 prefix without host bits";
	if (addr_is_link_local(&prefix->prefix.addr) || addr_is_multicast(&prefix->prefix.addr))
		return "prefixes: link-local and multicast prefixes are not advertised";
	if (prefix->preferred_s > prefix->valid_s)
		return "prefixes: preferred for longer than valid";
	return NULL;
}

static const char *check_times(const struct ra_conf *conf)
{
	if (conf->max_interval_s < 4 || conf->max_interval_s > 1800)
		return "max_interval_s: 4 to 1800 s";
	if (conf->min_interval_s != 0 &&
	    (conf->min_interval_s < 3 || 4 * conf->min_interval_s > 3 * conf->max_interval_s))
		return "min_interval_s: 3 s to 0.75 of max_interval_s";
	if (conf->lifetime_s != 0 &&
	    (conf->lifetime_s < conf->max_interval_s || conf->lifetime_s > 9000))
		return "lifetime_s: 0, or max_interval_s to 9000 s";
	if (conf->reachable_ms > 3600000)
		return "reachable_ms: an hour at most";
	return NULL;
}

const char *ra_check(const struct ra_conf *conf)
{
	const char *wrong;

	if (!conf->enabled)
		return NULL;
	wrong = check_times(conf);
	if (wrong)
		return wrong;
	if (conf->mtu != 0 && conf->mtu < 1280)
		return "mtu: 1280 bytes at least";
	if (conf->preference > RA_LOW)
		return "preference: medium, high or low";
	if (conf->n_prefixes > RA_PREFIX_MAX || conf->n_rdnss > RA_RDNSS_MAX)
		return "prefixes, rdnss: too many";
	for (uint8_t i = 0; i < conf->n_prefixes && !wrong; i++)
		wrong = check_prefix(&conf->prefixes[i]);
	for (uint8_t i = 0; i < conf->n_rdnss && !wrong; i++)
		if (conf->rdnss[i].family != ADDR_IP6 || addr_is_unspecified(&conf->rdnss[i]) ||
		    addr_is_multicast(&conf->rdnss[i]))
			wrong = "rdnss: not an IPv6 address of a name server";
	return wrong;
}

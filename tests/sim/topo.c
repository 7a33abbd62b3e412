// SPDX-License-Identifier: BSD-3-Clause
#include "tests/sim/topo.h"

#include <stdlib.h>
#include <string.h>

void topo_free(struct topo *topo)
{
	if (!topo)
		return;
	for (uint32_t i = 0; i < topo->n_events; i++)
		free(topo->events[i].settings);
	for (uint32_t i = 0; i < topo->n_links * TOPO_ENDS_MAX * SPEAKERS_MAX; i++)
		free(topo->links[i / SPEAKERS_MAX / TOPO_ENDS_MAX]
			     .own[i / SPEAKERS_MAX % TOPO_ENDS_MAX][i % SPEAKERS_MAX]);
	free(topo->routers);
	free(topo->links);
	free(topo->networks);
	free(topo->statics);
	free(topo->filters);
	free(topo->events);
	free(topo);
}

int topo_router_find(const struct topo *topo, const char *name, size_t size)
{
	for (uint32_t i = 0; i < topo->n_routers; i++)
		if (strlen(topo->routers[i].name) == size &&
		    strncmp(topo->routers[i].name, name, size) == 0)
			return (int)i;
	return -1;
}

int topo_link_find(const struct topo *topo, const char *name)
{
	char own[TOPO_IFNAME_MAX], mirrored[TOPO_IFNAME_MAX];

	for (uint32_t i = 0; i < topo->n_links; i++) {
		const struct topo_link *link = &topo->links[i];

		topo_link_name(topo, link, own);
		topo_ifname(topo, link, 1, mirrored);
		if (strcmp(own, name) == 0 || (!link->lan[0] && strcmp(mirrored, name) == 0))
			return (int)i;
	}
	return -1;
}

bool topo_iface_find(const struct topo *topo, const char *name, uint32_t *link, uint32_t *end)
{
	char own[TOPO_IFNAME_MAX];

	for (*link = 0; *link < topo->n_links; ++*link)
		for (*end = 0; *end < topo->links[*link].n_ends; ++*end) {
			topo_ifname(topo, &topo->links[*link], *end, own);
			if (strcmp(own, name) == 0)
				return true;
		}
	return false;
}

const struct topo_filter *topo_filter_find(const struct topo *topo, const char *name)
{
	for (uint32_t i = 0; i < topo->n_filters; i++)
		if (strcmp(topo->filters[i].name, name) == 0)
			return &topo->filters[i];
	return NULL;
}

const struct settings *topo_settings(const struct topo *topo, const struct topo_link *link,
				     uint32_t end, uint32_t speaker)
{
	const struct settings *own = link->own[end][speaker];

	return own ? own : &topo->routers[link->ends[end]].settings[speaker];
}

void topo_link_name(const struct topo *topo, const struct topo_link *link,
		    char out[TOPO_IFNAME_MAX])
{
	if (link->lan[0])
		snprintf(out, TOPO_IFNAME_MAX, "%s", link->lan);
	else
		topo_ifname(topo, link, 0, out);
}

void topo_ifname(const struct topo *topo, const struct topo_link *link, uint32_t end,
		 char out[TOPO_IFNAME_MAX])
{
	const char *own = topo->routers[link->ends[end]].name;

	if (link->lan[0])
		snprintf(out, TOPO_IFNAME_MAX, "%s-%s", own, link->lan);
	else if (link->twin == 1)
		snprintf(out, TOPO_IFNAME_MAX, "%s-%s", own, topo->routers[link->ends[!end]].name);
	else
		snprintf(out, TOPO_IFNAME_MAX, "%s-%s.%u", own,
			 topo->routers[link->ends[!end]].name, link->twin % 10000);
}

struct prefix topo_address4(const struct topo *topo, const struct topo_link *link, uint32_t end)
{
	uint32_t number = (uint32_t)(link - topo->links) + 1;

	return (struct prefix){addr_ip4(0xac100000 + (number << 8) + end + 1), 24};
}

struct prefix topo_address6(const struct topo *topo, const struct topo_link *link, uint32_t end)
{
	uint32_t number = link->ends[end] + 1;
	struct addr addr = {ADDR_IP6, {0xfe, 0x80}};

	addr.bytes[14] = (uint8_t)(number >> 8);
	addr.bytes[15] = (uint8_t)number;
	return (struct prefix){addr, 64};
}

struct prefix topo_first_address(const struct prefix *network)
{
	struct prefix out = *network;

	if (network->length < addr_bits(&network->addr) - 1)
		out.addr.bytes[network->addr.family == ADDR_IP4 ? 3 : 15] |= 1;
	return out;
}

int topo_end_of(const struct topo_link *link, uint32_t router)
{
	for (uint32_t i = 0; i < link->n_ends; i++)
		if (link->ends[i] == router)
			return (int)i;
	return -1;
}

int64_t topo_last_event_us(const struct topo *topo)
{
	return topo->n_events ? topo->events[topo->n_events - 1].at_us : 0;
}

// SPDX-License-Identifier: BSD-3-Clause
/*
 * A protocol as the simulator knows it: how a topology file speaks of it, how
 * its engine is configured from that, how weftd is, what its packets say, and
 * the few facts by which the oracle knows what it must come to. One file and one
 * line in speakers.c each; nothing else in tests/sim knows a protocol. A file may
 * have several: what they share is told by its place in the table which it is for.
 */
#ifndef WEFT_TESTS_SIM_SPEAKER_H
#define WEFT_TESTS_SIM_SPEAKER_H

#include "routing/core/udp.h"
#include "routing/rib.h"
#include "tests/sim/topo.h"

struct scene;
struct iface;

/* What a router has without the protocol. */
struct own_route {
	struct prefix prefix;
	enum rib_protocol protocol;
	uint32_t metric, tag;
};

struct speaker {
	const char *name; /* in a topology file, and in weftd's configuration */
	const struct option *options;
	/* NULL, or what is wrong with these settings. */
	const char *(*check)(const struct settings *settings);

	/* A router that has just begun gets its engine; then, and whenever something changed, its
	 * configuration. */
	void (*start)(struct scene *scene, uint32_t router, uint32_t speaker);
	void (*configure)(struct scene *scene, uint32_t router, uint32_t speaker);
	/* weftd's configuration of it, in YAML. */
	void (*print)(const struct topo *topo, uint32_t router, uint32_t speaker, FILE *out);
	/* A line of the transcript; false: the packet is another's, or not worth one. */
	bool (*describe)(uint32_t speaker, const struct iface *iface, const struct udp_view *udp,
			 char *text, size_t size);

	/* --- what the oracle knows of it --- */
	uint8_t family;             /* of the routes that it gives; 0: none, and nothing below */
	enum rib_protocol protocol; /* as which the RIB knows it */
	uint32_t infinity;          /* a metric that no route has; 0: none is too far */
	uint32_t origin;            /* metric that a default route is told with */
	/* By how the two ends of a link are configured: they hear each other. */
	bool (*agree)(const struct settings *a, const struct settings *b);
	/* What that end sends comes to a router on the link; *more is added to what it tells. */
	bool (*sends_to)(const struct settings *end, const char *router, uint32_t *more);
	/* That end tells of routes over the link to others on it. */
	bool (*tells_back)(const struct settings *end);
	/* That end is where a default route is told; its router believes none of others. */
	bool (*tells_default)(const struct settings *end);
	/* That end has BFD watch its neighbours. */
	bool (*watches)(const struct settings *end);
	/* Whether a router redistributes a route of its own, and as what. */
	bool (*tells)(const struct topo *topo, const struct settings *settings,
		      const struct own_route *own, uint32_t *metric, uint32_t *tag);
	uint32_t (*paths)(const struct settings *settings); /* next hops of a route, at most */

	/* --- and how long it may take, by the topology as it is in the beginning --- */
	/* To the right tables everywhere after the last event. */
	int64_t (*settles_us)(const struct topo *topo, uint32_t speaker);
	/* A loop of so many routers lasts no longer than this; two are two over one link. */
	int64_t (*loops_us)(const struct topo *topo, uint32_t speaker, uint32_t routers);
};

enum { SPEAKER_RIP, SPEAKER_RIPNG, SPEAKER_BFD }; /* their places in the table */
extern const struct speaker *const speakers[];    /* ends with NULL */
extern const struct speaker speaker_rip, speaker_ripng, speaker_bfd;

#endif

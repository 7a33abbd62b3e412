// SPDX-License-Identifier: BSD-3-Clause
/*
 * A topology: routers, links, networks, what they speak, and a script of what
 * befalls them. One file says it, for the simulator and for network
 * namespaces alike; topologies/README.md describes the form.
 *
 *   topo_read(text, size, "ring", error)   a file; NULL and error where it is bad
 *   topo_apply(topo, &topo->events[i])     what an event makes of it
 *
 * What is up, what a link costs and how a protocol is configured are as of now:
 * the simulator and the oracle read the same.
 */
#ifndef WEFT_TESTS_SIM_TOPO_H
#define WEFT_TESTS_SIM_TOPO_H

#include "tests/sim/option.h"

#define TOPO_NAME_MAX \
	OPTION_NAME_MAX /* of a router or LAN, with its zero: two and a dash name a device */
#define TOPO_IFNAME_MAX   24
#define TOPO_ROUTERS_MAX  1000
#define TOPO_LINKS_MAX    4000
#define TOPO_ENDS_MAX     16 /* of a link */
#define TOPO_IFACES_MAX   56 /* of a router */
#define TOPO_NETWORKS_MAX 4000
#define TOPO_FILTERS_MAX  64
#define TOPO_RULES_MAX    8  /* of a filter */
#define TOPO_TAGS         32 /* tags are less */
#define TOPO_EVENTS_MAX   20000
#define TOPO_ERROR_MAX    300
#define TOPO_FILE_MAX     (1 << 20) /* bytes */
#define SPEAKERS_MAX      4

struct topo_router {
	char name[TOPO_NAME_MAX];
	uint32_t n_ifaces;
	bool is_up; /* now */
	bool speaks[SPEAKERS_MAX];
	struct settings settings[SPEAKERS_MAX]; /* now */
};

/* How packets fare on a link. */
struct topo_wire {
	int64_t delay_us, jitter_us; /* jitter: up to that much more, so that packets overtake */
	int64_t loss, doubled;       /* of a million */
	int64_t cost;
};

struct topo_link {
	char lan[TOPO_NAME_MAX]; /* a LAN's name; "": between two */
	uint32_t twin;           /* of those between the same two: 1 and up */
	struct topo_wire wire;   /* now */
	uint32_t n_ends;
	uint32_t ends[TOPO_ENDS_MAX]; /* routers */
	bool is_down, is_silent;      /* now */
	/* What an end has of its own, with all else as its router has it, now; NULL: nothing. */
	struct settings *own[TOPO_ENDS_MAX][SPEAKERS_MAX];
};

/* A network behind a router, which has its first address. */
struct topo_network {
	uint32_t router;
	struct prefix prefix;
};

struct topo_static {
	uint32_t router;
	struct prefix prefix;
	bool is_blackhole;
	uint32_t link, via; /* the router on it */
	int64_t distance, metric, tag;
	bool bfd;
	bool is_left; /* now: BFD says that the gateway does not answer any more */
};

/* What is redistributed: the first rule that fits decides; none does: it is not told. */
struct topo_rule {
	int protocol; /* enum rib_protocol; -1: any */
	bool deny;
	struct prefix prefix; /* of ADDR_NONE: any. Without ge and le this one alone */
	int64_t ge, le, tag, metric, set_tag, set_metric; /* -1: not given */
};

struct topo_filter {
	char name[TOPO_NAME_MAX];
	uint32_t n;
	struct topo_rule rules[TOPO_RULES_MAX];
};

enum topo_what {
	TOPO_DOWN,   /* a link: its carrier is lost */
	TOPO_UP,     /* comes back */
	TOPO_SILENT, /* packets vanish, carrier stays */
	TOPO_HEARD,  /* they arrive again */
	TOPO_STOP,   /* a router: in good order */
	TOPO_KILL,   /* without a word */
	TOPO_START,  /* again */
	TOPO_CALM,   /* all links: nothing is lost, doubled or late from now on */
	TOPO_COST,   /* a link's */
	TOPO_SET,    /* a router's protocol, or that of one interface: other settings, live */
	TOPO_WHATS
};

struct topo_event {
	int64_t at_us;
	enum topo_what what;
	uint32_t link, router, speaker;
	bool is_of_iface; /* TOPO_SET: of the router's on the link */
	int64_t cost;
	struct settings *settings; /* TOPO_SET: what is given */
	uint32_t order, line;      /* in the file */
};

struct topo {
	uint32_t n_routers, n_links, n_networks, n_statics, n_filters, n_events;
	struct topo_router *routers;
	struct topo_link *links;
	struct topo_network *networks;
	struct topo_static *statics;
	struct topo_filter *filters;
	struct topo_event *events; /* in the order of time */
	bool is_lossy;     /* at some time packets vanish without anybody being told, or come
			    * late */
	int64_t settle_us; /* after the last event every table has to be right; -1: as the
			    * protocols say */
};

/* NULL: error is a line "NAME:LINE: what is wrong, what is wanted". */
struct topo *topo_read(const char *text, size_t size, const char *name, char error[TOPO_ERROR_MAX]);
void topo_free(struct topo *topo); /* NULL is legal */
/* In a form that topo_read takes for the same. */
void topo_print(const struct topo *topo, FILE *out);
void topo_print_events(const struct topo *topo, FILE *out); /* its script, a line an event */

void topo_apply(struct topo *topo, const struct topo_event *event);

/* Whether a BFD session watches the route's gateway now, with both ends for it. */
bool topo_is_watched(const struct topo *topo, const struct topo_static *route);

/* -1: none of that name. */
int topo_router_find(const struct topo *topo, const char *name, size_t size);
int topo_link_find(const struct topo *topo, const char *name);
/* false: no interface has this name. */
bool topo_iface_find(const struct topo *topo, const char *name, uint32_t *link, uint32_t *end);
const struct topo_filter *topo_filter_find(const struct topo *topo, const char *name);

/* How a protocol is configured now at the end of a link. */
const struct settings *topo_settings(const struct topo *topo, const struct topo_link *link,
				     uint32_t end, uint32_t speaker);

/* r1-r2, r1-r2.2, or of a LAN its name. */
void topo_link_name(const struct topo *topo, const struct topo_link *link,
		    char out[TOPO_IFNAME_MAX]);
/* The interface of an end: r2-r1 at r2, or r2-LAN. */
void topo_ifname(const struct topo *topo, const struct topo_link *link, uint32_t end,
		 char out[TOPO_IFNAME_MAX]);
/* Its addresses: 172.16.0.0/12 by the link's number and the end's, fe80::/64 by the router's. */
struct prefix topo_address4(const struct topo *topo, const struct topo_link *link, uint32_t end);
struct prefix topo_address6(const struct topo *topo, const struct topo_link *link, uint32_t end);
/* The first address of a network, with its length. */
struct prefix topo_first_address(const struct prefix *network);
/* The end of a router on a link; -1: it has none there. */
int topo_end_of(const struct topo_link *link, uint32_t router);

/* When the last event happens; 0: there is none. */
int64_t topo_last_event_us(const struct topo *topo);

#endif

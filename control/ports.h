// SPDX-License-Identifier: BSD-3-Clause
/*
 * The ports that are configured, by name. A port whose kind cannot open it now
 * (its device is missing, say) is refused when a user adds it, but kept
 * down, with the reason, and tried again each second where it was configured
 * before: at the start, when a change is undone, when a probation ends.
 *
 * Control thread.
 */
#ifndef WEFT_CONTROL_PORTS_H
#define WEFT_CONTROL_PORTS_H

#include <jansson.h>

#include "control/port_kind.h"
#include "control/spine/error.h"
#include "dataplane/dp.h"

struct port_entry {
	char name[PORT_NAME_MAX];
	json_t *conf; /* effective */
	const struct port_kind *kind;
	struct port *port;              /* NULL: not open yet */
	bool is_lost;                   /* what it stood on is gone: to be opened anew */
	uint16_t core[PORT_QUEUES_MAX]; /* who polls its queues; crew.c writes */
	struct port_status status;      /* as last told */
	struct dp_port_stats base;      /* its counters when they were cleared */
	int64_t news_ms;                /* its state was logged n_news times since then */
	unsigned n_news;
	struct port_entry *next;
};

/* The hooks of the port noun. 0 or -1 with an error. */
int ports_add(const char *name, const json_t *conf, struct errors *errors);
int ports_change(struct port_entry *entry, const json_t *conf, struct errors *errors);
void ports_remove(struct port_entry *entry);

/* While tolerant, a port that cannot be opened is kept and tried again. */
void ports_set_tolerant(bool tolerant);

struct port_entry *ports_first(void); /* in the order in which they were added; then ->next */
bool ports_all_open(void);
struct port_entry *ports_find(const char *name);
struct port_entry *ports_by_index(uint16_t index);
struct port_entry *ports_by_port(const struct port *port);

/* fn is called when a port was attached and before it carries packets. */
void ports_on_open(void (*fn)(struct port_entry *entry));

/* changed is called when a port was opened, went up or down, or has another MTU; closing before it
 * is closed: whoever has its struct port lets go of it. */
void ports_on_news(void (*changed)(struct port_entry *entry),
		   void (*closing)(struct port_entry *entry));

/* Asks its kind, and tells the news if there are any. */
const struct port_status *ports_status(struct port_entry *entry);
/* Since they were last cleared. */
void ports_stats(const struct port_entry *entry, struct dp_port_stats *out);
void ports_stats_clear(struct port_entry *entry);

/* All of them are about to be closed: what need not wait for the end of the workers. */
void ports_end(void);
/* Closes all of them and ends the retries. */
void ports_fini(void);

#endif

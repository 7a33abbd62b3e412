// SPDX-License-Identifier: BSD-3-Clause
#include "control/ports.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <event2/event.h>

#include "control/crew.h"
#include "control/daemon.h"
#include "control/loop.h"
#include "control/share.h"
#include "control/spine/field.h"
#include "control/spine/log.h"

#define RETRY_MS 1000
#define NEWS_MS  60000 /* a port's state is logged NEWS_MAX times in so long; events tell all */
#define NEWS_MAX 10
#define NO_CORE  UINT16_MAX

static struct {
	struct port_entry *first;
	struct port_entry *by_index[PORT_MAX];
	void (*on_open)(struct port_entry *entry);
	void (*on_change)(struct port_entry *entry);
	void (*on_close)(struct port_entry *entry);
	struct event *retry; /* while a port is not open */
	struct event *turn;  /* forgets `removed` at the end of this turn of the loop */
	json_t *removed;     /* name -> configuration of what this turn removed */
	bool tolerant;
} ports;

struct port_entry *ports_first(void)
{
	return ports.first;
}

bool ports_all_open(void)
{
	for (struct port_entry *e = ports.first; e; e = e->next)
		if (!e->port)
			return false;
	return true;
}

struct port_entry *ports_find(const char *name)
{
	for (struct port_entry *e = ports.first; e; e = e->next)
		if (strcmp(e->name, name) == 0)
			return e;
	return NULL;
}

struct port_entry *ports_by_index(uint16_t index)
{
	return index < PORT_MAX ? ports.by_index[index] : NULL;
}

struct port_entry *ports_by_port(const struct port *port)
{
	struct port_entry *e = ports_by_index(port->index);
	return e && e->port == port ? e : NULL;
}

void ports_on_open(void (*fn)(struct port_entry *entry))
{
	ports.on_open = fn;
}

void ports_on_news(void (*changed)(struct port_entry *entry),
		   void (*closing)(struct port_entry *entry))
{
	ports.on_change = changed;
	ports.on_close = closing;
}

static void changed(struct port_entry *entry)
{
	if (ports.on_change)
		ports.on_change(entry);
}

void ports_set_tolerant(bool tolerant)
{
	ports.tolerant = tolerant;
}

static void tell(struct port_entry *entry)
{
	const struct port_status *s = &entry->status;
	int64_t now = daemon_now_ms();

	daemon_event("port", entry->name, "state",
		     json_pack("{s:s, s:o, s:o}", "state", s->up ? "up" : "down", "reason",
			       daemon_text(s->reason), "peer", daemon_text(s->peer)));
	if (entry->n_news == 0 || now - entry->news_ms >= NEWS_MS) {
		entry->news_ms = now;
		entry->n_news = 0;
	}
	if (entry->n_news++ >= NEWS_MAX)
		return;
	log_info("port %s is %s%s%s", entry->name, s->up ? "up" : "down", s->reason[0] ? ": " : "",
		 s->reason);
}

const struct port_status *ports_status(struct port_entry *entry)
{
	struct port_status now;

	if (!entry->port)
		return &entry->status;
	memset(&now, 0, sizeof(now));
	entry->kind->status(entry->port, &now);
	bool up_news = now.up != entry->status.up;
	bool news = up_news || strcmp(now.reason, entry->status.reason) != 0;
	entry->status = now;
	/* Whoever routes over it first, then those who only listen. */
	if (up_news)
		changed(entry);
	if (news)
		tell(entry);
	return &entry->status;
}

void port_status_changed(struct port *port)
{
	struct port_entry *entry = ports_by_port(port);
	if (entry)
		ports_status(entry);
}

void ports_stats(const struct port_entry *entry, struct dp_port_stats *out)
{
	memset(out, 0, sizeof(*out));
	if (!entry->port)
		return;
	dp_port_stats(entry->port, out);
	out->rx_packets -= entry->base.rx_packets;
	out->rx_bytes -= entry->base.rx_bytes;
	out->tx_packets -= entry->base.tx_packets;
	out->tx_bytes -= entry->base.tx_bytes;
	out->tx_csum -= entry->base.tx_csum;
	out->tx_cut -= entry->base.tx_cut;
	out->tx_segments -= entry->base.tx_segments;
	out->tx_whole -= entry->base.tx_whole;
	for (int i = 0; i < DROP_COUNT; i++)
		out->drops[i] -= entry->base.drops[i];
}

void ports_stats_clear(struct port_entry *entry)
{
	if (!entry->port)
		return;
	dp_port_stats(entry->port, &entry->base);
	if (entry->kind->clear)
		entry->kind->clear(entry->port);
}

/* Everything that follows from a port that was opened. 0 or -1. */
static int attach(struct port_entry *entry, struct port *port, struct errors *errors)
{
	if (dp_port_attach(port) < 0) {
		entry->kind->close(port);
		return errors_add(errors, "", "%s: no more than %d ports", entry->name, PORT_MAX);
	}
	entry->port = port;
	ports.by_index[port->index] = entry;
	for (int q = 0; q < PORT_QUEUES_MAX; q++)
		entry->core[q] = NO_CORE;
	dp_port_stats(port, &entry->base);
	if (ports.on_open)
		ports.on_open(entry);
	crew_place();
	ports_status(entry);
	changed(entry);
	return 0;
}

/* Where the error is shown, the port's name is there already. */
static void drop_name(const char *name, struct error *error)
{
	size_t n = strlen(name);

	if (strncmp(error->text, name, n) == 0 && strncmp(error->text + n, ": ", 2) == 0)
		memmove(error->text, error->text + n + 2, strlen(error->text + n + 2) + 1);
}

static int open_now(struct port_entry *entry, struct errors *errors)
{
	size_t before = errors->n;
	struct port *port = entry->kind->open(entry->name, entry->conf, errors);

	if (port)
		return attach(entry, port, errors);
	if (errors->n == before)
		errors_add(errors, "", "cannot be opened");
	for (size_t i = before; i < errors->n; i++)
		drop_name(entry->name, &errors->list[i]);
	return -1;
}

static void close_now(struct port_entry *entry)
{
	if (!entry->port)
		return;
	struct port *port = entry->port;
	uint16_t index = port->index;
	if (ports.on_close)
		ports.on_close(entry);
	dp_port_detach(port);
	ports.by_index[index] = NULL;
	entry->port = NULL;
	entry->is_lost = false;
	entry->kind->close(port);
	crew_place();
	share_refresh();
}

/* The port stays, down, and says why. */
static void keep_down(struct port_entry *entry, const struct errors *errors)
{
	struct port_status old = entry->status;

	memset(&entry->status, 0, sizeof(entry->status));
	snprintf(entry->status.reason, sizeof(entry->status.reason), "%s",
		 errors->n ? errors->list[errors->n - 1].text : "cannot be opened");
	if (strcmp(old.reason, entry->status.reason) != 0)
		tell(entry);
}

static void retry(void *arg)
{
	bool waiting = false;

	for (struct port_entry *e = ports.first; e; e = e->next) {
		struct errors errors;
		if (e->port && !e->is_lost)
			continue;
		close_now(e);
		errors_init(&errors);
		if (open_now(e, &errors) < 0) {
			keep_down(e, &errors);
			waiting = true;
		}
		waiting |= e->is_lost; /* again, meanwhile */
		errors_fini(&errors);
	}
	if (waiting)
		return;
	loop_cancel(ports.retry);
	ports.retry = NULL;
}

static void retry_later(void)
{
	if (!ports.retry)
		ports.retry = loop_timer(RETRY_MS, true, retry, NULL);
}

void port_lost(struct port *port)
{
	struct port_entry *entry = ports_by_port(port);

	if (!entry)
		return;
	entry->is_lost = true;
	ports_status(entry);
	retry_later();
}

static void forget_removed(void *arg)
{
	json_decref(ports.removed);
	ports.removed = NULL;
	loop_cancel(ports.turn);
	ports.turn = NULL;
}

/* A change that fails is undone within the same turn: what it removed comes back as it was. */
static void remember_removed(const struct port_entry *entry)
{
	if (!ports.removed)
		ports.removed = json_object();
	json_object_set(ports.removed, entry->name, entry->conf);
	if (!ports.turn)
		ports.turn = loop_timer(0, false, forget_removed, NULL);
}

static bool may_wait(const char *name, const json_t *conf)
{
	return ports.tolerant || json_equal(json_object_get(ports.removed, name), conf);
}

static void link_last(struct port_entry *entry)
{
	struct port_entry **at = &ports.first;
	while (*at)
		at = &(*at)->next;
	*at = entry;
}

static void unlink_free(struct port_entry *entry)
{
	struct port_entry **at = &ports.first;
	while (*at != entry)
		at = &(*at)->next;
	*at = entry->next;
	json_decref(entry->conf);
	free(entry);
}

int ports_add(const char *name, const json_t *conf, struct errors *errors)
{
	struct errors why;
	struct port_entry *entry = calloc(1, sizeof(*entry));

	if (!entry)
		return errors_add(errors, "", "%s: no memory", name);
	snprintf(entry->name, sizeof(entry->name), "%s", name);
	entry->conf = json_deep_copy(conf);
	entry->kind = port_kind_find(conf_str(conf, "type"));
	link_last(entry);
	if (!may_wait(name, conf)) {
		if (open_now(entry, errors) == 0)
			return 0;
		unlink_free(entry);
		return -1;
	}
	errors_init(&why);
	if (open_now(entry, &why) < 0) {
		keep_down(entry, &why);
		retry_later();
	}
	errors_fini(&why);
	return 0;
}

int ports_change(struct port_entry *entry, const json_t *conf, struct errors *errors)
{
	if (entry->port && entry->kind->change &&
	    entry->kind->change(entry->port, conf, errors) < 0)
		return -1;
	json_decref(entry->conf);
	entry->conf = json_deep_copy(conf);
	if (!entry->port)
		return 0; /* the next try takes the new values */
	port_set_mtu(entry->port, (uint16_t)conf_int(conf, "mtu"));
	crew_place();
	ports_status(entry);
	changed(entry);
	return 0;
}

void ports_remove(struct port_entry *entry)
{
	remember_removed(entry);
	close_now(entry);
	unlink_free(entry);
}

void ports_end(void)
{
	for (size_t i = 0; port_kinds[i]; i++)
		if (port_kinds[i]->end)
			port_kinds[i]->end();
}

void ports_fini(void)
{
	while (ports.first)
		ports_remove(ports.first);
	loop_cancel(ports.retry);
	ports.retry = NULL;
	if (ports.turn)
		forget_removed(NULL);
}

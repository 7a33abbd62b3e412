// SPDX-License-Identifier: BSD-3-Clause
/*
 * What is told, and when: the whole table every half minute and to who asks for
 * it, changes soon after they happen (RFC 2453 3.10). Tables go out in slices, so
 * that a large one holds nobody up, neither us nor the neighbours.
 */
#include "routing/rip/engine.h"

enum { SLICE = 200, PAUSE_US = 2000 }; /* routes at once, and the time between slices */

static bool leads_to(const struct rip_route *route, const struct rip_iface *iface)
{
	for (const struct rip_hop *hop = route->hops; hop; hop = hop->next)
		if (hop->from->iface == iface)
			return true;
	return false;
}

/* A redistributed route's gateway on that wire is told as the next hop (4.4); where the wire itself
 * is the way, nobody there needs to be told. false: it is not told. */
static bool own_entry(const struct rip_route *route, const struct rip_iface *iface,
		      struct rip_entry *out)
{
	const struct nexthop_set *hops = route->own_hops;

	out->metric = route->own_metric;
	out->tag = route->own_tag;
	for (uint32_t i = 0; i < hops->n; i++) {
		const struct nexthop *hop = &hops->hops[i];

		if (hop->iface != iface->id)
			continue;
		if (hop->kind != NEXTHOP_GATEWAY)
			return false;
		if (hop->gateway.family == iface->rip->family)
			out->next_hop = hop->gateway;
	}
	return true;
}

static bool learned_entry(const struct rip_route *route, const struct rip_iface *iface,
			  struct rip_entry *out)
{
	out->metric = route->metric;
	out->tag = route->tag;
	if (!leads_to(route, iface))
		return true;
	if (iface->conf.split == RIP_SPLIT_POISONED)
		out->metric = RIP_INFINITY;
	return iface->conf.split != RIP_SPLIT_SIMPLE;
}

bool rip_entry_of(const struct rip_route *route, const struct rip_iface *iface,
		  struct rip_entry *out)
{
	uint32_t metric;

	*out = (struct rip_entry){.prefix = route->prefix};
	if (route->prefix.length == 0 && iface->conf.originate)
		return false; /* our own is told there */
	if (!(route->is_own ? own_entry(route, iface, out) : learned_entry(route, iface, out)))
		return false;
	metric = out->metric + iface->conf.offset;
	out->metric = metric > RIP_INFINITY ? RIP_INFINITY : (uint8_t)metric;
	return true;
}

static void add(struct rip_iface *iface, const struct rip_entry *entry, uint8_t version,
		const struct addr *to, uint16_t port)
{
	if (rip_out_is_full(iface)) {
		rip_out_send(iface, to, port);
		rip_out_begin(iface, RIP_RESPONSE, version);
	}
	rip_out_add(iface, entry);
}

static struct rip_entry own_default(const struct rip_iface *iface, uint8_t metric)
{
	return (struct rip_entry){.prefix = {.addr = {.family = iface->rip->family}},
				  .metric = metric};
}

static void add_default(struct rip_iface *iface, const struct rip_job *job, const struct addr *to)
{
	uint8_t offset = iface->conf.offset;
	struct rip_entry entry = own_default(iface, (uint8_t)(1 + offset));

	if (iface->conf.originate) /* fifteen at most are added */
		add(iface, &entry, job->version, to, job->port);
}

/* Version 1 has no masks: what a neighbour would take for something else is left out. */
static bool fits_version(const struct rip_iface *iface, const struct rip_entry *entry,
			 uint8_t version)
{
	uint8_t data[RIP_HEADER + RIP_ENTRY];
	struct writer w = writer_of(data, sizeof(data));
	struct rip_reader r;
	struct rip_entry seen;
	enum rip_refused why;
	struct addr none = {0};

	if (version != 1 || iface->rip->family != ADDR_IP4)
		return true;
	rip_write_header(&w, ADDR_IP4, RIP_RESPONSE, 1);
	rip_write_entry(&w, entry, 1, &none);
	return rip_read(ADDR_IP4, data, write_size(&w), iface->iface, &r) == RIP_REFUSALS &&
	       rip_read_entry(&r, &seen, &why) && why == RIP_REFUSALS &&
	       prefix_compare(&seen.prefix, &entry->prefix) == 0;
}

/* The next slice; returns whether there is more. */
static bool job_step(struct rip_iface *iface, struct rip_job *job)
{
	struct rip *rip = iface->rip;
	const struct addr *to = job->to.family == ADDR_NONE ? NULL : &job->to;
	struct rip_route *route = rip_route_next(rip, job->has_begun ? &job->at : NULL);
	struct rip_entry entry;
	uint32_t n = 0;

	rip_out_begin(iface, RIP_RESPONSE, job->version);
	if (!job->has_begun)
		add_default(iface, job, to);
	for (; route && n < SLICE; n++) {
		job->has_begun = true;
		job->at = route->prefix;
		if (rip_entry_of(route, iface, &entry) && fits_version(iface, &entry, job->version))
			add(iface, &entry, job->version, to, job->port);
		route = rip_route_next(rip, &job->at);
	}
	if (iface->out.n)
		rip_out_send(iface, to, job->port);
	return route != NULL;
}

static void job_begin(struct rip_iface *iface, struct rip_job *job)
{
	struct env *env = rip_env(iface->rip);

	job->is_running = true;
	job->has_begun = false;
	rip_out_renumber(iface);
	if (!timer_runs(&iface->work_timer))
		timer_start(env->timers, &iface->work_timer, env_now(env));
}

static bool step_if_running(struct rip_iface *iface, struct rip_job *job)
{
	if (job->is_running)
		job->is_running = job_step(iface, job);
	return job->is_running;
}

static void on_work(struct timer *timer)
{
	struct rip_iface *iface = container_of(timer, struct rip_iface, work_timer);
	struct env *env = rip_env(iface->rip);
	bool more = step_if_running(iface, &iface->update);

	for (int i = 0; i < RIP_ANSWERS_MAX; i++)
		more |= step_if_running(iface, &iface->answers[i]);
	if (more)
		timer_start(env->timers, timer, moment_add(env_now(env), PAUSE_US));
}

static bool tells_anybody(const struct rip_iface *iface)
{
	const struct rip_conf *conf = &iface->rip->conf;

	if (!iface->conf.passive)
		return true;
	for (uint32_t i = 0; i < conf->n_neighbors; i++)
		if (conf->neighbors[i].iface == iface->id)
			return true;
	return false;
}

/* 3.8: up to a sixth of the interval earlier or later, so that routers do not fall into step. */
static void schedule_update(struct rip_iface *iface)
{
	struct rip *rip = iface->rip;
	struct env *env = rip_env(rip);
	int64_t spread = rip->conf.update_us / 3;

	timer_start(env->timers, &iface->update_timer,
		    moment_add(env_now(env),
			       rip->conf.update_us - spread / 2 +
				       (int64_t)(env_random(env) % (uint32_t)(spread + 1))));
}

static void on_update(struct timer *timer)
{
	struct rip_iface *iface = container_of(timer, struct rip_iface, update_timer);

	if (!iface->update.is_running && tells_anybody(iface))
		job_begin(iface, &iface->update);
	schedule_update(iface);
}

void rip_updates_start(struct rip_iface *iface)
{
	timer_init(&iface->update_timer, on_update);
	timer_init(&iface->work_timer, on_work);
	iface->update = (struct rip_job){.version = 2};
	iface->is_telling = tells_anybody(iface);
	if (iface->is_telling)
		job_begin(iface, &iface->update);
	schedule_update(iface);
}

void rip_updates_stop(struct rip_iface *iface)
{
	struct env *env = rip_env(iface->rip);

	timer_stop(env->timers, &iface->update_timer);
	timer_stop(env->timers, &iface->work_timer);
	iface->update.is_running = false;
	for (int i = 0; i < RIP_ANSWERS_MAX; i++)
		iface->answers[i].is_running = false;
}

/* Who is silent asks nobody either, but those that are sent to by their address. */
static bool may_ask(const struct rip_iface *iface, const struct addr *to)
{
	const struct rip_conf *conf = &iface->rip->conf;

	if (!to || !iface->conf.passive)
		return tells_anybody(iface);
	for (uint32_t i = 0; i < conf->n_neighbors; i++)
		if (conf->neighbors[i].iface == iface->id &&
		    addr_compare(&conf->neighbors[i].addr, to) == 0)
			return true;
	return false;
}

void rip_send_request(struct rip_iface *iface, const struct addr *to)
{
	if (!may_ask(iface, to))
		return;
	rip_out_renumber(iface);
	rip_out_begin(iface, RIP_REQUEST, 2);
	rip_write_ask_for_all(&iface->out.w);
	rip_out_send(iface, to, iface->rip->family == ADDR_IP4 ? RIP_PORT : RIPNG_PORT);
}

/* Who asks while we answer it already, or as too many others, has to ask again. */
void rip_answer_all(struct rip_iface *iface, const struct addr *to, uint16_t port, uint8_t version)
{
	struct rip_job *job = NULL;

	for (int i = 0; i < RIP_ANSWERS_MAX; i++) {
		struct rip_job *other = &iface->answers[i];

		if (!other->is_running)
			job = other;
		else if (addr_compare(&other->to, to) == 0 && other->port == port)
			return;
	}
	if (!job)
		return;
	*job = (struct rip_job){.to = *to, .port = port, .version = version};
	job_begin(iface, job);
}

/* One route to all interfaces at once: each has a packet in the making. */
static void tell_change(struct rip *rip, const struct rip_route *route)
{
	struct rip_entry entry;

	list_foreach(rip_ifaces, &rip->ifaces, iface)
		if (iface->is_active && tells_anybody(iface) && rip_entry_of(route, iface, &entry))
			add(iface, &entry, 2, NULL, 0);
}

static void begin_all(struct rip *rip, bool is_first)
{
	list_foreach(rip_ifaces, &rip->ifaces, iface) {
		if (!iface->is_active)
			continue;
		if (is_first)
			rip_out_renumber(iface);
		rip_out_begin(iface, RIP_RESPONSE, 2);
	}
}

static void send_all(struct rip *rip)
{
	list_foreach(rip_ifaces, &rip->ifaces, iface)
		if (iface->is_active && iface->out.n)
			rip_out_send(iface, NULL, 0);
}

/* 3.10.1: the time to the next one is random, one to five times the least. */
static int64_t triggered_pause(struct rip *rip)
{
	uint64_t least = (uint64_t)rip->conf.triggered_us;

	return (int64_t)(least + 4 * least * (env_random(rip_env(rip)) & 0xffff) / 0xffff);
}

void rip_triggered_run(struct timer *timer)
{
	struct rip *rip = container_of(timer, struct rip, triggered_timer);
	struct env *env = rip_env(rip);
	struct rip_route *route;

	begin_all(rip, moment_reached(rip->triggered_next, env_now(env)));
	for (int n = 0; n < SLICE && (route = rip_changed_take(&rip->changed)); n++)
		tell_change(rip, route);
	send_all(rip);
	if (!rip_changed_is_empty(&rip->changed)) {
		timer_start(env->timers, timer, moment_add(env_now(env), PAUSE_US));
		return;
	}
	rip->triggered_next = moment_add(env_now(env), triggered_pause(rip));
}

static uint16_t own_port(const struct rip *rip)
{
	return rip->family == ADDR_IP4 ? RIP_PORT : RIPNG_PORT;
}

static void farewell(struct rip_iface *iface, const struct rip_entry *entry, const struct addr *to)
{
	struct rip_entry last = *entry;

	last.metric = RIP_INFINITY;
	add(iface, &last, 2, to, own_port(iface->rip));
}

void rip_say_goodbye(struct rip_iface *iface, const struct addr *to)
{
	struct rip *rip = iface->rip;
	struct rip_entry entry = own_default(iface, RIP_INFINITY);

	if (!to && !tells_anybody(iface))
		return;
	rip_out_renumber(iface);
	rip_out_begin(iface, RIP_RESPONSE, 2);
	if (iface->conf.originate)
		farewell(iface, &entry, to);
	for (struct rip_route *route = rip_route_next(rip, NULL); route;
	     route = rip_route_next(rip, &route->prefix))
		if (rip_entry_of(route, iface, &entry))
			farewell(iface, &entry, to);
	if (iface->out.n)
		rip_out_send(iface, to, own_port(rip));
}

void rip_withdraw_default(struct rip_iface *iface)
{
	struct rip_entry none = own_default(iface, RIP_INFINITY), other;
	struct rip_route *route = rip_route_find(iface->rip, &none.prefix);

	if (!tells_anybody(iface) || (route && rip_entry_of(route, iface, &other)))
		return;
	rip_out_renumber(iface);
	rip_out_begin(iface, RIP_RESPONSE, 2);
	rip_out_add(iface, &none);
	rip_out_send(iface, NULL, 0);
}

/* An update that waits comes sooner, not later. */
static void hasten_triggered(struct rip *rip)
{
	struct env *env = rip_env(rip);
	struct moment latest = moment_add(env_now(env), rip->conf.triggered_us);

	if (moment_reached(latest, rip->triggered_next))
		rip->triggered_next = latest;
	if (timer_runs(&rip->triggered_timer) && moment_reached(latest, rip->triggered_timer.at))
		timer_start(env->timers, &rip->triggered_timer, latest);
}

void rip_updates_pace(struct rip *rip)
{
	list_foreach(rip_ifaces, &rip->ifaces, iface)
		if (iface->is_active)
			schedule_update(iface);
	hasten_triggered(rip);
}

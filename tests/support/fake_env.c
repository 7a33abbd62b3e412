// SPDX-License-Identifier: BSD-3-Clause
#include "tests/support/fake_env.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* container_of by hand: env is the first member. */
static struct fake *of(struct env *env)
{
	return (struct fake *)env;
}

static int send_packet(struct env *env, const struct packet_out *out)
{
	struct fake *fake = of(env);
	struct fake_sent *sent;

	if (fake->on_send)
		return fake->on_send(fake, out);
	sent = malloc(sizeof(*sent) + out->len);
	if (!sent)
		abort();
	*sent = (struct fake_sent){.out = *out, .at_us = fake->timers.now.us};
	memcpy(sent->data, out->data, out->len);
	sent->out.data = sent->data;
	*fake->sent_end = sent;
	fake->sent_end = &sent->next;
	fake->n_sent++;
	return fake->send_result;
}

/* xorshift64*. */
uint32_t fake_random(struct fake *fake)
{
	fake->chance ^= fake->chance >> 12;
	fake->chance ^= fake->chance << 25;
	fake->chance ^= fake->chance >> 27;
	return (uint32_t)(fake->chance * 2685821657736338717ULL >> 32);
}

static uint32_t random_number(struct env *env)
{
	return fake_random(of(env));
}

static void record_log(struct env *env, enum env_level level, const char *format, va_list args)
{
	struct fake *fake = of(env);

	fake->n_logged[level]++;
	vsnprintf(fake->last_log, sizeof(fake->last_log), format, args);
}

static const struct iface *iface_next(struct env *env, uint32_t after)
{
	struct fake *fake = of(env);

	for (uint32_t i = 0; i < fake->n_ifaces; i++)
		if (fake->ifaces[i].iface.id > after)
			return &fake->ifaces[i].iface;
	return NULL;
}

static int64_t wall_s(struct env *env)
{
	return 1700000000 + of(env)->timers.now.us / SPAN_S(1);
}

static const struct env_ops ops = {.send = send_packet,
				   .random = random_number,
				   .log = record_log,
				   .iface_next = iface_next,
				   .wall_s = wall_s};

void fake_init(struct fake *fake, uint64_t seed)
{
	*fake = (struct fake){.chance = seed * 2654435769u + 1};
	timers_init(&fake->timers, (struct moment){SPAN_S(1000)});
	fake->env.ops = &ops;
	fake->env.timers = &fake->timers;
	fake->sent_end = &fake->sent;
}

void fake_fini(struct fake *fake)
{
	if (fake_timers(fake) != 0) {
		fprintf(stderr, "%u timers are left\n", fake_timers(fake));
		abort();
	}
	fake_forget(fake);
	timers_fini(&fake->timers);
}

struct iface *fake_iface(struct fake *fake, const char *name, const char *addresses)
{
	struct fake_iface *added = &fake->ifaces[fake->n_ifaces];
	struct iface *iface = &added->iface;

	if (fake->n_ifaces == FAKE_IFACES)
		abort();
	*added = (struct fake_iface){0};
	iface->id = ++fake->n_ifaces;
	snprintf(iface->name, sizeof(iface->name), "%s", name);
	iface->mtu = 1500;
	iface->mac[0] = 2;
	iface->mac[5] = (uint8_t)iface->id;
	iface->flags = IFACE_UP;
	iface->addresses = added->addresses;
	iface->since_us = fake->timers.now.us;
	fake_addresses(fake, iface, addresses);
	return iface;
}

void fake_addresses(struct fake *fake, struct iface *iface, const char *addresses)
{
	struct fake_iface *of_iface = &fake->ifaces[iface->id - 1];
	char text[512], *rest = text, *word;

	snprintf(text, sizeof(text), "%s", addresses);
	iface->n_addresses = 0;
	while ((word = strsep(&rest, " ")) != NULL) {
		if (*word == '\0')
			continue;
		if (iface->n_addresses == FAKE_ADDRESSES)
			abort();
		of_iface->addresses[iface->n_addresses++] = fake_prefix(word);
	}
}

void fake_up(struct fake *fake, struct iface *iface, bool is_up)
{
	iface->flags = (uint8_t)(is_up ? iface->flags | IFACE_UP : iface->flags & ~IFACE_UP);
	iface->since_us = fake->timers.now.us;
}

void fake_run(struct fake *fake, int64_t span_us)
{
	struct moment end = moment_add(fake->timers.now, span_us), at;

	while (timers_next(&fake->timers, &at) && moment_reached(at, end)) {
		struct moment now = fake->timers.now;

		timers_run(&fake->timers, at.us > now.us ? at : now, 1);
	}
	timers_run(&fake->timers, end, 0);
}

uint32_t fake_timers(const struct fake *fake)
{
	return fake->timers.n;
}

struct fake_sent *fake_take(struct fake *fake)
{
	struct fake_sent *sent = fake->sent;

	if (!sent)
		return NULL;
	fake->sent = sent->next;
	if (!fake->sent)
		fake->sent_end = &fake->sent;
	fake->n_sent--;
	return sent;
}

void fake_forget(struct fake *fake)
{
	struct fake_sent *sent;

	while ((sent = fake_take(fake)) != NULL)
		free(sent);
}

struct addr fake_addr(const char *text)
{
	struct addr addr;

	if (addr_parse(text, &addr) < 0) {
		fprintf(stderr, "%s is no address\n", text);
		abort();
	}
	return addr;
}

struct prefix fake_prefix(const char *text)
{
	struct prefix prefix;

	if (prefix_parse(text, &prefix) < 0) {
		fprintf(stderr, "%s is no prefix\n", text);
		abort();
	}
	return prefix;
}

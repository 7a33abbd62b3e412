// SPDX-License-Identifier: BSD-3-Clause
/* BFD as topologies have it: it gives no routes, and those who watch a neighbour use it. */
#include <stdlib.h>

#include "routing/bfd/packet.h"
#include "tests/sim/scene.h"
#include "tests/sim/speaker.h"

enum place { INTERVAL, MULTIPLIER, HOLD };

static const struct option options[] = {
	{"interval", OPTION_TIME, SPAN_MS(50), SPAN_MS(1), SPAN_S(60), NULL},
	{"multiplier", OPTION_NUMBER, 3, 1, 255, NULL},
	{"hold", OPTION_TIME, 0, 0, SPAN_S(600), NULL},
	{NULL, 0, 0, 0, 0, NULL},
};

static const char *check(const struct settings *settings)
{
	return NULL;
}

static void start(struct scene *scene, uint32_t router, uint32_t speaker)
{
	router_use_bfd(scene->routers[router]);
}

static void configure(struct scene *scene, uint32_t router, uint32_t speaker)
{
	const struct settings *settings = &scene->topo->routers[router].settings[speaker];
	struct bfd_conf conf = {
		.tx_us = (uint32_t)settings->values[INTERVAL],
		.rx_us = (uint32_t)settings->values[INTERVAL],
		.multiplier = (uint8_t)settings->values[MULTIPLIER],
		.hold_us = (uint32_t)settings->values[HOLD],
	};

	if (bfd_configure(scene->routers[router]->bfd, &conf) < 0)
		abort();
}

static void print(const struct topo *topo, uint32_t router, uint32_t speaker, FILE *out)
{
	const struct settings *settings = &topo->routers[router].settings[speaker];

	fputs("bfd: { interval: ", out);
	time_print(settings->values[INTERVAL], out);
	fprintf(out, ", multiplier: %d, hold: ", (int)settings->values[MULTIPLIER]);
	time_print(settings->values[HOLD], out);
	fputs(" }\n", out);
}

/* Only where the two are not both up: else its packets all say the same, many times a second. */
static bool describe(uint32_t speaker, const struct iface *iface, const struct udp_view *udp,
		     char *text, size_t size)
{
	struct bfd_packet packet;

	if (udp->dport != BFD_PORT || bfd_packet_read(udp->data, udp->len, &packet) != BFD_REFUSALS)
		return false;
	snprintf(text, size, "bfd %s (%s)%s%s", bfd_state_names[packet.state],
		 bfd_diag_names[packet.diag], packet.poll ? " poll" : "",
		 packet.final ? " final" : "");
	return packet.state != BFD_UP || packet.poll || packet.final;
}

const struct speaker speaker_bfd = {
	.name = "bfd",
	.options = options,
	.check = check,
	.start = start,
	.configure = configure,
	.print = print,
	.describe = describe,
};

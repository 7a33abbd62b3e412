// SPDX-License-Identifier: BSD-3-Clause
/* convergence: what happened lately, and how long it took until workers did the right thing. */
#include "control/convergence.h"
#include "control/spine/noun.h"
#include "control/wire.h"

static const struct field show_args[] = {
	{.name = WIRE_ARG_READABLE, .type = F_BOOL, .help = "steps as text"},
	{.name = NULL},
};

static const struct column columns[] = {
	{"event", NULL,
	 "what happened; events that came before it was worked off are named with it"},
	{"at_us", "us", "since 1970"},
	{"steps", NULL,
	 "what was done, and how long after the event: detour (packets pass by what is "
	 "lost), groups (next hops left or joined them), rib (all is decided), fib (the last "
	 "prefix is in)"},
	{"more", NULL, "further events that joined it", true},
	{NULL},
};

static json_t *step_of(const struct convergence *event, int i)
{
	return json_pack("{s:s, s:I}", "name", convergence_step_names[i], "us",
			 (json_int_t)event->took_us[i]);
}

static json_t *text_of(const struct convergence *event, int i)
{
	return json_sprintf("%s %lld us", convergence_step_names[i], (long long)event->took_us[i]);
}

static json_t *row_of(const struct convergence *event, bool readable)
{
	json_t *steps = json_array();

	for (int i = 0; i < CONVERGENCE_STEPS; i++)
		if (event->took_us[i] >= 0)
			json_array_append_new(steps,
					      readable ? text_of(event, i) : step_of(event, i));
	return json_pack("{s:s, s:I, s:o, s:I}", "event", event->what, "at_us",
			 (json_int_t)event->at_us, "steps", steps, "more", (json_int_t)event->more);
}

static json_t *show(struct call *call)
{
	bool readable = conf_bool(call->args, WIRE_ARG_READABLE);
	const struct convergence *event;
	json_t *rows = json_array();

	for (uint32_t i = 0; (event = convergence_get(i)); i++)
		json_array_append_new(rows, row_of(event, readable));
	return rows;
}

const struct noun noun_convergence = {
	.name = "convergence",
	.help = "the latest events, and how long it took until packets went the right way",
	.shape = NOUN_VIEW,
	.columns = columns,
	.show_args = show_args,
	.show = show,
};

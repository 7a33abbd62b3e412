// SPDX-License-Identifier: BSD-3-Clause
/* rip and ripng: routes learned from, and told to, neighbours that speak RIP. */
#include <string.h>

#include "control/rip_conf.h"
#include "control/rips.h"
#include "control/spine/noun.h"
#include "control/vrfs.h"

static const struct column columns[] = {
	{"vrf", NULL, "whose interfaces and routes"},
	{"interfaces", NULL, "where it is spoken"},
	{"neighbors", NULL, "that were heard"},
	{"routes", NULL, "that are known, own ones and those waiting to be forgotten too"},
	{"learned", NULL, "of them, those from neighbours"},
	{"update", "s", "between two updates"},
	{"timeout", "s", "of silence, and a route is no longer used"},
	{"garbage", "s", "that it is then still told of"},
	{"refused", NULL, "packets and routes that were refused, by reason", true},
	{NULL},
};

static int check_rip(const char *name, const json_t *value, const json_t *candidate,
		     const char *path, struct errors *errors)
{
	return rip_conf_check(ADDR_IP4, value, candidate, path, errors);
}

static int check_ripng(const char *name, const json_t *value, const json_t *candidate,
		       const char *path, struct errors *errors)
{
	return rip_conf_check(ADDR_IP6, value, candidate, path, errors);
}

static int add_rip(const char *name, const json_t *value, struct errors *errors)
{
	return rips_set(ADDR_IP4, value, errors);
}

static int add_ripng(const char *name, const json_t *value, struct errors *errors)
{
	return rips_set(ADDR_IP6, value, errors);
}

static int change_rip(const char *name, const json_t *old, const json_t *value,
		      struct errors *errors)
{
	return rips_set(ADDR_IP4, value, errors);
}

static int change_ripng(const char *name, const json_t *old, const json_t *value,
			struct errors *errors)
{
	return rips_set(ADDR_IP6, value, errors);
}

static int remove_rip(const char *name, const json_t *old, struct errors *errors)
{
	rips_remove(ADDR_IP4);
	return 0;
}

static int remove_ripng(const char *name, const json_t *old, struct errors *errors)
{
	rips_remove(ADDR_IP6);
	return 0;
}

static json_t *refused_of(const struct instance *instance)
{
	json_t *out = json_object();

	for (int why = 0; why < RIP_REFUSALS; why++) {
		uint64_t n = rip_refused(instance, why);

		if (n)
			json_object_set_new(out, rip_refused_names[why],
					    json_integer((json_int_t)n));
	}
	return out;
}

static json_t *row_of(struct instance *instance)
{
	struct rip_summary sum;
	json_t *names = json_array();

	rip_summary(instance, &sum);
	for (uint32_t id = rip_next_iface(instance, 0); id; id = rip_next_iface(instance, id))
		json_array_append_new(names, json_string(rips_iface_name(id)));
	return json_pack("{s:s, s:o, s:I, s:I, s:I, s:f, s:f, s:f, s:o}", "vrf", vrfs_name(sum.vrf),
			 "interfaces", names, "neighbors", (json_int_t)sum.neighbors, "routes",
			 (json_int_t)sum.routes, "learned", (json_int_t)sum.learned, "update",
			 (double)sum.update_us / 1e6, "timeout", (double)sum.timeout_us / 1e6,
			 "garbage", (double)sum.garbage_us / 1e6, "refused", refused_of(instance));
}

static json_t *show_family(uint8_t family)
{
	struct instance *instance = rips_find(family);
	json_t *rows = json_array();

	if (instance)
		json_array_append_new(rows, row_of(instance));
	return rows;
}

static json_t *show_rip(struct call *call)
{
	return show_family(ADDR_IP4);
}

static json_t *show_ripng(struct call *call)
{
	return show_family(ADDR_IP6);
}

const struct noun noun_rip = {
	.name = "rip",
	.key = "rip",
	.help = "RIP version 2: IPv4 routes from neighbours, and to them",
	.shape = NOUN_SINGLE,
	.fields = rip_fields,
	.columns = columns,
	.check = check_rip,
	.add = add_rip,
	.change = change_rip,
	.remove = remove_rip,
	.show = show_rip,
};

const struct noun noun_ripng = {
	.name = "ripng",
	.key = "ripng",
	.help = "RIPng: IPv6 routes from neighbours, and to them",
	.shape = NOUN_SINGLE,
	.fields = ripng_fields,
	.columns = columns,
	.check = check_ripng,
	.add = add_ripng,
	.change = change_ripng,
	.remove = remove_ripng,
	.show = show_ripng,
};

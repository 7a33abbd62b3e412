// SPDX-License-Identifier: BSD-3-Clause
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "control/kernel.h"
#include "control/spine/field.h"
#include "control/vrfs.h"

static const char *const protocols[] = {"connected", "static", "ospf", "rip", NULL};
static const enum rib_protocol protocol_ids[] = {RIB_CONNECTED, RIB_STATIC, RIB_OSPF, RIB_RIP};

static const struct field protocol = {.type = F_ENUM, .choices = protocols};
static const struct field prefix = {.type = F_PREFIX};

const struct field kernel_fields[] = {
	{.name = "table",
	 .type = F_STRING,
	 .max = 64,
	 .def = "main",
	 .help = "routing table of the host: a number, or a name of iproute2's"},
	{.name = "netns",
	 .type = F_STRING,
	 .max = 255,
	 .help = "network namespace that it is in: a name of ip netns, or a path; none: weftd's "
		 "own"},
	{.name = "vrf", .type = F_NAME, .def = VRF_DEFAULT, .help = "whose routes they are"},
	{.name = "export",
	 .type = F_LIST,
	 .elem = &protocol,
	 .help = "whose routes the host is given: connected, static, ospf, rip"},
	{.name = "metric",
	 .type = F_INT,
	 .min = 1,
	 .max = UINT32_MAX,
	 .def = "2000",
	 .help = "of the routes that the host is given: its own of a lesser one go before them"},
	{.name = "import",
	 .type = F_LIST,
	 .elem = &prefix,
	 .help = "which of the host's routes weft takes: these prefixes, and all within them"},
	{.name = "import_exact",
	 .type = F_LIST,
	 .elem = &prefix,
	 .help = "likewise, but these prefixes alone: 0.0.0.0/0 is the default route"},
	{.name = "distance",
	 .type = F_INT,
	 .min = 1,
	 .max = 254,
	 .def = "20",
	 .help = "administrative distance of the routes that weft takes"},
	{.name = "link",
	 .type = F_NAME,
	 .help = "interface of weft's by which host and weft reach one another: on a tap, or in a "
		 "bridge with one"},
	{.name = NULL},
};

/* --- check --- */

static const json_t *object_of(const json_t *candidate, const char *noun, const char *name)
{
	return json_object_get(json_object_get(candidate, noun), name);
}

static int check_table(const json_t *conf, const char *path, struct errors *errors)
{
	const char *text = conf_str(conf, "table");
	char at[FIELD_PATH_MAX];
	uint32_t table;

	if (!text)
		return 0;
	field_path(at, path, "table");
	if (kernel_table_parse(text, &table) < 0)
		return errors_add(errors, at,
				  "there is no routing table \"%s\": expected a number from 1 to "
				  "4294967295, or a name of /etc/iproute2/rt_tables",
				  text);
	if (table == RT_TABLE_LOCAL)
		return errors_add(errors, at,
				  "table %s is the kernel's own: it holds the host's addresses; "
				  "expected another, such as main",
				  text);
	return 0;
}

static int check_link(const json_t *conf, const json_t *candidate, const char *path,
		      struct errors *errors)
{
	const char *link = conf_str(conf, "link"), *vrf = conf_str(conf, "vrf"), *other;
	const json_t *iface = link ? object_of(candidate, "interfaces", link) : NULL;
	char at[FIELD_PATH_MAX];

	if (!link)
		return 0;
	field_path(at, path, "link");
	if (!iface)
		return errors_add(errors, at, "there is no interface %s", link);
	other = conf_str(iface, "vrf");
	if (strcmp(vrf ? vrf : VRF_DEFAULT, other ? other : VRF_DEFAULT) != 0)
		return errors_add(errors, at, "interface %s is in VRF %s, the routes are of VRF %s",
				  link, other ? other : VRF_DEFAULT, vrf ? vrf : VRF_DEFAULT);
	if (!conf_str(iface, "port") && !conf_str(iface, "bridge"))
		return errors_add(errors, at,
				  "interface %s is on no wire: expected one on a tap of the "
				  "host's, or in a bridge with one",
				  link);
	return 0;
}

static int check_one(const json_t *conf, const json_t *candidate, const char *path,
		     struct errors *errors)
{
	const char *vrf = conf_str(conf, "vrf");
	char at[FIELD_PATH_MAX];
	int r = check_table(conf, path, errors);

	if (vrf && strcmp(vrf, VRF_DEFAULT) != 0 && !object_of(candidate, "vrfs", vrf)) {
		field_path(at, path, "vrf");
		return errors_add(errors, at, "there is no VRF %s", vrf);
	}
	if (json_array_size(json_object_get(conf, "export")) +
		    json_array_size(json_object_get(conf, "import")) +
		    json_array_size(json_object_get(conf, "import_exact")) ==
	    0)
		r = errors_add(errors, path,
			       "it says neither what the host is given nor what is taken of it: "
			       "expected export, import or import_exact");
	return check_link(conf, candidate, path, errors) < 0 ? -1 : r;
}

static uint32_t table_of(const json_t *conf)
{
	const char *text = conf_str(conf, "table");
	uint32_t table = RT_TABLE_MAIN;

	if (text)
		kernel_table_parse(text, &table);
	return table;
}

static bool same_table(const json_t *a, const json_t *b)
{
	const json_t *x = json_object_get(a, "netns"), *y = json_object_get(b, "netns");

	return table_of(a) == table_of(b) && (x == y || json_equal(x, y));
}

/* Two that write one table would take out each other's routes. */
static int check_unique(const json_t *tables, const char *name, const json_t *conf,
			const char *path, struct errors *errors)
{
	const char *other;
	json_t *item;

	json_object_foreach((json_t *)tables, other, item) {
		if (strcmp(other, name) == 0)
			return 0;
		if (same_table(conf, item))
			return errors_add(errors, path, "%s has that table already", other);
	}
	return 0;
}

int kernel_check(const json_t *value, const json_t *candidate, const char *path,
		 struct errors *errors)
{
	char at[FIELD_PATH_MAX];
	const char *name;
	json_t *conf;
	int r = 0;

	json_object_foreach((json_t *)value, name, conf) {
		field_path(at, path, name);
		if (check_one(conf, candidate, at, errors) < 0 ||
		    check_unique(value, name, conf, at, errors) < 0)
			r = -1;
	}
	return r;
}

/* --- what it says --- */

static uint32_t export_mask(const json_t *conf)
{
	uint32_t mask = 0;
	json_t *item;
	size_t i;

	json_array_foreach(json_object_get(conf, "export"), i, item)
		for (int p = 0; protocols[p]; p++)
			if (strcmp(json_string_value(item), protocols[p]) == 0)
				mask |= 1U << protocol_ids[p];
	return mask;
}

static void read_prefixes(const json_t *list, struct prefix *out)
{
	json_t *item;
	size_t i;

	json_array_foreach((json_t *)list, i, item)
		prefix_parse(json_string_value(item), &out[i]); /* checked */
}

int kernel_conf(const json_t *conf, struct kernel_sync_conf *out, struct prefix **prefixes)
{
	const json_t *within = json_object_get(conf, "import");
	const json_t *exactly = json_object_get(conf, "import_exact");

	out->n_import = json_array_size(within);
	out->n_import_exact = json_array_size(exactly);
	*prefixes = calloc(out->n_import + out->n_import_exact + 1, sizeof(**prefixes));
	if (!*prefixes)
		return -ENOMEM;
	read_prefixes(within, *prefixes);
	read_prefixes(exactly, *prefixes + out->n_import);
	out->import = *prefixes;
	out->import_exact = *prefixes + out->n_import;
	out->export = export_mask(conf);
	out->metric = (uint32_t)conf_int(conf, "metric");
	out->distance = (uint8_t)conf_int(conf, "distance");
	return 0;
}

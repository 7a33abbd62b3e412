// SPDX-License-Identifier: BSD-3-Clause
#include "control/redistribution.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "control/engines.h"

static json_t *from_text(const char *text)
{
	return json_pack("{s:s}", "protocol", text);
}

static const struct field fields[] = {
	{.name = "protocol",
	 .type = F_ENUM,
	 .choices = engines_protocol_names,
	 .help = "whom the route is from; none: any"},
	{.name = "prefix", .type = F_PREFIX, .help = "this one alone, unless ge or le say more"},
	{.name = "ge",
	 .type = F_INT,
	 .min = 0,
	 .max = 128,
	 .help = "within prefix: of at least this length"},
	{.name = "le",
	 .type = F_INT,
	 .min = 0,
	 .max = 128,
	 .help = "within prefix: of at most this length"},
	{.name = "tag", .type = F_INT, .min = 0, .max = UINT32_MAX, .help = "with this mark"},
	{.name = "metric", .type = F_INT, .min = 0, .max = UINT32_MAX, .help = "of this metric"},
	{.name = "deny",
	 .type = F_BOOL,
	 .def = "false",
	 .help = "what fits is not told; what no rule fits is not either"},
	{.name = "set-metric",
	 .type = F_INT,
	 .min = 0,
	 .max = UINT32_MAX,
	 .help = "told with this metric"},
	{.name = "set-tag",
	 .type = F_INT,
	 .min = 0,
	 .max = UINT32_MAX,
	 .help = "told with this mark"},
	{.name = NULL},
};

const struct field redistribution_rule = {.type = F_OBJECT,
					  .fields = fields,
					  .from_text = from_text,
					  .text_form = "the name of a protocol"};

static int check_prefix(uint8_t family, const json_t *rule, const char *path, struct errors *errors)
{
	const char *text = conf_str(rule, "prefix");
	bool has_ge = json_object_get(rule, "ge"), has_le = json_object_get(rule, "le");
	int64_t ge = conf_int(rule, "ge"), le = conf_int(rule, "le");
	struct prefix prefix;

	if (!text)
		return has_ge || has_le ? errors_add(errors, path,
						     "ge and le are lengths within a prefix: "
						     "give one, such as 0.0.0.0/0")
					: 0;
	if (prefix_parse(text, &prefix) < 0)
		return 0;
	if (prefix.addr.family != family)
		return errors_add(errors, path, "%s: an IPv%d prefix is wanted", text, family);
	if ((has_ge && (ge < prefix.length || ge > (int64_t)addr_bits(&prefix.addr))) ||
	    (has_le && (le < prefix.length || le > (int64_t)addr_bits(&prefix.addr))) ||
	    (has_ge && has_le && ge > le))
		return errors_add(errors, path,
				  "no prefix within %s has such a length: ge and le lie between %u "
				  "and %u, and ge is not above le",
				  text, prefix.length, addr_bits(&prefix.addr));
	return 0;
}

int redistribution_check(uint8_t family, const json_t *list, const char *path,
			 struct errors *errors)
{
	char at[FIELD_PATH_MAX];
	json_t *rule;
	size_t i;
	int r = 0;

	json_array_foreach((json_t *)list, i, rule) {
		field_path_index(at, path, i);
		r |= check_prefix(family, rule, at, errors);
	}
	return r;
}

static uint32_t protocol_bit(const char *name)
{
	for (int i = 0; name && engines_protocol_names[i]; i++)
		if (strcmp(engines_protocol_names[i], name) == 0)
			return 1U << i;
	return 0;
}

static bool number(const json_t *rule, const char *name, uint32_t *out)
{
	*out = (uint32_t)conf_int(rule, name);
	return json_object_get(rule, name) != NULL;
}

static void make(const json_t *rule, struct rib_rule *out)
{
	const char *text = conf_str(rule, "prefix");

	out->protocols = protocol_bit(conf_str(rule, "protocol"));
	if (text)
		prefix_parse(text, &out->prefix);
	out->ge = (uint8_t)conf_int(rule, "ge");
	out->le = (uint8_t)conf_int(rule, "le");
	if (json_object_get(rule, "ge") && !out->ge && !out->le)
		out->le = 128; /* from the default route on: everything within */
	out->deny = conf_bool(rule, "deny");
	out->match_tag = number(rule, "tag", &out->tag);
	out->match_metric = number(rule, "metric", &out->metric);
	out->set_tag = number(rule, "set-tag", &out->new_tag);
	out->set_metric = number(rule, "set-metric", &out->new_metric);
}

int redistribution_make(const json_t *list, struct rib_filter *out)
{
	struct rib_rule *rules = calloc(json_array_size(list) + 1, sizeof(*rules));
	json_t *rule;
	size_t i;

	if (!rules)
		return -ENOMEM;
	json_array_foreach((json_t *)list, i, rule)
		make(rule, &rules[i]);
	*out = (struct rib_filter){.n = (uint32_t)json_array_size(list), .rules = rules};
	return 0;
}

// SPDX-License-Identifier: BSD-3-Clause
#include "routing/rib.h"

static bool length_fits(const struct rib_rule *rule, uint8_t length)
{
	uint8_t least = rule->ge ? rule->ge : rule->prefix.length;
	uint8_t most = rule->le ? rule->le : rule->ge ? 128 : rule->prefix.length;

	return length >= least && length <= most;
}

static bool fits(const struct rib_rule *rule, const struct rib_best *best)
{
	if (rule->protocols && !(rule->protocols >> best->protocol & 1))
		return false;
	if (rule->match_tag && rule->tag != best->tag)
		return false;
	if (rule->match_metric && rule->metric != best->metric)
		return false;
	return rule->prefix.addr.family == ADDR_NONE ||
	       (prefix_contains(&rule->prefix, &best->prefix.addr) &&
		length_fits(rule, best->prefix.length));
}

bool rib_filter_passes(const struct rib_filter *filter, const struct rib_best *best,
		       uint32_t *metric, uint32_t *tag)
{
	for (uint32_t i = 0; i < filter->n; i++) {
		const struct rib_rule *rule = &filter->rules[i];

		if (!fits(rule, best))
			continue;
		if (rule->set_metric)
			*metric = rule->new_metric;
		if (rule->set_tag)
			*tag = rule->new_tag;
		return !rule->deny;
	}
	return false;
}

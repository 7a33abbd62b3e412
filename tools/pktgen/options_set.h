// SPDX-License-Identifier: BSD-3-Clause
/* Options whose values are more than a number: each takes its value or says in error what is wrong.
 */
#ifndef WEFT_TOOLS_PKTGEN_OPTIONS_SET_H
#define WEFT_TOOLS_PKTGEN_OPTIONS_SET_H

#include "tools/pktgen/options.h"

typedef int option_set(struct options *options, const char *value, char *error);

option_set option_set_size, option_set_rate, option_set_fields, option_set_order,
	option_set_mac_src, option_set_mac_dst, option_set_ip_src, option_set_ip_dst,
	option_set_port_src, option_set_port_dst, option_set_vlan, option_set_outer_vlan,
	option_set_values, option_set_core, option_set_cores;

#endif

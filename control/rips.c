// SPDX-License-Identifier: BSD-3-Clause
#include "control/rips.h"

#include <string.h>

#include "control/engines.h"
#include "control/interfaces.h"
#include "control/rip_conf.h"
#include "control/share.h"

static struct instance *instances[2];

static struct instance **slot_of(uint8_t family)
{
	return &instances[family == ADDR_IP6];
}

struct instance *rips_find(uint8_t family)
{
	return *slot_of(family);
}

int rips_set(uint8_t family, const json_t *value, struct errors *errors)
{
	const struct protocol *protocol = family == ADDR_IP4 ? &protocol_rip : &protocol_ripng;
	struct instance **slot = slot_of(family);
	struct rip_conf conf;
	int r;

	engines_now();
	r = rip_conf_make(family, value, &conf);
	if (r == 0) {
		r = *slot ? protocol->reconfigure(*slot, &conf)
			  : engines_run(protocol, &conf, slot);
		rip_conf_free(&conf);
	}
	share_refresh();
	engines_kick();
	return r < 0 ? errors_add(errors, "", "the protocol does not run: %s", strerror(-r)) : 0;
}

void rips_remove(uint8_t family)
{
	engines_end(*slot_of(family));
	*slot_of(family) = NULL;
	share_refresh();
}

void rips_fini(void)
{
	rips_remove(ADDR_IP4);
	rips_remove(ADDR_IP6);
}

void rips_each(void (*fn)(struct instance *instance, void *arg), void *arg)
{
	for (int i = 0; i < 2; i++)
		if (instances[i])
			fn(instances[i], arg);
}

const char *rips_iface_name(uint32_t id)
{
	struct iface_entry *entry = interfaces_by_id(id);

	return entry ? entry->iface.name : "";
}

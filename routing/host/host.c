// SPDX-License-Identifier: BSD-3-Clause
#include <assert.h>
#include <errno.h>

#include "routing/core/memory.h"
#include "routing/host/inside.h"

void host_conf_default(struct host_conf *conf)
{
	*conf = (struct host_conf){
		.errors = {1000, 1000},
		.iface_errors = {400, 400},
		.source = {200, 200},
		.too_big = {1000, 1000},
		.echo = {10000, 2000},
	};
}

struct host *host_create(struct env *env, const struct host_conf *conf, const struct host_ops *ops,
			 void *ctx)
{
	struct host *host = memory_zalloc(sizeof(*host));

	if (!host)
		return NULL;
	host->env = env;
	host->ops = ops;
	host->ctx = ctx;
	host->seed = (uint64_t)env_random(env) << 32 | env_random(env);
	host->next_id = (uint16_t)env_random(env);
	clients_init(&host->clients);
	assemblies_init(&host->assemblies);
	if (conf)
		host->conf = *conf;
	else
		host_conf_default(&host->conf);
	return host;
}

void host_destroy(struct host *host)
{
	if (!host)
		return;
	assert(clients_is_empty(&host->clients));
	assembly_fini(host);
	limit_fini(host);
	memory_free(host);
}

void host_configure(struct host *host, const struct host_conf *conf)
{
	host->conf = *conf;
}

void host_conf_get(const struct host *host, struct host_conf *conf)
{
	*conf = host->conf;
}

void host_stats(const struct host *host, struct host_stats *out)
{
	*out = host->stats;
}

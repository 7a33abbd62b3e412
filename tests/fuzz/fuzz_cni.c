// SPDX-License-Identifier: BSD-3-Clause
/*
 * What a container runtime says, a line for each variable of the environment and then the
 * network's configuration; behind a zero byte what the IPAM plugin says. It is refused with one
 * error, or there is a port's name, and whatever the plugin says makes addresses, routes and a
 * result.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/cni/cni.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
	if (!holds)
		abort();
}

/* They stay in the environment: setenv would keep every value for good. */
static char variables[][80] = {"CNI_COMMAND=", "CNI_CONTAINERID=", "CNI_NETNS=", "CNI_IFNAME="};

/* Returns what follows the line. */
static const uint8_t *put_variable(char variable[80], const uint8_t *at, const uint8_t *end)
{
	size_t head = strcspn(variable, "=") + 1, room = 80 - head - 1;
	const uint8_t *newline = at < end ? memchr(at, '\n', (size_t)(end - at)) : NULL;
	size_t n = (size_t)((newline ? newline : end) - at);

	snprintf(variable + head, room, "%.*s", (int)(n < room ? n : room), (const char *)at);
	return newline ? newline + 1 : end;
}

static void plan(struct cni *cni, const json_t *ipam)
{
	json_t *addresses = cni_plan_addresses(cni, ipam), *routes = cni_plan_routes(ipam);
	json_t *result = cni_result(cni, ipam, "02:00:00:00:00:01");

	must(json_is_array(addresses) && json_is_array(routes));
	must(json_is_object(result) && json_is_array(json_object_get(result, "ips")));
	json_decref(result);
	json_decref(routes);
	json_decref(addresses);
}

static void check_name(const struct cni *cni)
{
	size_t n = strlen(cni->port);

	must(n > 4 && n < sizeof(cni->port) - 1 && strncmp(cni->port, "cni-", 4) == 0);
	must(!strpbrk(cni->port, "./ =,{}[]\"'"));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *at = data, *end = data + size, *zero;
	struct cni cni = {.client = CLIENT_INIT};
	json_t *ipam = NULL;
	int rc;

	for (size_t i = 0; i < sizeof(variables) / sizeof(variables[0]); i++) {
		at = put_variable(variables[i], at, end);
		must(putenv(variables[i]) == 0);
	}
	zero = at < end ? memchr(at, 0, (size_t)(end - at)) : NULL;
	rc = cni_conf_load(&cni, (const char *)at, (size_t)((zero ? zero : end) - at));
	must((rc < 0) == (cni.error != NULL));
	if (zero)
		ipam = json_loadb((const char *)zero + 1, (size_t)(end - zero - 1), 0, NULL);
	if (rc == 0 && strcmp(cni.command, "VERSION") != 0) {
		check_name(&cni);
		plan(&cni, json_is_object(ipam) ? ipam : NULL);
	}
	json_decref(ipam);
	json_decref(cni.error);
	json_decref(cni.conf);
	return 0;
}

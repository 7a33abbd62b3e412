// SPDX-License-Identifier: BSD-3-Clause
/*
 * weft-cni: a CNI plugin (specification 1.0) that gives containers a tap of
 * weft's in one of its bridges. Run once a command by a container runtime:
 * the command in the environment, the network's configuration on standard
 * input, the result or one error as JSON on standard output.
 *
 * One process, one thread. The container's interface is a port of weftd, named
 * after container and interface; all that is remembered of it is in weftd, and
 * what the IPAM plugin remembers.
 */
#ifndef WEFT_TOOLS_CNI_CNI_H
#define WEFT_TOOLS_CNI_CNI_H

#include <stdbool.h>

#include <jansson.h>

#include "tools/weft_client.h"

#define CNI_VERSION "1.0.0" /* the newest we speak */

/* The specification's codes, and ours from 100 on. */
enum cni_code {
	CNI_BAD_VERSION = 1,
	CNI_NO_CONTAINER = 3,
	CNI_BAD_ENVIRONMENT = 4,
	CNI_IO = 5,
	CNI_BAD_JSON = 6,
	CNI_BAD_CONFIG = 7,
	CNI_TRY_LATER = 11,
	CNI_REFUSED = 100, /* weftd, or the IPAM plugin, refused */
	CNI_MISSING = 101, /* CHECK: something is not as ADD left it */
};

struct cni {
	/* The environment; "" where a variable is not set. */
	const char *command, *container, *netns, *ifname, *path;
	/* The network's configuration. */
	json_t *conf;
	const char *version, *instance, *bridge;
	const json_t *ipam; /* NULL: none */
	json_int_t vlan;    /* 0: none */
	json_int_t mtu;     /* 0: weft's default */
	bool save;
	/* What follows from both. */
	char port[32];
	struct client client;
	json_t *error; /* the first one */
};

/* Keeps the error, unless there is one already. Returns -1. */
int cni_fail(struct cni *cni, enum cni_code code, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Reads environment and configuration. 0 or -1 with an error. */
int cni_conf_load(struct cni *cni, const char *text, size_t size);
/* A value that the runtime gave for this container, by the conventions runtimeConfig and args.cni.
 * NULL: none. */
const json_t *cni_conf_given(const struct cni *cni, const char *key);

/* Runs the network's IPAM plugin, if there is one: ADD gives *result (new reference). 0 or -1. */
int cni_ipam(struct cni *cni, const char *command, json_t **result);

/* Each 0, or -1 with an error. */
int cni_weft_open(struct cni *cni);
/* Is the bridge there, and no port of our name? */
int cni_weft_ready(struct cni *cni);
/* The container's port with these addresses and routes, in its bridge; nothing where it fails. */
int cni_weft_add(struct cni *cni, const json_t *addresses, const json_t *routes);
/* What is not there needs no removing. */
int cni_weft_del(struct cni *cni);
/* The port's row of `port show` (new reference); NULL with an error. */
json_t *cni_weft_show(struct cni *cni);
int cni_weft_in_bridge(struct cni *cni);

/* What the interface is to be given: [address…], and [{prefix, via}…] (new references). */
json_t *cni_plan_addresses(const struct cni *cni, const json_t *ipam);
json_t *cni_plan_routes(const json_t *ipam);
/* The result of ADD in the configuration's version. New reference. */
json_t *cni_result(const struct cni *cni, const json_t *ipam, const char *mac);

/* Does the container have what prevResult says? 0 or -1. Stays in its namespace. */
int cni_sandbox_check(struct cni *cni, const json_t *previous);

#endif

// SPDX-License-Identifier: BSD-3-Clause
#include "control/rip_conf.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "control/interfaces.h"
#include "control/redistribution.h"
#include "control/vrfs.h"

#define S 1000 /* durations of fields are in milliseconds */

static uint8_t index_of(const char *const *choices, const char *word, uint8_t otherwise)
{
	for (uint8_t i = 0; word && choices[i]; i++)
		if (strcmp(choices[i], word) == 0)
			return i;
	return otherwise;
}

static uint8_t type_of(const json_t *auth)
{
	return (uint8_t)(RIP_AUTH_PASSWORD + index_of(rip_algorithms, conf_str(auth, "algorithm"),
						      RIP_AUTH_SHA256 - RIP_AUTH_PASSWORD));
}

/* --- checks --- */

static int check_key(const json_t *auth, const char *path, struct errors *errors)
{
	const char *secret = conf_str(auth, "key");

	if (!secret || type_of(auth) > RIP_AUTH_MD5 || strlen(secret) <= 16)
		return 0;
	return errors_add(errors, path,
			  "a key of %zu bytes is too long for %s, which takes 16; an hmac takes %d",
			  strlen(secret), conf_str(auth, "algorithm"), RIP_KEY_MAX);
}

static int check_iface(const json_t *iface, const char *path, struct errors *errors)
{
	const json_t *keys = json_object_get(iface, "keys"), *auth = json_object_get(iface, "auth");
	char at[FIELD_PATH_MAX], item_at[FIELD_PATH_MAX];
	json_t *item;
	size_t i;
	int r = 0;

	if (auth && keys)
		return errors_add(errors, path, "has auth and keys: one of them says it all");
	field_path(at, path, "auth");
	if (auth)
		r |= check_key(auth, at, errors);
	field_path(at, path, "keys");
	json_array_foreach((json_t *)keys, i, item) {
		field_path_index(item_at, at, i);
		r |= check_key(item, item_at, errors);
	}
	return r;
}

static const char *vrf_of(const json_t *value)
{
	const char *vrf = conf_str(value, "vrf");

	return vrf ? vrf : VRF_DEFAULT;
}

/* A loopback has nobody to talk to; another VRF's interface has another table. */
static int check_where(const char *name, const json_t *value, const json_t *candidate,
		       const char *path, struct errors *errors)
{
	const json_t *iface = json_object_get(json_object_get(candidate, "interfaces"), name);

	if (conf_bool(iface, "loopback"))
		return errors_add(errors, path,
				  "%s is a loopback: nobody listens there; redistribute: "
				  "[connected] tells others of its addresses",
				  name);
	if (strcmp(vrf_of(iface), vrf_of(value)) == 0)
		return 0;
	return errors_add(errors, path, "%s is in VRF %s, and this speaks for %s", name,
			  vrf_of(iface), vrf_of(value));
}

static int check_neighbor(uint8_t family, const json_t *item, const json_t *value, const char *path,
			  struct errors *errors)
{
	const char *iface = conf_str(item, "interface"), *text = conf_str(item, "address");
	struct addr addr;

	if (iface && !json_object_get(json_object_get(value, "interfaces"), iface))
		return errors_add(errors, path, "%s is none of interfaces", iface);
	if (!text || addr_parse(text, &addr) < 0 || addr.family == family)
		return 0;
	return errors_add(errors, path, "%s: an IPv%d address is wanted", text, family);
}

static int64_t ms_or(const json_t *value, const char *name, int64_t otherwise)
{
	return json_object_get(value, name) ? conf_ms(value, name) : otherwise;
}

int rip_conf_check(uint8_t family, const json_t *value, const json_t *candidate, const char *path,
		   struct errors *errors)
{
	char list[FIELD_PATH_MAX], at[FIELD_PATH_MAX];
	const char *name;
	json_t *item;
	size_t i;
	int r = 0;

	if (ms_or(value, "timeout", 180 * S) <= ms_or(value, "update", 30 * S)) {
		field_path(at, path, "timeout");
		r |= errors_add(errors, at, "has to be longer than update");
	}
	field_path(list, path, "interfaces");
	json_object_foreach(json_object_get(value, "interfaces"), name, item) {
		field_path(at, list, name);
		r |= check_iface(item, at, errors);
		r |= check_where(name, value, candidate, at, errors);
	}
	field_path(list, path, "neighbors");
	json_array_foreach(json_object_get(value, "neighbors"), i, item) {
		field_path_index(at, list, i);
		r |= check_neighbor(family, item, value, at, errors);
	}
	field_path(list, path, "redistribute");
	return r |
	       redistribution_check(family, json_object_get(value, "redistribute"), list, errors);
}

/* --- what the engine gets --- */

static void key_make(const json_t *auth, struct rip_key *out)
{
	const char *secret = conf_str(auth, "key");

	*out = (struct rip_key){
		.id = (uint8_t)conf_int(auth, "key-id"),
		.type = type_of(auth),
		.size = (uint8_t)strlen(secret),
		.send_from_s = conf_int(auth, "send-from"),
		.send_until_s = conf_int(auth, "send-until"),
		.accept_from_s = conf_int(auth, "accept-from"),
		.accept_until_s = conf_int(auth, "accept-until"),
	};
	memcpy(out->key, secret, out->size);
}

static void iface_make(uint32_t id, const json_t *conf, struct rip_iface_conf *out)
{
	const json_t *auth = json_object_get(conf, "auth");
	json_t *item;
	size_t i;

	out->iface = id;
	out->passive = conf_bool(conf, "passive");
	out->accept_1 = conf_bool(conf, "version-1");
	out->bfd = conf_bool(conf, "bfd");
	out->originate = conf_bool(conf, "default-route");
	out->split = index_of(rip_splits, conf_str(conf, "split-horizon"), RIP_SPLIT_POISONED);
	out->metric = (uint8_t)conf_int(conf, "metric");
	out->offset = (uint8_t)conf_int(conf, "offset");
	if (auth)
		key_make(auth, &out->keys[out->n_keys++]);
	json_array_foreach(json_object_get(conf, "keys"), i, item)
		key_make(item, &out->keys[out->n_keys++]);
}

/* One that is about to be made anew has no number for a moment; it is asked for again then. */
static void ifaces_make(const json_t *map, struct rip_iface_conf *list, uint32_t *n)
{
	const char *name;
	json_t *item;

	json_object_foreach((json_t *)map, name, item) {
		struct iface_entry *entry = interfaces_find(name);

		if (entry)
			iface_make(entry->iface.id, item, &list[(*n)++]);
	}
}

static void neighbors_make(const json_t *array, struct rip_neighbor_conf *list, uint32_t *n)
{
	json_t *item;
	size_t i;

	json_array_foreach((json_t *)array, i, item) {
		struct iface_entry *entry = interfaces_find(conf_str(item, "interface"));

		if (!entry)
			continue;
		list[*n].iface = entry->iface.id;
		addr_parse(conf_str(item, "address"), &list[(*n)++].addr);
	}
}

void rip_conf_free(struct rip_conf *conf)
{
	free((void *)conf->ifaces);
	free((void *)conf->neighbors);
	free((void *)conf->redistribute.rules);
}

int rip_conf_make(uint8_t family, const json_t *value, struct rip_conf *out)
{
	const json_t *ifaces = json_object_get(value, "interfaces");
	const json_t *neighbors = json_object_get(value, "neighbors");
	struct rip_iface_conf *iface_list =
		calloc(json_object_size(ifaces) + 1, sizeof(*iface_list));
	struct rip_neighbor_conf *neighbor_list =
		calloc(json_array_size(neighbors) + 1, sizeof(*neighbor_list));
	int vrf = vrfs_id(conf_str(value, "vrf"));

	rip_conf_default(out, family);
	out->ifaces = iface_list;
	out->neighbors = neighbor_list;
	if (!iface_list || !neighbor_list ||
	    redistribution_make(json_object_get(value, "redistribute"), &out->redistribute) < 0) {
		rip_conf_free(out);
		return -ENOMEM;
	}
	ifaces_make(ifaces, iface_list, &out->n_ifaces);
	neighbors_make(neighbors, neighbor_list, &out->n_neighbors);
	out->vrf = vrf < 0 ? 0 : (uint16_t)vrf;
	out->update_us = conf_ms(value, "update") * 1000;
	out->timeout_us = conf_ms(value, "timeout") * 1000;
	out->garbage_us = conf_ms(value, "garbage") * 1000;
	out->triggered_us = conf_ms(value, "triggered") * 1000;
	out->default_metric = (uint8_t)conf_int(value, "default-metric");
	out->distance = (uint8_t)conf_int(value, "distance");
	out->paths = (uint8_t)conf_int(value, "paths");
	out->routes_max = (uint32_t)conf_int(value, "routes-limit");
	out->neighbor_routes_max = (uint32_t)conf_int(value, "neighbor-routes-limit");
	out->packets_max = (uint32_t)conf_int(value, "packets-limit");
	out->neighbors_max = (uint32_t)conf_int(value, "neighbors-limit");
	return 0;
}

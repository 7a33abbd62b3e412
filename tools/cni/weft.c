// SPDX-License-Identifier: BSD-3-Clause
/* The container's port, by way of weftd. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/cni/cni.h"

#define REFUSED -32000 /* JSON-RPC: understood, but not done */

int cni_weft_open(struct cni *cni)
{
	char *said = NULL;
	size_t size = 0;
	FILE *err = open_memstream(&said, &size);
	int rc;

	if (!err)
		return cni_fail(cni, CNI_IO, "no memory");
	rc = client_open(&cni->client, cni->instance, err);
	fclose(err);
	if (rc < 0) {
		said[strcspn(said, "\n")] = '\0';
		cni_fail(cni, CNI_TRY_LATER, "%s",
			 strncmp(said, "weft: ", 6) == 0 ? said + 6 : said);
	}
	free(said);
	return rc < 0 ? -1 : 0;
}

static void error_text(const json_t *error, char *out, size_t size)
{
	const json_t *list = json_object_get(json_object_get(error, "data"), "errors"), *one;
	size_t i, n = 0;

	snprintf(out, size, "%s", json_string_value(json_object_get(error, "message")));
	json_array_foreach((json_t *)list, i, one) {
		const char *path = json_string_value(json_object_get(one, "path"));

		if (n >= size)
			return;
		n += (size_t)snprintf(out + n, size - n, "%s%s%s%s", i ? "; " : "",
				      path ? path : "", path && *path ? ": " : "",
				      json_string_value(json_object_get(one, "text")));
	}
}

/* Takes params. 0 with *result (a new reference, if it is wanted), 1 where weftd refuses, with its
 * words in said; -1 with an error where it does not answer. */
static int call(struct cni *cni, const char *method, json_t *params, json_t **result,
		char said[1024])
{
	json_t *value = NULL, *error = NULL;
	int rc = client_call(&cni->client, method, params, &value, &error);

	*said = '\0';
	if (rc < 0)
		return cni_fail(cni, CNI_TRY_LATER, "weftd: no answer to %s: %s", method,
				strerror(-rc));
	if (rc == 1)
		error_text(error, said, 1024);
	if (rc == 1 && json_integer_value(json_object_get(error, "code")) != REFUSED)
		rc = cni_fail(cni, CNI_REFUSED, "weftd: %s: %s", method, said);
	if (rc == 0 && result)
		*result = json_incref(value);
	json_decref(error);
	json_decref(value);
	return rc;
}

/* The same, and a refusal is an error of this code. */
static int insist(struct cni *cni, enum cni_code code, const char *method, json_t *params,
		  json_t **result)
{
	char said[1024];
	int rc = call(cni, method, params, result, said);

	return rc == 1 ? cni_fail(cni, code, "weftd: %s", said) : rc;
}

int cni_weft_ready(struct cni *cni)
{
	char said[1024];
	int rc;

	if (insist(cni, CNI_BAD_CONFIG, "bridge.show", json_pack("{s:s}", "name", cni->bridge),
		   NULL) < 0)
		return -1;
	rc = call(cni, "port.show", json_pack("{s:s}", "name", cni->port), NULL, said);
	if (rc == 0)
		return cni_fail(cni, CNI_REFUSED,
				"interface %s of container %s is there already, as port %s",
				cni->ifname, cni->container, cni->port);
	return rc == 1 ? 0 : -1;
}

static json_t *port_keys(const struct cni *cni, const json_t *addresses, const json_t *routes)
{
	const json_t *mac = cni_conf_given(cni, "mac");
	json_t *set = json_pack("{s:s, s:s, s:s}", "type", "tap", "device", cni->ifname, "netns",
				cni->netns);

	if (cni->mtu)
		json_object_set_new(set, "mtu", json_integer(cni->mtu));
	if (mac)
		json_object_set(set, "mac", (json_t *)mac);
	if (json_array_size(addresses))
		json_object_set(set, "addresses", (json_t *)addresses);
	if (json_array_size(routes))
		json_object_set(set, "routes", (json_t *)routes);
	return set;
}

/* Our port's entry among those of a bridge; value NULL takes it away. */
static json_t *member(const struct cni *cni, const char *bridge, json_t *value)
{
	char key[64];

	snprintf(key, sizeof(key), "ports.%s", cni->port);
	return json_pack("{s:s, s:{s:o}}", "name", bridge, "set", key, value);
}

static int save(struct cni *cni)
{
	return cni->save ? insist(cni, CNI_REFUSED, "config.save", json_object(), NULL) : 0;
}

int cni_weft_add(struct cni *cni, const json_t *addresses, const json_t *routes)
{
	json_t *set = port_keys(cni, addresses, routes), *vlan = json_object();
	char said[1024];
	int rc = call(cni, "port.add", json_pack("{s:s, s:o}", "name", cni->port, "set", set), NULL,
		      said);

	if (cni->vlan)
		json_object_set_new(vlan, "vlan", json_integer(cni->vlan));
	if (rc == 1) { /* refused: a port of that name is not ours */
		json_decref(vlan);
		return cni_fail(cni, CNI_REFUSED, "weftd: %s", said);
	}
	if (rc == 0)
		rc = insist(cni, CNI_REFUSED, "bridge.set", member(cni, cni->bridge, vlan), NULL);
	else
		json_decref(vlan);
	if (rc == 0 && save(cni) == 0)
		return 0;
	cni_weft_del(cni); /* also where no answer came: it may be done a moment later */
	return -1;
}

static bool has_port(const json_t *bridge, const char *port)
{
	json_t *name;
	size_t i;

	json_array_foreach(json_object_get(bridge, "ports"), i, name)
		if (strcmp(json_string_value(name), port) == 0)
			return true;
	return false;
}

/* Whatever bridge it is in by now. Refusals are those of somebody who was quicker, or show when the
 * port itself goes. */
static int leave_bridges(struct cni *cni)
{
	json_t *rows = NULL, *row;
	char said[1024];
	size_t i;
	int rc = insist(cni, CNI_REFUSED, "bridge.show", json_object(), &rows);

	json_array_foreach(rows, i, row)
		if (rc >= 0 && has_port(row, cni->port))
			rc = call(cni, "bridge.set",
				  member(cni, json_string_value(json_object_get(row, "name")),
					 json_null()),
				  NULL, said);
	json_decref(rows);
	return rc < 0 ? -1 : 0;
}

/* 0 or -1. Another DEL may be quicker. */
static int delete_port(struct cni *cni, const json_t *name)
{
	char why[1024], said[1024];
	int rc = call(cni, "port.del", json_incref((json_t *)name), NULL, why);

	if (rc != 1)
		return rc;
	rc = call(cni, "port.show", json_incref((json_t *)name), NULL, said);
	if (rc == 0)
		return cni_fail(cni, CNI_REFUSED, "weftd: %s", why);
	return rc < 0 ? -1 : 0;
}

int cni_weft_del(struct cni *cni)
{
	json_t *name = json_pack("{s:s}", "name", cni->port);
	char said[1024];
	int rc = call(cni, "port.show", json_incref(name), NULL, said);

	if (rc == 0) {
		rc = leave_bridges(cni);
		if (rc == 0)
			rc = delete_port(cni, name);
	}
	json_decref(name);
	return rc < 0 ? -1 : save(cni);
}

json_t *cni_weft_show(struct cni *cni)
{
	json_t *rows = NULL, *row;

	if (insist(cni, CNI_MISSING, "port.show", json_pack("{s:s}", "name", cni->port), &rows) < 0)
		return NULL;
	row = json_incref(json_array_get(rows, 0));
	json_decref(rows);
	return row;
}

int cni_weft_in_bridge(struct cni *cni)
{
	json_t *rows = NULL;
	int rc = insist(cni, CNI_MISSING, "bridge.show", json_pack("{s:s}", "name", cni->bridge),
			&rows);

	if (rc == 0 && !has_port(json_array_get(rows, 0), cni->port))
		rc = cni_fail(cni, CNI_MISSING, "port %s is not in bridge %s", cni->port,
			      cni->bridge);
	json_decref(rows);
	return rc;
}

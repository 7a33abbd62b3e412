// SPDX-License-Identifier: BSD-3-Clause
/* What the runtime says: its environment, and the network's configuration. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "control/wire.h"
#include "tools/cni/cni.h"

#define LETTERS  "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
#define VLAN_MAX 4094

static const char *variable(const char *name)
{
	const char *value = getenv(name);

	return value ? value : "";
}

static int load_json(struct cni *cni, const char *text, size_t size)
{
	json_error_t where;

	cni->conf = json_loadb(text, size, JSON_REJECT_DUPLICATES, &where);
	if (!cni->conf)
		return cni_fail(cni, CNI_BAD_JSON,
				"the configuration on standard input is no JSON: %s in line %d",
				where.text, where.line);
	if (!json_is_object(cni->conf))
		return cni_fail(cni, CNI_BAD_JSON, "the configuration is no JSON object");
	return 0;
}

/* Anything is answered to VERSION, so that the runtime learns what we speak. */
static int load_version(struct cni *cni)
{
	const json_t *value = json_object_get(cni->conf, "cniVersion");
	const char *version = json_string_value(value);

	if (value && !version)
		return cni_fail(cni, CNI_BAD_CONFIG, "cniVersion is no text");
	cni->version = version ? version : CNI_VERSION;
	if (strcmp(cni->command, "VERSION") == 0)
		return 0;
	if (version && (strcmp(version, "0.4.0") == 0 || strcmp(version, CNI_VERSION) == 0))
		return 0;
	cni->version = CNI_VERSION; /* of the error */
	return cni_fail(cni, CNI_BAD_VERSION, "cniVersion is %s: expected 0.4.0 or " CNI_VERSION,
			version ? version : "missing");
}

/* Answers are JSON, which has UTF-8 alone; the environment may hold any bytes. */
static bool is_text(const char *bytes)
{
	json_t *text = json_string(bytes);

	json_decref(text);
	return text != NULL;
}

static int check_environment(struct cni *cni)
{
	const char *id = cni->container, *name = cni->ifname;
	size_t n = strlen(name);

	if (!*id || !strchr(LETTERS, *id) || strspn(id, LETTERS "_.-") != strlen(id))
		return cni_fail(cni, CNI_BAD_ENVIRONMENT,
				"CNI_CONTAINERID is '%s': expected letters, digits, _ . and -", id);
	if (n < 1 || n > 15 || strpbrk(name, "/: \t\n%") || !strcmp(name, ".") ||
	    !strcmp(name, "..") || !is_text(name))
		return cni_fail(cni, CNI_BAD_ENVIRONMENT,
				"CNI_IFNAME is '%s': expected an interface's name", name);
	if ((*cni->netns != '/' && strcmp(cni->command, "DEL") != 0) || !is_text(cni->netns))
		return cni_fail(cni, CNI_BAD_ENVIRONMENT,
				"CNI_NETNS is '%s': expected the path of a network namespace",
				cni->netns);
	return 0;
}

/* *out keeps its value where there is no such key. */
static int load_text(struct cni *cni, const char *key, const char **out)
{
	const json_t *value = json_object_get(cni->conf, key);

	if (value && !json_string_length(value))
		return cni_fail(cni, CNI_BAD_CONFIG, "%s has to be a text", key);
	if (value)
		*out = json_string_value(value);
	return 0;
}

static int load_number(struct cni *cni, const char *key, json_int_t min, json_int_t max,
		       json_int_t *out)
{
	const json_t *value = json_object_get(cni->conf, key);

	if (!value)
		return 0;
	*out = json_integer_value(value);
	if (!json_is_integer(value) || *out < min || *out > max)
		return cni_fail(cni, CNI_BAD_CONFIG,
				"%s has to be a number from %" JSON_INTEGER_FORMAT
				" to %" JSON_INTEGER_FORMAT,
				key, min, max);
	return 0;
}

static int load_ipam(struct cni *cni)
{
	const json_t *ipam = json_object_get(cni->conf, "ipam");
	const char *type = json_string_value(json_object_get(ipam, "type"));

	if (!ipam || (json_is_object(ipam) && !json_object_size(ipam)))
		return 0;
	if (!type || !*type || strchr(type, '/'))
		return cni_fail(cni, CNI_BAD_CONFIG, "ipam.type has to be the name of a plugin");
	cni->ipam = ipam;
	return 0;
}

static int load_keys(struct cni *cni)
{
	const json_t *save = json_object_get(cni->conf, "save");
	const char *name = NULL;

	cni->instance = WIRE_INSTANCE;
	if (load_text(cni, "name", &name) < 0 || load_text(cni, "instance", &cni->instance) < 0 ||
	    load_text(cni, "bridge", &cni->bridge) < 0 ||
	    load_number(cni, "vlan", 1, VLAN_MAX, &cni->vlan) < 0 ||
	    load_number(cni, "mtu", 68, 9000, &cni->mtu) < 0 || load_ipam(cni) < 0)
		return -1;
	if (!name)
		return cni_fail(cni, CNI_BAD_CONFIG, "name is missing: that of the network");
	if (!cni->bridge)
		return cni_fail(cni, CNI_BAD_CONFIG, "bridge is missing: one of weft's");
	if (!client_instance_ok(cni->instance))
		return cni_fail(cni, CNI_BAD_CONFIG, "instance: '%s' is no instance's name",
				cni->instance);
	if (save && !json_is_boolean(save))
		return cni_fail(cni, CNI_BAD_CONFIG, "save has to be true or false");
	cni->save = json_is_true(save);
	return 0;
}

/* cni-BEGINNING-HASH: for people the container's identifier, cut and without what a port's name
 * cannot have; for us FNV-1a over both identifiers. */
static void make_name(struct cni *cni)
{
	const char *const parts[] = {cni->container, cni->ifname};
	uint64_t hash = 0xcbf29ce484222325;
	char begin[9] = "";

	for (size_t i = 0; i < 2; i++) {
		const char *c = parts[i];
		do
			hash = (hash ^ (uint8_t)*c) * 0x100000001b3;
		while (*c++);
	}
	snprintf(begin, sizeof(begin), "%s", cni->container);
	for (char *c = begin; *c; c++)
		if (*c == '.') /* a dot would end the name in a key */
			*c = '-';
	snprintf(cni->port, sizeof(cni->port), "cni-%s-%016" PRIx64, begin, hash);
}

int cni_conf_load(struct cni *cni, const char *text, size_t size)
{
	cni->command = variable("CNI_COMMAND");
	cni->container = variable("CNI_CONTAINERID");
	cni->netns = variable("CNI_NETNS");
	cni->ifname = variable("CNI_IFNAME");
	cni->path = variable("CNI_PATH");
	if (load_json(cni, text, size) < 0 || load_version(cni) < 0)
		return -1;
	if (strcmp(cni->command, "VERSION") == 0)
		return 0;
	if (check_environment(cni) < 0 || load_keys(cni) < 0)
		return -1;
	make_name(cni);
	return 0;
}

const json_t *cni_conf_given(const struct cni *cni, const char *key)
{
	const json_t *value = json_object_get(json_object_get(cni->conf, "runtimeConfig"), key);

	if (value)
		return value;
	return json_object_get(json_object_get(json_object_get(cni->conf, "args"), "cni"), key);
}

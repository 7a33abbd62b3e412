// SPDX-License-Identifier: BSD-3-Clause
#include "control/bridge_check.h"

#include <stdio.h>
#include <string.h>

#include "control/bridges.h"
#include "control/spine/field.h"

static int check_member(const json_t *member, const char *path, struct errors *errors)
{
	bool vlan = json_object_get(member, "vlan"), trunk = json_object_get(member, "trunk");
	bool native = json_object_get(member, "native");
	char at[320];

	snprintf(at, sizeof(at), "%s.%s", path, vlan ? "vlan" : native ? "native" : "trunk");
	if (vlan && (trunk || native))
		return errors_add(errors, at,
				  "a port has either vlan (access) or trunk and native, not both");
	if (native && !trunk)
		return errors_add(errors, at, "native needs trunk: for an access port say vlan");
	if (trunk && !native && json_array_size(json_object_get(member, "trunk")) == 0)
		return errors_add(errors, at,
				  "an empty trunk carries nothing: expected VLANs such "
				  "as [10, 20-29], or all");
	return 0;
}

/* A port can be in one bridge; the second one in the file is told. */
static int check_elsewhere(const char *name, const char *port, const json_t *candidate,
			   const char *path, struct errors *errors)
{
	const char *other;
	json_t *bridge;

	json_object_foreach(json_object_get(candidate, "bridges"), other, bridge) {
		if (strcmp(other, name) == 0)
			break;
		if (json_object_get(json_object_get(bridge, "ports"), port))
			return errors_add(errors, path, "port %s is in bridge %s already", port,
					  other);
	}
	return 0;
}

static bool member_takes(const json_t *member, int64_t vlan)
{
	struct member_conf conf;

	bridges_member_conf(member, &conf);
	return conf.untagged == vlan || conf.tagged[vlan / 64] >> vlan % 64 & 1;
}

/* seen: the addresses before this one, which is added. */
static int check_mac(const json_t *value, size_t i, json_t *seen, const char *path,
		     struct errors *errors)
{
	const json_t *macs = json_object_get(value, "macs"), *entry = json_array_get(macs, i);
	const char *port = conf_str(entry, "port");
	const json_t *member = json_object_get(json_object_get(value, "ports"), port);
	int64_t vlan = conf_int(entry, "vlan");
	char at[320], key[FIELD_MAC_MAX + 8], text[FIELD_MAC_MAX];
	uint8_t bytes[6];

	conf_mac(entry, "mac", bytes);
	snprintf(at, sizeof(at), "%s.mac", path);
	if (bytes[0] & 1)
		return errors_add(errors, at, "%s is a group address: expected that of one machine",
				  conf_str(entry, "mac"));
	field_mac_text(bytes, text);
	snprintf(key, sizeof(key), "%s %d", text, (int)vlan);
	if (json_object_get(seen, key))
		return errors_add(errors, at, "%s is there twice in VLAN %d",
				  conf_str(entry, "mac"), (int)vlan);
	json_object_set_new(seen, key, json_true());
	snprintf(at, sizeof(at), "%s.port", path);
	if (!member)
		return errors_add(errors, at, "port %s is not in this bridge", port);
	snprintf(at, sizeof(at), "%s.vlan", path);
	if (!member_takes(member, vlan))
		return errors_add(errors, at, "port %s does not take VLAN %d", port, (int)vlan);
	return 0;
}

/* Said once, at the first that is too many. */
static int check_count(const char *name, const json_t *candidate, const char *path,
		       struct errors *errors)
{
	const json_t *bridges = json_object_get(candidate, "bridges"), *bridge;
	const char *other;
	size_t n = 0;

	if (json_object_size(bridges) <= BRIDGE_MAX)
		return 0;
	json_object_foreach((json_t *)bridges, other, bridge)
		if (n++ == BRIDGE_MAX && strcmp(other, name) == 0)
			return errors_add(errors, path,
					  "no more than %d bridges, and these are %zu", BRIDGE_MAX,
					  json_object_size(bridges));
	return 0;
}

/* Addresses are looked at once a second. */
static int check_aging(const json_t *value, const char *path, struct errors *errors)
{
	char at[FIELD_PATH_MAX];

	if (conf_ms(value, "aging") % 1000 == 0)
		return 0;
	field_path(at, path, "aging");
	return errors_add(errors, at, "%s is no whole number of seconds: expected one, such as 2s",
			  conf_str(value, "aging"));
}

int bridge_check(const char *name, const json_t *value, const json_t *candidate, const char *path,
		 struct errors *errors)
{
	size_t n_macs = json_array_size(json_object_get(value, "macs"));
	const char *port;
	json_t *member, *seen = json_object();
	char at[256];
	int r = 0;

	if (strlen(name) >= PORT_NAME_MAX)
		r = errors_add(errors, path, "the name of a bridge has at most %d characters",
			       PORT_NAME_MAX - 1);
	r |= check_count(name, candidate, path, errors);
	r |= check_aging(value, path, errors);
	json_object_foreach(json_object_get(value, "ports"), port, member) {
		snprintf(at, sizeof(at), "%s.ports.%s", path, port);
		r |= check_member(member, at, errors);
		r |= check_elsewhere(name, port, candidate, at, errors);
	}
	for (size_t i = 0; r == 0 && i < n_macs; i++) {
		snprintf(at, sizeof(at), "%s.macs[%zu]", path, i);
		r |= check_mac(value, i, seen, at, errors);
	}
	json_decref(seen);
	return r ? -1 : 0;
}

// SPDX-License-Identifier: BSD-3-Clause
#include "control/interface_check.h"

#include <stdio.h>
#include <string.h>

#include "control/interface_conf.h"
#include "control/spine/field.h"
#include "dataplane/l3.h"
#include "routing/env.h"

#define IP6_MTU_MIN 1280 /* RFC 8200, 5 */

/* Of port, bridge and loopback, exactly one. */
static int check_place(const json_t *value, const char *path, struct errors *errors)
{
	int n = (json_object_get(value, "port") != NULL) +
		(json_object_get(value, "bridge") != NULL) + conf_bool(value, "loopback");

	if (n == 1)
		return 0;
	return errors_add(errors, path,
			  n == 0 ? "is nowhere: expected port, bridge (with vlan) or loopback: true"
				 : "is in two places: expected one of port, bridge and loopback");
}

static int check_loopback(const json_t *value, const char *path, struct errors *errors)
{
	static const char *const none[] = {"vlan", "mtu", "mac", "ra", "neighbors"};
	char at[FIELD_PATH_MAX];
	int r = 0;

	for (size_t i = 0; conf_bool(value, "loopback") && i < sizeof(none) / sizeof(none[0]);
	     i++) {
		if (!json_object_get(value, none[i]))
			continue;
		field_path(at, path, none[i]);
		r = errors_add(errors, at, "a loopback has no wire, and so no %s", none[i]);
	}
	return r;
}

/* The bridge that has the port in the candidate, or NULL. */
static const char *bridge_of(const json_t *candidate, const char *port)
{
	const char *name;
	json_t *bridge;

	json_object_foreach(json_object_get(candidate, "bridges"), name, bridge)
		if (json_object_get(json_object_get(bridge, "ports"), port))
			return name;
	return NULL;
}

static int64_t port_mtu(const json_t *candidate, const char *port)
{
	const json_t *conf = json_object_get(json_object_get(candidate, "ports"), port);
	int64_t mtu = conf_int(conf, "mtu");

	return mtu ? mtu : 1500; /* its default */
}

static int check_port(const json_t *value, const json_t *candidate, const char *path,
		      struct errors *errors)
{
	const char *port = conf_str(value, "port");
	const char *bridge = port ? bridge_of(candidate, port) : NULL;
	char at[FIELD_PATH_MAX];
	int r = 0;

	if (!port)
		return 0;
	if (bridge) {
		field_path(at, path, "port");
		r = errors_add(
			errors, at,
			"port %s is in bridge %s: expected bridge: %s, or a port in no bridge",
			port, bridge, bridge);
	}
	if (conf_int(value, "mtu") > port_mtu(candidate, port)) {
		field_path(at, path, "mtu");
		r = errors_add(errors, at, "%lld is more than the %lld of port %s",
			       (long long)conf_int(value, "mtu"),
			       (long long)port_mtu(candidate, port), port);
	}
	return r;
}

static bool has_ip6(const json_t *value)
{
	json_t *item;
	size_t i;

	json_array_foreach(json_object_get(value, "addresses"), i, item)
		if (strchr(json_string_value(item), ':'))
			return true;
	return false;
}

static int check_mtu(const json_t *value, const char *path, struct errors *errors)
{
	int64_t mtu = conf_int(value, "mtu");
	char at[FIELD_PATH_MAX];

	if (!mtu || mtu >= IP6_MTU_MIN || !has_ip6(value))
		return 0;
	field_path(at, path, "mtu");
	return errors_add(errors, at, "%lld is too little for IPv6: expected at least %d",
			  (long long)mtu, IP6_MTU_MIN);
}

static int check_mac(const json_t *object, const char *path, struct errors *errors)
{
	static const uint8_t zero[6];
	char at[FIELD_PATH_MAX];
	uint8_t mac[6];

	if (!conf_mac(object, "mac", mac))
		return 0;
	field_path(at, path, "mac");
	if (mac[0] & 1)
		return errors_add(errors, at, "%s is a group address: expected that of one machine",
				  conf_str(object, "mac"));
	if (memcmp(mac, zero, 6) == 0)
		return errors_add(errors, at, "%s is no machine's address",
				  conf_str(object, "mac"));
	return 0;
}

/* What no interface of a router may have (RFC 1812 4.2.3.1, RFC 4291 2.5). */
static const char *address_fault(const struct addr *addr)
{
	static const uint8_t mapped[12] = {[10] = 0xff, 0xff};

	if (addr_is_loopback(addr))
		return "is a loopback address: each machine has it for itself";
	if (addr->family == ADDR_IP4 && (addr->bytes[0] == 0 || addr->bytes[0] >= 240))
		return "is no host's address";
	if (addr->family == ADDR_IP6 && memcmp(addr->bytes, mapped, sizeof(mapped)) == 0)
		return "is an IPv4 address in disguise";
	return NULL;
}

static int check_addresses(const json_t *value, const char *path, struct errors *errors)
{
	const json_t *list = json_object_get(value, "addresses"), *item;
	char at[FIELD_PATH_MAX], below[FIELD_PATH_MAX];
	struct prefix prefix;
	const char *fault;
	size_t i;
	int r = 0;

	field_path(at, path, "addresses");
	json_array_foreach((json_t *)list, i, item) {
		prefix_parse(json_string_value(item), &prefix);
		fault = address_fault(&prefix.addr);
		if (!fault)
			continue;
		field_path_index(below, at, i);
		r = errors_add(errors, below, "%s %s", json_string_value(item), fault);
	}
	return r;
}

static bool is_on_wire(const json_t *value, const struct addr *addr)
{
	struct prefix prefix;
	json_t *item;
	size_t i;

	json_array_foreach(json_object_get(value, "addresses"), i, item) {
		prefix_parse(json_string_value(item), &prefix);
		if (prefix_contains(&prefix, addr) ||
		    (prefix.addr.family == ADDR_IP6 && addr->family == ADDR_IP6 &&
		     addr_is_link_local(addr)))
			return true;
	}
	return false;
}

static bool is_own(const json_t *value, const struct addr *addr)
{
	struct prefix prefix;
	json_t *item;
	size_t i;

	json_array_foreach(json_object_get(value, "addresses"), i, item) {
		prefix_parse(json_string_value(item), &prefix);
		if (addr_compare(&prefix.addr, addr) == 0)
			return true;
	}
	return false;
}

static int check_neighbor(const json_t *value, size_t i, json_t *seen, const char *path,
			  struct errors *errors)
{
	const json_t *item = json_array_get(json_object_get(value, "neighbors"), i);
	const char *text = conf_str(item, "address");
	char at[FIELD_PATH_MAX];
	struct addr addr;

	addr_parse(text, &addr);
	field_path(at, path, "address");
	if (addr_is_multicast(&addr) || addr_is_unspecified(&addr))
		return errors_add(errors, at, "%s is no host's address", text);
	if (is_own(value, &addr))
		return errors_add(errors, at, "%s is the interface's own address", text);
	if (!is_on_wire(value, &addr))
		return errors_add(errors, at, "%s is in no subnet of this interface", text);
	if (json_object_get(seen, text))
		return errors_add(errors, at, "%s is there twice", text);
	json_object_set_new(seen, text, json_true());
	return check_mac(item, path, errors);
}

static int check_neighbors(const json_t *value, const char *path, struct errors *errors)
{
	size_t n = json_array_size(json_object_get(value, "neighbors"));
	char list[FIELD_PATH_MAX], at[FIELD_PATH_MAX];
	json_t *seen = json_object();
	int r = 0;

	field_path(list, path, "neighbors");
	for (size_t i = 0; i < n; i++) {
		field_path_index(at, list, i);
		r |= check_neighbor(value, i, seen, at, errors);
	}
	json_decref(seen);
	return r;
}

/* RFC 4861 6.2.1. */
static int check_ra_lifetime(const json_t *ra, const char *path, struct errors *errors)
{
	int64_t lifetime = conf_ms(ra, "lifetime"), interval = conf_ms(ra, "interval");
	char at[FIELD_PATH_MAX];

	if (lifetime == 0 || lifetime >= interval)
		return 0;
	field_path(at, path, "lifetime");
	return errors_add(errors, at, "%s is less than interval, %s: expected 0, or at least that",
			  conf_str(ra, "lifetime"), conf_str(ra, "interval"));
}

static int check_ra_dns(const json_t *ra, const char *path, struct errors *errors)
{
	char at[FIELD_PATH_MAX], below[FIELD_PATH_MAX];
	json_t *item;
	size_t i;
	int r = 0;

	field_path(at, path, "dns");
	json_array_foreach(json_object_get(ra, "dns"), i, item) {
		if (strchr(json_string_value(item), ':'))
			continue;
		field_path_index(below, at, i);
		r = errors_add(errors, below, "%s is no IPv6 address", json_string_value(item));
	}
	return r;
}

static int check_ra_prefixes(const json_t *ra, const char *path, struct errors *errors)
{
	char at[FIELD_PATH_MAX], below[FIELD_PATH_MAX];
	json_t *item;
	size_t i;
	int r = 0;

	json_array_foreach(json_object_get(ra, "prefixes"), i, item) {
		const char *prefix = conf_str(item, "prefix");

		field_path(at, path, "prefixes");
		field_path_index(below, at, i);
		field_path(at, below, strchr(prefix, ':') ? "preferred" : "prefix");
		if (!strchr(prefix, ':'))
			r = errors_add(errors, at, "%s is no IPv6 network", prefix);
		else if (conf_ms(item, "preferred") > conf_ms(item, "valid"))
			r = errors_add(errors, at, "%s is longer than valid, %s",
				       conf_str(item, "preferred"), conf_str(item, "valid"));
	}
	return r;
}

static int check_ra(const json_t *value, const char *path, struct errors *errors)
{
	const json_t *ra = json_object_get(value, "ra");
	char at[FIELD_PATH_MAX];
	struct ra_conf conf;
	const char *fault;
	int r = 0;

	if (!ra)
		return 0;
	field_path(at, path, "ra");
	if (!has_ip6(value))
		return errors_add(errors, at, "router advertisements need an IPv6 address here");
	r |= check_ra_lifetime(ra, at, errors);
	r |= check_ra_dns(ra, at, errors);
	r |= check_ra_prefixes(ra, at, errors);
	if (r)
		return r;
	interface_ra_conf(ra, &conf);
	fault = ra_check(&conf);
	return fault ? errors_add(errors, at, "%s", fault) : 0;
}

int interface_check(const char *name, const json_t *value, const json_t *candidate,
		    const char *path, struct errors *errors)
{
	int r = 0;

	r |= check_place(value, path, errors);
	r |= check_loopback(value, path, errors);
	r |= check_port(value, candidate, path, errors);
	r |= check_mtu(value, path, errors);
	r |= check_mac(value, path, errors);
	r |= check_addresses(value, path, errors);
	r |= check_neighbors(value, path, errors);
	r |= check_ra(value, path, errors);
	return r ? -1 : 0;
}

// SPDX-License-Identifier: BSD-3-Clause
#include "control/port_check.h"

#include <stdio.h>
#include <string.h>

#include "control/crew.h"
#include "control/offloads.h"
#include "control/port_kind.h"
#include "control/socket_path.h"
#include "control/spine/field.h"
#include "vhost/vhost.h"

static bool is_common(const char *key)
{
	static const char *const common[] = {"type", "mtu", "queues", "workers"};
	for (size_t i = 0; i < sizeof(common) / sizeof(common[0]); i++)
		if (strcmp(common[i], key) == 0)
			return true;
	return false;
}

static bool takes(const struct port_kind *kind, const char *key)
{
	for (size_t i = 0; kind->fields && kind->fields[i]; i++)
		if (strcmp(kind->fields[i], key) == 0)
			return true;
	return false;
}

static int check_fields(const struct port_kind *kind, const json_t *value, const char *path,
			struct errors *errors)
{
	char at[256], known[256] = "";
	const char *key;
	json_t *item;
	size_t n = 0;
	int r = 0;

	for (size_t i = 0; kind->fields && kind->fields[i] && n < sizeof(known); i++)
		n += (size_t)snprintf(known + n, sizeof(known) - n, ", %s", kind->fields[i]);
	json_object_foreach((json_t *)value, key, item) {
		snprintf(at, sizeof(at), "%s.%s", path, key);
		if (!is_common(key) && !takes(kind, key))
			r = errors_add(
				errors, at,
				"a port of type %s takes no %s: expected mtu, queues, workers%s",
				kind->type, key, known);
	}
	for (size_t i = 0; kind->required && kind->required[i]; i++)
		if (!json_object_get(value, kind->required[i]))
			r = errors_add(errors, path, "a port of type %s needs %s", kind->type,
				       kind->required[i]);
	return r;
}

/* Its queues can only be on cores that have a worker in the candidate. */
static int check_workers(const json_t *value, const json_t *candidate, const char *path,
			 struct errors *errors)
{
	const json_t *list = json_object_get(value, "workers"), *item;
	const json_t *wanted = json_object_get(json_object_get(candidate, "system"), "workers");
	char at[256], text[128];
	struct cores cores;
	struct errors ignored;
	size_t i;
	int r = 0;

	if (!json_is_array(list))
		return 0;
	errors_init(&ignored);
	int bad = cores_parse(wanted, "", &cores, &ignored);
	errors_fini(&ignored);
	if (bad)
		return 0; /* said at system.workers */
	cores_text(&cores, text, sizeof(text));
	snprintf(at, sizeof(at), "%s.workers", path);
	if (json_array_size(list) == 0)
		return errors_add(errors, at, "names no core: expected some of %s, or auto", text);
	json_array_foreach((json_t *)list, i, item) {
		snprintf(at, sizeof(at), "%s.workers[%zu]", path, i);
		if (cores_find(&cores, (uint16_t)json_integer_value(item)) < 0)
			r = errors_add(errors, at, "core %lld has no worker: expected some of %s",
				       (long long)json_integer_value(item), text);
	}
	return r;
}

static bool same_text(const json_t *a, const json_t *b, const char *key)
{
	const char *x = conf_str(a, key), *y = conf_str(b, key);

	if (!x || !y)
		return x == y;
	return strcmp(key, "socket") == 0 ? socket_path_is_same(x, y) : strcmp(x, y) == 0;
}

/* Two ports cannot have one device or one socket; the second one in the file is told. */
static int check_unique(const char *name, const json_t *value, const json_t *candidate,
			const char *path, struct errors *errors)
{
	static const char *const keys[] = {"device", "address", "socket"};
	char at[256];
	const char *other;
	json_t *item;

	json_object_foreach(json_object_get(candidate, "ports"), other, item) {
		if (strcmp(other, name) == 0)
			return 0;
		for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
			const json_t *mine = json_object_get(value, keys[i]);
			if (!mine || !same_text(value, item, keys[i]) ||
			    !same_text(value, item, "netns"))
				continue;
			snprintf(at, sizeof(at), "%s.%s", path, keys[i]);
			return errors_add(errors, at, "%s is used by port %s already",
					  json_string_value(mine), other);
		}
	}
	return 0;
}

int port_check(const char *name, const json_t *value, const json_t *candidate, const char *path,
	       struct errors *errors)
{
	const struct port_kind *kind = port_kind_find(conf_str(value, "type"));
	size_t before = errors->n;

	if (strlen(name) >= PORT_NAME_MAX)
		errors_add(errors, path, "the name of a port has at most %d characters",
			   PORT_NAME_MAX - 1);
	check_fields(kind, value, path, errors);
	check_workers(value, candidate, path, errors);
	check_unique(name, value, candidate, path, errors);
	offloads_check(value, path, errors);
	if (errors->n == before && kind->check)
		kind->check(value, path, errors);
	return errors->n == before ? 0 : -1;
}

/* What the whole switch, and the vhost library, has room for. */
int port_check_all(const json_t *section, const json_t *candidate, struct errors *errors)
{
	unsigned n_ports = 0, n_places = 0;
	const char *name;
	json_t *value;

	json_object_foreach((json_t *)section, name, value) {
		const char *role = conf_str(value, "role");

		if (conf_str(value, "socket"))
			n_places += role && strcmp(role, "server") == 0 ? 2 : 1;
		if (++n_ports > PORT_MAX)
			return errors_add_key(
				errors, "ports", name,
				"a weftd has at most %d ports: run another one beside "
				"it (weftd -n NAME)",
				PORT_MAX);
		if (n_places > VHOST_PLACES)
			return errors_add_key(
				errors, "ports", name,
				"the vhost library has no room for more guests: a weftd has at "
				"most %d vhost-user ports, and of role: server half as many; run "
				"another one beside it (weftd -n NAME)",
				VHOST_PLACES);
	}
	return 0;
}

int port_check_here(const char *name, const json_t *old, const json_t *value,
		    const json_t *candidate, const char *path, struct errors *errors)
{
	const struct port_kind *kind = port_kind_find(conf_str(value, "type"));
	const json_t *ports = json_object_get(candidate, "ports");

	return kind->check_here ? kind->check_here(old, value, ports, path, errors) : 0;
}

// SPDX-License-Identifier: BSD-3-Clause
#include "control/hostdev_net.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "control/spine/field.h"

typedef int (*set_fn)(struct netns *ns, const char *name, const json_t *value);

static int addr_add(struct netns *ns, const char *name, const json_t *value)
{
	return netdev_addr_add(ns, name, json_string_value(value));
}

static int addr_del(struct netns *ns, const char *name, const json_t *value)
{
	return netdev_addr_del(ns, name, json_string_value(value));
}

static int gateway_add(struct netns *ns, const char *name, const json_t *value)
{
	return netdev_route_add(ns, name, NULL, json_string_value(value));
}

static int gateway_del(struct netns *ns, const char *name, const json_t *value)
{
	return netdev_route_del(ns, name, NULL, json_string_value(value));
}

static int route_add(struct netns *ns, const char *name, const json_t *value)
{
	return netdev_route_add(ns, name, conf_str(value, "prefix"), conf_str(value, "via"));
}

static int route_del(struct netns *ns, const char *name, const json_t *value)
{
	return netdev_route_del(ns, name, conf_str(value, "prefix"), conf_str(value, "via"));
}

/* A field that is one value or a list of them: item i, or NULL. */
static const json_t *item(const json_t *conf, const char *key, size_t i)
{
	const json_t *value = json_object_get(conf, key);

	if (json_is_array(value))
		return json_array_get(value, i);
	return i == 0 ? value : NULL;
}

static bool has_item(const json_t *conf, const char *key, const json_t *value)
{
	const json_t *other;

	for (size_t i = 0; (other = item(conf, key, i)); i++)
		if (json_equal(other, value))
			return true;
	return false;
}

static void value_text(const json_t *value, char *out, size_t size)
{
	const char *via = conf_str(value, "via");

	if (json_is_string(value))
		snprintf(out, size, "%s", json_string_value(value));
	else
		snprintf(out, size, "%s%s%s", conf_str(value, "prefix"), via ? " via " : "",
			 via ? via : "");
}

/* Does fn with those of the field's values in conf that are not in but. */
static int set_each(const struct hostdev *h, const json_t *conf, const json_t *but, const char *key,
		    set_fn fn, struct errors *errors)
{
	const json_t *value;
	char text[128];

	for (size_t i = 0; (value = item(conf, key, i)); i++) {
		int rc = but && has_item(but, key, value) ? 0 : fn(h->ns, h->device, value);
		if (rc == 0 || !errors)
			continue;
		value_text(value, text, sizeof(text));
		return errors_add(errors, "", "%s: cannot give it %s %s: %s%s", h->device, key,
				  text, strerror(-rc),
				  rc == -ENETUNREACH
					  ? " (the gateway is in none of its addresses' networks)"
					  : "");
	}
	return 0;
}

int hostdev_set_net(const struct hostdev *h, const json_t *old, const json_t *conf,
		    struct errors *errors)
{
	set_each(h, old, conf, "routes", route_del, NULL);
	set_each(h, old, conf, "gateway", gateway_del, NULL);
	set_each(h, old, conf, "addresses", addr_del, NULL);
	/* All of them, not only the new: routes go with the address that they were reached by. */
	if (set_each(h, conf, NULL, "addresses", addr_add, errors) < 0 ||
	    set_each(h, conf, NULL, "gateway", gateway_add, errors) < 0)
		return -1;
	return set_each(h, conf, NULL, "routes", route_add, errors);
}

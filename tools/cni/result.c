// SPDX-License-Identifier: BSD-3-Clause
/* From what the IPAM plugin says, or the runtime, to what the interface gets and the result. */
#include <stdio.h>
#include <string.h>

#include "tools/cni/cni.h"

static bool is_ip6(const char *address)
{
	return strchr(address, ':') != NULL;
}

static const char *text(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

/* [{address, gateway?}…], of either origin. */
static json_t *all_ips(const struct cni *cni, const json_t *ipam)
{
	json_t *out, *value;
	size_t i;

	if (ipam)
		return json_incref(json_object_get(ipam, "ips"));
	out = json_array();
	json_array_foreach((json_t *)cni_conf_given(cni, "ips"), i, value)
		json_array_append_new(out, json_pack("{s:O}", "address", value));
	return out;
}

json_t *cni_plan_addresses(const struct cni *cni, const json_t *ipam)
{
	json_t *ips = all_ips(cni, ipam), *out = json_array(), *ip;
	size_t i;

	json_array_foreach(ips, i, ip)
		json_array_append(out, json_object_get(ip, "address"));
	json_decref(ips);
	return out;
}

/* The gateway for routes without one: that of the first address of their family. */
static const char *gateway_for(const json_t *ipam, const char *to)
{
	json_t *ip;
	size_t i;

	json_array_foreach(json_object_get(ipam, "ips"), i, ip) {
		const char *gateway = text(ip, "gateway");

		if (gateway && is_ip6(gateway) == is_ip6(to))
			return gateway;
	}
	return NULL;
}

json_t *cni_plan_routes(const json_t *ipam)
{
	json_t *out = json_array(), *route;
	size_t i;

	json_array_foreach(json_object_get(ipam, "routes"), i, route) {
		const char *to = text(route, "dst"), *via = text(route, "gw");

		if (!to)
			continue;
		json_array_append_new(out, json_pack("{s:s, s:s*}", "prefix", to, "via",
						     via ? via : gateway_for(ipam, to)));
	}
	return out;
}

/* Before 1.0.0 each says its family. */
static json_t *result_ips(const struct cni *cni, const json_t *ipam)
{
	json_t *ips = all_ips(cni, ipam), *out = json_array(), *ip;
	bool is_old = strcmp(cni->version, "0.4.0") == 0;
	size_t i;

	json_array_foreach(ips, i, ip) {
		const char *address = text(ip, "address");
		json_t *one = json_pack("{s:s*, s:s*, s:i}", "address", address, "gateway",
					text(ip, "gateway"), "interface", 0);

		if (is_old && address)
			json_object_set_new(one, "version",
					    json_string(is_ip6(address) ? "6" : "4"));
		json_array_append_new(out, one);
	}
	json_decref(ips);
	return out;
}

json_t *cni_result(const struct cni *cni, const json_t *ipam, const char *mac)
{
	json_t *out = json_pack("{s:s, s:[{s:s, s:s*, s:s}], s:o}", "cniVersion", cni->version,
				"interfaces", "name", cni->ifname, "mac", mac, "sandbox",
				cni->netns, "ips", result_ips(cni, ipam));
	json_t *routes = json_object_get(ipam, "routes"), *dns = json_object_get(ipam, "dns");

	if (!json_object_size(dns))
		dns = json_object_get(cni->conf, "dns");
	json_object_set_new(out, "routes", routes ? json_incref(routes) : json_array());
	json_object_set_new(out, "dns", dns ? json_incref(dns) : json_object());
	return out;
}

// SPDX-License-Identifier: BSD-3-Clause
/* Field types of networks: MAC and IP addresses, prefixes, sets of VLANs. */
#include <stdio.h>
#include <string.h>

#include "control/spine/field_type.h"
#include "routing/core/addr.h"

#define VLAN_MAX 4094

static int hex_digit(char c)
{
	static const char digits[] = "0123456789abcdef0123456789ABCDEF";
	const char *at = c != '\0' ? strchr(digits, c) : NULL;

	return at != NULL ? (int)((at - digits) % 16) : -1;
}

bool field_parse_mac(const char *text, uint8_t out[6])
{
	uint8_t mac[6];

	for (int i = 0; i < 6; i++, text += 3) {
		if (hex_digit(text[0]) < 0 || hex_digit(text[1]) < 0 ||
		    text[2] != (i < 5 ? ':' : '\0'))
			return false;
		mac[i] = (uint8_t)(hex_digit(text[0]) << 4 | hex_digit(text[1]));
	}
	memcpy(out, mac, sizeof(mac));
	return true;
}

void field_mac_text(const uint8_t mac[6], char out[FIELD_MAC_MAX])
{
	snprintf(out, FIELD_MAC_MAX, "%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2],
		 mac[3], mac[4], mac[5]);
}

json_t *field_mac_check(const struct field *field, const json_t *value, const char *path,
			struct errors *errors)
{
	char text[FIELD_MAC_MAX];
	uint8_t m[6];

	if (!json_is_string(value) || !field_parse_mac(json_string_value(value), m))
		return field_refuse(field, value, path, errors, "is not a MAC address");
	field_mac_text(m, text);
	return json_string(text);
}

void field_mac_describe(const struct field *field, char *out, size_t size)
{
	snprintf(out, size, "a MAC address such as 02:00:00:00:00:01");
}

/* "fe80::1%wan0" into its canonical form; NULL: it is none. */
static json_t *zoned(const char *text)
{
	const char *percent = strchr(text, '%');
	json_t *first = percent ? json_stringn(text, (size_t)(percent - text)) : NULL, *out = NULL;
	char canonical[ADDR_TEXT_MAX];
	struct addr addr;

	if (first && addr_parse(json_string_value(first), &addr) == 0 && addr.family == ADDR_IP6 &&
	    addr_is_link_local(&addr) && field_name_valid(percent + 1))
		out = json_sprintf("%s%s", addr_print(&addr, canonical), percent);
	json_decref(first);
	return out;
}

json_t *field_ip_check(const struct field *field, const json_t *value, const char *path,
		       struct errors *errors)
{
	const char *given = json_string_value(value);
	char text[ADDR_TEXT_MAX];
	struct addr addr;
	json_t *out = NULL;

	if (given && addr_parse(given, &addr) == 0)
		out = json_string(addr_print(&addr, text));
	else if (given && field->flags & FIELD_ZONE)
		out = zoned(given);
	return out ? out : field_refuse(field, value, path, errors, "is not an IP address");
}

void field_ip_describe(const struct field *field, char *out, size_t size)
{
	snprintf(out, size, "an IPv4 or IPv6 address%s",
		 field->flags & FIELD_ZONE ? ", or a link-local one such as fe80::1%wan0" : "");
}

json_t *field_prefix_check(const struct field *field, const json_t *value, const char *path,
			   struct errors *errors)
{
	char text[PREFIX_TEXT_MAX];
	struct prefix prefix, network;

	if (json_is_string(value) && strcmp(json_string_value(value), "default") == 0) {
		errors_add(errors, path, "'default' is not a prefix: expected 0.0.0.0/0 or ::/0");
		return NULL;
	}
	if (!json_is_string(value) || prefix_parse(json_string_value(value), &prefix) < 0)
		return field_refuse(field, value, path, errors, "is not a prefix");
	network = prefix_network(&prefix);
	prefix_print(&network, text);
	if (!prefix_is_network(&prefix)) {
		errors_add(errors, path, "'%s' has host bits set: expected %s",
			   json_string_value(value), text);
		return NULL;
	}
	return json_string(text);
}

void field_prefix_describe(const struct field *field, char *out, size_t size)
{
	snprintf(out, size, "a prefix such as 10.0.0.0/24 or 2001:db8::/32");
}

/* A subnet's own two IPv4 addresses are no host's; a /31 and a /32 have none (RFC 3021). */
json_t *field_ifaddr_check(const struct field *field, const json_t *value, const char *path,
			   struct errors *errors)
{
	char text[PREFIX_TEXT_MAX];
	struct prefix prefix;
	struct addr addr;

	if (json_is_string(value) && addr_parse(json_string_value(value), &addr) == 0)
		return field_refuse(field, value, path, errors, "lacks its prefix length");
	if (!json_is_string(value) || prefix_parse(json_string_value(value), &prefix) < 0)
		return field_refuse(field, value, path, errors,
				    "is not an address with its prefix length");
	if (addr_is_unspecified(&prefix.addr) || addr_is_multicast(&prefix.addr))
		return field_refuse(field, value, path, errors, "is no host's address");
	if (prefix.addr.family == ADDR_IP4 && prefix.length < 31 && prefix_is_network(&prefix))
		return field_refuse(field, value, path, errors, "is the network's address");
	if (prefix_is_broadcast(&prefix))
		return field_refuse(field, value, path, errors, "is the broadcast address");
	return json_string(prefix_print(&prefix, text));
}

void field_ifaddr_describe(const struct field *field, char *out, size_t size)
{
	snprintf(out, size, "an address with its prefix length such as 10.0.0.1/24");
}

/* "10" or "20-29" into the set; false: it is neither. */
static bool vlan_add(uint8_t set[VLAN_MAX + 2], const char *text, size_t length)
{
	char low[16], *high;
	int64_t a, b;

	if (length >= sizeof(low))
		return false;
	memcpy(low, text, length);
	low[length] = '\0';
	high = strchr(low, '-');
	if (high != NULL)
		*high++ = '\0';
	else
		high = low;
	if (!field_parse_int(low, &a) || !field_parse_int(high, &b) || a < 1 || b > VLAN_MAX ||
	    a > b)
		return false;
	memset(set + a, 1, (size_t)(b - a + 1));
	return true;
}

/* A value alone may be a list with commas, as on the command line: "10,20-29", "all". */
static bool vlans_add_text(uint8_t set[VLAN_MAX + 2], const char *text)
{
	if (strcmp(text, "all") == 0)
		text = "1-4094";
	for (;;) {
		size_t length = strcspn(text, ",");

		if (!vlan_add(set, text, length))
			return false;
		if (text[length] == '\0')
			return true;
		text += length + 1;
	}
}

static json_t *vlans_print(const uint8_t set[VLAN_MAX + 2])
{
	json_t *list = json_array();

	for (int a = 1, b; a <= VLAN_MAX; a = b + 1) {
		b = a;
		if (!set[a])
			continue;
		while (set[b + 1])
			b++;
		json_array_append_new(list, a == b ? json_integer(a) : json_sprintf("%d-%d", a, b));
	}
	return list;
}

json_t *field_vlans_check(const struct field *field, const json_t *value, const char *path,
			  struct errors *errors)
{
	uint8_t set[VLAN_MAX + 2] = {0};
	char buffer[64], below[FIELD_PATH_MAX];
	const char *text = field_scalar_text(value, buffer, sizeof(buffer));
	bool good = true;
	size_t i;
	json_t *item;

	if (text != NULL) {
		if (!vlans_add_text(set, text))
			return field_refuse(field, value, path, errors, "is not a set of VLANs");
		return vlans_print(set);
	}
	if (!json_is_array(value))
		return field_refuse(field, value, path, errors, "is not a set of VLANs");
	json_array_foreach((json_t *)value, i, item) {
		text = field_scalar_text(item, buffer, sizeof(buffer));
		if (text != NULL && vlan_add(set, text, strlen(text)))
			continue;
		field_path_index(below, path, i);
		field_refuse(field, item, below, errors, "is not a VLAN");
		good = false;
	}
	return good ? vlans_print(set) : NULL;
}

void field_vlans_describe(const struct field *field, char *out, size_t size)
{
	snprintf(out, size, "VLANs from 1 to 4094 such as [10, 20-29], or all");
}

// SPDX-License-Identifier: BSD-3-Clause
#include "control/interface_conf.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "control/daemon.h"
#include "control/spine/field.h"
#include "dataplane/l3.h"

#define S             1000 /* durations of fields are in milliseconds */
#define LIFETIME_MAX  (INT64_C(4294967294) * S)
#define MACHINE_ID    "/etc/machine-id"
#define LINK_LOCAL_64 64

static const char *const preferences[] = {"medium", "high", "low", NULL}; /* enum ra_preference */

const char *const interface_record_words[] = {
	[L3_RECORD_FILL] = "fill", [L3_RECORD_CARRY] = "carry", [L3_RECORD_DROP] = "drop", NULL};

static const struct field dns = {.type = F_IP};
static const struct field prefix_fields[] = {
	{.name = "prefix", .type = F_PREFIX, .flags = FIELD_REQUIRED, .help = "an IPv6 network"},
	{.name = "on_link", .type = F_BOOL, .def = "true", .help = "its hosts are on this wire"},
	{.name = "autonomous",
	 .type = F_BOOL,
	 .def = "true",
	 .help = "hosts make addresses of their own from it"},
	{.name = "valid",
	 .type = F_DURATION,
	 .max = LIFETIME_MAX,
	 .def = "720h",
	 .help = "how long such an address holds"},
	{.name = "preferred",
	 .type = F_DURATION,
	 .max = LIFETIME_MAX,
	 .def = "168h",
	 .help = "how long it is used for new connections"},
	{.name = NULL},
};
static const struct field prefix = {.type = F_OBJECT, .fields = prefix_fields};

const struct field interface_ra_fields[] = {
	{.name = "interval",
	 .type = F_DURATION,
	 .min = 4 * S,
	 .max = 1800 * S,
	 .def = "600s",
	 .help = "at most so long from one advertisement to the next; at least a third of it"},
	{.name = "lifetime",
	 .type = F_DURATION,
	 .max = 9000 * S,
	 .def = "1800s",
	 .help = "how long hosts use weft as their gateway after one; 0: they do not"},
	{.name = "preference",
	 .type = F_ENUM,
	 .choices = preferences,
	 .def = "medium",
	 .help = "over other routers"},
	{.name = "managed",
	 .type = F_BOOL,
	 .def = "false",
	 .help = "hosts get their addresses by DHCPv6"},
	{.name = "other",
	 .type = F_BOOL,
	 .def = "false",
	 .help = "hosts get other things by DHCPv6"},
	{.name = "hop_limit",
	 .type = F_INT,
	 .min = 0,
	 .max = 255,
	 .def = "64",
	 .help = "that hosts put into their packets; 0: not said"},
	{.name = "reachable",
	 .type = F_DURATION,
	 .max = 3600 * S,
	 .help = "how long hosts believe that a neighbour is there; none: not said"},
	{.name = "retransmit",
	 .type = F_DURATION,
	 .max = LIFETIME_MAX / S,
	 .help = "between two solicitations of a host; none: not said"},
	{.name = "mtu",
	 .type = F_INT,
	 .min = 1280,
	 .max = 9000,
	 .unit = "bytes",
	 .help = "that hosts shall use; none: not said"},
	{.name = "prefixes",
	 .type = F_LIST,
	 .elem = &prefix,
	 .max = RA_PREFIX_MAX,
	 .help = "none: those of the interface's own addresses"},
	{.name = "dns",
	 .type = F_LIST,
	 .elem = &dns,
	 .max = RA_RDNSS_MAX,
	 .help = "IPv6 addresses of name servers"},
	{.name = "dns_lifetime",
	 .type = F_DURATION,
	 .min = 1 * S,
	 .max = LIFETIME_MAX,
	 .help = "how long these hold; none: three times interval"},
	{.name = NULL},
};

static uint32_t seconds(const json_t *object, const char *key)
{
	return (uint32_t)(conf_ms(object, key) / S);
}

/* Which of the words it is; the first where there is none. */
static uint8_t index_of(const char *const *words, const char *word)
{
	for (uint8_t i = 0; word && words[i]; i++)
		if (strcmp(words[i], word) == 0)
			return i;
	return 0;
}

uint8_t interface_record(const json_t *conf)
{
	return index_of(interface_record_words, conf_str(conf, "record_options"));
}

static void ra_prefix(const json_t *conf, struct ra_prefix *out)
{
	prefix_parse(conf_str(conf, "prefix"), &out->prefix);
	out->on_link = conf_bool(conf, "on_link");
	out->autonomous = conf_bool(conf, "autonomous");
	out->valid_s = seconds(conf, "valid");
	out->preferred_s = seconds(conf, "preferred");
}

void interface_ra_conf(const json_t *ra, struct ra_conf *out)
{
	json_t *item;
	size_t i;

	memset(out, 0, sizeof(*out));
	if (!ra)
		return;
	ra_conf_default(out);
	out->enabled = true;
	out->managed = conf_bool(ra, "managed");
	out->other = conf_bool(ra, "other");
	out->preference = index_of(preferences, conf_str(ra, "preference"));
	out->hop_limit = (uint8_t)conf_int(ra, "hop_limit");
	out->max_interval_s = (uint16_t)seconds(ra, "interval");
	out->min_interval_s = 0;
	out->lifetime_s = (uint16_t)seconds(ra, "lifetime");
	out->reachable_ms = (uint32_t)conf_ms(ra, "reachable");
	out->retrans_ms = (uint32_t)conf_ms(ra, "retransmit");
	out->mtu = (uint32_t)conf_int(ra, "mtu");
	out->rdnss_lifetime_s = seconds(ra, "dns_lifetime");
	json_array_foreach(json_object_get(ra, "prefixes"), i, item)
		ra_prefix(item, &out->prefixes[out->n_prefixes++]);
	json_array_foreach(json_object_get(ra, "dns"), i, item)
		addr_parse(json_string_value(item), &out->rdnss[out->n_rdnss++]);
}

void interface_neighbor_conf(const json_t *conf, struct neighbor_conf *out)
{
	memset(out, 0, sizeof(*out));
	out->resolved = (uint32_t)conf_int(conf, "neighbor_limit");
	out->dad_off = !conf_bool(conf, "dad");
	out->arp_probe = conf_bool(conf, "dad_ipv4");
	interface_ra_conf(json_object_get(conf, "ra"), &out->ra);
}

/* RFC 4291, appendix A. */
static void link_local(const uint8_t mac[6], struct prefix *out)
{
	memset(out, 0, sizeof(*out));
	out->addr.family = ADDR_IP6;
	out->length = LINK_LOCAL_64;
	out->addr.bytes[0] = 0xfe;
	out->addr.bytes[1] = 0x80;
	memcpy(out->addr.bytes + 8, mac, 3);
	out->addr.bytes[8] ^= 0x02;
	out->addr.bytes[11] = 0xff;
	out->addr.bytes[12] = 0xfe;
	memcpy(out->addr.bytes + 13, mac + 3, 3);
}

struct prefix *interface_addresses(const json_t *conf, const uint8_t mac[6], uint16_t *n)
{
	const json_t *list = json_object_get(conf, "addresses"), *item;
	struct prefix *out = calloc(json_array_size(list) + 1, sizeof(*out));
	bool ip6 = false, has_link_local = conf_bool(conf, "loopback");
	size_t i;

	*n = 0;
	if (!out)
		return NULL;
	json_array_foreach((json_t *)list, i, item) {
		prefix_parse(json_string_value(item), &out[i]);
		ip6 |= out[i].addr.family == ADDR_IP6;
		has_link_local |=
			addr_is_link_local(&out[i].addr) && out[i].addr.family == ADDR_IP6;
	}
	*n = (uint16_t)json_array_size(list);
	if (ip6 && !has_link_local)
		link_local(mac, &out[(*n)++]);
	return out;
}

/* FNV-1a, once more over its own result so that every bit depends on all. */
static uint64_t hash_add(uint64_t hash, const void *data, size_t size)
{
	const uint8_t *bytes = data;

	for (size_t i = 0; i < size; i++)
		hash = (hash ^ bytes[i]) * UINT64_C(0x100000001b3);
	return hash;
}

/* Two machines may have instances and interfaces of the same names on one wire. */
static uint64_t hash_machine(void)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);
	char text[256];
	int fd = open(MACHINE_ID, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? 0 : read(fd, text, sizeof(text));

	if (fd >= 0)
		close(fd);
	if (n <= 0 && gethostname(text, sizeof(text)) == 0)
		n = (ssize_t)strnlen(text, sizeof(text));
	return hash_add(hash, text, n > 0 ? (size_t)n : 0);
}

static bool is_zero(const uint8_t mac[6])
{
	static const uint8_t zero[6];

	return memcmp(mac, zero, 6) == 0;
}

void interface_mac(const char *name, const json_t *conf, const struct port_entry *port,
		   uint8_t out[6])
{
	uint64_t hash;

	if (conf_mac(conf, "mac", out))
		return;
	if (port && port->kind->own_mac && !is_zero(port->status.mac)) {
		memcpy(out, port->status.mac, 6);
		return;
	}
	hash = hash_add(hash_machine(), weftd.instance, strlen(weftd.instance) + 1);
	hash = hash_add(hash, name, strlen(name) + 1);
	hash ^= hash >> 32;
	hash *= UINT64_C(0x9e3779b97f4a7c15);
	for (int i = 0; i < 6; i++)
		out[i] = (uint8_t)(hash >> (8 * i + 16));
	out[0] = (uint8_t)((out[0] & 0xfc) | 0x02);
}

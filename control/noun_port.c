// SPDX-License-Identifier: BSD-3-Clause
/* port: where packets come in and go out; the kinds (port_kinds.c) say what each type needs. */
#include <stdio.h>
#include <string.h>

#include "control/daemon.h"
#include "control/libvirt.h"
#include "control/offloads.h"
#include "control/port_check.h"
#include "control/ports.h"
#include "control/spine/noun.h"
#include "vhost/vhost.h"

static const char *const roles[] = {"client", "server", NULL};
static const struct field core = {.type = F_INT, .min = 0, .max = 1023};
static const struct field ifaddr = {.type = F_IFADDR};
static const struct field feature = {.type = F_ENUM, .choices = vhost_feature_words};
static const struct field route_fields[] = {
	{.name = "prefix", .type = F_PREFIX, .flags = FIELD_REQUIRED, .help = "where it leads"},
	{.name = "via", .type = F_IP, .help = "gateway; none: on the device's own network"},
	{.name = NULL},
};
static const struct field route = {.type = F_OBJECT, .fields = route_fields};

static const struct field fields[] = {
	{.name = "type",
	 .type = F_ENUM,
	 .flags = FIELD_REQUIRED | FIELD_FIXED,
	 .choices = port_kind_types,
	 .help = "what it is connected to"},
	{.name = "mtu",
	 .type = F_INT,
	 .min = 68,
	 .max = 9000,
	 .def = "1500",
	 .unit = "bytes",
	 .help = "longest packet without its Ethernet header"},
	{.name = "queues",
	 .type = F_INT,
	 .flags = FIELD_FIXED,
	 .min = 1,
	 .max = PORT_QUEUES_MAX,
	 .def = "1",
	 .help = "receive queues, and as many to send"},
	{.name = "workers",
	 .type = F_LIST,
	 .flags = FIELD_OR_AUTO,
	 .elem = &core,
	 .def = "auto",
	 .help = "core that polls each queue, in the order of the queues; used over again when "
		 "shorter"},
	{.name = "device",
	 .type = F_STRING,
	 .flags = FIELD_FIXED,
	 .max = 64,
	 .help = "network interface of the host: made for a tap, there already for af_packet and "
		 "af_xdp"},
	{.name = "netns",
	 .type = F_STRING,
	 .flags = FIELD_FIXED,
	 .max = 255,
	 .help = "network namespace of the device: a name of ip netns, or a path"},
	{.name = "mac", .type = F_MAC, .help = "MAC address of the device's end"},
	{.name = "addresses",
	 .type = F_LIST,
	 .elem = &ifaddr,
	 .help = "addresses to give the device's end"},
	{.name = "gateway", .type = F_IP, .help = "default gateway to give the device's namespace"},
	{.name = "routes",
	 .type = F_LIST,
	 .elem = &route,
	 .help = "routes over the device to give its namespace, each {prefix, via}"},
	{.name = "address",
	 .type = F_STRING,
	 .flags = FIELD_FIXED,
	 .max = 32,
	 .help = "PCI address, such as 0000:8a:00.0"},
	{.name = "args",
	 .type = F_STRING,
	 .flags = FIELD_FIXED,
	 .max = 1024,
	 .help = "a DPDK virtual device and its arguments, such as net_null0"},
	{.name = "socket",
	 .type = F_STRING,
	 .flags = FIELD_FIXED,
	 .max = 107,
	 .help = "path of the socket shared with QEMU"},
	{.name = "role",
	 .type = F_ENUM,
	 .flags = FIELD_FIXED,
	 .choices = roles,
	 .help = "client: QEMU owns the socket (the default); server: weft does"},
	{.name = "features",
	 .type = F_LIST,
	 .flags = FIELD_FIXED,
	 .elem = &feature,
	 .help = "virtio features that guests are offered, and no others; without it all but "
		 "iommu"},
	{.name = "group",
	 .type = F_STRING,
	 .max = 32,
	 .help = "role server: group of the host that may use the socket, such as libvirt-qemu"},
	{.name = "mode",
	 .type = F_STRING,
	 .max = 4,
	 .help = "role server: the socket's mode, such as 0660, the default with a group; 0600 "
		 "without"},
	{.name = "offloads",
	 .type = F_OBJECT,
	 .flags = FIELD_FIXED,
	 .fields = offloads_fields,
	 .help = "what the port and its other end may leave unfinished: weft finishes it where a "
		 "packet's way needs that"},
	{.name = "share",
	 .type = F_BOOL,
	 .flags = FIELD_FIXED,
	 .help = "the device stays the host's too: weft gets only what is meant for it"},
	{.name = "force",
	 .type = F_BOOL,
	 .flags = FIELD_FIXED,
	 .help = "take a NIC even if the host's default route or your own connection uses it"},
	{.name = NULL},
};

static const struct column columns[] = {
	{"name", NULL, "name of the port"},
	{"type", NULL, "what it is connected to"},
	{"state", NULL, "up or down"},
	{"reason", NULL, "why it carries nothing"},
	{"mac", NULL, "its MAC address, where it has one", true},
	{"mtu", "bytes", "longest packet without its Ethernet header"},
	{"speed", "bit/s", "speed of its link, 0 where unknown", true},
	{"queues", NULL, "receive queues"},
	{"rx_packets", "packets", "received"},
	{"rx_bytes", "bytes", "received", true},
	{"tx_packets", "packets", "sent"},
	{"tx_bytes", "bytes", "sent", true},
	{"offloads", NULL, "what its other end takes unfinished now: checksum, tso", true},
	{"tx_checksums", "packets", "whose checksum was finished here for the other end", true},
	{"tx_cut", "packets", "large TCP that was cut here for the other end", true},
	{"tx_segments", "packets", "what became of them", true},
	{"tx_whole", "packets", "large TCP that the other end took as it was", true},
	{"rx_drops", "packets", "received here and dropped"},
	{"tx_drops", "packets", "to be sent here and dropped"},
	{NULL},
};

static int add(const char *name, const json_t *value, struct errors *errors)
{
	return ports_add(name, value, errors);
}

static int change(const char *name, const json_t *old, const json_t *value, struct errors *errors)
{
	return ports_change(ports_find(name), value, errors);
}

static int del(const char *name, const json_t *old, struct errors *errors)
{
	ports_remove(ports_find(name));
	return 0;
}

static json_t *drops_by_reason(const struct dp_port_stats *stats)
{
	json_t *out = json_object();
	for (int i = 0; i < DROP_COUNT; i++)
		if (stats->drops[i])
			json_object_set_new(out, drop_info[i].name,
					    json_integer((json_int_t)stats->drops[i]));
	return out;
}

static json_t *mac_text(const uint8_t mac[6])
{
	static const uint8_t none[6];
	char text[FIELD_MAC_MAX];

	if (memcmp(mac, none, 6) == 0)
		return json_string("");
	field_mac_text(mac, text);
	return json_string(text);
}

static json_t *row(struct port_entry *entry, bool detailed)
{
	const struct port_status *status = ports_status(entry);
	const json_t *conf = entry->conf;
	struct dp_port_stats stats;
	json_int_t rx = 0, tx = 0;

	ports_stats(entry, &stats);
	for (int i = 0; i < DROP_COUNT; i++)
		*(drop_is_egress(i) ? &tx : &rx) += (json_int_t)stats.drops[i];
	json_t *out =
		json_pack("{s:s, s:s, s:s, s:o, s:o, s:I, s:I, s:I}", "name", entry->name, "type",
			  entry->kind->type, "state", status->up ? "up" : "down", "reason",
			  daemon_text(status->reason), "mac", mac_text(status->mac), "mtu",
			  (json_int_t)conf_int(conf, "mtu"), "speed", (json_int_t)status->speed_bps,
			  "queues", (json_int_t)conf_int(conf, "queues"));
	json_object_update_new(out, json_pack("{s:I, s:I, s:I, s:I, s:I, s:I}", "rx_packets",
					      (json_int_t)stats.rx_packets, "rx_bytes",
					      (json_int_t)stats.rx_bytes, "tx_packets",
					      (json_int_t)stats.tx_packets, "tx_bytes",
					      (json_int_t)stats.tx_bytes, "rx_drops", rx,
					      "tx_drops", tx));
	json_object_update_new(out, json_pack("{s:s, s:I, s:I, s:I, s:I}", "offloads",
					      offloads_text(entry->port), "tx_checksums",
					      (json_int_t)stats.tx_csum, "tx_cut",
					      (json_int_t)stats.tx_cut, "tx_segments",
					      (json_int_t)stats.tx_segments, "tx_whole",
					      (json_int_t)stats.tx_whole));
	if (!detailed)
		return out;
	json_object_set_new(out, "peer", daemon_text(status->peer));
	json_object_set_new(out, "features", daemon_text(status->features));
	json_object_set_new(out, "drops", drops_by_reason(&stats));
	if (entry->port && entry->kind->details)
		json_object_update_new(out, entry->kind->details(entry->port));
	return out;
}

static const struct field show_args[] = {
	{.name = "libvirt",
	 .type = F_BOOL,
	 .help = "vhost-user ports as interface elements of a libvirt domain"},
	{.name = NULL},
};

static json_t *show(struct call *call)
{
	if (conf_bool(call->args, "libvirt"))
		return libvirt_show(call);
	json_t *rows = json_array();
	for (struct port_entry *e = ports_first(); e; e = e->next)
		if (!call->name || strcmp(call->name, e->name) == 0)
			json_array_append_new(rows, row(e, call->name != NULL));
	return rows;
}

const struct noun noun_port = {
	.name = "port",
	.key = "ports",
	.help = "where packets come in and go out",
	.shape = NOUN_MAP,
	.fields = fields,
	.columns = columns,
	.check = port_check,
	.check_all = port_check_all,
	.check_here = port_check_here,
	.add = add,
	.change = change,
	.remove = del,
	.show_args = show_args,
	.show = show,
};

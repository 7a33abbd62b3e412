// SPDX-License-Identifier: BSD-3-Clause
#include "control/probe.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "control/interfaces.h"
#include "control/vrfs.h"
#include "control/wire.h"

/* The address in "fe80::1%wan0"; the name behind it, or NULL. */
static const char *parse_zoned(const char *text, struct addr *out)
{
	const char *percent = strchr(text, '%');
	char first[ADDR_TEXT_MAX];

	snprintf(first, sizeof(first), "%.*s",
		 (int)(percent ? (size_t)(percent - text) : strlen(text)), text);
	addr_parse(first, out);
	return percent ? percent + 1 : NULL;
}

bool probe_target(struct call *call, struct probe_target *out)
{
	const char *vrf = conf_str(call->args, "vrf"), *name = conf_str(call->args, "interface");
	const char *source = conf_str(call->args, "source"), *zone;
	struct iface_entry *entry;
	int id = vrfs_id(vrf);

	*out = (struct probe_target){.readable = conf_bool(call->args, WIRE_ARG_READABLE)};
	zone = parse_zoned(conf_str(call->args, "address"), &out->dst);
	if (zone && name && strcmp(zone, name) != 0)
		return errors_add(call->errors, "interface",
				  "%s and %%%s are two interfaces: expected one of them", name,
				  zone) == 0;
	name = name ? name : zone;
	entry = name ? interfaces_find(name) : NULL;
	if (source)
		addr_parse(source, &out->source);
	if (id < 0)
		errors_add(call->errors, "vrf", "there is no VRF %s", vrf);
	else if (name && !entry)
		errors_add(call->errors, "interface", "there is no interface %s", name);
	else if (!entry && addr_is_link_local(&out->dst))
		errors_add(call->errors, "address",
			   "%s is a link-local address: expected %%INTERFACE behind it, or "
			   "interface= beside it",
			   conf_str(call->args, "address"));
	else if (addr_is_unspecified(&out->dst) || addr_is_multicast(&out->dst))
		errors_add(call->errors, "address", "%s is no host's address",
			   conf_str(call->args, "address"));
	else {
		out->iface = entry ? &entry->iface : NULL;
		out->vrf = entry ? entry->iface.vrf : (uint16_t)id;
		return true;
	}
	return false;
}

void probe_refuse(struct call *call, const struct probe_target *target, int error)
{
	char text[ADDR_TEXT_MAX];

	addr_print(&target->dst, text);
	switch (error) {
	case EADDRNOTAVAIL:
		if (target->source.family != ADDR_NONE)
			errors_add(call->errors, "source",
				   "%s is no address of weft's that can be used for %s",
				   conf_str(call->args, "source"), text);
		else
			errors_add(call->errors, "",
				   "weft has no address to ask %s from: nothing leads there, or no "
				   "interface has an address of that kind",
				   text);
		break;
	case EINVAL:
		errors_add(call->errors, "source", "source and %s are of two families", text);
		break;
	case EBUSY:
		errors_add(call->errors, "", "too many run already: try again later");
		break;
	default:
		errors_add(call->errors, "", "%s: %s", text, strerror(error));
	}
}

static const char *icmp4_text(uint8_t type, uint8_t code)
{
	switch (type << 8 | code) {
	case 3 << 8 | 0:
		return "network unreachable";
	case 3 << 8 | 1:
		return "host unreachable";
	case 3 << 8 | 2:
		return "protocol unreachable";
	case 3 << 8 | 3:
		return "port unreachable";
	case 3 << 8 | 4:
		return "fragmentation needed";
	case 3 << 8 | 9:
	case 3 << 8 | 10:
	case 3 << 8 | 13:
		return "prohibited";
	case 11 << 8 | 0:
		return "time exceeded";
	default:
		return type == 3 ? "unreachable" : type == 11 ? "time exceeded" : "refused";
	}
}

static const char *icmp6_text(uint8_t type, uint8_t code)
{
	switch (type << 8 | code) {
	case 1 << 8 | 0:
		return "no route";
	case 1 << 8 | 1:
		return "prohibited";
	case 1 << 8 | 3:
		return "address unreachable";
	case 1 << 8 | 4:
		return "port unreachable";
	case 2 << 8 | 0:
		return "packet too big";
	default:
		return type == 1 ? "unreachable" : type == 3 ? "time exceeded" : "refused";
	}
}

const char *probe_icmp_text(uint8_t family, uint8_t type, uint8_t code)
{
	return family == ADDR_IP4 ? icmp4_text(type, code) : icmp6_text(type, code);
}

// SPDX-License-Identifier: BSD-3-Clause
#include "tools/pktgen/options_set.h"

#include <stdio.h>
#include <string.h>

#include "tools/pktgen/options_check.h"
#include "tools/pktgen/values.h"

#define RATE_MAX 1e9

static const char *const field_names[N_FIELDS] = {
	[FIELD_MAC_DST] = "mac-dst",   [FIELD_MAC_SRC] = "mac-src", [FIELD_VLAN] = "vlan",
	[FIELD_IP_SRC] = "ip-src",     [FIELD_IP_DST] = "ip-dst",   [FIELD_PORT_SRC] = "port-src",
	[FIELD_PORT_DST] = "port-dst",
};
static const char *const order_names[] = {"sequential", "random", "zipf"};

const char *options_field_name(enum frame_field_kind kind)
{
	return field_names[kind];
}

const char *options_order_name(enum flow_order order)
{
	return order_names[order];
}

int option_set_size(struct options *options, const char *value, char *error)
{
	if (!strcmp(value, "imix")) {
		options->size = 0;
		return 0;
	}
	if (value_number(value, FRAME_SIZE_MIN, FRAME_SIZE_MAX, &options->size) == 0)
		return 0;
	return options_refuse(error, "--size %s: expected %d to %d bytes, or imix", value,
			      FRAME_SIZE_MIN, FRAME_SIZE_MAX);
}

int option_set_rate(struct options *options, const char *value, char *error)
{
	double rate;

	if (!strcmp(value, "max")) {
		options->rate = 0;
		return 0;
	}
	if (value_real(value, &rate) < 0 || rate < 1 || rate > RATE_MAX)
		return options_refuse(
			error,
			"--rate %s: expected 1 to 1G packets a second (as in 500k or 1.5M), "
			"or max",
			value);
	options->rate = rate;
	return 0;
}

static int find_field(const char *name, size_t n)
{
	for (int i = 0; i < N_FIELDS; i++)
		if (strlen(field_names[i]) == n && !memcmp(field_names[i], name, n))
			return i;
	return -1;
}

int option_set_fields(struct options *options, const char *value, char *error)
{
	options->n_fields = 0;
	for (const char *name = value;; name++) {
		size_t n = strcspn(name, ",");
		int field = find_field(name, n);
		if (field < 0 || options->n_fields == FRAME_FIELDS_MAX - 1)
			return options_refuse(
				error,
				"--flow-field %s: expected one or more of ip-src, ip-dst, "
				"port-src, port-dst, mac-src, mac-dst, vlan",
				value);
		for (uint32_t i = 0; i < options->n_fields; i++)
			if ((int)options->fields[i] == field)
				return options_refuse(error, "--flow-field %s: %s is there twice",
						      value, field_names[field]);
		options->fields[options->n_fields++] = (enum frame_field_kind)field;
		name += n;
		if (!*name)
			return 0;
	}
}

int option_set_order(struct options *options, const char *value, char *error)
{
	for (int i = 0; i < 3; i++) {
		if (!strcmp(value, order_names[i])) {
			options->order = (enum flow_order)i;
			return 0;
		}
	}
	return options_refuse(error, "--flow-order %s: expected sequential, random or zipf", value);
}

static int set_mac(uint8_t *mac, const char *name, const char *value, char *error)
{
	if (value_mac(value, mac) == 0 && !(mac[0] & 1))
		return 0;
	return options_refuse(
		error, "--%s %s: expected the address of one station, as in 02:00:00:00:00:01",
		name, value);
}

int option_set_mac_src(struct options *options, const char *value, char *error)
{
	return set_mac(options->header.mac_src, "src-mac", value, error);
}

int option_set_mac_dst(struct options *options, const char *value, char *error)
{
	return set_mac(options->header.mac_dst, "dst-mac", value, error);
}

static int set_ip(uint32_t *ip, const char *name, const char *value, char *error)
{
	if (value_ipv4(value, ip) == 0)
		return 0;
	return options_refuse(error, "--%s %s: expected an IPv4 address", name, value);
}

int option_set_ip_src(struct options *options, const char *value, char *error)
{
	return set_ip(&options->header.ip_src, "src-ip", value, error);
}

int option_set_ip_dst(struct options *options, const char *value, char *error)
{
	return set_ip(&options->header.ip_dst, "dst-ip", value, error);
}

static int set_port(uint16_t *port, const char *name, unsigned max, const char *value, char *error)
{
	uint32_t number;

	if (value_number(value, 1, max, &number) < 0)
		return options_refuse(error, "--%s %s: expected 1 to %u", name, value, max);
	*port = (uint16_t)number;
	return 0;
}

int option_set_port_src(struct options *options, const char *value, char *error)
{
	return set_port(&options->header.port_src, "src-port", 65535, value, error);
}

int option_set_port_dst(struct options *options, const char *value, char *error)
{
	return set_port(&options->header.port_dst, "dst-port", 65535, value, error);
}

int option_set_vlan(struct options *options, const char *value, char *error)
{
	return set_port(&options->header.vlan, "vlan", 4094, value, error);
}

int option_set_core(struct options *options, const char *value, char *error)
{
	if (value_number(value, 0, 1023, &options->core) < 0)
		return options_refuse(error, "--core %s: expected the number of a core", value);
	options->core_given = true;
	return 0;
}

int option_set_cores(struct options *options, const char *value, char *error)
{
	unsigned send, receive;
	char rest;

	if (sscanf(value, "%4u,%4u%c", &send, &receive, &rest) != 2 || send == receive ||
	    strspn(value, "0123456789,") != strlen(value) || send > 1023 || receive > 1023)
		return options_refuse(
			error,
			"--cores %s: expected two cores, the sender's and the receiver's, "
			"as in 0,1",
			value);
	options->core = send;
	options->receive_core = receive;
	options->core_given = options->cores_given = true;
	return 0;
}

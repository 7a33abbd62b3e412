// SPDX-License-Identifier: BSD-3-Clause
#include "tools/pktgen/options_set.h"

#include <stdio.h>
#include <string.h>

#include "tools/pktgen/options_check.h"
#include "tools/pktgen/values.h"

#define RATE_MAX 1e9

static const char *const order_names[] = {"sequential", "random", "zipf"};

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

int option_set_fields(struct options *options, const char *value, char *error)
{
	options->n_fields = 0;
	for (const char *name = value;; name++) {
		size_t n = strcspn(name, ",");
		enum frame_field_kind field = field_find(name, (unsigned)n);
		if (field == N_FIELDS)
			return options_refuse(error,
					      "--flow-field %s: expected one or more of ip-src, "
					      "port-dst, dscp and others that --help names",
					      value);
		for (uint32_t i = 0; i < options->n_fields; i++)
			if (options->fields[i] == field)
				return options_refuse(error, "--flow-field %s: %s is there twice",
						      value, field_kinds[field].name);
		options->fields[options->n_fields++] = field;
		name += n;
		if (!*name)
			return 0;
	}
}

/* One of the list, "dscp=46". */
static int set_value(struct frame_header *header, const char *word, char *error)
{
	size_t n = strcspn(word, "=");
	enum frame_field_kind kind = field_find(word, (unsigned)n);
	uint32_t value;

	if (kind == N_FIELDS || word[n] != '=')
		return options_refuse(error,
				      "--set %s: expected the name of a field (--help names "
				      "them) and a value, as in dscp=46",
				      word);
	const struct field_kind *field = &field_kinds[kind];
	if (field->option)
		return options_refuse(error, "--set %s: use --%s", word, field->option);
	if (value_bits(word + n + 1, field_max(kind), &value) < 0)
		return options_refuse(error, "--set %s: expected 0 to %u", word, field_max(kind));
	for (unsigned i = 0; i < header->n_values; i++)
		if (header->values[i].kind == kind)
			return options_refuse(error, "--set: %s is there twice", field->name);
	header->values[header->n_values++] = (struct header_value){kind, value};
	return 0;
}

int option_set_values(struct options *options, const char *value, char *error)
{
	char copy[OPTIONS_ERROR_SIZE], *rest = copy, *word;
	int r = 0;

	if (snprintf(copy, sizeof(copy), "%s", value) >= (int)sizeof(copy))
		return options_refuse(error, "--set: too long");
	while (r == 0 && (word = strsep(&rest, ",")))
		r = set_value(&options->header, word, error);
	return r;
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

/* Whether it is of the right family is known when all words are read. */
static int set_ip(uint32_t *ip4, uint8_t *ip6, uint8_t *family, const char *name, const char *value,
		  char *error)
{
	if (value_ipv4(value, ip4) == 0)
		*family = 4;
	else if (value_ipv6(value, ip6) == 0)
		*family = 6;
	else
		return options_refuse(error,
				      "--%s %s: expected an IPv4 address, or with --ipv6 an "
				      "IPv6 address",
				      name, value);
	return 0;
}

int option_set_ip_src(struct options *options, const char *value, char *error)
{
	struct frame_header *h = &options->header;

	return set_ip(&h->ip_src, h->ip6_src, &options->ip_src_family, "src-ip", value, error);
}

int option_set_ip_dst(struct options *options, const char *value, char *error)
{
	struct frame_header *h = &options->header;

	return set_ip(&h->ip_dst, h->ip6_dst, &options->ip_dst_family, "dst-ip", value, error);
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

int option_set_outer_vlan(struct options *options, const char *value, char *error)
{
	return set_port(&options->header.outer_vlan, "outer-vlan", 4094, value, error);
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

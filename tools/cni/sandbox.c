// SPDX-License-Identifier: BSD-3-Clause
/* CHECK, inside the container's namespace. */
#include <errno.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <netinet/in.h>

#include "tools/cni/cni.h"

/* An address or a network of either family. */
struct network {
	int family;
	uint8_t bytes[16];
	unsigned length; /* of the prefix, in bits */
};

static unsigned family_bytes(int family)
{
	return family == AF_INET ? 4 : 16;
}

static bool parse(const char *text, struct network *out)
{
	char address[INET6_ADDRSTRLEN];
	size_t n = strcspn(text, "/");

	memset(out, 0, sizeof(*out));
	if (n >= sizeof(address))
		return false;
	memcpy(address, text, n);
	address[n] = '\0';
	out->family = strchr(address, ':') ? AF_INET6 : AF_INET;
	out->length = text[n] ? (unsigned)atoi(text + n + 1) : family_bytes(out->family) * 8;
	return inet_pton(out->family, address, out->bytes) == 1;
}

static bool is_same(const struct network *a, const struct network *b)
{
	return a->family == b->family && a->length == b->length &&
	       memcmp(a->bytes, b->bytes, sizeof(a->bytes)) == 0;
}

static unsigned count_bits(const uint8_t *mask, unsigned n_bytes)
{
	unsigned n = 0;

	for (unsigned i = 0; i < n_bytes; i++)
		n += (unsigned)__builtin_popcount(mask[i]);
	return n;
}

/* Where an address of either family has its bytes. */
static const uint8_t *bytes_of(const struct sockaddr *address)
{
	if (address->sa_family == AF_INET)
		return (const uint8_t *)&((const struct sockaddr_in *)address)->sin_addr;
	return (const uint8_t *)&((const struct sockaddr_in6 *)address)->sin6_addr;
}

static bool has_address(const struct ifaddrs *list, const char *device, const struct network *want)
{
	unsigned n = family_bytes(want->family);

	for (; list; list = list->ifa_next) {
		struct network seen = {.family = want->family};

		if (strcmp(list->ifa_name, device) != 0 || !list->ifa_addr || !list->ifa_netmask ||
		    list->ifa_addr->sa_family != want->family)
			continue;
		memcpy(seen.bytes, bytes_of(list->ifa_addr), n);
		list->ifa_netmask->sa_family = (sa_family_t)want->family;
		seen.length = count_bits(bytes_of(list->ifa_netmask), n);
		if (is_same(&seen, want))
			return true;
	}
	return false;
}

/* A line of /proc/net/route: numbers are in the order that the host keeps them in. */
static bool route4(const char *line, char device[IFNAMSIZ], struct network *out)
{
	uint32_t to, mask;

	if (sscanf(line, "%15s %8x %*x %*x %*d %*d %*d %8x", device, &to, &mask) != 3)
		return false;
	memcpy(out->bytes, &to, 4);
	out->length = count_bits((const uint8_t *)&mask, 4);
	return true;
}

static bool route6(const char *line, char device[IFNAMSIZ], struct network *out)
{
	char to[33];

	if (sscanf(line, "%32s %2x %*s %*s %*s %*s %*s %*s %*s %15s", to, &out->length, device) !=
	    3)
		return false;
	for (int i = 0; i < 16; i++)
		if (sscanf(to + 2 * i, "%2hhx", &out->bytes[i]) != 1)
			return false;
	return true;
}

static bool has_route(const char *device, const struct network *want)
{
	bool is_ip4 = want->family == AF_INET, found = false;
	FILE *file =
		fopen(is_ip4 ? "/proc/thread-self/net/route" : "/proc/thread-self/net/ipv6_route",
		      "re");
	char line[256], name[IFNAMSIZ];

	while (file && !found && fgets(line, sizeof(line), file)) {
		struct network seen = {.family = want->family};

		found = (is_ip4 ? route4 : route6)(line, name, &seen) &&
			strcmp(name, device) == 0 && is_same(&seen, want);
	}
	if (file)
		fclose(file);
	return found;
}

static int enter(struct cni *cni)
{
	int fd = open(cni->netns, O_RDONLY | O_CLOEXEC);
	int rc = fd < 0 || setns(fd, CLONE_NEWNET) < 0 ? -errno : 0;

	if (fd >= 0)
		close(fd);
	return rc < 0 ? cni_fail(cni, CNI_NO_CONTAINER, "CNI_NETNS: %s: %s", cni->netns,
				 strerror(-rc))
		      : 0;
}

/* Those that belong to an interface of the container. */
static int check_addresses(struct cni *cni, const json_t *ips)
{
	struct ifaddrs *list = NULL;
	struct network want;
	json_t *ip;
	size_t i;
	int rc = 0;

	if (getifaddrs(&list) < 0)
		return cni_fail(cni, CNI_IO, "cannot list addresses: %s", strerror(errno));
	json_array_foreach((json_t *)ips, i, ip) {
		const char *address = json_string_value(json_object_get(ip, "address"));

		if (!address || !parse(address, &want))
			rc = cni_fail(cni, CNI_BAD_CONFIG, "prevResult.ips[%zu] has no address", i);
		else if (!has_address(list, cni->ifname, &want))
			rc = cni_fail(cni, CNI_MISSING, "%s has lost its address %s", cni->ifname,
				      address);
	}
	freeifaddrs(list);
	return rc;
}

static int check_routes(struct cni *cni, const json_t *routes)
{
	struct network want;
	json_t *route;
	size_t i;
	int rc = 0;

	json_array_foreach((json_t *)routes, i, route) {
		const char *to = json_string_value(json_object_get(route, "dst"));

		if (!to || !parse(to, &want))
			rc = cni_fail(cni, CNI_BAD_CONFIG, "prevResult.routes[%zu] has no dst", i);
		else if (!has_route(cni->ifname, &want))
			rc = cni_fail(cni, CNI_MISSING, "the route to %s over %s is gone", to,
				      cni->ifname);
	}
	return rc;
}

int cni_sandbox_check(struct cni *cni, const json_t *previous)
{
	if (enter(cni) < 0)
		return -1;
	if (!if_nametoindex(cni->ifname))
		return cni_fail(cni, CNI_MISSING, "there is no interface %s in %s", cni->ifname,
				cni->netns);
	if (check_addresses(cni, json_object_get(previous, "ips")) < 0)
		return -1;
	return check_routes(cni, json_object_get(previous, "routes"));
}

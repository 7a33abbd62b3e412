// SPDX-License-Identifier: BSD-3-Clause
#include "control/netdev_use.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <arpa/inet.h>
#include <netlink/netlink.h>
#include <netlink/route/addr.h>
#include <netlink/route/nexthop.h>
#include <netlink/route/route.h>

#include "control/netdev.h"

#define LOCAL_MAX       64 /* addresses of a device that are looked at */
#define TCP_ESTABLISHED 1

struct default_search {
	int index;
	bool found;
};

static void look_at_route(struct nl_object *object, void *arg)
{
	struct rtnl_route *route = (struct rtnl_route *)object;
	struct default_search *search = arg;
	struct nl_addr *dst = rtnl_route_get_dst(route);

	if (rtnl_route_get_table(route) != RT_TABLE_MAIN ||
	    rtnl_route_get_type(route) != RTN_UNICAST || (dst && nl_addr_get_prefixlen(dst) > 0))
		return;
	for (int i = 0; i < rtnl_route_get_nnexthops(route); i++)
		if (rtnl_route_nh_get_ifindex(rtnl_route_nexthop_n(route, i)) == search->index)
			search->found = true;
}

int netdev_has_default_route(struct netns *ns, const char *device)
{
	struct default_search search = {0};
	struct nl_cache *routes;
	struct netdev dev;
	int rc = netdev_get(ns, device, &dev);

	if (rc < 0)
		return rc;
	search.index = dev.index;
	rc = rtnl_route_alloc_cache(netns_sock(ns), AF_UNSPEC, 0, &routes);
	if (rc < 0)
		return -EIO;
	nl_cache_foreach(routes, look_at_route, &search);
	nl_cache_free(routes);
	return search.found;
}

/* Addresses as /proc/net/tcp writes them: each 32-bit word in the host's order, in hexadecimal. */
struct locals {
	int index;
	size_t n;
	char text[LOCAL_MAX][33];
};

static void note_addr(struct nl_object *object, void *arg)
{
	struct rtnl_addr *addr = (struct rtnl_addr *)object;
	struct locals *locals = arg;
	struct nl_addr *local = rtnl_addr_get_local(addr);
	uint32_t words[4];
	size_t n;

	if (rtnl_addr_get_ifindex(addr) != locals->index || !local || locals->n == LOCAL_MAX)
		return;
	n = nl_addr_get_len(local) / sizeof(words[0]);
	if (n > 4)
		return;
	memcpy(words, nl_addr_get_binary_addr(local), n * sizeof(words[0]));
	for (size_t i = 0; i < n; i++)
		snprintf(locals->text[locals->n] + i * 8, 9, "%08X", words[i]);
	locals->n++;
}

static int search_table(const struct locals *locals, const char *path)
{
	char line[256], local[40];
	unsigned state;
	FILE *file = fopen(path, "re");
	int found = 0;

	if (!file)
		return 0; /* no IPv6, say */
	while (!found && fgets(line, sizeof(line), file)) {
		if (sscanf(line, " %*d: %39[0-9A-F]:%*x %*[0-9A-F]:%*x %x", local, &state) != 2 ||
		    state != TCP_ESTABLISHED)
			continue;
		for (size_t i = 0; i < locals->n; i++)
			/* IPv4 in an IPv6 socket ends with the IPv4 address. */
			if (strcmp(local, locals->text[i]) == 0 ||
			    (strlen(local) == 32 && strcmp(local + 24, locals->text[i]) == 0))
				found = 1;
	}
	fclose(file);
	return found;
}

static int search_tables(void *arg)
{
	return search_table(arg, "/proc/thread-self/net/tcp") ||
	       search_table(arg, "/proc/thread-self/net/tcp6");
}

int netdev_has_connection(struct netns *ns, const char *device)
{
	struct locals locals = {0};
	struct nl_cache *addrs;
	struct netdev dev;
	int rc = netdev_get(ns, device, &dev);

	if (rc < 0)
		return rc;
	locals.index = dev.index;
	if (rtnl_addr_alloc_cache(netns_sock(ns), &addrs) < 0)
		return -EIO;
	nl_cache_foreach(addrs, note_addr, &locals);
	nl_cache_free(addrs);
	return locals.n == 0 ? 0 : netns_run(ns, search_tables, &locals);
}

int netdev_use_refuse(struct netns *ns, const char *name, const char *device, struct errors *errors)
{
	if (netdev_has_default_route(ns, device) > 0)
		return errors_add(
			errors, "",
			"%s: %s carries this host's default route, which would be cut off: "
			"choose another device, share it (type: af_xdp, share: true), or set "
			"force: true",
			name, device);
	if (netdev_has_connection(ns, device) > 0)
		return errors_add(
			errors, "",
			"%s: TCP connections use %s (yours may be one), and would be cut: "
			"choose another device, share it (type: af_xdp, share: true), or set "
			"force: true",
			name, device);
	return 0;
}

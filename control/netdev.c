// SPDX-License-Identifier: BSD-3-Clause
#include "control/netdev.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <linux/if_addr.h>
#include <linux/if_arp.h>
#include <netlink/errno.h>
#include <netlink/netlink.h>
#include <netlink/route/addr.h>
#include <netlink/route/link.h>
#include <netlink/route/nexthop.h>
#include <netlink/route/route.h>

int netdev_errno(int rc)
{
	if (rc >= 0)
		return 0;
	switch (-rc) {
	case NLE_NODEV:
	case NLE_OBJ_NOTFOUND:
		return -ENODEV;
	case NLE_EXIST:
		return -EEXIST;
	case NLE_NOADDR:
		return -EADDRNOTAVAIL;
	case NLE_PERM:
	case NLE_NOACCESS:
		return -EPERM;
	case NLE_NOMEM:
		return -ENOMEM;
	case NLE_BUSY:
		return -EBUSY;
	case NLE_OPNOTSUPP:
		return -EOPNOTSUPP;
	case NLE_RANGE:
		return -ERANGE;
	default:
		return -EINVAL;
	}
}

static int get_link(struct netns *ns, const char *name, struct rtnl_link **out)
{
	return netdev_errno(rtnl_link_get_kernel(netns_sock(ns), 0, name, out));
}

int netdev_get(struct netns *ns, const char *name, struct netdev *out)
{
	struct rtnl_link *link;
	struct nl_addr *mac;
	unsigned flags;
	int rc = get_link(ns, name, &link);

	if (rc < 0)
		return rc;
	memset(out, 0, sizeof(*out));
	flags = rtnl_link_get_flags(link);
	mac = rtnl_link_get_addr(link);
	out->index = rtnl_link_get_ifindex(link);
	snprintf(out->name, sizeof(out->name), "%s", rtnl_link_get_name(link));
	out->mtu = rtnl_link_get_mtu(link);
	out->is_up = flags & IFF_UP;
	out->has_carrier = (flags & IFF_UP) && rtnl_link_get_carrier(link);
	out->is_promisc = flags & IFF_PROMISC;
	out->is_ethernet = rtnl_link_get_arptype(link) == ARPHRD_ETHER;
	if (mac && nl_addr_get_len(mac) == sizeof(out->mac))
		memcpy(out->mac, nl_addr_get_binary_addr(mac), sizeof(out->mac));
	rtnl_link_put(link);
	return 0;
}

/* Applies what set does to an empty description of the link. */
static int change_link(struct netns *ns, const char *name,
		       void (*set)(struct rtnl_link *change, const void *arg), const void *arg)
{
	struct rtnl_link *link, *change;
	int rc = get_link(ns, name, &link);

	if (rc < 0)
		return rc;
	change = rtnl_link_alloc();
	if (change) {
		set(change, arg);
		rc = netdev_errno(rtnl_link_change(netns_sock(ns), link, change, 0));
		rtnl_link_put(change);
	} else {
		rc = -ENOMEM;
	}
	rtnl_link_put(link);
	return rc;
}

static void set_up(struct rtnl_link *change, const void *arg)
{
	if (*(const bool *)arg)
		rtnl_link_set_flags(change, IFF_UP);
	else
		rtnl_link_unset_flags(change, IFF_UP);
}

int netdev_set_up(struct netns *ns, const char *name, bool up)
{
	return change_link(ns, name, set_up, &up);
}

static void set_mtu(struct rtnl_link *change, const void *arg)
{
	rtnl_link_set_mtu(change, *(const uint32_t *)arg);
}

int netdev_set_mtu(struct netns *ns, const char *name, uint32_t mtu)
{
	return change_link(ns, name, set_mtu, &mtu);
}

static void set_mac(struct rtnl_link *change, const void *arg)
{
	struct nl_addr *addr = nl_addr_build(AF_LLC, arg, 6);

	if (!addr)
		return;
	rtnl_link_set_addr(change, addr);
	nl_addr_put(addr);
}

int netdev_set_mac(struct netns *ns, const char *name, const uint8_t mac[6])
{
	return change_link(ns, name, set_mac, mac);
}

static int make_addr(struct netns *ns, const char *name, const char *address,
		     struct rtnl_addr **out)
{
	struct netdev dev;
	struct nl_addr *local;
	struct rtnl_addr *addr;
	int rc = netdev_get(ns, name, &dev);

	if (rc < 0)
		return rc;
	if (nl_addr_parse(address, AF_UNSPEC, &local) < 0)
		return -EINVAL;
	addr = rtnl_addr_alloc();
	if (addr) {
		rtnl_addr_set_ifindex(addr, dev.index);
		rtnl_addr_set_local(addr, local);
		if (nl_addr_get_family(local) == AF_INET6)
			rtnl_addr_set_flags(addr, IFA_F_NODAD);
	}
	nl_addr_put(local);
	*out = addr;
	return addr ? 0 : -ENOMEM;
}

int netdev_addr_add(struct netns *ns, const char *name, const char *address)
{
	struct rtnl_addr *addr;
	int rc = make_addr(ns, name, address, &addr);

	if (rc < 0)
		return rc;
	rc = netdev_errno(rtnl_addr_add(netns_sock(ns), addr, 0));
	rtnl_addr_put(addr);
	return rc == -EEXIST ? 0 : rc;
}

int netdev_addr_del(struct netns *ns, const char *name, const char *address)
{
	struct rtnl_addr *addr;
	int rc = make_addr(ns, name, address, &addr);

	if (rc < 0)
		return rc;
	rc = netdev_errno(rtnl_addr_delete(netns_sock(ns), addr, 0));
	rtnl_addr_put(addr);
	return rc == -EADDRNOTAVAIL ? 0 : rc;
}

/* prefix NULL: the default route of via's family; via NULL: no gateway between. */
static int make_route(struct netns *ns, const char *name, const char *prefix, const char *via,
		      struct rtnl_route **out)
{
	struct rtnl_route *route = rtnl_route_alloc();
	struct rtnl_nexthop *hop = rtnl_route_nh_alloc();
	struct nl_addr *gateway = NULL, *to = NULL;
	struct netdev dev;
	int rc = netdev_get(ns, name, &dev);

	if (rc == 0 && via && nl_addr_parse(via, AF_UNSPEC, &gateway) < 0)
		rc = -EINVAL;
	if (rc == 0 && prefix && nl_addr_parse(prefix, AF_UNSPEC, &to) < 0)
		rc = -EINVAL;
	if (rc == 0 && !prefix) {
		to = nl_addr_alloc(sizeof(struct in6_addr));
		if (to)
			nl_addr_set_family(to, nl_addr_get_family(gateway));
	}
	if (rc == 0 && (!route || !hop || !to))
		rc = -ENOMEM;
	if (rc == 0 && gateway && nl_addr_get_family(gateway) != nl_addr_get_family(to))
		rc = -EINVAL;
	if (rc == 0) {
		rtnl_route_set_family(route, (uint8_t)nl_addr_get_family(to));
		rtnl_route_set_dst(route, to);
		rtnl_route_nh_set_ifindex(hop, dev.index);
		if (gateway)
			rtnl_route_nh_set_gateway(hop, gateway);
		rtnl_route_add_nexthop(route, hop);
		hop = NULL;
		*out = route;
		route = NULL;
	}
	nl_addr_put(to);
	nl_addr_put(gateway);
	if (hop)
		rtnl_route_nh_free(hop);
	rtnl_route_put(route);
	return rc;
}

int netdev_route_add(struct netns *ns, const char *name, const char *prefix, const char *via)
{
	struct rtnl_route *route;
	int rc = make_route(ns, name, prefix, via, &route);

	if (rc < 0)
		return rc;
	rc = rtnl_route_add(netns_sock(ns), route, 0);
	rtnl_route_put(route);
	/* libnl has no number for "unreachable". */
	rc = rc == -NLE_FAILURE || rc == -NLE_INVAL ? -ENETUNREACH : netdev_errno(rc);
	return rc == -EEXIST ? 0 : rc;
}

int netdev_route_del(struct netns *ns, const char *name, const char *prefix, const char *via)
{
	struct rtnl_route *route;
	int rc = make_route(ns, name, prefix, via, &route);

	if (rc < 0)
		return rc;
	rtnl_route_delete(netns_sock(ns), route, 0); /* it may have gone with the link */
	rtnl_route_put(route);
	return 0;
}

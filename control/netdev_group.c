// SPDX-License-Identifier: BSD-3-Clause
/* Devices by the group that they are put into (ip link … group N), which the kernel deletes
 * together. */
#include <errno.h>

#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <netlink/cache.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <netlink/route/link.h>

#include "control/netdev.h"

/* A message about one device, or about all of a group. */
static int tell(struct netns *ns, int type, int index, uint32_t group)
{
	const struct ifinfomsg info = {.ifi_family = AF_UNSPEC, .ifi_index = index};
	struct nl_msg *msg = nlmsg_alloc_simple(type, 0);

	if (!msg)
		return -ENOMEM;
	if (nlmsg_append(msg, (void *)&info, sizeof(info), NLMSG_ALIGNTO) < 0 ||
	    nla_put_u32(msg, IFLA_GROUP, group) < 0) {
		nlmsg_free(msg);
		return -ENOMEM;
	}
	return netdev_errno(nl_send_sync(netns_sock(ns), msg)); /* which frees it */
}

int netdev_group_size(struct netns *ns, uint32_t group)
{
	struct nl_cache *links;
	int n = 0, rc = rtnl_link_alloc_cache(netns_sock(ns), AF_UNSPEC, &links);

	if (rc < 0)
		return netdev_errno(rc);
	for (struct nl_object *link = nl_cache_get_first(links); link;
	     link = nl_cache_get_next(link))
		n += rtnl_link_get_group((struct rtnl_link *)link) == group;
	nl_cache_free(links);
	return n;
}

int netdev_group_add(struct netns *ns, uint32_t group, int index)
{
	return tell(ns, RTM_SETLINK, index, group);
}

int netdev_group_delete(struct netns *ns, uint32_t group)
{
	return tell(ns, RTM_DELLINK, 0, group);
}

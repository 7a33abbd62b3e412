// SPDX-License-Identifier: BSD-3-Clause
#include "control/kernel_route.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <netlink/attr.h>
#include <netlink/msg.h>

#define MESSAGE_SIZE 4096 /* NEXTHOP_SET_MAX hops of IPv6 take 2.3 kB */
#define TABLES_FILE  "/etc/iproute2/rt_tables"
#define FNV_BASIS    0xcbf29ce484222325
#define FNV_PRIME    0x100000001b3

/* --- values --- */

static int compare_hops(const void *a, const void *b)
{
	const struct kernel_hop *x = a, *y = b;

	if (x->device != y->device)
		return x->device < y->device ? -1 : 1;
	return addr_compare(&x->gateway, &y->gateway);
}

void kernel_route_tidy(struct kernel_route *route)
{
	uint16_t kept = 0;

	qsort(route->hops, route->n, sizeof(route->hops[0]), compare_hops);
	for (uint16_t i = 0; i < route->n; i++) {
		struct kernel_hop *last = kept ? &route->hops[kept - 1] : NULL;
		if (!last || compare_hops(last, &route->hops[i]) != 0)
			route->hops[kept++] = route->hops[i];
		else if (route->hops[i].weight > last->weight)
			last->weight = route->hops[i].weight;
	}
	route->n = kept;
}

static uint64_t hash_more(uint64_t hash, const void *data, size_t n)
{
	const uint8_t *bytes = data;

	for (size_t i = 0; i < n; i++)
		hash = (hash ^ bytes[i]) * FNV_PRIME;
	return hash;
}

uint64_t kernel_route_hash(const struct kernel_route *route)
{
	uint64_t hash = hash_more(FNV_BASIS, &route->type, sizeof(route->type));

	for (uint16_t i = 0; i < route->n; i++) {
		const struct kernel_hop *hop = &route->hops[i];
		/* The weight of an only hop means nothing, and the kernel does not keep it. */
		uint8_t weight = route->n > 1 ? hop->weight : 1;
		hash = hash_more(hash, &hop->gateway, sizeof(hop->gateway));
		hash = hash_more(hash, &hop->device, sizeof(hop->device));
		hash = hash_more(hash, &weight, sizeof(weight));
	}
	return hash ? hash : 1;
}

/* --- out of messages --- */

static uint8_t family_of(uint8_t af)
{
	return af == AF_INET ? ADDR_IP4 : af == AF_INET6 ? ADDR_IP6 : ADDR_NONE;
}

static bool read_addr(const struct nlattr *attr, uint8_t family, struct addr *out)
{
	*out = (struct addr){.family = family};
	if ((unsigned)nla_len(attr) * 8 != addr_bits(out))
		return false;
	memcpy(out->bytes, nla_data(attr), (size_t)nla_len(attr));
	return true;
}

static int read_hops(const struct nlattr *attr, uint8_t family, struct kernel_route *out)
{
	const struct rtnexthop *hop = nla_data(attr);
	int left = nla_len(attr);

	while (left >= (int)sizeof(*hop) && hop->rtnh_len >= sizeof(*hop) &&
	       hop->rtnh_len <= left) {
		struct nlattr *gateway = nla_find((struct nlattr *)(void *)RTNH_DATA(hop),
						  hop->rtnh_len - (int)RTNH_LENGTH(0), RTA_GATEWAY);
		struct kernel_hop *to = &out->hops[out->n];
		if (out->n == NEXTHOP_SET_MAX)
			return -EINVAL;
		*to = (struct kernel_hop){.device = hop->rtnh_ifindex,
					  .weight = (uint8_t)(hop->rtnh_hops + 1)};
		if (to->weight == 0)
			to->weight = UINT8_MAX; /* 256 */
		if (gateway && !read_addr(gateway, family, &to->gateway))
			return -EBADMSG;
		out->n++;
		left -= (int)RTNH_ALIGN(hop->rtnh_len);
		hop = RTNH_NEXT(hop);
	}
	return out->n > 0 ? 0 : -EBADMSG;
}

/* Kinds that lead somewhere, or say that nothing does. */
static bool is_of_use(const struct rtmsg *rt)
{
	bool is_kind = rt->rtm_type == RTN_UNICAST || rt->rtm_type == RTN_BLACKHOLE ||
		       rt->rtm_type == RTN_UNREACHABLE || rt->rtm_type == RTN_PROHIBIT;

	return is_kind && family_of(rt->rtm_family) != ADDR_NONE &&
	       !(rt->rtm_flags & (RTM_F_CLONED | RTM_F_PREFIX)) && rt->rtm_tos == 0 &&
	       rt->rtm_src_len == 0;
}

/* Addresses that are never routed. */
static bool is_wire_only(const struct prefix *prefix)
{
	const uint8_t *b = prefix->addr.bytes;

	if (prefix->addr.family == ADDR_IP4)
		return prefix->length >= 4 && b[0] >= 224;
	return (prefix->length >= 8 && b[0] == 0xff) ||
	       (prefix->length >= 10 && b[0] == 0xfe && (b[1] & 0xc0) == 0x80);
}

static int read_single(struct nlattr **attrs, uint8_t family, struct kernel_route *out)
{
	struct kernel_hop *hop = &out->hops[0];

	if (!attrs[RTA_OIF])
		return -EINVAL;
	if (nla_len(attrs[RTA_OIF]) != sizeof(uint32_t))
		return -EBADMSG;
	*hop = (struct kernel_hop){.device = (int32_t)nla_get_u32(attrs[RTA_OIF]), .weight = 1};
	if (attrs[RTA_GATEWAY] && !read_addr(attrs[RTA_GATEWAY], family, &hop->gateway))
		return -EBADMSG;
	out->n = 1;
	return 0;
}

static uint32_t number(const struct nlattr *attr, uint32_t without)
{
	return attr && nla_len(attr) == sizeof(uint32_t) ? nla_get_u32(attr) : without;
}

int kernel_route_parse(const struct nlmsghdr *head, struct kernel_route *out)
{
	struct nlattr *attrs[RTA_MAX + 1];
	const struct rtmsg *rt;
	uint8_t family;
	int rc = 0;

	if ((head->nlmsg_type != RTM_NEWROUTE && head->nlmsg_type != RTM_DELROUTE) ||
	    nlmsg_parse((struct nlmsghdr *)head, sizeof(*rt), attrs, RTA_MAX, NULL) < 0)
		return -EBADMSG;
	rt = nlmsg_data(head);
	/* A gateway of the other family, an encapsulation: nothing that weft could do as well. */
	if (!is_of_use(rt) || attrs[RTA_VIA] || attrs[RTA_ENCAP])
		return -EINVAL;
	family = family_of(rt->rtm_family);
	memset(out, 0, offsetof(struct kernel_route, hops));
	out->prefix.addr.family = family;
	out->prefix.length = rt->rtm_dst_len;
	if (out->prefix.length > addr_bits(&out->prefix.addr) ||
	    (attrs[RTA_DST] && !read_addr(attrs[RTA_DST], family, &out->prefix.addr)))
		return -EBADMSG;
	out->prefix = prefix_network(&out->prefix);
	out->table = number(attrs[RTA_TABLE], rt->rtm_table);
	out->metric = number(attrs[RTA_PRIORITY], 0);
	out->type = rt->rtm_type;
	out->protocol = rt->rtm_protocol;
	if (is_wire_only(&out->prefix))
		return -EINVAL;
	if (out->type == RTN_UNICAST)
		rc = attrs[RTA_MULTIPATH] ? read_hops(attrs[RTA_MULTIPATH], family, out)
					  : read_single(attrs, family, out);
	kernel_route_tidy(out);
	return rc;
}

/* --- into messages --- */

static int af_of(const struct prefix *prefix)
{
	return prefix->addr.family == ADDR_IP4 ? AF_INET : AF_INET6;
}

static int put_addr(struct nl_msg *msg, int type, const struct addr *addr)
{
	return nla_put(msg, type, (int)addr_bits(addr) / 8, addr->bytes);
}

/* Gateways need not lie in a network that the host has an address in. */
static unsigned hop_flags(const struct kernel_hop *hop)
{
	return hop->gateway.family == ADDR_NONE ? 0 : RTNH_F_ONLINK;
}

static int put_hop(struct nl_msg *msg, const struct kernel_hop *hop)
{
	struct rtnexthop *head = nlmsg_reserve(msg, sizeof(*head), NLMSG_ALIGNTO);
	size_t begin;

	if (!head)
		return -1;
	begin = (size_t)((char *)head - (char *)nlmsg_hdr(msg));
	*head = (struct rtnexthop){.rtnh_flags = (uint8_t)hop_flags(hop),
				   .rtnh_hops = (uint8_t)(hop->weight - 1),
				   .rtnh_ifindex = hop->device};
	if (hop->gateway.family != ADDR_NONE && put_addr(msg, RTA_GATEWAY, &hop->gateway) < 0)
		return -1;
	head->rtnh_len = (uint16_t)(nlmsg_hdr(msg)->nlmsg_len - begin);
	return 0;
}

static int put_hops(struct nl_msg *msg, const struct kernel_route *route)
{
	struct nlattr *nest = nla_nest_start(msg, RTA_MULTIPATH);

	if (!nest)
		return -1;
	for (uint16_t i = 0; i < route->n; i++)
		if (put_hop(msg, &route->hops[i]) < 0)
			return -1;
	return nla_nest_end(msg, nest);
}

static int put_single(struct nl_msg *msg, const struct kernel_hop *hop)
{
	if (nla_put_u32(msg, RTA_OIF, (uint32_t)hop->device) < 0)
		return -1;
	return hop->gateway.family == ADDR_NONE ? 0 : put_addr(msg, RTA_GATEWAY, &hop->gateway);
}

static int put_route(struct nl_msg *msg, bool is_new, const struct kernel_route *route)
{
	bool is_direct = route->n == 1 && route->hops[0].gateway.family == ADDR_NONE;
	struct rtmsg rt = {.rtm_family = (uint8_t)af_of(&route->prefix),
			   .rtm_dst_len = route->prefix.length,
			   .rtm_protocol = route->protocol,
			   .rtm_type = is_new ? route->type : RTN_UNSPEC,
			   .rtm_scope = is_new ? (is_direct ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE)
					       : RT_SCOPE_NOWHERE,
			   .rtm_flags = is_new && route->n == 1 ? hop_flags(&route->hops[0]) : 0};

	if (nlmsg_append(msg, &rt, sizeof(rt), NLMSG_ALIGNTO) < 0 ||
	    put_addr(msg, RTA_DST, &route->prefix.addr) < 0 ||
	    nla_put_u32(msg, RTA_TABLE, route->table) < 0 ||
	    nla_put_u32(msg, RTA_PRIORITY, route->metric) < 0)
		return -1;
	if (!is_new || route->n == 0)
		return 0; /* of one that goes, whatever hops it has */
	return route->n == 1 ? put_single(msg, &route->hops[0]) : put_hops(msg, route);
}

struct nl_msg *kernel_route_message(uint16_t type, uint16_t flags, const struct kernel_route *route)
{
	struct nl_msg *msg = nlmsg_alloc_size(MESSAGE_SIZE);

	if (!msg)
		return NULL;
	if (nlmsg_put(msg, 0, 0, type, 0, NLM_F_REQUEST | flags) &&
	    put_route(msg, type == RTM_NEWROUTE, route) >= 0)
		return msg;
	nlmsg_free(msg);
	return NULL;
}

/* --- tables --- */

static int find_table(const char *name, uint32_t *out)
{
	FILE *file = fopen(TABLES_FILE, "re");
	char line[256], word[128];
	int rc = -EINVAL;
	unsigned id;

	while (file && rc < 0 && fgets(line, sizeof(line), file))
		if (sscanf(line, " %u %127s", &id, word) == 2 && id > 0 && /* 0 is no table */
		    strcmp(word, name) == 0) {
			*out = id;
			rc = 0;
		}
	if (file)
		fclose(file);
	return rc;
}

int kernel_table_parse(const char *text, uint32_t *out)
{
	unsigned long long value;
	char *end;

	if (strcmp(text, "main") == 0) {
		*out = RT_TABLE_MAIN;
		return 0;
	}
	errno = 0;
	value = strtoull(text, &end, 10);
	if (*text < '0' || *text > '9')
		return find_table(text, out);
	if (*end || errno || value == 0 || value > UINT32_MAX)
		return -EINVAL;
	*out = (uint32_t)value;
	return 0;
}

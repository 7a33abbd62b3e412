// SPDX-License-Identifier: BSD-3-Clause
#include "routing/host/assembly.h"

#include <string.h>

#include "routing/core/checksum.h"
#include "routing/core/memory.h"
#include "routing/host/inside.h"

#define DATA_MAX  65535 /* what a length field can say */
#define DATA_STEP 2048  /* room grows by at least that */

static uint32_t size_of(const struct assembly *assembly)
{
	return assembly->room + assembly->quote_len;
}

static void give_up(struct assembly *assembly)
{
	struct host *host = assembly->host;

	timer_stop(host->env->timers, &assembly->timer);
	host->assembly_bytes -= size_of(assembly);
	assemblies_del(&host->assemblies, assembly);
	memory_free(assembly->data);
	memory_free(assembly->quote);
	memory_free(assembly);
}

static const struct iface *iface_of(const struct assembly *assembly)
{
	struct env *env = assembly->host->env;
	const struct iface *iface = env->ops->iface_next(env, assembly->iface - 1);

	return iface && iface->id == assembly->iface ? iface : NULL;
}

/* RFC 792, RFC 8200 4.5: who sent the first fragment is told that the others did not come. */
static void timeout(struct timer *timer)
{
	struct assembly *assembly = container_of(timer, struct assembly, timer);
	const struct host_problem problem = {.why = HOST_REASSEMBLY};
	struct packet_in in = {.iface = iface_of(assembly),
			       .ether_type = assembly->src.family == ADDR_IP4 ? 0x0800 : 0x86dd,
			       .data = assembly->quote,
			       .len = assembly->quote_len};

	memcpy(in.src_mac, assembly->src_mac, sizeof(in.src_mac));
	memcpy(in.dst_mac, assembly->dst_mac, sizeof(in.dst_mac));
	assembly->host->stats.parts.timeout++;
	if (in.iface && in.len > 0)
		error_of_part(assembly->host, &in, &problem);
	give_up(assembly);
}

void assembly_fini(struct host *host)
{
	list_foreach_safe(assemblies, &host->assemblies, assembly)
		give_up(assembly);
}

void assembly_iface_gone(struct host *host, uint32_t iface)
{
	list_foreach_safe(assemblies, &host->assemblies, assembly)
		if (assembly->iface == iface)
			give_up(assembly);
}

/* IPv4 tells packets of one identification apart by their protocol as well, IPv6 does not. */
static bool is_of(const struct assembly *assembly, const struct packet_in *in,
		  const struct ip_view *ip)
{
	return assembly->id == ip->id && assembly->vrf == in->iface->vrf &&
	       (ip->src.family == ADDR_IP6 || assembly->proto == ip->proto) &&
	       addr_compare(&assembly->src, &ip->src) == 0 &&
	       addr_compare(&assembly->dst, &ip->dst) == 0;
}

static struct assembly *find(struct host *host, const struct packet_in *in,
			     const struct ip_view *ip)
{
	list_foreach(assemblies, &host->assemblies, assembly)
		if (is_of(assembly, in, ip))
			return assembly;
	return NULL;
}

static bool is_of_network(const struct assembly *assembly, const struct addr *src)
{
	return assembly->src.family == src->family &&
	       memcmp(assembly->src.bytes, src->bytes, src->family == ADDR_IP4 ? 3 : 8) == 0;
}

static void evict(struct assembly *assembly)
{
	assembly->host->stats.parts.evicted++;
	give_up(assembly);
}

/* The oldest of the sender's network, where that has its share; else the oldest of all. */
static void make_room(struct host *host, const struct addr *src)
{
	struct assembly *oldest = NULL;
	uint32_t n = 0;

	list_foreach(assemblies, &host->assemblies, assembly) {
		if (!is_of_network(assembly, src))
			continue;
		if (!oldest)
			oldest = assembly;
		n++;
	}
	if (n >= ASSEMBLY_OF_ONE)
		evict(oldest);
	else if (host->assemblies.n >= ASSEMBLY_MAX)
		evict(assemblies_first(&host->assemblies));
}

static struct assembly *begin(struct host *host, const struct packet_in *in,
			      const struct ip_view *ip)
{
	struct assembly *assembly;

	make_room(host, &ip->src);
	assembly = memory_zalloc(sizeof(*assembly));
	if (!assembly)
		return NULL;
	assembly->host = host;
	assembly->src = ip->src;
	assembly->dst = ip->dst;
	assembly->id = ip->id;
	assembly->proto = ip->proto;
	assembly->iface = in->iface->id;
	assembly->vrf = in->iface->vrf;
	timer_init(&assembly->timer, timeout);
	if (timer_start(host->env->timers, &assembly->timer,
			moment_add(env_now(host->env), ASSEMBLY_TIME)) < 0) {
		memory_free(assembly);
		return NULL;
	}
	assemblies_add(&host->assemblies, assembly);
	return assembly;
}

static bool grow(struct assembly *assembly, uint32_t needed)
{
	struct host *host = assembly->host;
	uint32_t room = needed + DATA_STEP > DATA_MAX ? DATA_MAX : needed + DATA_STEP;
	uint8_t *data;

	if (needed <= assembly->room)
		return true;
	while (host->assembly_bytes + room - assembly->room > ASSEMBLY_BYTES &&
	       assemblies_first(&host->assemblies) != assembly)
		evict(assemblies_first(&host->assemblies));
	data = memory_resize(assembly->data, room, 1);
	if (!data)
		return false;
	host->assembly_bytes += room - assembly->room;
	assembly->data = data;
	assembly->room = room;
	return true;
}

/* Notes that these bytes are there; false: some were already, or there are too many gaps. */
static bool note(struct assembly *assembly, uint32_t from, uint32_t to)
{
	struct part *parts = assembly->parts;
	uint8_t i = 0, n = assembly->n_parts;
	bool joins_before, joins_after;

	while (i < n && parts[i].to <= from)
		i++;
	if (i < n && parts[i].from < to)
		return false;
	joins_before = i > 0 && parts[i - 1].to == from;
	joins_after = i < n && parts[i].from == to;
	if (joins_before && joins_after) {
		parts[i - 1].to = parts[i].to;
		memmove(parts + i, parts + i + 1, (n - i - 1U) * sizeof(*parts));
		assembly->n_parts--;
	} else if (joins_before) {
		parts[i - 1].to = to;
	} else if (joins_after) {
		parts[i].from = from;
	} else {
		if (n == ASSEMBLY_PARTS)
			return false;
		memmove(parts + i + 1, parts + i, (n - i) * sizeof(*parts));
		parts[i] = (struct part){from, to};
		assembly->n_parts++;
	}
	return true;
}

/* What is cut, and what is in front of it. */
static const uint8_t *data_of(const struct ip_view *ip)
{
	return ip->src.family == ADDR_IP4 ? ip->payload : ip->packet + ip->fragment_at + 8;
}

static bool keep_head(struct assembly *assembly, const struct packet_in *in,
		      const struct ip_view *ip)
{
	uint32_t len =
		ip->src.family == ADDR_IP4 ? (uint32_t)(ip->payload - ip->packet) : ip->fragment_at;
	uint32_t quote = ip->len < ASSEMBLY_QUOTE ? ip->len : ASSEMBLY_QUOTE;

	if (len > ASSEMBLY_HEAD)
		return false;
	assembly->quote = memory_zalloc(quote);
	if (!assembly->quote)
		return false;
	memcpy(assembly->quote, ip->packet, quote);
	assembly->quote_len = quote;
	assembly->host->assembly_bytes += quote;
	memcpy(assembly->head, ip->packet, len);
	assembly->head_len = len;
	if (ip->src.family == ADDR_IP6) /* the fragment header goes: who named it names the next */
		assembly->head[ip->fragment_named_at] = ip->packet[ip->fragment_at];
	memcpy(assembly->src_mac, in->src_mac, sizeof(in->src_mac));
	memcpy(assembly->dst_mac, in->dst_mac, sizeof(in->dst_mac));
	return true;
}

/* Its bytes into their place; false: the packet is given up. */
static bool take(struct assembly *assembly, const struct packet_in *in, const struct ip_view *ip)
{
	struct host_parts *stats = &assembly->host->stats.parts;
	const uint8_t *data = data_of(ip);
	uint32_t len = (uint32_t)(ip->packet + ip->len - data), from = ip->fragment_offset;
	uint32_t to = from + len, last = assembly->n_parts;

	if ((assembly->end > 0 && (to > assembly->end || !ip->more_fragments)) ||
	    (!ip->more_fragments && last > 0 && assembly->parts[last - 1].to > to) ||
	    !note(assembly, from, to)) {
		stats->overlap++;
		return false;
	}
	if (!grow(assembly, to) || (from == 0 && !keep_head(assembly, in, ip))) {
		stats->no_memory++;
		return false;
	}
	memcpy(assembly->data + from, data, len);
	if (!ip->more_fragments)
		assembly->end = to;
	return true;
}

static bool is_whole(const struct assembly *assembly)
{
	return assembly->end > 0 && assembly->n_parts == 1 && assembly->parts[0].from == 0 &&
	       assembly->parts[0].to == assembly->end;
}

/* The packet as it was before it was cut; its length, or 0: it is longer than a packet can be. */
static uint32_t put_together(const struct assembly *assembly, uint8_t *out)
{
	uint32_t len = assembly->head_len + assembly->end;
	bool is4 = assembly->src.family == ADDR_IP4;

	if (len - (is4 ? 0 : IP6_HEADER) > DATA_MAX)
		return 0;
	memcpy(out, assembly->head, assembly->head_len);
	memcpy(out + assembly->head_len, assembly->data, assembly->end);
	if (is4) {
		store_be16(out + 2, (uint16_t)len);
		store_be16(out + 6, 0);
		store_be16(out + 10, 0);
		store_be16(out + 10, checksum_finish(checksum_add(0, out, assembly->head_len)));
	} else {
		store_be16(out + 4, (uint16_t)(len - IP6_HEADER));
	}
	return len;
}

/* RFC 791, RFC 8200 4.5: all but the last are multiples of 8 bytes, and no packet is longer than
 * its length field can say. */
static bool is_sound(const struct ip_view *ip)
{
	uint32_t len = (uint32_t)(ip->packet + ip->len - data_of(ip));

	return len > 0 && (!ip->more_fragments || len % 8 == 0) &&
	       ip->fragment_offset + len <= DATA_MAX;
}

bool host_assemble(struct host *host, struct packet_in *in)
{
	static const struct host_problem bad_length = {.why = HOST_PARAMETER, .pointer = 4};
	struct assembly *assembly;
	struct ip_view ip;

	if (ip_read(in->data, in->len, false, &ip) < 0 || !owed_has_sound_header(&ip) ||
	    !ip_is_fragment(&ip))
		return true;
	host->stats.parts.fragments++;
	assembly = find(host, in, &ip);
	if (!is_sound(&ip)) {
		host->stats.parts.malformed++;
		if (ip.src.family == ADDR_IP6)
			error_answer(host, in, &ip, &bad_length, true);
		return false;
	}
	if (!assembly)
		assembly = begin(host, in, &ip);
	if (!assembly) {
		host->stats.parts.no_memory++;
		return false;
	}
	if (!take(assembly, in, &ip)) {
		give_up(assembly);
		return false;
	}
	if (!is_whole(assembly))
		return false;
	in->len = put_together(assembly, host->whole);
	in->data = host->whole;
	give_up(assembly);
	host->stats.parts.whole += in->len > 0;
	return in->len > 0;
}

// SPDX-License-Identifier: BSD-3-Clause
/* A guest port for people's eyes, and the words for features. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <linux/virtio_config.h>
#include <linux/virtio_net.h>
#include <linux/virtio_ring.h>
#include <rte_vhost.h>

#include "vhost/vhost_port.h"

#define BIT(n) (1ULL << (n))

/* What can be pinned comes first: vhost_feature_words tells of it in this order. */
static const struct {
	const char *word;
	uint64_t bits;
} words[] = {
	{"mergeable", BIT(VIRTIO_NET_F_MRG_RXBUF)},
	{"packed", BIT(VIRTIO_F_RING_PACKED)},
	{"indirect", BIT(VIRTIO_RING_F_INDIRECT_DESC)},
	{"event-index", BIT(VIRTIO_RING_F_EVENT_IDX)},
	{"in-order", BIT(VIRTIO_F_IN_ORDER)},
	{"mtu", BIT(VIRTIO_NET_F_MTU)},
	{"announce", BIT(VIRTIO_NET_F_GUEST_ANNOUNCE)},
	{"iommu", BIT(VIRTIO_F_IOMMU_PLATFORM)},
	{"multiqueue", BIT(VIRTIO_NET_F_MQ)},
	{"checksum", BIT(VIRTIO_NET_F_CSUM)},
	{"receive-checksum", BIT(VIRTIO_NET_F_GUEST_CSUM)},
	{"tso", BIT(VIRTIO_NET_F_HOST_TSO4) | BIT(VIRTIO_NET_F_HOST_TSO6)},
	{"receive-tso", BIT(VIRTIO_NET_F_GUEST_TSO4) | BIT(VIRTIO_NET_F_GUEST_TSO6)},
	{"migrating", BIT(VHOST_F_LOG_ALL)},
};

const char *const vhost_feature_words[] = {
	"mergeable", "packed",   "indirect", "event-index", "in-order",
	"mtu",       "announce", "iommu",    NULL,
};

uint64_t vhost_feature_bits(const char *word)
{
	for (size_t i = 0; i < RTE_DIM(words); i++)
		if (strcmp(words[i].word, word) == 0)
			return words[i].bits;
	return 0;
}

uint64_t vhost_features_pinnable(void)
{
	uint64_t all = 0;

	for (size_t i = 0; vhost_feature_words[i]; i++)
		all |= vhost_feature_bits(vhost_feature_words[i]);
	return all;
}

__attribute__((format(printf, 3, 4))) static void append(char *out, size_t size, const char *form,
							 ...)
{
	size_t n = strlen(out);
	va_list args;

	va_start(args, form);
	vsnprintf(out + n, size - n, form, args);
	va_end(args);
}

void vhost_features(const struct port *port, char *out, size_t size)
{
	const struct vhost_port *vp = vhost_of((struct port *)port);
	uint64_t features = atomic_load(&vp->features);

	*out = 0;
	if (atomic_load(&vp->vid) == VHOST_NO_DEVICE)
		return;
	for (size_t i = 0; i < RTE_DIM(words); i++)
		if (features & words[i].bits)
			append(out, size, "%s%s", *out ? " " : "", words[i].word);
}

uint16_t vhost_guest_mtu(const struct port *port)
{
	const struct vhost_port *vp = vhost_of((struct port *)port);

	return atomic_load(&vp->vid) == VHOST_NO_DEVICE ? 0 : atomic_load(&vp->guest_mtu);
}

void vhost_describe(const struct port *port, char *out, size_t size)
{
	const struct vhost_port *vp = vhost_of((struct port *)port);
	const struct vhost_peer *peer = &vp->peer;
	uint64_t features = atomic_load(&vp->features);
	int n_rings = 0;

	*out = 0;
	if (atomic_load(&vp->connection) == VHOST_NO_DEVICE)
		return;
	if (peer->name[0])
		append(out, size, "%s, ", peer->name);
	if (peer->pid)
		append(out, size, "%s %d", peer->program, (int)peer->pid);
	if (atomic_load(&vp->vid) == VHOST_NO_DEVICE)
		return;
	for (int i = 0; i < 2 * vp->n_queues; i++)
		n_rings += atomic_load(&vp->ring_on[i]);
	append(out, size, "%s%d rings, %s%s", peer->pid ? ", " : "", n_rings,
	       features & BIT(VIRTIO_F_RING_PACKED) ? "packed" : "split",
	       features & BIT(VIRTIO_NET_F_MRG_RXBUF) ? ", merged buffers" : "");
	if (vhost_guest_mtu(port))
		append(out, size, ", host_mtu %u", vhost_guest_mtu(port));
}

// SPDX-License-Identifier: BSD-3-Clause
#include "dataplane/xsk.h"

#include <errno.h>
#include <stdalign.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/if_xdp.h>

#include "dataplane/gso.h"

#define RX_FRAMES 2048 /* a full receive ring and a full fill ring cannot need more */
#define TX_FRAMES 1024
#define KICKS     4 /* the kernel sends 32 packets at a kick */

/* A ring shared with the kernel. Indices run freely; the ring masks them. */
struct ring {
	uint32_t *producer, *consumer;
	void *descs;
	uint32_t mask;
	uint32_t head; /* our side's index: what we produced, or consumed */
	void *map;
	size_t map_len;
};

struct xsk {
	int fd;
	uint32_t frame_size, max_len;
	uint8_t *umem;
	size_t umem_len;
	/* Each thread's in cache lines of its own. */
	alignas(RTE_CACHE_LINE_SIZE) struct ring rx; /* receiving */
	struct ring fill;
	alignas(RTE_CACHE_LINE_SIZE) struct ring tx; /* sending */
	struct ring completion;
	uint32_t n_free;
	uint64_t free[TX_FRAMES]; /* frames to send from */
};

static uint32_t ring_load(const uint32_t *index)
{
	return __atomic_load_n(index, __ATOMIC_ACQUIRE);
}

static void ring_store(uint32_t *index, uint32_t value)
{
	__atomic_store_n(index, value, __ATOMIC_RELEASE);
}

static int ring_map(struct ring *ring, int fd, const struct xdp_ring_offset *off, uint32_t size,
		    size_t desc_len, off_t page)
{
	uint8_t *map;

	ring->map_len = off->desc + size * desc_len;
	map = mmap(NULL, ring->map_len, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, fd,
		   page);
	if (map == MAP_FAILED)
		return -errno;
	ring->map = map;
	ring->producer = (uint32_t *)(map + off->producer);
	ring->consumer = (uint32_t *)(map + off->consumer);
	ring->descs = map + off->desc;
	ring->mask = size - 1;
	return 0;
}

static int set_option(int fd, int option, const void *value, socklen_t len)
{
	return setsockopt(fd, SOL_XDP, option, value, len) < 0 ? -errno : 0;
}

/* Sizes of the four rings; then their addresses. */
static int map_rings(struct xsk *xsk)
{
	static const int options[] = {XDP_RX_RING, XDP_UMEM_FILL_RING, XDP_TX_RING,
				      XDP_UMEM_COMPLETION_RING};
	static const uint32_t sizes[] = {RX_FRAMES, RX_FRAMES, TX_FRAMES, TX_FRAMES};
	struct xdp_mmap_offsets off;
	socklen_t len = sizeof(off);
	int rc;

	for (size_t i = 0; i < RTE_DIM(options); i++) {
		rc = set_option(xsk->fd, options[i], &sizes[i], sizeof(sizes[i]));
		if (rc < 0)
			return rc;
	}
	if (getsockopt(xsk->fd, SOL_XDP, XDP_MMAP_OFFSETS, &off, &len) < 0)
		return -errno;
	rc = ring_map(&xsk->rx, xsk->fd, &off.rx, RX_FRAMES, sizeof(struct xdp_desc),
		      XDP_PGOFF_RX_RING);
	if (rc == 0)
		rc = ring_map(&xsk->tx, xsk->fd, &off.tx, TX_FRAMES, sizeof(struct xdp_desc),
			      XDP_PGOFF_TX_RING);
	if (rc == 0)
		rc = ring_map(&xsk->fill, xsk->fd, &off.fr, RX_FRAMES, sizeof(uint64_t),
			      (off_t)XDP_UMEM_PGOFF_FILL_RING);
	if (rc == 0)
		rc = ring_map(&xsk->completion, xsk->fd, &off.cr, TX_FRAMES, sizeof(uint64_t),
			      (off_t)XDP_UMEM_PGOFF_COMPLETION_RING);
	return rc;
}

static int make_umem(struct xsk *xsk)
{
	struct xdp_umem_reg reg = {0};
	void *umem;

	xsk->umem_len = (size_t)(RX_FRAMES + TX_FRAMES) * xsk->frame_size;
	umem = mmap(NULL, xsk->umem_len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
		    0);
	if (umem == MAP_FAILED)
		return -errno;
	xsk->umem = umem;
	reg.addr = (uintptr_t)umem;
	reg.len = xsk->umem_len;
	reg.chunk_size = xsk->frame_size;
	return set_option(xsk->fd, XDP_UMEM_REG, &reg, sizeof(reg));
}

/* The first frames are the kernel's to receive into, the others ours to send from. */
static void share_frames(struct xsk *xsk)
{
	uint64_t *fill = xsk->fill.descs;

	for (uint32_t i = 0; i < RX_FRAMES; i++)
		fill[i] = (uint64_t)i * xsk->frame_size;
	xsk->fill.head = RX_FRAMES;
	ring_store(xsk->fill.producer, xsk->fill.head);
	for (uint32_t i = 0; i < TX_FRAMES; i++)
		xsk->free[i] = (uint64_t)(RX_FRAMES + i) * xsk->frame_size;
	xsk->n_free = TX_FRAMES;
}

struct xsk *xsk_open(uint32_t ifindex, uint32_t queue, uint32_t max_len)
{
	struct sockaddr_xdp addr = {.sxdp_family = AF_XDP,
				    .sxdp_flags = XDP_COPY | XDP_USE_NEED_WAKEUP,
				    .sxdp_ifindex = ifindex,
				    .sxdp_queue_id = queue};
	struct xsk *xsk;
	int rc;

	if (max_len > XSK_FRAME_MAX) {
		errno = EMSGSIZE;
		return NULL;
	}
	xsk = aligned_alloc(RTE_CACHE_LINE_SIZE, sizeof(*xsk));
	if (!xsk)
		return NULL;
	memset(xsk, 0, sizeof(*xsk));
	xsk->max_len = max_len;
	xsk->frame_size = max_len <= 2048 - 256 ? 2048 : 4096;
	xsk->fd = socket(AF_XDP, SOCK_RAW | SOCK_CLOEXEC, 0);
	rc = xsk->fd < 0 ? -errno : make_umem(xsk);
	if (rc == 0)
		rc = map_rings(xsk);
	if (rc < 0)
		goto fail;
	share_frames(xsk);
	if (bind(xsk->fd, (struct sockaddr *)&addr, sizeof(addr)) < 0) {
		rc = -errno;
		goto fail;
	}
	return xsk;
fail:
	xsk_close(xsk);
	errno = -rc;
	return NULL;
}

void xsk_close(struct xsk *xsk)
{
	if (!xsk)
		return;
	for (struct ring *const *r =
		     (struct ring *const[]){&xsk->rx, &xsk->tx, &xsk->fill, &xsk->completion, NULL};
	     *r; r++)
		if ((*r)->map)
			munmap((*r)->map, (*r)->map_len);
	if (xsk->fd >= 0)
		close(xsk->fd);
	if (xsk->umem)
		munmap(xsk->umem, xsk->umem_len);
	free(xsk);
}

int xsk_fd(const struct xsk *xsk)
{
	return xsk->fd;
}

bool xsk_rx_is_empty(const struct xsk *xsk)
{
	return ring_load(xsk->rx.producer) == xsk->rx.head;
}

uint16_t xsk_rx(struct xsk *xsk, struct rte_mempool *pool, struct rte_mbuf **pkts, uint16_t max)
{
	const struct xdp_desc *descs = xsk->rx.descs;
	uint64_t *fill = xsk->fill.descs;
	uint32_t ready = ring_load(xsk->rx.producer) - xsk->rx.head;
	uint16_t n;

	for (n = 0; n < max && n < ready; n++) {
		const struct xdp_desc *d = &descs[xsk->rx.head & xsk->rx.mask];
		pkts[n] = gso_alloc(pool, d->len);
		if (!pkts[n])
			break; /* it waits in the ring */
		gso_write(pkts[n], 0, xsk->umem + d->addr, d->len);
		fill[xsk->fill.head++ & xsk->fill.mask] = d->addr - d->addr % xsk->frame_size;
		xsk->rx.head++;
	}
	if (n > 0) {
		ring_store(xsk->rx.consumer, xsk->rx.head);
		ring_store(xsk->fill.producer, xsk->fill.head);
	}
	return n;
}

/* Takes back the frames that have been sent. */
static void reap(struct xsk *xsk)
{
	const uint64_t *sent = xsk->completion.descs;
	uint32_t ready = ring_load(xsk->completion.producer);

	while (xsk->completion.head != ready)
		xsk->free[xsk->n_free++] = sent[xsk->completion.head++ & xsk->completion.mask];
	ring_store(xsk->completion.consumer, xsk->completion.head);
}

uint16_t xsk_tx(struct xsk *xsk, struct rte_mbuf *const *pkts, uint16_t n)
{
	struct xdp_desc *descs = xsk->tx.descs;
	uint16_t i;

	reap(xsk);
	/* As many frames as the ring has places: where one is free, so is the other. */
	for (i = 0; i < n && xsk->n_free > 0 && pkts[i]->pkt_len <= xsk->max_len; i++) {
		uint64_t addr = xsk->free[--xsk->n_free];
		uint8_t *to = xsk->umem + addr;
		for (const struct rte_mbuf *m = pkts[i]; m; m = m->next) {
			memcpy(to, rte_pktmbuf_mtod(m, void *), m->data_len);
			to += m->data_len;
		}
		descs[xsk->tx.head++ & xsk->tx.mask] =
			(struct xdp_desc){.addr = addr, .len = pkts[i]->pkt_len};
	}
	ring_store(xsk->tx.producer, xsk->tx.head);
	xsk_tx_kick(xsk);
	return i;
}

void xsk_tx_kick(struct xsk *xsk)
{
	for (int i = 0; i < KICKS; i++) {
		if (ring_load(xsk->tx.consumer) == ring_load(xsk->tx.producer))
			return;
		/* EAGAIN: more remains. Others tell that the device is down, or busy now. */
		if (sendto(xsk->fd, NULL, 0, MSG_DONTWAIT, NULL, 0) < 0 && errno != EAGAIN)
			return;
	}
}

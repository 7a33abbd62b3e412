// SPDX-License-Identifier: BSD-3-Clause
#include "tools/pktgen/single.h"

#include <rte_ethdev.h>
#include <rte_mbuf.h>

/* What it is made from, as it was built or recorded. */
static const uint8_t *bytes_of(const struct single *s, uint16_t *len)
{
	const struct recording *recording = s->source->recording;

	if (recording) {
		*len = recording->frames[s->index].len;
		return recording->bytes + recording->frames[s->index].at;
	}
	*len = s->source->frames.classes[0].len;
	return s->source->frames.classes[0].bytes;
}

/* These buffers are not those of the sender, which must keep their frames. */
static struct rte_mbuf *copy_frame(const struct ports *ports, const struct single *s)
{
	uint16_t len;
	const uint8_t *bytes = bytes_of(s, &len);
	struct rte_mbuf *m = rte_pktmbuf_alloc(ports->pool);
	void *data = m ? rte_pktmbuf_append(m, len) : NULL;

	if (!data) {
		rte_pktmbuf_free(m);
		return NULL;
	}
	memcpy(data, bytes, len);
	if (s->source->recording && s->source->stamp && len <= RECORDING_ROOM_FOR_STAMP)
		(void)rte_pktmbuf_append(m, STAMP_SIZE);
	return m;
}

static void fill(const struct single *s, uint8_t *data, uint16_t len)
{
	const struct source *source = s->source;

	if (source->frames.rich) {
		frame_patch_rich(&source->frames, 0, data, s->index, s->stamp);
	} else {
		if (source->to)
			destinations_patch(source->to, 0, data, s->index);
		else if (!source->recording)
			frame_patch(&source->frames, 0, data, s->index);
		if (source->stamp)
			stamp_write(data + len, s->stamp.mark, s->stamp.number, s->stamp.time);
	}
	if (s->turned)
		frame_turn(data);
}

bool single_send(const struct ports *ports, uint16_t port, uint16_t queue, const struct single *s)
{
	struct rte_mbuf *m = copy_frame(ports, s);

	if (!m)
		return false;
	uint8_t *data = rte_pktmbuf_mtod(m, uint8_t *);
	fill(s, data, m->data_len);
	bool group = data[6] & 1;
	if (!group && rte_eth_tx_burst(port, queue, &m, 1) == 1)
		return true;
	rte_pktmbuf_free(m);
	return group;
}

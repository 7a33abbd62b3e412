// SPDX-License-Identifier: BSD-3-Clause
#include "tools/pktgen/recording.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pcap/pcap.h>

/* Grows by doubling; -ENOMEM, also beyond RECORDING_BYTES_MAX. */
static int make_room(struct recording *r, size_t len, size_t *frames_room, size_t *bytes_room)
{
	if (r->n_frames == *frames_room) {
		size_t room = *frames_room ? *frames_room * 2 : 1024;
		void *frames = realloc(r->frames, room * sizeof(*r->frames));
		if (!frames)
			return -ENOMEM;
		r->frames = frames;
		*frames_room = room;
	}
	if (r->n_bytes + len > RECORDING_BYTES_MAX)
		return -ENOMEM;
	if (r->n_bytes + len > *bytes_room) {
		size_t room = *bytes_room ? *bytes_room * 2 : 1 << 20;
		void *bytes = realloc(r->bytes, room);
		if (!bytes)
			return -ENOMEM;
		r->bytes = bytes;
		*bytes_room = room;
	}
	return 0;
}

static void add(struct recording *r, const uint8_t *data, uint16_t len)
{
	r->frames[r->n_frames++] = (struct recorded_frame){(uint32_t)r->n_bytes, len};
	memcpy(r->bytes + r->n_bytes, data, len);
	r->n_bytes += len;
	if (len > r->longest)
		r->longest = len;
}

static int read_frames(struct recording *r, pcap_t *pcap)
{
	size_t frames_room = 0, bytes_room = 0;
	struct pcap_pkthdr *header;
	const uint8_t *data;
	int status;

	while ((status = pcap_next_ex(pcap, &header, &data)) == 1) {
		if (header->caplen != header->len || header->len < RECORDING_FRAME_MIN ||
		    header->len > RECORDING_FRAME_MAX) {
			r->n_skipped++;
			continue;
		}
		if (make_room(r, header->len, &frames_room, &bytes_room) < 0)
			return -ENOMEM;
		add(r, data, (uint16_t)header->len);
	}
	return status == PCAP_ERROR_BREAK ? 0 : -EIO;
}

int recording_load(struct recording *r, const char *file, char *error, size_t size)
{
	char why[PCAP_ERRBUF_SIZE] = "";
	int status = -EINVAL;

	memset(r, 0, sizeof(*r));
	pcap_t *pcap = pcap_open_offline(file, why);
	if (!pcap) {
		/* libpcap names the file where it cannot be opened, but not where it is none of its
		 * own. */
		bool named = strncmp(why, file, strlen(file)) == 0;
		snprintf(error, size, "--pcap %s%s%s", named ? "" : file, named ? "" : ": ", why);
		return -EINVAL;
	}
	if (pcap_datalink(pcap) != DLT_EN10MB)
		snprintf(error, size, "--pcap %s: expected Ethernet frames, found %s", file,
			 pcap_datalink_val_to_description_or_dlt(pcap_datalink(pcap)));
	else if ((status = read_frames(r, pcap)) == -ENOMEM)
		snprintf(error, size, "--pcap %s: more than %d MB of frames, or no memory", file,
			 RECORDING_BYTES_MAX >> 20);
	else if (status < 0)
		snprintf(error, size, "--pcap %s: %s", file, pcap_geterr(pcap));
	else if (r->n_frames == 0 && (status = -EINVAL))
		snprintf(error, size, "--pcap %s: no whole frame in it", file);
	pcap_close(pcap);
	if (status < 0)
		recording_fini(r);
	return status;
}

void recording_fini(struct recording *r)
{
	free(r->frames);
	free(r->bytes);
	memset(r, 0, sizeof(*r));
}

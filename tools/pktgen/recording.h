// SPDX-License-Identifier: BSD-3-Clause
/* Recorded Ethernet frames, read from a pcap or pcapng file into memory. */
#ifndef WEFT_TOOLS_PKTGEN_RECORDING_H
#define WEFT_TOOLS_PKTGEN_RECORDING_H

#include <stddef.h>
#include <stdint.h>

#define RECORDING_BYTES_MAX (256 << 20)
#define RECORDING_FRAME_MAX 9014
#define RECORDING_FRAME_MIN 14
/* Frames up to this length carry the stamp behind them; longer ones instead of their end. */
#define RECORDING_ROOM_FOR_STAMP 1500

struct recorded_frame {
	uint32_t at; /* in bytes */
	uint16_t len;
};

struct recording {
	struct recorded_frame *frames;
	uint8_t *bytes;
	uint32_t n_frames;
	size_t n_bytes;
	uint16_t longest;
	uint32_t n_skipped; /* cut short when they were recorded, or no Ethernet frames by their
			       length */
};

/* 0, or -errno with a sentence in error (size bytes). */
int recording_load(struct recording *recording, const char *file, char *error, size_t size);
void recording_fini(struct recording *recording);

#endif

// SPDX-License-Identifier: BSD-3-Clause
/* A file of recorded frames: refused with a sentence, or frames of lengths that can be sent, all of
 * them within what was read. */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tools/pktgen/recording.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
	if (!holds)
		abort();
}

static void check(const struct recording *r)
{
	size_t bytes = 0;

	must(r->n_frames > 0);
	for (uint32_t i = 0; i < r->n_frames; i++) {
		const struct recorded_frame *frame = &r->frames[i];

		must(frame->len >= RECORDING_FRAME_MIN && frame->len <= r->longest);
		must(frame->at == bytes);
		bytes += frame->len;
	}
	must(bytes == r->n_bytes && r->longest <= RECORDING_FRAME_MAX);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char path[32];
	static int fd = -1;
	struct recording recording;
	char error[256] = "";
	int rc;

	if (fd < 0) {
		fd = memfd_create("recording", 0);
		snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	}
	must(ftruncate(fd, 0) == 0 && pwrite(fd, data, size, 0) == (ssize_t)size);
	rc = recording_load(&recording, path, error, sizeof(error));
	if (rc == 0)
		check(&recording);
	else
		must(*error != '\0');
	recording_fini(&recording);
	return 0;
}

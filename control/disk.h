// SPDX-License-Identifier: BSD-3-Clause
/*
 * Waiting for a disk, which may take as long as it likes: the helper thread does
 * that (helper.h).
 *
 * Control thread.
 */
#ifndef WEFT_CONTROL_DISK_H
#define WEFT_CONTROL_DISK_H

/* What was written to a file, and that it has this name, is to be on the disk soon; even if weftd
 * ends now. When that fails, the log says so. */
void disk_sync(const char *path);

#endif

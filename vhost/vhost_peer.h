// SPDX-License-Identifier: BSD-3-Clause
/*
 * The process at the other end of a guest's socket, as /proc shows it: who it
 * is, and whether it runs at all. Every look reads a few small files; a process
 * that cannot be seen (another process namespace, no rights) is said to run.
 * Control.
 */
#ifndef WEFT_VHOST_VHOST_PEER_H
#define WEFT_VHOST_VHOST_PEER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define VHOST_PEER_NAME_MAX 64

struct vhost_peer {
	pid_t pid;                      /* 0: not known */
	char program[16];               /* as the kernel names it, cut to 15 characters */
	char name[VHOST_PEER_NAME_MAX]; /* of the virtual machine, or "" */
	uint64_t ran;                   /* a number that grows while its other threads run */
	int64_t ran_ms;                 /* when that number was last seen to change */
};

enum vhost_peer_state {
	VHOST_PEER_RUNS,
	VHOST_PEER_HALTED,  /* a machine whose processors have not run for VHOST_PEER_PATIENCE_MS */
	VHOST_PEER_STOPPED, /* a signal or a debugger has stopped the process */
};

#define VHOST_PEER_PATIENCE_MS 2000

/* The process that the kernel names as the socket's, or, where that one does not have the socket
 * on its command line (somebody else opened it), one that has. pid 0: look for it. */
void vhost_peer_find(struct vhost_peer *peer, pid_t pid, const char *socket);
enum vhost_peer_state vhost_peer_look(struct vhost_peer *peer, int64_t now_ms);
/* Whether the process has mapped the file (memory of the guest, by inode) for itself alone. */
bool vhost_peer_keeps(const struct vhost_peer *peer, uint64_t inode);
/* The name of the virtual machine in a command line as in /proc/PID/cmdline; false: there is none.
 */
bool vhost_peer_name(const char *cmdline, size_t size, char *out, size_t out_size);

#endif

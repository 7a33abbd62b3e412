// SPDX-License-Identifier: BSD-3-Clause
/* The socket that rpc.c listens on: made without a moment at which others could connect. */
#ifndef WEFT_CONTROL_SPINE_RPC_SOCKET_H
#define WEFT_CONTROL_SPINE_RPC_SOCKET_H

/* A listening, non-blocking descriptor, or -errno (-EADDRINUSE: somebody answers there). */
int rpc_socket_open(const char *path);

#endif

// SPDX-License-Identifier: BSD-3-Clause
/* What rpc.c and rpc_stream.c share: connections. */
#ifndef WEFT_CONTROL_SPINE_RPC_OWN_H
#define WEFT_CONTROL_SPINE_RPC_OWN_H

#include <sys/queue.h>
#include <sys/types.h>

#include "control/spine/rpc.h"

struct bufferevent;
struct evconnlistener;

LIST_HEAD(stream_list, rpc_stream);

struct rpc_client {
	TAILQ_ENTRY(rpc_client) link;
	struct rpc *rpc;
	struct bufferevent *bev;
	struct event *turn; /* goes on with what was read already */
	size_t held;        /* bytes in both buffers */
	size_t scanned;     /* bytes of the input known to hold no end of line */
	bool skipping;      /* the rest of a line that was too long */
	bool ended;         /* the client sends no more */
	bool subscribed;
	const struct noun *noun; /* whose events; NULL: all */
	const json_t *asking;    /* the id of the request that is being answered; NULL: none */
	struct stream_list streams;
};

TAILQ_HEAD(client_list, rpc_client);

struct rpc {
	const struct api *api;
	struct event_base *base;
	struct evconnlistener *listener;
	struct event *reap;         /* frees the doomed when no callback of theirs runs */
	struct event *accept_again; /* after want of descriptors */
	struct client_list clients; /* the one that was silent longest first */
	struct client_list doomed;
	size_t n_clients;
	size_t held; /* bytes in the buffers of all clients */
	char *path;
	dev_t device; /* of the socket's file */
	ino_t inode;
};

/* Adds a line (taken) to what the connection is sent. A connection that does not read ends. */
void rpc_client_send(struct rpc_client *client, char *line);

/* The connection has ended: so have its streams, and whoever feeds them is told. */
void rpc_streams_gone(struct rpc_client *client);

#endif

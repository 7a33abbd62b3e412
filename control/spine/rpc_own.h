// SPDX-License-Identifier: BSD-3-Clause
/* What rpc.c, rpc_client.c and rpc_stream.c share: connections. */
#ifndef WEFT_CONTROL_SPINE_RPC_OWN_H
#define WEFT_CONTROL_SPINE_RPC_OWN_H

#include <sys/queue.h>
#include <sys/types.h>

#include "control/spine/rpc.h"

struct bufferevent;

LIST_HEAD(stream_list, rpc_stream);

struct rpc_client {
	TAILQ_ENTRY(rpc_client) link;
	TAILQ_ENTRY(rpc_client) next_turn; /* while is_waiting */
	struct rpc *rpc;                   /* NULL: it has ended */
	struct bufferevent *bev;
	size_t held;     /* bytes in both buffers */
	size_t scanned;  /* bytes of the input known to hold no end of line */
	bool is_waiting; /* for its turn */
	bool is_paused;  /* its answers pile up: no turn until they have left */
	bool skipping;   /* the rest of a line that was too long */
	bool ended;      /* the client sends no more */
	bool subscribed;
	const struct noun *noun; /* whose events; NULL: all */
	const json_t *asking;    /* the id of the request that is being answered; NULL: none */
	struct stream_list streams;
	struct rpc_pause pause; /* of the first line of the input */
};

TAILQ_HEAD(client_list, rpc_client);

struct rpc {
	const struct api *api;
	struct event_base *base;
	int listener;
	struct event *accept;       /* somebody has connected */
	struct event *reap;         /* frees the doomed when no callback of theirs runs */
	struct event *accept_again; /* after want of descriptors */
	struct event *turn;         /* serves those who wait */
	struct client_list clients; /* the one that was silent longest first */
	struct client_list waiting; /* for their turn */
	struct client_list doomed;
	size_t n_clients;
	size_t held; /* bytes in the buffers of all clients */
	char *path;
	dev_t device; /* of the socket's file */
	ino_t inode;
};

/* Takes the descriptor. */
void rpc_client_add(struct rpc *rpc, int fd);
/* Ends a connection. It is freed later: its own callbacks may be under way. */
void rpc_client_doom(struct rpc_client *client);
/* The same of one that others need the room of; it is told why where the line is free. */
void rpc_client_evict(struct rpc_client *client, const char *why);
void rpc_client_free(struct rpc_client *client);
/* Ends those that hold most, until all together hold no more than they may. */
void rpc_bound_memory(struct rpc *rpc);
/* Whoever waits gets a turn, one request each, for as long as others of the loop may wait. */
void rpc_take_turns(evutil_socket_t fd, short events, void *arg);

/* Adds a line (taken) to what the connection is sent. A connection that does not read ends. */
void rpc_client_send(struct rpc_client *client, char *line);

/* The connection has ended: so have its streams, and whoever feeds them is told. */
void rpc_streams_gone(struct rpc_client *client);

#endif

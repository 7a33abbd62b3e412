// SPDX-License-Identifier: BSD-3-Clause
/*
 * Inside vhost/: the port as its three writers see it.
 *
 * Control registers the socket and takes it back. rte_vhost's thread (in
 * control's stead while control registers or unregisters) says which device
 * the workers may use. Workers move packets.
 */
#ifndef WEFT_VHOST_VHOST_PORT_H
#define WEFT_VHOST_VHOST_PORT_H

#include <stdint.h>
#include <sys/un.h>
#include <time.h>

#include "vhost/vhost.h"
#include "vhost/vhost_gate.h"
#include "vhost/vhost_peer.h"
#include "vhost/vhost_ring.h"

#define VHOST_BURST      32 /* the most rte_vhost moves in one call */
#define VHOST_NO_DEVICE  (-1)
#define VHOST_SOCKET_MAX sizeof(((struct sockaddr_un *)0)->sun_path) /* with its final zero */

/* Messages of the protocol, by number, that say how far the other side has come. */
#define VHOST_MSG_SET_FEATURES  2
#define VHOST_MSG_SET_MEM_TABLE 5
#define VHOST_MSG_SEND_RARP     19
#define VHOST_MESSAGES_MAX      64
#define VHOST_SAID(request)     (1ULL << (request))

#define VHOST_PATIENCE_MS       500
#define VHOST_TRIES             4 /* connections in vain after which a peer's wishes are to blame */

/* The library's numbers of a queue's two rings, named from the host's side. */
#define VHOST_RING_TX(queue) (2 * (queue))
#define VHOST_RING_RX(queue) (2 * (queue) + 1)

struct vhost_queue {
	/* A descriptor number of our own for the queue's whole life; the guest's kick is laid
	 * over it (dup3), so that no worker ever waits on a number that was closed and reused. */
	int kick_fd;
	atomic_bool can_sleep; /* there is a usable kick; event thread, and worker on errors */
	/* Packets that the last look before sleeping found. Worker. */
	uint16_t n_stash, stash_at;
	struct rte_mbuf *stash[VHOST_BURST];
	/* What the guest took, had no buffer for, and had none long enough for. Who sends on the
	 * queue; control reads. */
	atomic_ulong n_taken, n_refused, n_too_long;
};

struct vhost_socket_id {
	uint64_t device, inode;
};

struct vhost_taken {
	uint64_t taken, refused, too_long; /* packets */
};

struct vhost_port {
	struct port port;
	char socket[VHOST_SOCKET_MAX];
	bool is_server;
	uint16_t n_queues;
	uint32_t offers;  /* enum port_cap; port.caps is what the guest agreed to take */
	uint64_t offered; /* of vhost_features_pinnable */
	struct rte_mempool *pool;
	void (*wake)(void);
	struct vhost_queue queues[PORT_QUEUES_MAX];
	struct vhost_ring rings[2 * PORT_QUEUES_MAX]; /* by the library's number */
	struct vhost_late *late;                      /* of each queue; NULL: no IOMMU is offered */
	struct vhost_map map;     /* of the connected guest; event thread, while rings are closed */
	atomic_bool has_announce; /* the library has a packet of its own for us; event thread, and
				   * the worker that took it */

	/* Event thread. */
	atomic_int vid;        /* the device that workers may use */
	atomic_int connection; /* the device that is connected, ready or not */
	atomic_uint n_tries;   /* connections since one was last of use */
	atomic_bool lost;      /* a connection ended since control last looked */
	atomic_bool ring_on[2 * PORT_QUEUES_MAX];
	atomic_uint moved;            /* bits of rings whose place in memory is to be asked for */
	atomic_bool is_paused;        /* workers keep out of the library; where late is set */
	atomic_uint n_connections;    /* ever: another number is another guest, or another try */
	atomic_ulong features;        /* that were agreed on, while there is a driver */
	atomic_ushort guest_mtu;      /* that the guest was told to use; 0: none */
	atomic_int peer_pid;          /* as the socket tells; 0: not known */
	atomic_ulong memory;          /* inode of the guest's memory; 0: none */
	atomic_ulong messages;        /* VHOST_SAID of this connection */
	atomic_uint last_message;     /* its number; stays when the connection ends */
	atomic_llong message_ms;      /* when it came */
	atomic_uint n_done;           /* messages; the last of them is over before the port goes */
	atomic_bool features_refused; /* it took features that were not offered */
	atomic_bool had_driver;       /* on this connection */
	uint32_t rings_met;           /* bits of rings that this connection has had on */
	bool has_memory;              /* the library has a table of the guest's memory */
	struct vhost_gate gate;
	_Atomic(const char *) refusal; /* the gate's last, since there was a driver; NULL: none */
	int peer_fd;                   /* the library's, of the connection; or -1 */

	/* Control. */
	bool is_registered;
	bool is_ending;  /* client: its connection ended, it is to be registered again */
	bool has_socket; /* client: the path was there at the last look */
	int error;       /* client: what came of the last attempt, an errno; 0: a connection */
	struct vhost_socket_id id; /* server: of its socket */
	bool is_robbed;            /* server: that is not at the path any more */
	int64_t retry_ms;          /* client: when to try again, on the monotonic clock */
	uint16_t failures; /* client: attempts in a row that found the socket but nobody behind */
	enum vhost_reason reported;
	int reported_error;
	struct vhost_port *next;

	/* Control, vhost_watch.c. */
	struct vhost_peer peer;
	unsigned met;             /* n_connections when peer was looked up */
	uint64_t memory_met;      /* the memory that was looked up */
	bool keeps_memory;        /* the guest has mapped it for itself alone */
	bool was_ready;           /* a driver ran at the last look */
	enum vhost_reason doubt;  /* what the last look came to; VHOST_UP: nothing */
	int64_t watch_ms;         /* when to look again */
	int64_t stall_ms;         /* since when the guest takes nothing; 0: it does */
	int64_t too_long_ms;      /* when a packet did last not fit; 0: never */
	time_t since;             /* stall_ms by the clock on the wall */
	struct vhost_taken taken; /* at the last look */
};

static inline struct vhost_port *vhost_of(struct port *port)
{
	return (struct vhost_port *)((char *)port - offsetof(struct vhost_port, port));
}

extern const struct port_ops vhost_ops;

/* Gives packets of pkts to the guest, the first ones; returns how many, which are freed. One caller
 * at a time for each queue. Worker. */
uint16_t vhost_give(struct vhost_port *vp, uint16_t queue, struct rte_mbuf **pkts, uint16_t n);

/* vhost_late.c: a port that offers the IOMMU gives its packets this way, and has them tried again
 * with each look at the port. Worker. */
uint16_t vhost_late_tx(struct vhost_port *vp, uint16_t queue, struct rte_mbuf **pkts, uint16_t n);
void vhost_late_look(struct vhost_port *vp);
/* 0 or -errno. Control. */
int vhost_late_init(struct vhost_port *vp);
void vhost_late_fini(struct vhost_port *vp);
/* Their guest is gone. Not with the lock of a ring held. */
void vhost_late_drop(struct vhost_port *vp);
/* Before and after the library acts on a message. Event thread. */
void vhost_late_pause(struct vhost_port *vp, const struct vhost_wire_message *m);
void vhost_late_resume(struct vhost_port *vp, const struct vhost_wire_message *m);

/* The table of ports, which callbacks search by socket. Control writes. */
void vhost_table_add(struct vhost_port *vp);
void vhost_table_del(struct vhost_port *vp);
struct vhost_port *vhost_table_first(void); /* control: walk with ->next */
struct vhost_port *vhost_table_find(const char *socket);

/* The port of a device. Callbacks. */
struct vhost_port *vhost_device_find(int vid);

/* Looks, when it is time, why a connected port carries nothing; n_ports is how many are to be
 * looked at. Returns when it wants to look again, INT64_MAX for when there is news. Control. */
int64_t vhost_watch(struct vhost_port *vp, int64_t now, unsigned n_ports);

/* Has what the new device says noted in the port, and judged. 0 or -1. Event thread. */
int vhost_messages_watch(struct vhost_port *vp, int vid);

/* Whether the library may have a message: vhost_gate.h, with the library's context of a message.
 * What is refused has its descriptors closed. Returns an enum rte_vhost_msg_result. */
int vhost_guard_judge(struct vhost_port *vp, void *context);

/* Milliseconds on the monotonic clock. */
int64_t vhost_now_ms(void);

/* Control: hands the socket to rte_vhost, and takes it back. register: 0 or -errno. */
int vhost_register(struct vhost_port *vp);
void vhost_unregister(struct vhost_port *vp);

/* The news descriptor. Any thread. */
int vhost_news_fd(void);
void vhost_news_send(void);
/* Control, once vhost_news_fd is readable: true when something came to a watched folder, or went.
 */
bool vhost_news_take(void);
/* Control: news also when something is made in the folder of path, or goes. 0 or -errno. */
int vhost_news_watch(const char *path);

/* Where the device goes on in a packed ring, as its descriptors tell. */
struct vhost_packed {
	uint16_t position;   /* index | lap << 15 */
	uint16_t gap, n_gap; /* descriptors before it that a killed weftd did not come to mark */
};
/* False where they do not tell. The guest may write to them all the while; any position below size
 * is safe. */
struct vring_packed_desc;
bool vhost_packed_find(const struct vring_packed_desc *ring, uint16_t size,
		       struct vhost_packed *found);
/* Marks those of the gap as used. */
void vhost_packed_close(struct vring_packed_desc *ring, const struct vhost_packed *found);

/* Makes the path free to be bound: removes a socket that a dead process left.
 * 0, or as vhost_socket_look, or -EADDRINUSE where somebody listens. */
int vhost_socket_clear(const char *path);
/* Which file is at the path, zeros for none; and whether it is that one. */
struct vhost_socket_id vhost_socket_id(const char *path);
bool vhost_socket_is(const char *path, struct vhost_socket_id id);
/* From now on, until NULL, the calling thread's unlink leaves this path alone. */
void vhost_socket_spare(const char *path);
/* rte_vhost reads a message's body without a limit of time, on the one thread that serves all
 * ports: a peer that stops amid a message, or reads no answers, would stop them all. Limits the
 * connections over path to VHOST_PATIENCE_MS; the library keeps their descriptors to itself, so
 * they are looked for by name. connection: the descriptor, or -1. Returns the other side's process,
 * 0 where that is not known. For a server's port it is who connected, for a client's who made the
 * socket. Event thread, on a new connection. */
pid_t vhost_socket_limit(const char *path, int *connection);

/* Survives a guest that takes its memory back while this thread works on it; install before. */
void vhost_bus_install(void);
extern __thread volatile bool vhost_bus_watched;
static inline void vhost_bus_watch(bool on)
{
	vhost_bus_watched = on;
}

#endif

// SPDX-License-Identifier: BSD-3-Clause
/*
 * BFD (RFC 5880; over one hop, RFC 5881): notices within milliseconds that a
 * neighbour no longer answers.
 *
 * Whoever wants to know asks for a session (bfd_want) and is told of its
 * state; users of one neighbour share a session, which lasts as long as
 * anybody wants it. A failure is told at once; that it is over, only when it
 * has been so for the hold time: a neighbour that flaps fails once. Both ends send control packets;
 * a session is up while each hears the other. Echo and demand mode are not offered; a neighbour
 * that asks for demand mode gets it (it then polls us).
 *
 * The host gives packets for UDP port 3784 in, with what it had waiting
 * before it runs timers: a session is not declared dead over packets that had
 * arrived but were not looked at.
 */
#ifndef WEFT_ROUTING_BFD_BFD_H
#define WEFT_ROUTING_BFD_BFD_H

#include <stdbool.h>
#include <stdint.h>

#include "routing/env.h"

#define BFD_PORT    3784
#define BFD_KEY_MAX 20 /* bytes of a key; a password has 16 at most */

enum bfd_state { /* as on the wire, RFC 5880 4.1 */
		 BFD_ADMIN_DOWN,
		 BFD_DOWN,
		 BFD_INIT,
		 BFD_UP,
		 BFD_STATES
};

enum bfd_diag { /* likewise */
		BFD_DIAG_NONE,
		BFD_DIAG_TIMEOUT,
		BFD_DIAG_ECHO,
		BFD_DIAG_PEER_DOWN,
		BFD_DIAG_RESET,
		BFD_DIAG_PATH_DOWN,
		BFD_DIAG_CONCATENATED,
		BFD_DIAG_ADMIN_DOWN,
		BFD_DIAG_REVERSE,
		BFD_DIAGS
};

enum bfd_auth_type { /* likewise; MD5 (2 and 3) is not offered */
		     BFD_AUTH_NONE = 0,
		     BFD_AUTH_PASSWORD = 1,
		     BFD_AUTH_SHA1 = 4,
		     BFD_AUTH_SHA1_METICULOUS = 5,
};

struct bfd_auth {
	uint8_t type; /* enum bfd_auth_type */
	uint8_t key_id;
	uint8_t key_size; /* bytes, 1 to BFD_KEY_MAX */
	uint8_t key[BFD_KEY_MAX];
};

/* How sessions behave. */
struct bfd_conf {
	uint32_t tx_us;     /* we send no faster than this once up */
	uint32_t rx_us;     /* nor want to hear faster */
	uint8_t multiplier; /* packets missed before we are given up, 1 to 255 */
	uint32_t hold_us; /* after a failure a session has to be up for so long before it counts */
	bool admin_down;  /* held down; users are told so, and take it for no failure */
	struct bfd_auth auth;
};

/* Why a packet was refused; counted by these. */
enum bfd_refused {
	BFD_BAD_VERSION,
	BFD_BAD_LENGTH,
	BFD_BAD_MULTIPLIER,
	BFD_MULTIPOINT,
	BFD_NO_DISCRIMINATOR, /* its own is zero */
	BFD_BAD_TTL,
	BFD_NO_SESSION,
	BFD_BAD_STATE, /* names no session of ours and claims to be further than Down */
	BFD_BAD_AUTH,  /* missing, unexpected, wrong, or replayed */
	BFD_BAD_PACKET,
	BFD_REFUSALS
};

extern const char *const bfd_state_names[BFD_STATES];
extern const char *const bfd_diag_names[BFD_DIAGS];
extern const char *const bfd_refused_names[BFD_REFUSALS];

struct bfd;
struct bfd_session;

/* What a session looks like from outside. */
struct bfd_info {
	uint32_t iface;
	struct addr local, peer;
	uint8_t state, remote_state, diag, remote_diag;
	uint32_t my_discriminator, your_discriminator;
	uint32_t tx_us;       /* how often we send now */
	uint32_t detect_us;   /* after how much silence the session goes down; 0: not known yet */
	uint32_t transitions; /* times it left Up */
	uint64_t sent, received;
	uint64_t late;           /* of those received: after more than one and a half intervals */
	uint32_t longest_us;     /* without a packet while it was up, since bfd_clear */
	const uint64_t *refused; /* by reason, until the engine runs again; whoever sent them in its
				    name */
	enum bfd_refused last_refused; /* BFD_REFUSALS: none yet */
	int64_t since_us;              /* when it got into its state */
	int64_t held_us; /* until users are told that the failure is over; 0: nothing is held back
			  */
	uint32_t users;
};

/* Told within input or a timer, for each user: state is what the session has come to (up, and held
 * down by the neighbour, after a failure only when the hold time is over). A user may
 * give the session back, or ask for others, within the call. */
typedef void bfd_told(void *arg, const struct bfd_session *session, enum bfd_state state);

struct bfd *bfd_create(struct env *env); /* NULL with errno */
void bfd_destroy(struct bfd *bfd);       /* all sessions were given back; NULL is legal */

/* For new sessions and those that are there, live. 0 or -EINVAL. */
int bfd_configure(struct bfd *bfd, const struct bfd_conf *conf);

/* A session with the neighbour on that interface: fn(arg) is told of every change from now on.
 * NULL with errno: ENOMEM, ENOSPC (BFD_SESSIONS_MAX). */
#define BFD_SESSIONS_MAX 4096
struct bfd_session *bfd_want(struct bfd *bfd, uint32_t iface, const struct addr *peer, bfd_told *fn,
			     void *arg);
/* The user's last call for it: it may be gone afterwards. */
void bfd_unwant(struct bfd *bfd, struct bfd_session *session, bfd_told *fn, void *arg);

void bfd_iface_changed(struct bfd *bfd, const struct iface *iface);
void bfd_iface_gone(struct bfd *bfd, const struct iface *iface);
/* A UDP packet to BFD_PORT. */
void bfd_input(struct bfd *bfd, const struct packet_in *in);

enum bfd_state bfd_state(const struct bfd_session *session);
void bfd_info(const struct bfd_session *session, struct bfd_info *out);
/* The one behind another (NULL: the first), in the order of their discriminators. */
const struct bfd_session *bfd_next(const struct bfd *bfd, const struct bfd_session *session);
uint64_t bfd_refused(const struct bfd *bfd, enum bfd_refused why);
/* Has the longest silence of each looked for anew. */
void bfd_clear(struct bfd *bfd);

#endif

// SPDX-License-Identifier: BSD-3-Clause
/* One session: the variables of RFC 5880 6.8.1, its state machine and its timers. */
#ifndef WEFT_ROUTING_BFD_SESSION_H
#define WEFT_ROUTING_BFD_SESSION_H

#include "routing/bfd/packet.h"

struct bfd_user {
	struct bfd_user *next;
	bfd_told *fn;
	void *arg;
	uint64_t told_in; /* the last round of news that it has had */
};

struct bfd_session {
	struct bfd *bfd;
	struct bfd_user *users;
	uint32_t n_holds; /* calls that are busy with it */

	uint32_t iface;
	struct addr local, peer; /* local: NONE while the interface has no fitting address */
	uint16_t source_port;    /* RFC 5881, 4: 49152 and up, the same as long as it lasts */

	uint8_t state, remote_state, diag, remote_diag;
	uint32_t my_discriminator, your_discriminator;
	uint32_t tx_us; /* desired: that of the configuration once up, a second before (6.8.3) */
	uint32_t rx_us; /* required, as told to the peer */
	uint32_t sent_tx_us; /* what we still send and listen by while a poll is under way: */
	uint32_t kept_rx_us; /* slower sending and faster detection wait for its end */
	uint32_t remote_tx_us, remote_rx_us;
	uint8_t remote_multiplier; /* 0: never heard */
	bool remote_demand, polling;
	bool has_sequence; /* of the peer */
	uint32_t remote_sequence, sequence;

	bool has_failed; /* users were told so, and not yet that it is over */
	struct timer send_timer, detect_timer, hold_timer;
	struct moment since, heard;
	uint32_t transitions;
	uint64_t sent, received;
	uint64_t late; /* of those received: more than one and a half intervals after the last */
	uint32_t longest_us;            /* between two packets while it was up */
	uint64_t refused[BFD_REFUSALS]; /* that came from the peer's address */
	uint8_t last_refused;
};

/* What happens to a session: what a packet says of the peer's state, silence, and ourselves. */
enum bfd_event {
	BFD_GOT_ADMIN_DOWN,
	BFD_GOT_DOWN,
	BFD_GOT_INIT,
	BFD_GOT_UP,
	BFD_SILENCE,
	BFD_PATH_LOST, /* its interface is down or has no address */
	BFD_HOLD,      /* the configuration holds it down */
	BFD_LET_GO,    /* no more */
	BFD_EVENTS
};

/* The state machine: what it comes to, and the reason it gives the peer (BFD_DIAGS: the old one).
 */
struct bfd_transition {
	uint8_t state, diag;
};

extern const struct bfd_transition bfd_machine[BFD_STATES][BFD_EVENTS];
extern const char *const bfd_event_names[BFD_EVENTS];

void bfd_session_start(struct bfd_session *session);
void bfd_session_stop(struct bfd_session *session);
void bfd_session_event(struct bfd_session *session, enum bfd_event event);
/* The configuration, or what the interface is, changed. */
void bfd_session_adjust(struct bfd_session *session);
/* An authentic packet of its peer. false: its sequence is not one that may come now. */
bool bfd_session_input(struct bfd_session *session, const struct bfd_packet *packet);

uint32_t bfd_session_tx_us(const struct bfd_session *session);
uint32_t bfd_session_detect_us(const struct bfd_session *session);
int64_t bfd_session_held_us(const struct bfd_session *session);

#endif

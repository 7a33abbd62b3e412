// SPDX-License-Identifier: BSD-3-Clause
/*
 * The states of a BFD session as a matrix (golden: bfd.txt beside this file; UPDATE_GOLDEN=1 writes
 * it anew): a real session is put into each state, each event happens to it, and what has become of
 * it is written down: the state, the reason that it gives its peer, and marks.
 *
 *   *  its users are told
 *   !  a packet goes out at once
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "routing/bfd/session.h"
#include "tests/support/fake_env.h"
#include "tests/support/matrix.h"

static const struct bfd_conf conf = {.tx_us = 50000, .rx_us = 50000, .multiplier = 3};
static bool told;

static void on_told(void *arg, const struct bfd_session *session, enum bfd_state state)
{
	told = true;
}

/* What becomes of a session in a state, which had given no reason yet. */
static void one(char *cell, size_t size, int state, int event)
{
	struct fake fake;
	struct addr peer = fake_addr("192.0.2.2");

	fake_init(&fake, 1);
	struct iface *eth = fake_iface(&fake, "eth", "192.0.2.1/24");
	struct bfd *bfd = bfd_create(&fake.env);
	assert_non_null(bfd);
	assert_int_equal(bfd_configure(bfd, &conf), 0);
	struct bfd_session *session = bfd_want(bfd, eth->id, &peer, on_told, NULL);
	assert_non_null(session);
	fake_run(&fake, SPAN_S(2));
	fake_forget(&fake);

	session->state = (uint8_t)state;
	session->diag = BFD_DIAG_NONE;
	told = false;
	bfd_session_event(session, event);
	snprintf(cell, size, "%s%s%s%s%s", bfd_state_names[session->state],
		 session->diag ? ": " : "", session->diag ? bfd_diag_names[session->diag] : "",
		 told ? " *" : "", fake.n_sent ? " !" : "");

	bfd_unwant(bfd, session, on_told, NULL);
	bfd_destroy(bfd);
	fake_forget(&fake);
	fake_fini(&fake);
}

int main(int argc, char **argv)
{
	static const struct matrix matrix = {"BFD's states",  BFD_STATES,      BFD_EVENTS,
					     bfd_state_names, bfd_event_names, one};

	return matrix_test(&matrix, argc, argv);
}

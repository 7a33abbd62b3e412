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
#include "tests/support/golden.h"

static const char *golden;
static const struct bfd_conf conf = {.tx_us = 50000, .rx_us = 50000, .multiplier = 3};
static bool told;

static void on_told(void *arg, const struct bfd_session *session, enum bfd_state state)
{
	told = true;
}

/* What becomes of a session in a state, which had given no reason yet. */
static void one(char *cell, size_t size, enum bfd_state state, enum bfd_event event)
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

static void the_matrix_is_as_it_was_agreed_on(void **unused)
{
	char now[8192];
	size_t at = 0;

	for (int state = 0; state < BFD_STATES; state++) {
		for (int event = 0; event < BFD_EVENTS; event++) {
			char cell[96];

			one(cell, sizeof(cell), state, event);
			at += (size_t)snprintf(now + at, sizeof(now) - at, "%-10s  %-14s  %s\n",
					       bfd_state_names[state], bfd_event_names[event],
					       cell);
		}
	}
	golden_same(golden, now);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_matrix_is_as_it_was_agreed_on),
	};

	if (argc != 2)
		return 2;
	golden = argv[1];
	return cmocka_run_group_tests_name("BFD's states", tests, NULL, NULL);
}

// SPDX-License-Identifier: BSD-3-Clause
/*
 * A registry of every shape of noun, with a system of JSON behind it: what the
 * spine and the command line are tested on.
 *
 *   system         single   workers, idle
 *   port           map      type (required, fixed), device, mtu; one named "broken" cannot be
 * added, one named "slow" waits for fake_port_come before it is sound bridge         map      ports
 * (a map of ports), aging, macs route          list     prefix, via job            view     verbs:
 * apply, clear, fail, big, stream; show with `readable` ospf neighbor  view     show with the
 * filter area
 */
#ifndef WEFT_TESTS_SUPPORT_FAKE_NOUNS_H
#define WEFT_TESTS_SUPPORT_FAKE_NOUNS_H

#include "control/spine/noun.h"

extern const struct registry fake_nouns;

/* What the hooks made of the configuration, noun -> name -> value; begins empty. Borrowed. */
json_t *fake_system(void);
void fake_system_clear(void);

/* What the request that came last waits for is there; false: none waits. */
bool fake_port_come(void);

/* Goes on with the stream that `job stream` has opened; false: there is none, or none any more. */
bool fake_stream_step(void);

#endif

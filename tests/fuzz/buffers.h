// SPDX-License-Identifier: BSD-3-Clause
/* Packet buffers that lack when a fuzz target's input says so. */
#ifndef WEFT_TESTS_FUZZ_BUFFERS_H
#define WEFT_TESTS_FUZZ_BUFFERS_H

/* Takes all of test_pool but so many, or but those that there are. */
void buffers_leave(unsigned n);
/* Gives them back. */
void buffers_return(void);

#endif

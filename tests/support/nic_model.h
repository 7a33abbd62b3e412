// SPDX-License-Identifier: BSD-3-Clause
/*
 * What the XDP program of a shared NIC should make of a frame, written a
 * second time: by byte offsets, with linear searches, after the rules in the
 * documentation (docs/host.md) and not after the program. Tests compare the two.
 */
#ifndef WEFT_TESTS_SUPPORT_NIC_MODEL_H
#define WEFT_TESTS_SUPPORT_NIC_MODEL_H

#include "control/share_table.h"
#include "control/xdp_prog.h"

/* The class of a frame on a NIC whose program has this table, and a socket for its queue. */
enum nic_class nic_model(const struct share_table *table, const uint8_t *frame, size_t len);

/* What both have to be given: the whole table into a program whose tables are empty. Aborts where
 * that fails. */
void nic_model_fill(struct xdp_prog *prog, const struct share_table *table);

/* Has the kernel run the program over a frame: its action (XDP_PASS, XDP_REDIRECT) or -errno; and
 * the one class that it counted it in, -1 where it counted none or several. */
int nic_model_run(struct xdp_prog *prog, const uint8_t *frame, size_t len, int *class);

/* A loaded program for a shared NIC with a socket for its first queue. NULL with errno: EPERM. */
struct xdp_prog *nic_model_load(void);

#endif

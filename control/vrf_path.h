// SPDX-License-Identifier: BSD-3-Clause
/*
 * Routes that lead into another VRF, and on from there: whether packets come
 * back to where they were, or are looked up more often than workers do.
 * Control thread.
 */
#ifndef WEFT_CONTROL_VRF_PATH_H
#define WEFT_CONTROL_VRF_PATH_H

#include <stddef.h>

#include "routing/rib.h"

/* What is wrong with the way of a used route, in words; "": nothing. Of what lies in the other VRFs
 * the route counts that most of the prefix's addresses take. */
void vrf_path_fault(const struct rib_best *best, char *out, size_t size);

#endif

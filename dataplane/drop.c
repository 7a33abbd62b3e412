// SPDX-License-Identifier: BSD-3-Clause
#include "dataplane/drop.h"

const struct drop_info drop_info[DROP_COUNT] = {
#define DROP(name, stage, text) {#name, #stage, text},
#include "dataplane/drop.def"
#undef DROP
};

// SPDX-License-Identifier: BSD-3-Clause
/* Whether options go together. */
#ifndef WEFT_TOOLS_PKTGEN_OPTIONS_CHECK_H
#define WEFT_TOOLS_PKTGEN_OPTIONS_CHECK_H

#include "tools/pktgen/options.h"

/* Writes a sentence to error (OPTIONS_ERROR_SIZE bytes) and returns -EINVAL. */
__attribute__((format(printf, 2, 3))) int options_refuse(char *error, const char *format, ...);

/* 0, or -EINVAL with a sentence in error. */
int options_check(const struct options *options, char *error);

#endif

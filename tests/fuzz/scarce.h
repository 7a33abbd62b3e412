// SPDX-License-Identifier: BSD-3-Clause
/* Memory of routing/ that lacks when a fuzz target's input says so. */
#ifndef WEFT_TESTS_FUZZ_SCARCE_H
#define WEFT_TESTS_FUZZ_SCARCE_H

#include <stdint.h>

/* From here on routing/ has its memory from here. */
void scarce_use(void);
/* The nth block asked for from now on, or larger one, is refused; 0: none is. */
void scarce_refuse(uint32_t nth);

#endif

// SPDX-License-Identifier: BSD-3-Clause
/* What was agreed on, word by word, in a file beside its test. */
#ifndef WEFT_TESTS_SUPPORT_GOLDEN_H
#define WEFT_TESTS_SUPPORT_GOLDEN_H

/* The test fails where the file has another text; with UPDATE_GOLDEN in the environment the file is
 * written instead. */
void golden_same(const char *path, const char *now);

#endif

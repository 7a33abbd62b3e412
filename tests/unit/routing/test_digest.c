// SPDX-License-Identifier: BSD-3-Clause
/* Digests, by the examples that their RFCs give. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "control/digest.h"

static void expect_digest(enum digest algorithm, const char *key, const char *data,
			  const char *expected)
{
	uint8_t out[DIGEST_MAX];
	char text[2 * DIGEST_MAX + 1];
	size_t n = digest(NULL, algorithm, key, key ? strlen(key) : 0, data, strlen(data), out);

	for (size_t i = 0; i < n; i++)
		snprintf(text + 2 * i, 3, "%02x", out[i]);
	assert_string_equal(text, expected);
}

static void plain_digests_are_those_of_their_standards(void **state)
{
	expect_digest(DIGEST_MD5, NULL, "abc", "900150983cd24fb0d6963f7d28e17f72");
	expect_digest(DIGEST_SHA1, NULL, "abc", "a9993e364706816aba3e25717850c26c9cd0d89d");
	expect_digest(DIGEST_SHA256, NULL, "abc",
		      "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

/* RFC 2202 and RFC 4231, case 2. */
static void hmacs_are_those_of_their_standards(void **state)
{
	const char *data = "what do ya want for nothing?";

	expect_digest(DIGEST_MD5, "Jefe", data, "750c783e6ab0b503eaa86e310a5db738");
	expect_digest(DIGEST_SHA1, "Jefe", data, "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79");
	expect_digest(DIGEST_SHA256, "Jefe", data,
		      "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
	expect_digest(DIGEST_SHA384, "Jefe", data,
		      "af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e"
		      "8e2240ca5e69e2c78b3239ecfab21649");
	expect_digest(DIGEST_SHA512, "Jefe", data,
		      "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554"
		      "9758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plain_digests_are_those_of_their_standards),
		cmocka_unit_test(hmacs_are_those_of_their_standards),
	};

	return cmocka_run_group_tests_name("digests", tests, NULL, NULL);
}

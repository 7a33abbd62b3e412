// SPDX-License-Identifier: BSD-3-Clause
/* Values of the command line, read from text. Each returns 0 or -EINVAL and then changes nothing.
 */
#ifndef WEFT_TOOLS_PKTGEN_VALUES_H
#define WEFT_TOOLS_PKTGEN_VALUES_H

#include <stdint.h>

/* A number with k, M or G (thousands) behind it: "1.5M". Not negative, not infinite. */
int value_real(const char *text, double *real);
/* The same, without a fraction. */
int value_number(const char *text, uint32_t min, uint32_t max, uint32_t *number);
int value_mac(const char *text, uint8_t mac[6]);
int value_ipv4(const char *text, uint32_t *address);
int value_ipv6(const char *text, uint8_t address[16]);
/* What a field holds: decimal, or hexadecimal behind "0x"; no k, M or G. */
int value_bits(const char *text, uint32_t max, uint32_t *bits);

#endif

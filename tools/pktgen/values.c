// SPDX-License-Identifier: BSD-3-Clause
#include "tools/pktgen/values.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int value_real(const char *text, double *real)
{
	char *end;

	/* No sign, no blanks, no "inf", no hexadecimal numbers. */
	if (!isdigit((unsigned char)*text) || strpbrk(text, "xX"))
		return -EINVAL;
	double value = strtod(text, &end);
	if (*end == 'k')
		value *= 1e3, end++;
	else if (*end == 'M')
		value *= 1e6, end++;
	else if (*end == 'G')
		value *= 1e9, end++;
	if (*end || !isfinite(value))
		return -EINVAL;
	*real = value;
	return 0;
}

int value_number(const char *text, uint32_t min, uint32_t max, uint32_t *number)
{
	double real;

	if (value_real(text, &real) < 0 || real != floor(real) || real < min || real > max)
		return -EINVAL;
	*number = (uint32_t)real;
	return 0;
}

int value_mac(const char *text, uint8_t mac[6])
{
	unsigned b[6];
	int n = 0;

	if (strspn(text, "0123456789abcdefABCDEF:") != strlen(text) ||
	    sscanf(text, "%2x:%2x:%2x:%2x:%2x:%2x%n", &b[0], &b[1], &b[2], &b[3], &b[4], &b[5],
		   &n) != 6 ||
	    text[n])
		return -EINVAL;
	for (int i = 0; i < 6; i++)
		mac[i] = (uint8_t)b[i];
	return 0;
}

int value_ipv4(const char *text, uint32_t *address)
{
	struct in_addr in;

	if (inet_pton(AF_INET, text, &in) != 1)
		return -EINVAL;
	*address = ntohl(in.s_addr);
	return 0;
}

int value_ipv6(const char *text, uint8_t address[16])
{
	struct in6_addr in;

	if (inet_pton(AF_INET6, text, &in) != 1)
		return -EINVAL;
	memcpy(address, &in, sizeof(in));
	return 0;
}

int value_bits(const char *text, uint32_t max, uint32_t *bits)
{
	bool hexadecimal = !strncmp(text, "0x", 2);
	const char *digits = hexadecimal ? text + 2 : text;
	char *end;

	if (!(hexadecimal ? isxdigit((unsigned char)*digits) : isdigit((unsigned char)*digits)))
		return -EINVAL;
	errno = 0;
	unsigned long long value = strtoull(digits, &end, hexadecimal ? 16 : 10);
	if (*end || errno || value > max)
		return -EINVAL;
	*bits = (uint32_t)value;
	return 0;
}

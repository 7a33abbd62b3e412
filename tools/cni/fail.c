// SPDX-License-Identifier: BSD-3-Clause
#include <stdarg.h>
#include <stdio.h>

#include "tools/cni/cni.h"

int cni_fail(struct cni *cni, enum cni_code code, const char *format, ...)
{
	char text[2048];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (cni->error)
		return -1;
	cni->error = json_pack("{s:i, s:s+}", "code", (int)code, "msg", "weft-cni: ", text);
	if (cni->error)
		return -1;
	/* Bytes of the environment that are no UTF-8: the runtime is told nonetheless. */
	for (char *at = text; *at; at++)
		if (*at & 0x80)
			*at = '?';
	cni->error = json_pack("{s:i, s:s+}", "code", (int)code, "msg", "weft-cni: ", text);
	return -1;
}

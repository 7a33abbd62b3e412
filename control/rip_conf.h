// SPDX-License-Identifier: BSD-3-Clause
/* What `rip` and `ripng` say, whether that has sense, and what the engine gets of it. */
#ifndef WEFT_CONTROL_RIP_CONF_H
#define WEFT_CONTROL_RIP_CONF_H

#include <jansson.h>

#include "control/spine/field.h"
#include "routing/rip/rip.h"

/* rip_fields.c; each ends with NULL or name NULL. */
extern const char *const rip_splits[];     /* enum rip_split */
extern const char *const rip_algorithms[]; /* enum rip_auth_type, from RIP_AUTH_PASSWORD on */
extern const struct field rip_fields[], ripng_fields[];

/* family: ADDR_IP4 or ADDR_IP6. value is checked, defaults need not be there. 0 or -1. */
int rip_conf_check(uint8_t family, const json_t *value, const json_t *candidate, const char *path,
		   struct errors *errors);

/* value is effective. 0, or -ENOMEM and nothing to free. Interfaces by the numbers they have now.
 */
int rip_conf_make(uint8_t family, const json_t *value, struct rip_conf *out);
void rip_conf_free(struct rip_conf *conf);

#endif

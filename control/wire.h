// SPDX-License-Identifier: BSD-3-Clause
/* What weftd and its clients agree on beyond the JSON itself. Constants only. */
#ifndef WEFT_CONTROL_WIRE_H
#define WEFT_CONTROL_WIRE_H

#define WIRE_RUN_DIR      "/run/weft"
#define WIRE_STATE_DIR    "/var/lib/weft"
#define WIRE_CONFIG_FILE  "/etc/weft/weft.yaml"
#define WIRE_INSTANCE     "weft" /* the default instance */
#define WIRE_INSTANCE_MAX 32     /* longest name of an instance, in bytes */

#endif

// SPDX-License-Identifier: BSD-3-Clause
/* What weftd and its clients agree on beyond the JSON itself. Constants only. */
#ifndef WEFT_CONTROL_WIRE_H
#define WEFT_CONTROL_WIRE_H

#define WIRE_RUN_DIR      "/run/weft"
#define WIRE_STATE_DIR    "/var/lib/weft"
#define WIRE_CONFIG_FILE  "/etc/weft/weft.yaml"
#define WIRE_INSTANCE     "weft" /* the default instance */
#define WIRE_INSTANCE_MAX 32     /* longest name of an instance, in bytes */
#define WIRE_GROUP        "weft" /* may use the socket, where there is such a group */
#define WIRE_SOCKET       WIRE_RUN_DIR "/%s.sock" /* %s: the instance */

/*
 * Three words in declarations that the command line takes notice of, so that no
 * verb needs code of its own there:
 *
 * - a verb with the arguments `file` and `text` (config apply): the command
 *   line reads FILE and sends its contents as `text` beside the name;
 * - a boolean argument `readable` of a verb or of show (config show): sent as
 *   true unless -j was given; the string that comes back is printed as it is;
 * - results that are arrays of {noun, name, action, old, new}, as config_diff
 *   gives them, are printed as differences; an empty one as "unchanged".
 */
#define WIRE_ARG_FILE     "file"
#define WIRE_ARG_TEXT     "text"
#define WIRE_ARG_READABLE "readable"

#endif

// SPDX-License-Identifier: BSD-3-Clause
#include "control/offloads.h"

#include <stdio.h>

#include "dataplane/port.h"

/* No defaults here: they differ by the type of the port. */
const struct field offloads_fields[] = {
	{.name = "checksum",
	 .type = F_BOOL,
	 .help = "take and pass on TCP and UDP checksums that a sender left unfinished (true "
		 "unless "
		 "said)"},
	{.name = "tso",
	 .type = F_BOOL,
	 .help = "likewise TCP packets of up to 64 kB that a sender left uncut (false for "
		 "vhost-user, true for tap and af_packet unless said)"},
	{.name = NULL},
};

static bool get(const json_t *conf, const char *key, bool otherwise)
{
	const json_t *value = json_object_get(json_object_get(conf, "offloads"), key);

	return value ? json_is_true(value) : otherwise;
}

int offloads_check(const json_t *conf, const char *path, struct errors *errors)
{
	char at[FIELD_PATH_MAX];

	if (!get(conf, "tso", false) || get(conf, "checksum", true))
		return 0;
	snprintf(at, sizeof(at), "%s.offloads", path);
	return errors_add(errors, at,
			  "tso: true needs checksum: true: what is cut later gets its checksums "
			  "then");
}

uint32_t offloads_caps(const json_t *conf, bool tso)
{
	if (!get(conf, "checksum", true))
		return 0;
	return PORT_CAN_CSUM | (get(conf, "tso", tso) ? PORT_CAN_TSO : 0);
}

const char *offloads_text(const struct port *port)
{
	uint32_t caps = port ? atomic_load_explicit(&port->caps, memory_order_relaxed) : 0;

	if (caps & PORT_CAN_TSO)
		return "checksum, tso";
	return caps & PORT_CAN_CSUM ? "checksum" : "";
}

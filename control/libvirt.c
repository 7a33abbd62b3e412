// SPDX-License-Identifier: BSD-3-Clause
#include "control/libvirt.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "control/ports.h"
#include "control/spine/field.h"

#define MTU_USUAL 1500 /* guests know it */

static const char memory[] =
	"<!-- The guest's memory has to be shared with weft. In <domain>:\n"
	"     <memoryBacking><source type='memfd'/><access mode='shared'/></memoryBacking> -->\n";

static void print_escaped(FILE *out, const char *text)
{
	for (; *text; text++) {
		if (strchr("&<>'\"", *text))
			fprintf(out, "&#%d;", *text);
		else
			fputc(*text, out);
	}
}

/* The roles are told from QEMU's side. */
static void print_source(FILE *out, const json_t *conf)
{
	const char *role = conf_str(conf, "role");
	bool is_server = role && strcmp(role, "server") == 0;

	fputs("  <source type='unix' path='", out);
	print_escaped(out, conf_str(conf, "socket"));
	if (is_server)
		fputs("' mode='client'>\n    <reconnect enabled='yes' timeout='1'/>\n  </source>\n",
		      out);
	else
		fputs("' mode='server'/>\n", out);
}

static void print_interface(FILE *out, const struct port_entry *entry)
{
	int64_t queues = conf_int(entry->conf, "queues"), mtu = conf_int(entry->conf, "mtu");

	/* No name may hold the two hyphens that end a comment. */
	if (!strstr(entry->name, "--"))
		fprintf(out, "<!-- port %s -->\n", entry->name);
	fputs("<interface type='vhostuser'>\n", out);
	print_source(out, entry->conf);
	fputs("  <model type='virtio'/>\n", out);
	if (queues > 1)
		fprintf(out, "  <driver queues='%d'/>\n", (int)queues);
	if (mtu != MTU_USUAL) /* its <mtu> is for taps: "Cannot set interface MTU on '(null)'" */
		fprintf(out,
			"  <!-- MTU %d: to be set in the guest, libvirt cannot for vhostuser -->\n",
			(int)mtu);
	fputs("</interface>\n", out);
}

static bool is_guests(const struct port_entry *entry)
{
	return strcmp(entry->kind->type, "vhost-user") == 0;
}

json_t *libvirt_show(struct call *call)
{
	const struct port_entry *named = call->name ? ports_find(call->name) : NULL;
	json_t *result = NULL;
	char *text = NULL;
	size_t size = 0;
	FILE *out;

	if (call->name && !named)
		return NULL;
	if (named && !is_guests(named)) {
		errors_add(call->errors, "",
			   "port %s is of type %s: libvirt's guests take vhost-user ports",
			   named->name, named->kind->type);
		return NULL;
	}
	out = open_memstream(&text, &size);
	if (!out)
		return NULL;
	fputs(memory, out);
	for (const struct port_entry *e = ports_first(); e; e = e->next)
		if (named ? e == named : is_guests(e))
			print_interface(out, e);
	if (fclose(out) == 0)
		result = json_string(text);
	free(text);
	return result;
}

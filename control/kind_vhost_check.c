// SPDX-License-Identifier: BSD-3-Clause
#include "control/kind_vhost_check.h"

#include <errno.h>
#include <libgen.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "control/kind_vhost_reason.h"
#include "control/socket_path.h"
#include "control/socket_rights.h"
#include "control/spine/field.h"
#include "control/wire.h"
#include "vhost/vhost.h"

#define SOCKET_MAX sizeof(((struct sockaddr_un *)0)->sun_path) /* with its final zero */

bool kind_vhost_is_server(const json_t *conf)
{
	const char *role = conf_str(conf, "role");

	return role && strcmp(role, "server") == 0;
}

static bool lists(const json_t *list, const char *word)
{
	const json_t *item;
	size_t i;

	json_array_foreach((json_t *)list, i, item)
		if (strcmp(json_string_value(item), word) == 0)
			return true;
	return false;
}

static int check_features(const json_t *conf, const char *path, struct errors *errors)
{
	const json_t *list = json_object_get(conf, "features");
	char at[FIELD_PATH_MAX];

	if (!lists(list, "iommu") || !lists(list, "packed"))
		return 0;
	field_path(at, path, "features");
	return errors_add(errors, at,
			  "iommu and packed exclude each other: with an IOMMU rings are split");
}

int kind_vhost_check(const json_t *conf, const char *path, struct errors *errors)
{
	const char *socket = conf_str(conf, "socket");
	char at[FIELD_PATH_MAX];

	field_path(at, path, "socket");
	if (!socket)
		return 0; /* said already: it is required */
	if (socket[0] != '/')
		return errors_add(errors, at,
				  "\"%s\" has to be an absolute path, such as %s/vm1.sock", socket,
				  WIRE_RUN_DIR);
	if (strlen(socket) >= SOCKET_MAX)
		return errors_add(errors, at,
				  "the path has %zu bytes, a socket's can have at most %zu",
				  strlen(socket), SOCKET_MAX - 1);
	if (socket[strlen(socket) - 1] == '/')
		return errors_add(errors, at, "\"%s\" ends with a slash: name a socket", socket);
	if (check_features(conf, path, errors) < 0)
		return -1;
	return socket_rights_check(conf, kind_vhost_is_server(conf), path, errors);
}

/* A client waits for QEMU to come, and for its folder too; weftd makes its own. */
static bool may_lack_folder(const char *socket, bool is_server)
{
	char folder[SOCKET_MAX];
	struct stat st;

	snprintf(folder, sizeof(folder), "%s", socket);
	dirname(folder);
	if (is_server)
		return strcmp(folder, WIRE_RUN_DIR) == 0;
	return stat(folder, &st) < 0 && errno == ENOENT;
}

static int check_place(const char *socket, bool is_server, const char *at, struct errors *errors)
{
	int rc = vhost_socket_look(socket);
	char why[256];

	if (rc == 0 || rc == -ENOENT || (rc == -ENOTDIR && may_lack_folder(socket, is_server)))
		return 0;
	kind_vhost_explain_place(socket, -rc, why, sizeof(why));
	return errors_add(errors, at, "%s", why);
}

/* Ports whose paths are written alike were refused already; these lead to one socket all the same.
 */
static int check_others(const json_t *conf, const json_t *ports, const char *path, const char *at,
			struct errors *errors)
{
	const char *socket = conf_str(conf, "socket"), *name;
	const char *self = strchr(path, '.') + 1;
	json_t *port;

	json_object_foreach((json_t *)ports, name, port) {
		const char *other = conf_str(port, "socket");

		if (other && strcmp(name, self) != 0 && socket_path_meets(socket, other))
			return errors_add(errors, at, "%s is used by port %s already, as %s",
					  socket, name, other);
	}
	return 0;
}

static bool differs(const json_t *old, const json_t *conf, const char *key)
{
	const json_t *a = json_object_get(old, key), *b = json_object_get(conf, key);

	return a != b && !json_equal(a, b);
}

int kind_vhost_check_here(const json_t *old, const json_t *conf, const json_t *ports,
			  const char *path, struct errors *errors)
{
	bool is_server = kind_vhost_is_server(conf);
	const char *socket = conf_str(conf, "socket");
	char at[FIELD_PATH_MAX];

	field_path(at, path, "socket");
	if (differs(old, conf, "socket") || differs(old, conf, "role"))
		if (check_place(socket, is_server, at, errors) < 0 ||
		    check_others(conf, ports, path, at, errors) < 0)
			return -1;
	return differs(old, conf, "group") ? socket_rights_check_group(conf, path, errors) : 0;
}

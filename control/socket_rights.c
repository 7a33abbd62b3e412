// SPDX-License-Identifier: BSD-3-Clause
#include "control/socket_rights.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "control/spine/field.h"

#define MODE_OWN   0600 /* nobody but weftd's own user */
#define MODE_GROUP 0660

/* "0660" or "660"; -1: it is none. */
static int parse_mode(const char *text)
{
	size_t n = strlen(text);

	if (n < 3 || n > 4 || strspn(text, "01234567") != n || (n == 4 && *text != '0'))
		return -1;
	return (int)strtol(text, NULL, 8);
}

int socket_rights_check(const json_t *conf, bool is_server, const char *path, struct errors *errors)
{
	static const char *const keys[] = {"group", "mode"};
	const char *mode = conf_str(conf, "mode");
	size_t before = errors->n;
	char at[FIELD_PATH_MAX];

	for (size_t i = 0; !is_server && i < 2; i++) {
		field_path(at, path, keys[i]);
		if (conf_str(conf, keys[i]))
			errors_add(errors, at,
				   "QEMU makes the socket, its rights are QEMU's: expected role: "
				   "server with %s",
				   keys[i]);
	}
	field_path(at, path, "mode");
	if (is_server && mode && parse_mode(mode) < 0)
		errors_add(errors, at, "'%s' is no mode: expected three octal digits, such as 0660",
			   mode);
	return errors->n == before ? 0 : -1;
}

int socket_rights_check_group(const json_t *conf, const char *path, struct errors *errors)
{
	const char *group = conf_str(conf, "group");
	char at[FIELD_PATH_MAX];

	if (!group || getgrnam(group))
		return 0;
	field_path(at, path, "group");
	return errors_add(errors, at, "there is no group %s: getent group lists them", group);
}

/* The folder may be a guest's: whatever it has put in the socket's place stays as it is. */
static int give(const char *socket, gid_t group, mode_t bits)
{
	char self[32];
	struct stat st;
	int fd = open(socket, O_PATH | O_NOFOLLOW | O_CLOEXEC), rc = 0;

	if (fd < 0)
		return -errno;
	snprintf(self, sizeof(self), "/proc/self/fd/%d", fd);
	if (fstat(fd, &st) < 0)
		rc = -errno;
	else if (!S_ISSOCK(st.st_mode))
		rc = -ENOTSOCK;
	else if (fchownat(fd, "", (uid_t)-1, group, AT_EMPTY_PATH) < 0 || chmod(self, bits) < 0)
		rc = -errno;
	close(fd);
	return rc;
}

int socket_rights_set(const char *socket, const json_t *conf, const char *name,
		      struct errors *errors)
{
	const char *group = conf_str(conf, "group"), *mode = conf_str(conf, "mode");
	const struct group *entry = group ? getgrnam(group) : NULL;
	int bits = mode ? parse_mode(mode) : group ? MODE_GROUP : MODE_OWN, rc;

	if (group && !entry)
		return errors_add(errors, "", "%s: there is no group %s", name, group);
	rc = give(socket, entry ? entry->gr_gid : getegid(), (mode_t)bits);
	if (rc < 0)
		return errors_add(errors, "", "%s: cannot give the socket %s its rights: %s", name,
				  socket, strerror(-rc));
	return 0;
}

// SPDX-License-Identifier: BSD-3-Clause
#include "tools/weft_client.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "control/wire.h"

#define ANSWER_MAX ((size_t)256 << 20)

bool client_instance_ok(const char *instance)
{
	size_t n = strlen(instance);

	if (!n || n > WIRE_INSTANCE_MAX)
		return false;
	return strspn(instance,
		      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") == n;
}

static void explain(int error, const char *instance, const char *path, FILE *err)
{
	bool is_default = !strcmp(instance, WIRE_INSTANCE);

	switch (error) {
	case ENOENT:
	case ECONNREFUSED:
		fprintf(err,
			"weft: weftd is not running as instance %s (%s %s): "
			"start it with \"weftd%s%s\" as root\n",
			instance, error == ENOENT ? "no socket" : "nobody answers at", path,
			is_default ? "" : " -n ", is_default ? "" : instance);
		break;
	case EACCES:
	case EPERM:
		fprintf(err,
			"weft: no permission to use %s: use sudo, or join the group %s "
			"(usermod -aG %s USER, then log in again)\n",
			path, WIRE_GROUP, WIRE_GROUP);
		break;
	default:
		fprintf(err, "weft: %s: %s\n", path, strerror(error));
	}
}

int client_open(struct client *client, const char *instance, FILE *err)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int rc;

	client_close(client);
	snprintf(address.sun_path, sizeof(address.sun_path), WIRE_SOCKET, instance);
	client->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (client->fd >= 0 &&
	    !connect(client->fd, (const struct sockaddr *)&address, sizeof(address)))
		return 0;
	rc = errno;
	explain(rc, instance, address.sun_path, err);
	client_close(client);
	return -rc;
}

void client_close(struct client *client)
{
	if (client->fd >= 0)
		close(client->fd);
	free(client->buffer);
	*client = (struct client){.fd = -1, .on_row = client->on_row, .arg = client->arg};
}

bool client_alive(const struct client *client)
{
	char byte;

	if (client->fd < 0)
		return false;
	return recv(client->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0 && errno == EAGAIN;
}

int client_wait(int fd, short events)
{
	struct pollfd descriptor = {.fd = fd, .events = events};
	sigset_t mask;

	sigprocmask(SIG_SETMASK, NULL, &mask);
	sigdelset(&mask, SIGINT);
	return ppoll(&descriptor, 1, NULL, &mask) < 0 ? -errno : 0;
}

static int send_all(int fd, const char *text, size_t n)
{
	while (n) {
		ssize_t sent = send(fd, text, n, MSG_NOSIGNAL | MSG_DONTWAIT);

		if (sent < 0 && errno == EAGAIN) {
			int rc = client_wait(fd, POLLOUT);

			if (rc)
				return rc;
			continue;
		}
		if (sent < 0)
			return -errno;
		text += sent;
		n -= sent;
	}
	return 0;
}

static int send_request(struct client *client, const char *method, json_t *params)
{
	json_t *request = json_pack("{s:s, s:I, s:s, s:o}", "jsonrpc", "2.0", "id",
				    ++client->last_id, "method", method, "params", params);
	char *line = json_dumps(request, JSON_COMPACT);
	int rc = line ? send_all(client->fd, line, strlen(line)) : -ENOMEM;

	if (!rc)
		rc = send_all(client->fd, "\n", 1);
	free(line);
	json_decref(request);
	return rc;
}

/* Reads more into the buffer. 0, or -errno (-ECONNRESET at the end). */
static int fill(struct client *client)
{
	ssize_t got;
	int rc;

	if (client->start) {
		memmove(client->buffer, client->buffer + client->start, client->n);
		client->start = 0;
	}
	if (client->n == client->size) {
		size_t size = client->size ? client->size * 2 : 65536;
		char *buffer = size <= ANSWER_MAX ? realloc(client->buffer, size) : NULL;

		if (!buffer)
			return -ENOMEM;
		client->buffer = buffer;
		client->size = size;
	}
	rc = client_wait(client->fd, POLLIN);
	if (rc)
		return rc;
	got = read(client->fd, client->buffer + client->n, client->size - client->n);
	if (got > 0)
		client->n += got;
	return got > 0 ? 0 : got < 0 ? -errno : -ECONNRESET;
}

json_t *client_read(struct client *client)
{
	size_t searched = 0;
	json_t *message;
	char *end;
	int rc;

	while (!(end = client->n > searched ? memchr(client->buffer + client->start + searched,
						     '\n', client->n - searched)
					    : NULL)) {
		searched = client->n;
		rc = fill(client);
		if (rc) {
			errno = -rc;
			return NULL;
		}
	}
	message = json_loadb(client->buffer + client->start, end - client->buffer - client->start,
			     0, NULL);
	client->n -= end + 1 - client->buffer - client->start;
	client->start = end + 1 - client->buffer;
	if (!message)
		errno = EPROTO;
	return message;
}

static void take_row(struct client *client, const json_t *message)
{
	const json_t *params = json_object_get(message, "params");
	const json_t *row = json_object_get(params, "row");

	if (row && client->on_row &&
	    json_integer_value(json_object_get(params, "id")) == client->last_id)
		client->on_row(client->arg, row);
}

int client_call(struct client *client, const char *method, json_t *params, json_t **result,
		json_t **error)
{
	int rc = send_request(client, method, params);

	*result = *error = NULL;
	/* Where sending failed the daemon may have said why. */
	for (;;) {
		json_t *message = client_read(client), *id;

		if (!message)
			return rc ? rc : -errno;
		id = json_object_get(message, "id");
		*error = json_incref(json_object_get(message, "error"));
		if (json_integer_value(id) == client->last_id)
			*result = json_incref(json_object_get(message, "result"));
		take_row(client, message);
		json_decref(message);
		if (*error || *result)
			return *error ? 1 : 0;
	}
}

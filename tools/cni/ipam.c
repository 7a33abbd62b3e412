// SPDX-License-Identifier: BSD-3-Clause
/* Addresses come from another plugin, which gets what we got. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tools/cni/cni.h"

#define OUTPUT_MAX (1 << 20)

/* Finds an executable in CNI_PATH. False: there is none. */
static bool find_plugin(const char *folders, const char *type, char *path, size_t size)
{
	while (*folders) {
		int n = (int)strcspn(folders, ":");

		if (n && snprintf(path, size, "%.*s/%s", n, folders, type) < (int)size &&
		    access(path, X_OK) == 0)
			return true;
		folders += n + (folders[n] == ':');
	}
	return false;
}

/* A file with the configuration, so that nobody waits for somebody to read. -errno. */
static int make_input(const struct cni *cni)
{
	char *text = json_dumps(cni->conf, JSON_COMPACT);
	int fd = memfd_create("conf", MFD_CLOEXEC);
	size_t n = text ? strlen(text) : 0;

	if (fd >= 0 && (!text || write(fd, text, n) != (ssize_t)n || lseek(fd, 0, SEEK_SET) != 0)) {
		close(fd);
		fd = -1;
	}
	free(text);
	return fd < 0 ? -ENOMEM : fd;
}

static pid_t start(const char *path, const char *command, int input, int output)
{
	pid_t pid = fork();

	if (pid != 0)
		return pid;
	signal(SIGPIPE, SIG_DFL);
	if (dup2(input, STDIN_FILENO) >= 0 && dup2(output, STDOUT_FILENO) >= 0 &&
	    setenv("CNI_COMMAND", command, 1) == 0)
		execl(path, path, (char *)NULL);
	_exit(127);
}

/* Reads to the end. Bytes, or -errno. */
static ssize_t read_all(int fd, char *out, size_t size)
{
	size_t n = 0;
	ssize_t got;

	while ((got = read(fd, out + n, size - n)) > 0)
		n += (size_t)got;
	return got < 0 ? -errno : (ssize_t)n;
}

/* The plugin's output and exit status; -errno. */
static ssize_t run(const struct cni *cni, const char *path, const char *command, char *out,
		   int *status)
{
	int input = make_input(cni), ends[2];
	ssize_t n = -errno;
	pid_t pid;

	if (input < 0)
		return input;
	if (pipe2(ends, O_CLOEXEC) < 0)
		goto close_input;
	pid = start(path, command, input, ends[1]);
	n = pid < 0 ? -errno : 0;
	close(ends[1]);
	if (pid > 0) {
		n = read_all(ends[0], out, OUTPUT_MAX);
		if (n < 0)
			kill(pid, SIGKILL);
		while (waitpid(pid, status, 0) < 0 && errno == EINTR)
			;
	}
	close(ends[0]);
close_input:
	close(input);
	return n;
}

/* What the plugin says of a failure becomes ours. */
static int forward_error(struct cni *cni, const char *type, const json_t *said)
{
	const json_t *code = json_object_get(said, "code");
	const char *text = json_string_value(json_object_get(said, "msg"));
	const json_t *details = json_object_get(said, "details");

	if (!json_is_integer(code) || !text)
		return cni_fail(cni, CNI_REFUSED, "the IPAM plugin %s failed without a word", type);
	if (cni->error)
		return -1;
	cni_fail(cni, (enum cni_code)json_integer_value(code), "%s: %s", type, text);
	if (details)
		json_object_set(cni->error, "details", (json_t *)details);
	return -1;
}

int cni_ipam(struct cni *cni, const char *command, json_t **result)
{
	const char *type = json_string_value(json_object_get(cni->ipam, "type"));
	json_t *said = NULL;
	char path[4096], *out;
	int status = 0, rc = 0;
	ssize_t n;

	if (!cni->ipam)
		return 0;
	if (!find_plugin(cni->path, type, path, sizeof(path)))
		return cni_fail(cni, CNI_BAD_CONFIG,
				"ipam.type: there is no plugin %s in CNI_PATH (%s)", type,
				cni->path);
	out = malloc(OUTPUT_MAX);
	n = out ? run(cni, path, command, out, &status) : -ENOMEM;
	if (n > 0)
		said = json_loadb(out, (size_t)n, 0, NULL);
	if (n < 0)
		rc = cni_fail(cni, n == -EINTR ? CNI_TRY_LATER : CNI_IO, "%s: %s", path,
			      n == -EINTR ? "no answer" : strerror((int)-n));
	else if (status != 0)
		rc = forward_error(cni, type, said);
	else if (result && !json_is_object(said))
		rc = cni_fail(cni, CNI_REFUSED, "the IPAM plugin %s gave no result", type);
	else if (result)
		*result = json_incref(said);
	json_decref(said);
	free(out);
	return rc;
}

// SPDX-License-Identifier: BSD-3-Clause
#include "vhost/vhost_peer.h"

#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CMDLINE_MAX   32768 /* bytes; libvirt's are of 5 to 10 k */
#define PROCESSES_MAX 4096  /* that a search looks at */
#define THREADS_MAX   512   /* that a look at one process adds up */

/* Bytes read, 0 where there are none. */
static size_t read_file(const char *path, char *out, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t n = 0;
	ssize_t got;

	if (fd < 0)
		return 0;
	while (n < size - 1 && (got = read(fd, out + n, size - 1 - n)) > 0)
		n += got;
	close(fd);
	out[n] = 0;
	return n;
}

static size_t read_proc(pid_t pid, const char *what, char *out, size_t size)
{
	char path[96];

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, what);
	return read_file(path, out, size);
}

/* -name NAME, -name guest=NAME,debug-threads=on: two commas stand for one of the name's own. */
static void copy_name(const char *value, char *out, size_t size)
{
	size_t n = 0;

	if (strncmp(value, "guest=", 6) == 0)
		value += 6;
	for (; *value && n < size - 1; value++) {
		if (*value == ',' && *++value != ',')
			break;
		out[n++] = *value;
	}
	out[n] = 0;
}

bool vhost_peer_name(const char *cmdline, size_t size, char *out, size_t out_size)
{
	const char *end = cmdline + size;

	for (const char *word = cmdline; word < end; word += strnlen(word, end - word) + 1) {
		const char *next = word + strnlen(word, end - word) + 1;

		if (next < end && (strcmp(word, "-name") == 0 || strcmp(word, "--name") == 0)) {
			copy_name(next, out, out_size);
			return *out != 0;
		}
	}
	return false;
}

static bool names_socket(const char *cmdline, size_t size, const char *socket)
{
	return memmem(cmdline, size, socket, strlen(socket)) != NULL;
}

/* Not a shell that started it, nor an editor that has its file open. */
static bool is_machine(const char *cmdline)
{
	const char *slash = strrchr(cmdline, '/');

	return strncmp(slash ? slash + 1 : cmdline, "qemu", 4) == 0;
}

/* The machine whose command line names the socket; 0: none. */
static pid_t search(const char *socket, char *cmdline, size_t *size)
{
	DIR *proc = opendir("/proc");
	struct dirent *entry;
	pid_t found = 0;

	for (int n = 0; proc && !found && n < PROCESSES_MAX && (entry = readdir(proc));) {
		pid_t pid = isdigit((unsigned char)entry->d_name[0]) ? atoi(entry->d_name) : 0;

		if (pid <= 0 || pid == getpid())
			continue;
		n++;
		*size = read_proc(pid, "cmdline", cmdline, CMDLINE_MAX);
		if (*size && is_machine(cmdline) && names_socket(cmdline, *size, socket))
			found = pid;
	}
	if (proc)
		closedir(proc);
	return found;
}

void vhost_peer_find(struct vhost_peer *peer, pid_t pid, const char *socket)
{
	static char cmdline[CMDLINE_MAX]; /* control is one thread */
	size_t size = pid > 0 ? read_proc(pid, "cmdline", cmdline, sizeof(cmdline)) : 0;

	memset(peer, 0, sizeof(*peer));
	if (pid != getpid() && !names_socket(cmdline, size, socket)) {
		pid_t other = search(socket, cmdline, &size);

		if (other)
			pid = other;
		else
			size = pid > 0 ? read_proc(pid, "cmdline", cmdline, sizeof(cmdline)) : 0;
	}
	if (!size)
		return; /* dead, or in another process namespace */
	peer->pid = pid;
	read_proc(pid, "comm", peer->program, sizeof(peer->program));
	peer->program[strcspn(peer->program, "\n")] = 0;
	vhost_peer_name(cmdline, size, peer->name, sizeof(peer->name));
}

/* How much a thread ran, as a number that grows: nanoseconds and times. */
static uint64_t thread_ran(pid_t pid, const char *thread)
{
	char path[64], text[128];
	uint64_t ns = 0, waited = 0, times = 0;

	snprintf(path, sizeof(path), "task/%.16s/schedstat", thread);
	if (read_proc(pid, path, text, sizeof(text)))
		sscanf(text, "%" SCNu64 " %" SCNu64 " %" SCNu64, &ns, &waited, &times);
	return ns + times;
}

/* QEMU's main thread serves us and its monitor even while the machine is paused: the processors are
 * among the others. */
static uint64_t others_ran(pid_t pid)
{
	char path[64];
	struct dirent *entry;
	uint64_t sum = 0;
	DIR *tasks;

	snprintf(path, sizeof(path), "/proc/%d/task", (int)pid);
	tasks = opendir(path);
	for (int n = 0; tasks && n < THREADS_MAX && (entry = readdir(tasks)); n++)
		if (isdigit((unsigned char)entry->d_name[0]) && atoi(entry->d_name) != pid)
			sum += thread_ran(pid, entry->d_name);
	if (tasks)
		closedir(tasks);
	return sum;
}

/* The letter after the last parenthesis of /proc/PID/stat; 0: there is no such process. */
static char state_letter(pid_t pid)
{
	char text[512], *at;

	if (!read_proc(pid, "stat", text, sizeof(text)))
		return 0;
	at = strrchr(text, ')');
	return at && at[1] ? at[2] : 0;
}

enum vhost_peer_state vhost_peer_look(struct vhost_peer *peer, int64_t now_ms)
{
	uint64_t ran;
	char letter;

	if (peer->pid <= 0 || peer->pid == getpid())
		return VHOST_PEER_RUNS;
	letter = state_letter(peer->pid);
	if (letter == 'T' || letter == 't')
		return VHOST_PEER_STOPPED;
	/* Of QEMU it is known that processors are threads that are never silent for long. */
	if (!letter || strncmp(peer->program, "qemu", 4) != 0)
		return VHOST_PEER_RUNS;
	ran = others_ran(peer->pid);
	if (ran != peer->ran || !peer->ran_ms) {
		peer->ran = ran;
		peer->ran_ms = now_ms;
	}
	return now_ms - peer->ran_ms >= VHOST_PEER_PATIENCE_MS ? VHOST_PEER_HALTED
							       : VHOST_PEER_RUNS;
}

bool vhost_peer_keeps(const struct vhost_peer *peer, uint64_t inode)
{
	char path[64], line[512], mode[8];
	bool keeps = false;
	FILE *maps;

	if (peer->pid <= 0 || peer->pid == getpid() || !inode)
		return false;
	snprintf(path, sizeof(path), "/proc/%d/maps", (int)peer->pid);
	maps = fopen(path, "re");
	while (maps && !keeps && fgets(line, sizeof(line), maps)) {
		uint64_t at;

		if (sscanf(line, "%*s %7s %*s %*s %" SCNu64, mode, &at) == 2 && at == inode)
			keeps = mode[1] == 'w' && mode[3] == 'p';
	}
	if (maps)
		fclose(maps);
	return keeps;
}

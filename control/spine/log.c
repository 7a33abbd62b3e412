// SPDX-License-Identifier: BSD-3-Clause
#include "control/spine/log.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define LINE_MAX_BYTES 2048

static enum log_level max_level = LOG_LEVEL_INFO;
static bool to_journal;

/* systemd names the device and inode of the stream it reads. */
static void find_journal(void)
{
	const char *stream = getenv("JOURNAL_STREAM");
	uintmax_t device, inode;
	struct stat st;

	if (stream && sscanf(stream, "%ju:%ju", &device, &inode) == 2 && !fstat(STDERR_FILENO, &st))
		to_journal = st.st_dev == device && st.st_ino == inode;
}

static const char *level_word(enum log_level level)
{
	switch (level) {
	case LOG_LEVEL_ERROR:
		return "error";
	case LOG_LEVEL_WARNING:
		return "warning";
	case LOG_LEVEL_INFO:
		return "info";
	case LOG_LEVEL_DEBUG:
		return "debug";
	}
	return "?";
}

void log_set_level(enum log_level max)
{
	max_level = max;
}

void log_write(enum log_level level, const char *format, ...)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	char line[LINE_MAX_BYTES];
	int head, body, n;
	va_list args;

	if (level > max_level)
		return;
	pthread_once(&once, find_journal);
	if (to_journal)
		head = snprintf(line, sizeof(line), "<%d>", level);
	else
		head = snprintf(line, sizeof(line), "%s: ", level_word(level));
	va_start(args, format);
	body = vsnprintf(line + head, sizeof(line) - head - 1, format, args);
	va_end(args);
	n = head + (body < 0 ? 0 : body);
	if (n > (int)sizeof(line) - 2)
		n = sizeof(line) - 2;
	/* Names and texts of others must not forge lines of their own. */
	for (int i = head; i < n; i++)
		if ((unsigned char)line[i] < ' ' || line[i] == 0x7f)
			line[i] = ' ';
	line[n++] = '\n';
	/* One write, so that lines of several threads do not mix. Nobody is left to tell of its
	 * failure. */
	if (write(STDERR_FILENO, line, n) < 0)
		return;
}

// SPDX-License-Identifier: BSD-3-Clause
/*
 * The log: standard error, a line each, with the level as systemd's journal
 * reads it ("<4>…") when standard error is the journal, as a word otherwise.
 * Any thread but a worker.
 */
#ifndef WEFT_CONTROL_SPINE_LOG_H
#define WEFT_CONTROL_SPINE_LOG_H

enum log_level {
	LOG_LEVEL_ERROR = 3,
	LOG_LEVEL_WARNING = 4,
	LOG_LEVEL_INFO = 6,
	LOG_LEVEL_DEBUG = 7
};

/* Less important messages are left out; LOG_LEVEL_INFO unless set. Before other threads start. */
void log_set_level(enum log_level max);

void log_write(enum log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));

#define log_error(...)   log_write(LOG_LEVEL_ERROR, __VA_ARGS__)
#define log_warning(...) log_write(LOG_LEVEL_WARNING, __VA_ARGS__)
#define log_info(...)    log_write(LOG_LEVEL_INFO, __VA_ARGS__)
#define log_debug(...)   log_write(LOG_LEVEL_DEBUG, __VA_ARGS__)

#endif

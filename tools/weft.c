// SPDX-License-Identifier: BSD-3-Clause
/*
 * weft: the command line. It knows no noun of its own: what can be said comes
 * from weftd's api.describe.
 */
#include <fcntl.h>
#include <getopt.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "control/wire.h"
#include "tools/weft_help.h"
#include "tools/weft_session.h"
#include "tools/weft_shell.h"

static const struct option long_options[] = {
	{"help", no_argument, NULL, 'h'},
	{"version", no_argument, NULL, 'V'},
	{NULL},
};

/* weft complete -- WORDS…: for the shell's completion, a candidate a line. */
static int run_complete(struct session *session, char **words, int n)
{
	struct candidates found;

	if (n && !strcmp(words[0], "--")) {
		words++;
		n--;
	}
	session_complete(session, words, n, &found);
	for (size_t i = 0; i < found.n; i++)
		puts(found.list[i].text);
	candidates_fini(&found);
	return 0;
}

static int set_instance(struct session *session, const char *name)
{
	if (client_instance_ok(name)) {
		session->instance = name;
		return 0;
	}
	fprintf(stderr, "weft: -n %s: an instance's name is 1 to %d letters, digits, - and _\n",
		name, WIRE_INSTANCE_MAX);
	return EXIT_USAGE;
}

/* -1: go on; else the exit status. */
static int parse_options(struct session *session, int argc, char **argv)
{
	int c;

	while ((c = getopt_long(argc, argv, "+n:jqwh", long_options, NULL)) != -1) {
		switch (c) {
		case 'n':
			if (set_instance(session, optarg))
				return EXIT_USAGE;
			break;
		case 'j':
			session->options.json = true;
			break;
		case 'q':
			session->options.quiet = true;
			break;
		case 'w':
			session->options.wide = true;
			break;
		case 'V':
			puts("weft " WEFT_VERSION);
			return 0;
		case 'h':
			help_program(stdout);
			return 0;
		default:
			fputs("\"weft --help\" tells more\n", stderr);
			return EXIT_USAGE;
		}
	}
	return -1;
}

/* Takes the place of what is closed of 0, 1 and 2, so that no socket gets it, and cannot be used,
 * so that it still fails. */
static void open_standard(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 &&
		    open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) < 0)
			_exit(EXIT_FAILURE);
}

int main(int argc, char **argv)
{
	struct session session = {.instance = WIRE_INSTANCE, .client = CLIENT_INIT};
	int rc;

	open_standard();
	setlocale(LC_CTYPE, "");
	rc = parse_options(&session, argc, argv);
	if (rc >= 0)
		return rc;
	argv += optind;
	argc -= optind;
	if (!argc)
		rc = shell_run(&session);
	else if (!strcmp(argv[0], "complete"))
		rc = run_complete(&session, argv + 1, argc - 1);
	else
		rc = session_run(&session, argv, argc);
	session_fini(&session);
	return rc;
}

// SPDX-License-Identifier: BSD-3-Clause
#include "tools/weft_shell.h"

#include <errno.h>
#include <histedit.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <wchar.h>

#include "tools/weft_help.h"
#include "tools/weft_model.h"
#include "tools/weft_words.h"

#define HISTORY_LINES 1000

struct shell {
	struct session *session;
	EditLine *edit;
	History *history;
	char *history_file;
	char prompt[64];
	bool cancelled; /* ^C ended the line */
};

/* 0; an exit status; -1: the user wants to leave. */
static int run_line(struct session *session, const char *line)
{
	struct words words;
	int rc = 0;

	if (words_split(line, &words))
		return EXIT_REFUSED;
	if (words.open) {
		fputs("weft: a quote or a bracket is not closed\n", stderr);
		rc = EXIT_USAGE;
	} else if (words.n == 1 &&
		   (!strcmp(words.list[0], "exit") || !strcmp(words.list[0], "quit"))) {
		rc = -1;
	} else {
		rc = session_run(session, words.list, words.n);
	}
	words_fini(&words);
	return rc;
}

static int run_script(struct session *session)
{
	char *line = NULL;
	size_t size = 0;
	int status = 0;

	while (getline(&line, &size, stdin) >= 0) {
		int rc = run_line(session, line);

		if (rc < 0)
			break;
		status = rc ? rc : status;
	}
	free(line);
	return status;
}

/* Ends what waits, nothing else. */
static void on_interrupt(int number)
{
}

/* Reads a byte. ^C while a terminal's line mode was left may have taken back what was there. */
static ssize_t read_byte(char *out)
{
	sigset_t interrupt;
	ssize_t n;

	sigemptyset(&interrupt);
	sigaddset(&interrupt, SIGINT);
	sigprocmask(SIG_UNBLOCK, &interrupt, NULL);
	n = read(STDIN_FILENO, out, 1);
	sigprocmask(SIG_BLOCK, &interrupt, NULL);
	return n < 0 ? -errno : n;
}

/* The next character. libedit's own way goes on after a first ^C. */
static int read_key(EditLine *edit, wchar_t *out)
{
	struct shell *shell;
	mbstate_t state = {0};
	char byte;

	el_get(edit, EL_CLIENTDATA, &shell);
	for (;;) {
		ssize_t rc = client_wait(STDIN_FILENO, POLLIN);
		size_t n;

		if (!rc && !(rc = read_byte(&byte)))
			return 0;
		if (rc < 0) {
			shell->cancelled = rc == -EINTR;
			errno = (int)-rc;
			return -1;
		}
		n = mbrtowc(out, &byte, 1, &state);
		if (n == 0 || n == 1)
			return 1;
		if (n == (size_t)-1)
			memset(&state, 0, sizeof(state));
	}
}

static char *prompt_of(EditLine *edit)
{
	struct shell *shell;

	el_get(edit, EL_CLIENTDATA, &shell);
	return shell->prompt;
}

static void completions_at_cursor(EditLine *edit, struct words *words, struct candidates *found)
{
	const LineInfo *line = el_line(edit);
	char *text = strndup(line->buffer, line->cursor - line->buffer);
	struct shell *shell;
	char **list;

	*found = (struct candidates){0};
	*words = (struct words){0};
	el_get(edit, EL_CLIENTDATA, &shell);
	if (!text || words_split(text, words))
		goto done;
	if (words->spaced) {
		list = realloc(words->list, (words->n + 1) * sizeof(*list));
		if (!list)
			goto done;
		words->list = list;
		list[words->n] = strdup("");
		words->n += !!list[words->n];
	}
	session_complete(shell->session, words->list, words->n, found);
done:
	free(text);
}

static unsigned screen_width(void)
{
	struct winsize size;

	return !ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) && size.ws_col ? size.ws_col : 80;
}

static void print_candidates(const struct candidates *found, bool with_help)
{
	size_t width = 0, column = 0;

	for (size_t i = 0; i < found->n; i++)
		if (strlen(found->list[i].text) > width)
			width = strlen(found->list[i].text);
	putchar('\n');
	for (size_t i = 0; i < found->n; i++) {
		const struct candidate *c = &found->list[i];

		if (with_help) {
			printf("  %-*s  %s\n", (int)width, c->text, c->help);
			continue;
		}
		if (column && column + width > screen_width()) {
			putchar('\n');
			column = 0;
		}
		printf("%-*s", (int)width + 2, c->text);
		column += width + 2;
	}
	if (column)
		putchar('\n');
	fflush(stdout);
}

/* Tab: adds what is certain, shows what is not. */
static unsigned char on_tab(EditLine *edit, int key)
{
	struct candidates found;
	unsigned char rc = CC_ERROR;
	struct words words;

	completions_at_cursor(edit, &words, &found);
	if (found.n) {
		const char *text = found.list[0].text;
		size_t typed = strlen(words.list[words.n - 1]), common = candidates_common(&found);
		char *more = strndup(text + typed, common - typed);
		bool whole = found.n == 1 && (!common || !strchr("=.", text[common - 1]));

		rc = CC_REFRESH;
		if (more && *more)
			el_insertstr(edit, more);
		if (whole)
			el_insertstr(edit, " ");
		else if (found.n > 1 && common == typed) {
			print_candidates(&found, false);
			rc = CC_REDISPLAY;
		}
		free(more);
	}
	candidates_fini(&found);
	words_fini(&words);
	return rc;
}

/* The usage of the verb that stands before the cursor. */
static void print_usage_at(struct session *session, const struct words *words)
{
	const json_t *noun, *verb;
	size_t used = 0;
	bool many;

	if (!session->doc || words->n < 3)
		return;
	noun = model_noun(session->doc, words->list, words->n - 1, &used, NULL);
	verb = noun && used < words->n - 1 ? model_verb(noun, words->list[used], &many) : NULL;
	if (!verb)
		return;
	fputs("\nusage: ", stdout);
	help_usage(noun, verb, stdout);
	printf("%s", model_text(verb, "help"));
}

/* ?: help for the place where the cursor is; inside quotes a character like others. */
static unsigned char on_question(EditLine *edit, int key)
{
	struct candidates found;
	struct words words;
	struct shell *shell;
	unsigned char rc = CC_REDISPLAY;

	el_get(edit, EL_CLIENTDATA, &shell);
	completions_at_cursor(edit, &words, &found);
	if (words.open) {
		el_insertstr(edit, "?");
		rc = CC_REFRESH;
	} else {
		print_usage_at(shell->session, &words);
		print_candidates(&found, true);
	}
	candidates_fini(&found);
	words_fini(&words);
	return rc;
}

/* Makes the folders above a file. */
static void make_folders(char *path)
{
	for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		mkdir(path, 0700);
		*slash = '/';
	}
}

static char *find_history_file(void)
{
	const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
	char *path = NULL;
	int rc = -1;

	if (state && *state == '/')
		rc = asprintf(&path, "%s/weft/history", state);
	else if (home && *home == '/')
		rc = asprintf(&path, "%s/.local/state/weft/history", home);
	if (rc < 0)
		return NULL;
	make_folders(path);
	return path;
}

static void start_history(struct shell *shell)
{
	HistEvent event;

	shell->history = history_init();
	if (!shell->history)
		return;
	history(shell->history, &event, H_SETSIZE, HISTORY_LINES);
	history(shell->history, &event, H_SETUNIQUE, 1);
	shell->history_file = find_history_file();
	if (shell->history_file)
		history(shell->history, &event, H_LOAD, shell->history_file);
	el_set(shell->edit, EL_HIST, history, shell->history);
}

static void remember(struct shell *shell, const char *line)
{
	HistEvent event;
	mode_t mask;

	if (!shell->history || !line[strspn(line, " \t\r\n")])
		return;
	history(shell->history, &event, H_ENTER, line);
	/* Keys and passwords may be among the lines. */
	mask = umask(0077);
	if (shell->history_file)
		history(shell->history, &event, H_SAVE, shell->history_file);
	umask(mask);
}

static int start_editor(struct shell *shell)
{
	shell->edit = el_init("weft", stdin, stdout, stderr);
	if (!shell->edit)
		return -1;
	el_set(shell->edit, EL_CLIENTDATA, shell);
	el_set(shell->edit, EL_PROMPT, prompt_of);
	el_set(shell->edit, EL_GETCFN, read_key);
	el_set(shell->edit, EL_EDITOR, "emacs");
	el_set(shell->edit, EL_SIGNAL, 0);
	start_history(shell);
	el_set(shell->edit, EL_ADDFN, "weft-complete", "Complete the word", on_tab);
	el_set(shell->edit, EL_ADDFN, "weft-help", "Help for this place", on_question);
	el_set(shell->edit, EL_BIND, "^I", "weft-complete", NULL);
	el_set(shell->edit, EL_BIND, "?", "weft-help", NULL);
	el_source(shell->edit, NULL);
	return 0;
}

/* The next line, NULL at the end and where ^C took it back. */
static const char *read_line(struct shell *shell)
{
	const char *line;
	int n;

	shell->cancelled = false;
	line = el_gets(shell->edit, &n);
	if (shell->cancelled)
		el_reset(shell->edit);
	if (shell->cancelled || !line || n <= 0) {
		putchar('\n');
		return NULL;
	}
	return line;
}

static int run_terminal(struct shell *shell)
{
	int status = 0, rc = 0;

	while (rc >= 0) {
		const char *line = read_line(shell);

		if (!line && shell->cancelled)
			continue;
		if (!line)
			break;
		remember(shell, line);
		rc = run_line(shell->session, line);
		status = rc > 0 ? rc : status;
	}
	return status;
}

int shell_run(struct session *session)
{
	struct shell shell = {.session = session};
	const struct sigaction interrupt = {.sa_handler = on_interrupt};
	sigset_t blocked;
	int status;

	if (!isatty(STDIN_FILENO))
		return run_script(session);
	snprintf(shell.prompt, sizeof(shell.prompt), "%s> ", session->instance);
	if (start_editor(&shell))
		return run_script(session);
	/* Blocked but where something waits: see client_wait. */
	sigemptyset(&blocked);
	sigaddset(&blocked, SIGINT);
	sigprocmask(SIG_BLOCK, &blocked, NULL);
	sigaction(SIGINT, &interrupt, NULL);
	printf("weft %s: Tab completes, ? helps, exit or ^D leaves\n", WEFT_VERSION);
	session_connect(session, stderr);
	status = run_terminal(&shell);
	if (shell.history)
		history_end(shell.history);
	el_end(shell.edit);
	free(shell.history_file);
	return status;
}

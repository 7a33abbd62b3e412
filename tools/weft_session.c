// SPDX-License-Identifier: BSD-3-Clause
#include "tools/weft_session.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "control/wire.h"
#include "tools/weft_help.h"
#include "tools/weft_model.h"
#include "tools/weft_print.h"

/* JSON-RPC's codes for a method or parameters that there are not: wrong usage. */
#define NO_METHOD  -32601
#define BAD_PARAMS -32602

static int lost(struct session *session, int rc, FILE *err)
{
	client_close(&session->client);
	if (rc == -EINTR)
		return EXIT_REFUSED;
	fprintf(err, "weft: the connection to weftd was lost: %s\n",
		rc == -ECONNRESET || rc == -EPIPE ? "it closed it" : strerror(-rc));
	return EXIT_REFUSED;
}

int session_connect(struct session *session, FILE *err)
{
	json_t *error;
	int rc;

	if (client_alive(&session->client))
		return 0;
	json_decref(session->doc);
	session->doc = NULL;
	if (client_open(&session->client, session->instance, err))
		return EXIT_REFUSED;
	rc = client_call(&session->client, "api.describe", json_object(), &session->doc, &error);
	if (rc == 1)
		error_print(error, NULL, err);
	json_decref(error);
	return rc < 0 ? lost(session, rc, err) : rc;
}

void session_fini(struct session *session)
{
	client_close(&session->client);
	json_decref(session->doc);
	session->doc = NULL;
}

static unsigned terminal_width(void)
{
	const char *columns = getenv("COLUMNS");
	struct winsize size;

	if (!isatty(STDOUT_FILENO))
		return 0;
	if (!ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) && size.ws_col)
		return size.ws_col;
	return columns ? strtoul(columns, NULL, 10) : 80;
}

static int finish_output(void)
{
	if (!fflush(stdout) && !ferror(stdout))
		return 0;
	clearerr(stdout);
	fprintf(stderr, "weft: standard output: %s\n", strerror(errno));
	return EXIT_REFUSED;
}

/* Each as soon as it comes: somebody waits for it. */
struct rows {
	const struct options *options;
	bool any;
};

static void print_row(void *arg, const json_t *row)
{
	struct rows *rows = arg;

	rows->any = true;
	row_print(row, rows->options, stdout);
	fflush(stdout);
}

static int call(struct session *session, struct request *request, const struct options *options)
{
	const char *file = json_string_value(json_object_get(request->params, WIRE_ARG_FILE));
	struct rows rows = {.options = options};
	json_t *result, *error;
	int rc;

	session->client.on_row = print_row;
	session->client.arg = &rows;
	rc = client_call(&session->client, request->method, json_incref(request->params), &result,
			 &error);
	session->client.on_row = NULL;
	if (rc < 0)
		return lost(session, rc, stderr);
	if (rc) {
		json_int_t code = json_integer_value(json_object_get(error, "code"));

		error_print(error, file, stderr);
		if (request->no_verb) {
			fprintf(stderr, "weft: nor is %s a verb", request->no_verb);
			model_suggest(json_object_get(request->noun, "verbs"), request->no_verb,
				      stderr);
			fputc('\n', stderr);
		}
		rc = code == BAD_PARAMS || code == NO_METHOD ? EXIT_USAGE : EXIT_REFUSED;
	} else {
		/* Where rows have said all there is nothing to add. */
		if (!rows.any || !json_is_null(result))
			result_print(request, result, options, terminal_width(), stdout);
		rc = finish_output();
	}
	json_decref(error);
	json_decref(result);
	return rc;
}

static int run_request(struct session *session, char **words, size_t n,
		       const struct options *options)
{
	struct request request;
	int rc = request_parse(session->doc, words, n, options, &request, stderr);

	if (!rc && request.help) {
		request.verb ? help_verb(request.noun, request.verb, stdout)
			     : help_noun(request.noun, stdout);
		rc = finish_output();
	} else if (!rc) {
		rc = request_load_file(&request, stderr);
		if (!rc)
			rc = call(session, &request, options);
	}
	request_fini(&request);
	return rc;
}

/* The noun to watch as its full name, or nothing for all; false with the reason said. */
static bool monitor_params(struct session *session, char **words, size_t n, json_t **params)
{
	const json_t *noun;
	size_t used = 0;

	*params = json_object();
	if (!n)
		return true;
	noun = model_noun(session->doc, words, n, &used, stderr);
	if (noun && used < n)
		fputs("usage: weft monitor [NOUN]\n", stderr);
	if (!noun || used < n) {
		json_decref(*params);
		return false;
	}
	json_object_set_new(*params, "noun", json_string(model_text(noun, "name")));
	return true;
}

/* Until the connection ends or a signal comes. */
static int run_monitor(struct session *session, char **words, size_t n)
{
	json_t *params, *result, *message;
	int rc, error;

	if (!monitor_params(session, words, n, &params))
		return EXIT_USAGE;
	rc = client_call(&session->client, "monitor", params, &result, &message);
	if (rc == 1)
		error_print(message, NULL, stderr);
	json_decref(result);
	json_decref(message);
	while (!rc && (message = client_read(&session->client))) {
		json_t *event = json_object_get(message, "params");

		if (event) {
			json_dumpf(event, stdout, JSON_COMPACT);
			fputc('\n', stdout);
			rc = finish_output();
		} else if (json_object_get(message, "error")) {
			error_print(json_object_get(message, "error"), NULL, stderr);
		}
		json_decref(message);
	}
	error = rc < 0 ? -rc : errno;
	/* Its events must not reach the commands that follow. */
	client_close(&session->client);
	if (rc > 0)
		return EXIT_REFUSED;
	if (error != EINTR)
		return lost(session, -error, stderr);
	fputc('\n', stderr);
	return 0;
}

int session_run(struct session *session, char **words, size_t n)
{
	struct options options = session->options;
	int rc;

	n = options_take(&options, words, n);
	if (!n)
		return 0;
	rc = session_connect(session, stderr);
	if (rc)
		return rc;
	if (!strcmp(words[0], "monitor"))
		return run_monitor(session, words + 1, n - 1);
	if (strcmp(words[0], "help"))
		return run_request(session, words, n, &options);
	if (n > 1) {
		/* help NOUN [VERB] is NOUN [VERB] help */
		char *help = words[0];

		memmove(words, words + 1, (n - 1) * sizeof(*words));
		words[n - 1] = help;
		return run_request(session, words, n, &options);
	}
	help_nouns(session->doc, stdout);
	return finish_output();
}

/* Names of a noun's objects: what show shows as `name`. */
static json_t *fetch_names(void *arg, const char *noun)
{
	struct session *session = arg;
	json_t *names = json_array(), *rows, *error, *row;
	char *method;
	size_t i;

	if (asprintf(&method, "%s.show", noun) < 0)
		return names;
	for (char *c = method; *c; c++)
		*c = *c == ' ' ? '.' : *c;
	if (client_call(&session->client, method, json_object(), &rows, &error) < 0)
		client_close(&session->client);
	json_array_foreach(rows, i, row)
		if (json_is_string(json_object_get(row, "name")))
			json_array_append(names, json_object_get(row, "name"));
	json_decref(rows);
	json_decref(error);
	free(method);
	return names;
}

void session_complete(struct session *session, char *const *words, size_t n, struct candidates *out)
{
	const struct name_source source = {.names = fetch_names, .arg = session};
	FILE *silence = fopen("/dev/null", "we");

	*out = (struct candidates){0};
	if (silence && !session_connect(session, silence))
		complete_words(session->doc, words, n, &source, out);
	if (silence)
		fclose(silence);
}

// SPDX-License-Identifier: BSD-3-Clause
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

#include "tools/cni/cni.h"

#define INPUT_MAX     (1 << 20)
#define PATIENCE      50 /* s: after which whoever we wait for is given up */
#define PATIENCE_LEFT 5  /* s: for each wait while what was done is undone */

static int print(const json_t *value)
{
	if (json_dumpf(value, stdout, JSON_INDENT(2)) < 0 || putchar('\n') < 0 ||
	    fflush(stdout) != 0)
		return -1;
	return 0;
}

static int check_namespace(struct cni *cni)
{
	struct stat st;

	if (stat(cni->netns, &st) == 0)
		return 0;
	return cni_fail(cni, CNI_NO_CONTAINER, "CNI_NETNS: %s: %s", cni->netns, strerror(errno));
}

/* The interface and what is known of it, or nothing of it. */
static int do_add(struct cni *cni)
{
	json_t *ipam = NULL, *addresses = NULL, *routes = NULL, *row = NULL, *result = NULL;
	bool is_added = false;
	int rc = -1;

	if (check_namespace(cni) < 0 || cni_weft_open(cni) < 0 || cni_weft_ready(cni) < 0)
		return -1;
	if (cni_ipam(cni, "ADD", &ipam) < 0)
		return -1;
	addresses = cni_plan_addresses(cni, ipam);
	routes = cni_plan_routes(ipam);
	if (cni_weft_add(cni, addresses, routes) < 0)
		goto done;
	is_added = true;
	row = cni_weft_show(cni);
	if (!row)
		goto done;
	result = cni_result(cni, ipam, json_string_value(json_object_get(row, "mac")));
	rc = print(result);
	if (rc < 0)
		cni_fail(cni, CNI_IO, "cannot write the result: %s", strerror(errno));
done:
	if (rc < 0 && is_added)
		cni_weft_del(cni);
	if (rc < 0)
		cni_ipam(cni, "DEL", NULL);
	json_decref(result);
	json_decref(row);
	json_decref(routes);
	json_decref(addresses);
	json_decref(ipam);
	return rc;
}

/* Addresses are given back last: nobody else gets one that is still in use. */
static int do_del(struct cni *cni)
{
	if (cni_weft_open(cni) < 0 || cni_weft_del(cni) < 0)
		return -1;
	return cni_ipam(cni, "DEL", NULL);
}

static int do_check(struct cni *cni)
{
	const json_t *previous = json_object_get(cni->conf, "prevResult");
	json_t *row;
	int rc = 0;

	if (!json_is_object(previous))
		return cni_fail(cni, CNI_BAD_CONFIG, "prevResult is missing, CHECK needs it");
	if (check_namespace(cni) < 0 || cni_ipam(cni, "CHECK", NULL) < 0 || cni_weft_open(cni) < 0)
		return -1;
	row = cni_weft_show(cni);
	if (!row)
		return -1;
	if (strcmp(json_string_value(json_object_get(row, "state")), "up") != 0)
		rc = cni_fail(cni, CNI_MISSING, "%s is down: %s", cni->ifname,
			      json_string_value(json_object_get(row, "reason")));
	json_decref(row);
	if (rc == 0)
		rc = cni_weft_in_bridge(cni);
	return rc == 0 ? cni_sandbox_check(cni, previous) : rc;
}

static int do_version(struct cni *cni)
{
	json_t *answer = json_pack("{s:s, s:[s, s]}", "cniVersion", cni->version,
				   "supportedVersions", "0.4.0", CNI_VERSION);
	int rc = print(answer);

	json_decref(answer);
	return rc;
}

static const struct {
	const char *name;
	int (*run)(struct cni *cni);
} commands[] = {
	{"ADD", do_add},
	{"DEL", do_del},
	{"CHECK", do_check},
	{"VERSION", do_version},
};

static int run(struct cni *cni, const char *text, size_t size)
{
	if (cni_conf_load(cni, text, size) < 0)
		return -1;
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (strcmp(cni->command, commands[i].name) == 0)
			return commands[i].run(cni);
	return cni_fail(cni, CNI_BAD_ENVIRONMENT,
			"CNI_COMMAND is '%s': expected ADD, DEL, CHECK or VERSION", cni->command);
}

static size_t read_input(char *text, size_t size)
{
	size_t n = 0, got;

	while (n < size && (got = fread(text + n, 1, size - n, stdin)) > 0)
		n += got;
	return n;
}

static void interrupt(int number)
{
}

static int usage(void)
{
	fputs("weft-cni " WEFT_VERSION
	      ": a CNI plugin, run by container runtimes with CNI_COMMAND in its environment\n"
	      "CNI versions: 0.4.0, " CNI_VERSION "\n",
	      stderr);
	return 2;
}

int main(int argc, char **argv)
{
	/* No SA_RESTART: what waits then gives up, and what was done is undone. */
	const struct sigaction alarmed = {.sa_handler = interrupt};
	const struct itimerval patience = {.it_value.tv_sec = PATIENCE,
					   .it_interval.tv_sec = PATIENCE_LEFT};
	struct cni cni = {.client = CLIENT_INIT};
	char *text = malloc(INPUT_MAX);
	int rc;

	if (argc > 1 || !getenv("CNI_COMMAND") || !text)
		return usage();
	signal(SIGPIPE, SIG_IGN);
	sigaction(SIGALRM, &alarmed, NULL);
	setitimer(ITIMER_REAL, &patience, NULL);
	rc = run(&cni, text, read_input(text, INPUT_MAX));
	if (rc < 0) {
		json_object_set_new(cni.error, "cniVersion",
				    json_string(cni.version ? cni.version : CNI_VERSION));
		print(cni.error);
	}
	client_close(&cni.client);
	json_decref(cni.error);
	json_decref(cni.conf);
	free(text);
	return rc < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}

// SPDX-License-Identifier: BSD-3-Clause
/* weftd: reads its arguments, starts everything in order, and takes it down again. */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "control/bridges.h"
#include "control/buffers.h"
#include "control/config_file.h"
#include "control/crew.h"
#include "control/daemon.h"
#include "control/disk.h"
#include "control/eal.h"
#include "control/engines.h"
#include "control/helper.h"
#include "control/hurry.h"
#include "control/instance.h"
#include "control/interfaces.h"
#include "control/kernel.h"
#include "control/learn.h"
#include "control/loop.h"
#include "control/rips.h"
#include "control/route_files.h"
#include "control/spine/later.h"
#include "control/spine/log.h"
#include "control/statics.h"
#include "control/wire.h"

enum { EXIT_FAILED = 1, EXIT_USAGE = 2 };

struct options {
	const char *instance, *file;
	bool file_named, check;
};

static const char usage[] =
	"usage: weftd [-c FILE] [-n NAME] [--check] [--version] [--help]\n"
	"  -c FILE    configuration, YAML (default " WIRE_CONFIG_FILE "; none there: start empty)\n"
	"  -n NAME    instance (default " WIRE_INSTANCE "): several run side by side\n"
	"  --check    check the configuration and exit: 0 sound, 1 not\n"
	"  --version  print the version and exit\n"
	"  --help     print this and exit\n";

/* -1: go on; otherwise the exit status. */
static int parse_options(int argc, char **argv, struct options *out)
{
	static const struct option longs[] = {{"check", no_argument, NULL, 'C'},
					      {"version", no_argument, NULL, 'V'},
					      {"help", no_argument, NULL, 'h'},
					      {NULL, 0, NULL, 0}};
	int c;

	*out = (struct options){.instance = WIRE_INSTANCE, .file = WIRE_CONFIG_FILE};
	while ((c = getopt_long(argc, argv, "c:n:h", longs, NULL)) != -1) {
		switch (c) {
		case 'c':
			out->file = optarg;
			out->file_named = true;
			break;
		case 'n':
			out->instance = optarg;
			break;
		case 'C':
			out->check = true;
			break;
		case 'V':
			printf("weftd %s\n", WEFT_VERSION);
			return EXIT_SUCCESS;
		case 'h':
			fputs(usage, stdout);
			return EXIT_SUCCESS;
		default:
			fputs(usage, stderr);
			return EXIT_USAGE;
		}
	}
	if (optind < argc) {
		fprintf(stderr, "weftd: %s: unexpected argument\n%s", argv[optind], usage);
		return EXIT_USAGE;
	}
	if (instance_name_valid(out->instance))
		return -1;
	fprintf(stderr, "weftd: -n %s: a name has 1 to %d letters, digits, - and _\n%s",
		out->instance, WIRE_INSTANCE_MAX, usage);
	return EXIT_USAGE;
}

/* Nobody waits at a start: checks find out at once what they need, and it is applied with that. */
static struct later at_start;

/* The checked configuration, or NULL with every error printed. What this machine lacks is an error
 * only where nothing but a check is wanted: a start waits for it. */
static json_t *load(const struct options *options)
{
	json_t *nothing = options->check ? json_object() : NULL;
	struct errors errors;

	errors_init(&errors);
	errors.later = &at_start;
	json_t *tree = config_file_load(options->file, !options->file_named, nothing, &errors);
	json_decref(nothing);
	if (!tree) {
		char *text = errors_text(&errors, options->file);
		fputs(text ? text : "no memory\n", stderr);
		free(text);
	}
	errors_fini(&errors);
	return tree;
}

/* A line each, so that each has its level in the journal. */
static void log_errors(const char *what, const struct errors *errors, const char *file)
{
	char *text = errors_text(errors, file), *rest = text, *line;

	log_error("%s", what);
	while (rest && (line = strsep(&rest, "\n")))
		if (line[0])
			log_error("%s", line);
	free(text);
}

static void told(void *arg, const struct noun *noun, const char *name, const char *action,
		 const json_t *old, const json_t *new)
{
	weftd.epoch++;
	if (!daemon_has_listeners(noun->name))
		return;
	daemon_event(noun->name, name, action,
		     json_pack("{s:O*, s:O*}", "old", (json_t *)old, "new", (json_t *)new));
}

static void on_stop(void *arg)
{
	loop_stop();
}

static void reload(void *arg);

static struct later reloading = {.resume = reload};

static void reload(void *arg)
{
	struct errors errors;

	errors_init(&errors);
	errors.later = &reloading;
	json_t *tree =
		config_file_load(weftd.config_file, false, config_running(weftd.config), &errors);
	json_t *changes = tree ? config_apply_sound(weftd.config, tree, "SIGHUP", &errors) : NULL;
	if (later_is_waiting(&reloading)) {
		errors_fini(&errors);
		return;
	}
	later_end(&reloading);
	if (!changes)
		log_errors("the configuration stays as it was:", &errors, weftd.config_file);
	else
		log_info("%s applied: %zu changes", weftd.config_file, json_array_size(changes));
	json_decref(changes);
	json_decref(tree);
	errors_fini(&errors);
}

/* What an earlier signal still waits for counts no more. */
static void on_reload(void *arg)
{
	later_end(&reloading);
	reload(arg);
}

static int start_dataplane(const json_t *tree)
{
	const json_t *system = json_object_get(tree, "system");
	bool chosen = json_object_get(system, "memory") && !conf_is_auto(system, "memory");
	const char *idle = conf_str(system, "idle");
	struct errors ignored;
	struct cores cores;

	if (eal_start(weftd.instance, chosen ? (uint64_t)conf_bytes(system, "memory") : 0) < 0)
		return -1;
	struct dp_conf conf = {.n_mbufs = eal_memory()->n_mbufs,
			       .n_first = BUFFERS_FIRST,
			       .poll = idle && strcmp(idle, "poll") == 0};
	int r = dp_start(&conf);
	if (r == 0) {
		errors_init(&ignored);
		r = cores_parse(json_object_get(system, "workers"), "", &cores, &ignored);
		errors_fini(&ignored);
	}
	if (r == 0)
		r = crew_set(&cores);
	if (r == 0)
		r = buffers_start();
	if (r == 0)
		r = learn_start();
	if (r == 0)
		r = engines_start();
	if (r < 0)
		log_error("the dataplane does not start with %u packet buffers: %s", conf.n_mbufs,
			  strerror(-r));
	return r;
}

/* A port whose device is missing now is waited for; anything else that fails ends the start. */
static int start_config(const json_t *tree)
{
	static char dir[sizeof(WIRE_STATE_DIR) + WIRE_INSTANCE_MAX + 2];
	struct errors errors;

	snprintf(dir, sizeof(dir), WIRE_STATE_DIR "/%s", weftd.instance);
	weftd.config = config_create(&nouns, dir);
	if (!weftd.config)
		return -1;
	config_sync_with(weftd.config, disk_sync);
	config_listen(weftd.config, told, NULL);
	ports_on_open(bridges_port_opened);
	ports_on_news(interfaces_port_changed, interfaces_port_closing);
	bridges_on_news(interfaces_bridge_changed, interfaces_bridge_closing);
	errors_init(&errors);
	errors.later = &at_start;
	ports_set_tolerant(true);
	json_t *changes = config_apply_sound(weftd.config, tree, "start", &errors);
	ports_set_tolerant(false);
	if (!changes)
		log_errors("the configuration cannot be applied:", &errors, weftd.config_file);
	else if (errors.n > 0)
		log_warning("%s", errors.list[0].text);
	errors_fini(&errors);
	json_decref(changes);
	return changes ? 0 : -1;
}

static int start_rpc(void)
{
	static struct api api;
	static char path[sizeof(WIRE_SOCKET) + WIRE_INSTANCE_MAX];

	api = (struct api){.registry = &nouns, .config = weftd.config};
	snprintf(path, sizeof(path), WIRE_SOCKET, weftd.instance);
	weftd.rpc = rpc_create(loop_base(), path, &api);
	if (!weftd.rpc)
		log_error("cannot listen on %s: %s", path, strerror(errno));
	return weftd.rpc ? 0 : -1;
}

static int start_signals(struct event *events[3])
{
	signal(SIGPIPE, SIG_IGN);
	events[0] = loop_signal(SIGTERM, on_stop, NULL);
	events[1] = loop_signal(SIGINT, on_stop, NULL);
	events[2] = loop_signal(SIGHUP, on_reload, NULL);
	return events[0] && events[1] && events[2] ? 0 : -1;
}

/* As much as was started, in reverse. */
static void stop(struct event *events[3])
{
	struct rpc *rpc = weftd.rpc;

	weftd.rpc = NULL; /* nobody is told how things end one by one */
	rpc_destroy(rpc);
	later_end(&reloading);
	kernel_stop();
	rips_fini();
	route_files_fini();
	statics_fini();
	interfaces_fini();
	ports_end(); /* what workers still send to a thousand taps does not hold us */
	crew_fini();
	bridges_fini();
	ports_fini();
	engines_stop();
	config_destroy(weftd.config);
	helper_stop();
	learn_stop();
	buffers_stop();
	if (dp_pool())
		dp_stop();
	eal_stop();
	for (int i = 0; i < 3; i++)
		loop_cancel(events[i]);
	loop_fini();
}

static int start(const json_t *tree, struct event *events[3])
{
	if (loop_init() < 0 || start_signals(events) < 0) {
		log_error("no event loop: %s", strerror(errno));
		return -1;
	}
	if (start_dataplane(tree) < 0 || start_config(tree) < 0 || start_rpc() < 0)
		return -1;
	log_info("weftd %s (%s) is ready after %d ms", weftd.instance, WEFT_VERSION,
		 (int)(daemon_now_ms() - weftd.started_ms));
	return 0;
}

static int run(const json_t *tree)
{
	struct event *events[3] = {NULL};

	weftd.started_ms = daemon_now_ms();
	hurry_begin();
	if (instance_lock(weftd.instance) < 0)
		return EXIT_FAILED;
	instance_raise_limits();
	instance_limit_heap();
	instance_check_rights();
	int r = start(tree, events);
	hurry_end();
	later_end(&at_start);
	if (r == 0) {
		loop_max_clear();
		instance_notify("READY=1");
		loop_run();
		instance_notify("STOPPING=1");
	}
	stop(events);
	return r == 0 ? EXIT_SUCCESS : EXIT_FAILED;
}

int main(int argc, char **argv)
{
	struct options options;

	instance_open_standard();
	int r = parse_options(argc, argv, &options);

	if (r >= 0)
		return r;
	weftd.instance = options.instance;
	weftd.config_file = options.file;
	json_t *tree = load(&options);
	if (!tree) {
		later_end(&at_start);
		return EXIT_FAILED;
	}
	r = options.check ? EXIT_SUCCESS : run(tree);
	later_end(&at_start);
	json_decref(tree);
	return r;
}

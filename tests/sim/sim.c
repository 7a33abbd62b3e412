// SPDX-License-Identifier: BSD-3-Clause
/*
 * The simulator as a program; tools/sim builds and runs it. What it plays is a
 * topology file, or a network by chance, once with its transcript or many times
 * by seeds. It also tells what network namespaces need to play the same file.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "tests/sim/heap.h"
#include "tests/sim/judge.h"
#include "tests/sim/random_topo.h"
#include "tests/sim/scene.h"
#include "tests/sim/show.h"

static const char usage[] =
	"usage: sim TOPOLOGY [--seed S | --seeds A-B] [--quiet]\n"
	"       sim --random N [--shape SHAPE] [--weather WEATHER] [--seed S | --seeds A-B] "
	"[--print]\n"
	"       sim TOPOLOGY --routers | --links | --events | --addresses ROUTER | --weftd ROUTER "
	"|\n"
	"                    --tables ROUTER | --sessions ROUTER [--at TIME]\n"
	"\n"
	"  --seed S       one run, with its transcript (without it: seed 1)\n"
	"  --seeds A-B    many, and a line for each that fails\n"
	"  --quiet        one run without its transcript\n"
	"  --random N     a network of N routers that the seed makes; 0: of 3 to 14\n"
	"  --shape        random, chain, ring, grid, star\n"
	"  --weather      still (nothing fails), fair (whoever is concerned is told), rough\n"
	"  --print        the network itself, as a topology file\n"
	"  --routers      what topologies/lib.sh asks for: names; two devices a line; a line an "
	"event;\n"
	"  --links …      a line an address; weftd's configuration; what its routes must be; "
	"which\n"
	"                 gateways BFD has to watch; the last three as after the events until "
	"TIME\n"
	"\n"
	"exit: 0 everything was as it must be, 1 it was not, 2 a mistake in the file or above\n";

struct options {
	const char *file;
	const char *router; /* of what is shown of one */
	void (*shows_router)(const struct topo *topo, uint32_t router, FILE *out);
	bool is_random, is_quiet, many, prints, shows_routers, shows_links, shows_events;
	uint64_t first, last;
	int64_t at_us; /* INT64_MAX: after all */
	struct random_conf random;
};

/* --- files --- */

static char *read_file(const char *path, size_t *size)
{
	FILE *file = fopen(path, "r");
	char *text = malloc(TOPO_FILE_MAX + 1);

	if (!file || !text) {
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
		exit(2);
	}
	*size = fread(text, 1, TOPO_FILE_MAX + 1, file);
	if (ferror(file) || *size > TOPO_FILE_MAX) {
		fprintf(stderr, "%s: %s\n", path,
			ferror(file) ? strerror(errno) : "too large for a topology");
		exit(2);
	}
	fclose(file);
	return text;
}

static struct topo *parse(const char *text, size_t size, const char *name)
{
	char error[TOPO_ERROR_MAX];
	struct topo *topo = topo_read(text, size, name, error);

	if (!topo) {
		fprintf(stderr, "%s\n", error);
		exit(2);
	}
	return topo;
}

/* The network that a seed makes, as text that the caller frees. */
static char *random_text(const struct options *options, uint64_t seed, size_t *size)
{
	struct random_conf conf = options->random;
	char *text = NULL;
	FILE *out = open_memstream(&text, size);

	if (!out)
		abort();
	conf.seed = seed;
	random_topo_write(&conf, out);
	fclose(out);
	return text;
}

static struct topo *load(const struct options *options, uint64_t seed)
{
	size_t size;
	char *text = options->is_random ? random_text(options, seed, &size)
					: read_file(options->file, &size);
	struct topo *topo = parse(text, size, options->is_random ? "random" : options->file);

	free(text);
	return topo;
}

/* --- runs --- */

static void summarize(const struct scene *scene, uint64_t seed, bool good, int64_t last_event_us)
{
	int64_t longest, after = judge_last_change_us(scene->judge) - last_event_us;
	uint32_t loops = judge_loops(scene->judge, &longest);

	printf("# seed %" PRIu64 ": %s; %" PRIu64 " packets, %" PRIu64
	       " changes of tables, the last one %.3f s after the last event; %u loops, the "
	       "longest "
	       "%.3f s\n",
	       seed, good ? "every table is right" : scene->world->failure, scene->world->sent,
	       judge_changes(scene->judge), (double)(after > 0 ? after : 0) / 1e6, loops,
	       (double)longest / 1e6);
}

/* Whether it was as it must be. */
static bool run(const struct options *options, uint64_t seed)
{
	struct topo *topo = load(options, seed);
	int64_t last_event_us = topo_last_event_us(topo);
	struct scene *scene =
		scene_create(topo, seed, options->many || options->is_quiet ? NULL : stdout);
	bool good = scene_run(scene);

	if (!options->many || !good)
		summarize(scene, seed, good, last_event_us);
	scene_destroy(scene);
	if (good && heap_blocks()) {
		printf("# seed %" PRIu64 ": %" PRIu64 " blocks of memory were not given back\n",
		       seed, heap_blocks());
		exit(1);
	}
	return good;
}

static int run_all(const struct options *options)
{
	uint64_t failed = 0;

	for (uint64_t seed = options->first; seed <= options->last; seed++) {
		failed += !run(options, seed);
		fflush(stdout);
	}
	if (options->many)
		printf("# %" PRIu64 " seeds, %" PRIu64 " failed\n",
		       options->last - options->first + 1, failed);
	return failed ? 1 : 0;
}

/* --- what is shown --- */

static int show(const struct options *options)
{
	struct topo *topo = load(options, options->first);
	const char *name = options->router;
	int router = name ? topo_router_find(topo, name, strlen(name)) : 0, status = 0;

	if (router < 0) {
		fprintf(stderr, "%s: no router has this name\n", name);
		exit(2);
	}
	if (options->prints)
		topo_print(topo, stdout);
	else if (options->shows_routers)
		show_routers(topo, stdout);
	else if (options->shows_links)
		status = show_links(topo, stdout) ? 0 : 2;
	else if (options->shows_events)
		topo_print_events(topo, stdout);
	else {
		show_pass(topo, options->at_us);
		options->shows_router(topo, (uint32_t)router, stdout);
	}
	topo_free(topo);
	return status;
}

/* --- the command line --- */

static void refuse(const char *option, const char *value, const char *wanted)
{
	fprintf(stderr, "%s %s: %s is wanted\n\n%s", option, value ? value : "", wanted, usage);
	exit(2);
}

static uint64_t number(const char *option, const char *text, uint64_t most)
{
	int64_t value = 0;

	if (!text || !number_read(text, 0, (int64_t)most, &value))
		refuse(option, text, "a number");
	return (uint64_t)value;
}

static void read_seeds(const char *text, struct options *out)
{
	char first[24] = "";
	const char *dash = text ? strchr(text, '-') : NULL;

	if (!dash || dash - text > 20)
		refuse("--seeds", text, "a range such as 1-300");
	snprintf(first, sizeof(first), "%.*s", (int)(dash - text), text);
	out->first = number("--seeds", first, INT64_MAX - 1);
	out->last = number("--seeds", dash + 1, INT64_MAX - 1);
	out->many = true;
}

static int word_of(const char *option, const char *text, const char *const *words,
		   const char *wanted)
{
	for (int i = 0; text && words[i]; i++)
		if (strcmp(words[i], text) == 0)
			return i;
	refuse(option, text, wanted);
	return -1;
}

static bool read_flag(const char *word, struct options *out)
{
	struct {
		const char *name;
		bool *flag;
	} flags[] = {{"--quiet", &out->is_quiet},
		     {"--print", &out->prints},
		     {"--routers", &out->shows_routers},
		     {"--links", &out->shows_links},
		     {"--events", &out->shows_events}};

	for (size_t i = 0; i < sizeof(flags) / sizeof(*flags); i++)
		if (strcmp(flags[i].name, word) == 0)
			return *flags[i].flag = true;
	return false;
}

static bool read_what_is_shown(const char *word, const char *value, struct options *out)
{
	static const struct {
		const char *name;
		void (*show)(const struct topo *topo, uint32_t router, FILE *out);
	} words[] = {{"--addresses", show_addresses},
		     {"--weftd", show_weftd},
		     {"--tables", show_tables},
		     {"--sessions", show_sessions}};

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (strcmp(words[i].name, word) == 0) {
			if (!value)
				refuse(word, value, "a router");
			out->shows_router = words[i].show;
			out->router = value;
			return true;
		}
	return false;
}

static void read_option(const char *word, const char *value, struct options *out)
{
	static const char *const weathers[] = {"still", "fair", "rough", NULL};

	if (strcmp(word, "--seed") == 0) {
		out->first = out->last = number(word, value, INT64_MAX - 1);
	} else if (strcmp(word, "--seeds") == 0) {
		read_seeds(value, out);
	} else if (strcmp(word, "--random") == 0) {
		out->is_random = true;
		out->random.routers = (uint32_t)number(word, value, TOPO_ROUTERS_MAX);
	} else if (strcmp(word, "--shape") == 0) {
		out->random.shape = (enum shape)word_of(word, value, shape_names,
							"random, chain, ring, grid or star");
	} else if (strcmp(word, "--weather") == 0) {
		out->random.weather =
			(enum weather)word_of(word, value, weathers, "still, fair or rough");
	} else if (strcmp(word, "--at") == 0) {
		if (!value || !time_read(value, &out->at_us))
			refuse(word, value, "a time such as 20s");
	} else if (!read_what_is_shown(word, value, out)) {
		refuse(word, "", "one of the options below");
	}
}

static struct options read_options(int argc, char **argv)
{
	struct options out = {.first = 1,
			      .last = 1,
			      .at_us = INT64_MAX,
			      .random = {.weather = WEATHER_ROUGH}};

	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--help") == 0) {
			fputs(usage, stdout);
			exit(0);
		}
		if (argv[i][0] != '-' && !out.file)
			out.file = argv[i];
		else if (!read_flag(argv[i], &out))
			read_option(argv[i], argv[i + 1], &out), i++;
	}
	if (!out.file == !out.is_random) {
		fprintf(stderr, "a topology or --random is wanted, one of them\n\n%s", usage);
		exit(2);
	}
	return out;
}

int main(int argc, char **argv)
{
	struct options options = read_options(argc, argv);
	bool shows = options.prints || options.shows_routers || options.shows_links ||
		     options.shows_events || options.shows_router;

	heap_count();
	return shows ? show(&options) : run_all(&options);
}

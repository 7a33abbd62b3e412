// SPDX-License-Identifier: BSD-3-Clause
/* weft-pktgen's command line, an argument a line: it is refused with a sentence, or asks for frames
 * that can be built, in both directions. */
#include <stdlib.h>
#include <string.h>

#include "tools/pktgen/options.h"
#include "tools/pktgen/options_set.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define ARGS_MAX 32

static void must(bool holds)
{
	if (!holds)
		abort();
}

static void frames_can_be_built(const struct options *options)
{
	char error[OPTIONS_ERROR_SIZE];
	struct frames frames;

	must(options->tx && options->rx && options_flow_numbers(options) > 0);
	must(options->rate >= 0 && options->seconds > 0 && options->n_fields > 0);
	must(*options_order_name(options->order) != '\0');
	for (int forward = 0; forward < 2; forward++) {
		must(options_frames(options, forward, &frames, error) == 0);
		for (unsigned i = 0; i < frames.n_classes; i++)
			must(frames.classes[i].len > 0 && frames.ip + 20u < frames.classes[i].len);
		frames_fini(&frames);
	}
}

/* Names every option. */
static void help_is_there(void)
{
	char *text = NULL;
	size_t n = 0;
	FILE *out = open_memstream(&text, &n);

	must(out != NULL);
	options_help(out);
	fclose(out);
	must(strstr(text, "--dst-prefixes FILE") && strstr(text, "ip-src"));
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = strndup((const char *)data, size), *rest = text, name[] = "weft-pktgen";
	char *args[ARGS_MAX + 1] = {name}, error[OPTIONS_ERROR_SIZE];
	struct options options;
	int n = 1, rc;

	must(text != NULL);
	while (n < ARGS_MAX && rest)
		args[n++] = strsep(&rest, "\n");
	rc = options_parse(&options, n, args, error);
	if (rc == 0)
		frames_can_be_built(&options);
	else if (rc < 0)
		must(*error != '\0');
	else if (rc == OPTIONS_HELP)
		help_is_there();
	free(text);
	return 0;
}

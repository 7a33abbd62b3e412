// SPDX-License-Identifier: BSD-3-Clause
/*
 * A file of routes: what is accepted is in order, and each line printed means the same again. The
 * first byte says what becomes of the file while it is read: what was read is what it holds at
 * last.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "control/route_text.h"
#include "control/route_via.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Of the first byte. */
enum { FATE = 7, NO_FILE = 0x40 /* a text */ };

enum fate { STAYS, IS_CUT, GROWS, ALWAYS_GROWS, IS_GIVEN_UP, IS_MISSING, IS_A_FOLDER, IS_TOO_LONG };

struct file {
	int fd;
	size_t size;
	enum fate fate;
	bool was_asked;
};

static void must_be(bool what)
{
	if (!what)
		abort();
}

/* One line as a user would write it. */
static size_t print(const struct route_text *text, const struct route_line *line, char *out,
		    size_t size)
{
	static const char *const types[] = {[NEXTHOP_BLACKHOLE] = "blackhole",
					    [NEXTHOP_UNREACHABLE] = "unreachable",
					    [NEXTHOP_PROHIBIT] = "prohibit"};
	const struct route_via *via = text->vias[line->via];
	char address[ADDR_TEXT_MAX], prefix_text[PREFIX_TEXT_MAX];
	struct prefix prefix;
	size_t n;

	route_line_prefix(line, &prefix);
	must_be(prefix_is_network(&prefix) && route_is_routed(&prefix));
	n = (size_t)snprintf(out, size, "%s ", prefix_print(&prefix, prefix_text));
	if (via->n == 0)
		n += (size_t)snprintf(out + n, size - n, "%s", types[via->type]);
	for (uint8_t i = 0; i < via->n; i++) {
		const struct route_hop *hop = &via->hops[i];
		bool has_gateway = hop->gateway.family != ADDR_NONE;

		n += (size_t)snprintf(out + n, size - n, "%s%s%s%s*%u", i ? "," : "",
				      has_gateway ? addr_print(&hop->gateway, address) : "",
				      has_gateway && hop->interface ? "%" : "",
				      hop->interface ? hop->interface : "", hop->weight);
	}
	return n;
}

static void check_again(const struct route_text *text, const struct route_line *line)
{
	char again_text[NEXTHOP_SET_MAX * 96 + 64];
	size_t n = print(text, line, again_text, sizeof(again_text));
	const struct route_via *via = text->vias[line->via];
	struct route_text *again;
	struct errors errors;

	errors_init(&errors);
	again = route_text_parse("again", again_text, n, "", NULL, &errors);
	must_be(again && again->n == 1 && again->n_vias == 1);
	must_be(route_line_compare(again->lines, line) == 0);
	must_be(again->vias[0]->n == via->n && again->vias[0]->type == via->type);
	for (uint8_t i = 0; i < via->n; i++)
		must_be(addr_compare(&again->vias[0]->hops[i].gateway, &via->hops[i].gateway) ==
				0 &&
			again->vias[0]->hops[i].weight == via->hops[i].weight);
	route_text_unref(again);
	errors_fini(&errors);
}

/* As an item of the configuration would say it. */
static void check_conf(const struct route_via *via)
{
	struct route_conf conf;

	route_via_conf(via, &conf);
	must_be(conf.type == via->type && conf.n == via->n && conf.n <= NEXTHOP_SET_MAX);
	for (uint8_t i = 0; i < via->n; i++)
		must_be(conf.hops[i].weight > 0 &&
			conf.hops[i].interface == via->hops[i].interface);
}

static void check(const struct route_text *text)
{
	for (size_t i = 0; i < text->n_vias; i++)
		check_conf(text->vias[i]);
	for (size_t i = 0; i < text->n; i++) {
		must_be(text->lines[i].via < text->n_vias);
		must_be(i == 0 || route_line_compare(&text->lines[i - 1], &text->lines[i]) < 0);
		check_again(text, &text->lines[i]);
	}
}

/* Asked once for each piece that was read. */
static bool still(void *arg)
{
	struct file *file = arg;
	bool is_first = !file->was_asked;

	file->was_asked = true;
	if (file->fate == IS_CUT && is_first)
		file->size /= 2;
	else if (file->fate == ALWAYS_GROWS || (file->fate == GROWS && is_first))
		file->size++; /* by a byte of 0 */
	else
		return file->fate != IS_GIVEN_UP;
	must_be(ftruncate(file->fd, (off_t)file->size) == 0);
	return true;
}

static struct route_text *read_file(struct file *file, const uint8_t *data, struct errors *errors)
{
	const struct route_text_want want = {still, file};
	char path[32];

	must_be(ftruncate(file->fd, 0) == 0);
	must_be(pwrite(file->fd, data, file->size, 0) == (ssize_t)file->size);
	if (file->fate == IS_TOO_LONG)
		must_be(ftruncate(file->fd, (off_t)ROUTE_TEXT_BYTES_MAX + 1) == 0);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", file->fate == IS_MISSING ? -1 : file->fd);
	return route_text_read(file->fate == IS_A_FOLDER ? "/proc" : path, "at", &want, errors);
}

static bool is_same(const struct route_text *a, const struct route_text *b)
{
	return a->n == b->n && a->n_vias == b->n_vias &&
	       (a->n == 0 || memcmp(a->lines, b->lines, a->n * sizeof(*a->lines)) == 0);
}

/* What is parsed of what the file holds now. */
static struct route_text *parse_file(const struct file *file, const uint8_t *data, size_t size,
				     struct errors *errors)
{
	char *now = calloc(1, file->size + 1);
	struct route_text *text;

	must_be(now != NULL);
	memcpy(now, data, file->size < size ? file->size : size);
	text = route_text_parse("file", now, file->size, "at", NULL, errors);
	free(now);
	return text;
}

static void check_file(enum fate fate, const uint8_t *data, size_t size)
{
	static int fd = -1;
	struct route_text *text, *wanted;
	struct errors errors;

	if (fd < 0)
		fd = memfd_create("routes", MFD_CLOEXEC);
	struct file file = {.fd = fd, .size = size, .fate = fate};
	errors_init(&errors);
	text = read_file(&file, data, &errors);
	must_be((text != NULL) + (errors.n > 0) == 1 || (fate == IS_GIVEN_UP && file.was_asked));
	must_be(fate < ALWAYS_GROWS || !text || size == 0);
	wanted = text ? parse_file(&file, data, size, &errors) : NULL;
	must_be(!text || (wanted && is_same(text, wanted)));
	route_text_unref(wanted);
	route_text_unref(text);
	errors_fini(&errors);
}

static void check_text(const uint8_t *data, size_t size)
{
	struct route_text *text;
	struct errors errors;

	errors_init(&errors);
	text = route_text_parse("file", (const char *)data, size, "at", NULL, &errors);
	must_be(text ? errors.n == 0 : errors.n > 0); /* nothing is refused without a word */
	if (text)
		check(route_text_ref(text));
	route_text_unref(text);
	route_text_unref(text);
	errors_fini(&errors);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0)
		return 0;
	if (data[0] & NO_FILE)
		check_text(data + 1, size - 1);
	else
		check_file(data[0] & FATE, data + 1, size - 1);
	return 0;
}

// SPDX-License-Identifier: BSD-3-Clause
/* What the registry for fuzzing finds out only later, and answers bit by bit. */
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "control/spine/later.h"
#include "control/spine/rpc.h"
#include "tests/fuzz/registry.h"

enum { WAITING_MAX = 8 };

/* What a word leads to: found out once for a request. */
struct found {
	struct later_item item;
	LIST_ENTRY(found) link;
};

static LIST_HEAD(, found) searches = LIST_HEAD_INITIALIZER(searches);
static const char kind;
static struct rpc_stream *streams[WAITING_MAX];

static void drop(struct later_item *item)
{
	struct found *found = (struct found *)item;

	LIST_REMOVE(found, link);
	free(found);
}

static struct found *find(const struct later *later)
{
	struct later_item *item = later->items;

	while (item && item->kind != &kind)
		item = item->next;
	return (struct found *)item;
}

int fuzz_check_later(const char *word, const char *path, struct errors *errors)
{
	struct found *found;

	if (!word || !strstr(word, "later") || !later_may_wait(errors->later))
		return 0;
	found = find(errors->later);
	if (!found) {
		found = calloc(1, sizeof(*found));
		if (!found)
			abort();
		found->item = (struct later_item){.kind = &kind, .is_missing = true, .drop = drop};
		LIST_INSERT_HEAD(&searches, found, link);
		later_add(errors->later, &found->item);
	}
	if (found->item.is_missing)
		return -1;
	return strstr(word, "wrong") ? errors_add(errors, path, "is wrong, as is known now") : 0;
}

static void gone(void *arg)
{
	struct rpc_stream **slot = arg;

	*slot = NULL;
}

/* Opened now; fuzz_registry_known gives a row, and ends it. */
static json_t *watch(struct call *call)
{
	struct rpc_stream **slot = streams;

	while (*slot && slot < streams + WAITING_MAX - 1)
		slot++;
	if (*slot)
		errors_add(call->errors, "", "enough is watched");
	else
		*slot = rpc_stream_open(call, gone, slot);
	return NULL;
}

/* Fails without a word. */
static json_t *fail(struct call *call)
{
	return NULL;
}

const struct verb fuzz_later_verbs[] = {
	{.name = "watch", .help = "answers bit by bit", .takes_name = true, .run = watch},
	{.name = "fail", .help = "cannot be done", .run = fail},
	{.name = NULL},
};

static void end_streams(void)
{
	for (struct rpc_stream **slot = streams; slot < streams + WAITING_MAX; slot++) {
		struct rpc_stream *stream = *slot;
		struct errors errors;

		if (!stream || !rpc_stream_row(stream, json_pack("{s:i}", "row", 1)))
			continue;
		*slot = NULL;
		errors_init(&errors);
		if (slot != streams)
			errors_add(&errors, "", "was not the first");
		rpc_stream_end(stream, slot == streams ? json_true() : NULL, &errors);
		errors_fini(&errors);
	}
}

void fuzz_registry_known(void)
{
	struct found *found, *next;

	end_streams();
	for (found = LIST_FIRST(&searches); found; found = next) {
		next = LIST_NEXT(found, link);
		later_come(&found->item); /* which may free it */
	}
}

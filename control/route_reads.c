// SPDX-License-Identifier: BSD-3-Clause
#include "control/route_reads.h"

#include <errno.h>
#include <string.h>

#include "control/must.h"
#include "control/route_reader.h"
#include "control/spine/later.h"

/* A file of one request. */
struct wanted {
	struct later_item item;
	char *path;
	struct route_read *read; /* NULL: it is done */
	struct route_text *text; /* NULL: with errors */
	struct errors errors;    /* at no place */
};

static const char kind; /* of our items: its address */

static void drop(struct later_item *item)
{
	struct wanted *wanted = (struct wanted *)item;

	route_reader_cancel(wanted->read);
	route_reader_unref(wanted->text);
	errors_fini(&wanted->errors);
	free(wanted->path);
	free(wanted);
}

static struct wanted *find(const struct later *later, const char *path)
{
	struct later_item *item = later ? later->items : NULL;

	while (item && (item->kind != &kind || strcmp(((struct wanted *)item)->path, path) != 0))
		item = item->next;
	return (struct wanted *)item;
}

static void on_read(void *arg, struct route_text *text, const struct errors *errors)
{
	struct wanted *wanted = arg;

	wanted->read = NULL;
	wanted->text = text;
	for (size_t i = 0; i < errors->n; i++)
		errors_add(&wanted->errors, "", "%s", errors->list[i].text);
	wanted->errors.more += errors->more;
	later_come(&wanted->item);
}

/* Asks the thread, or reads now where nobody can wait. NULL with errno. */
static struct wanted *ask(struct later *later, const char *path)
{
	struct wanted *wanted = must(calloc(1, sizeof(*wanted)));

	wanted->item = (struct later_item){.kind = &kind,
					   .is_missing = later_may_wait(later),
					   .drop = drop};
	wanted->path = must(strdup(path));
	errors_init(&wanted->errors);
	if (!wanted->item.is_missing)
		wanted->text = route_text_read(path, "", NULL, &wanted->errors);
	else
		wanted->read = route_reader_ask(path, on_read, wanted);
	if (wanted->item.is_missing && !wanted->read) {
		int error = errno;

		drop(&wanted->item);
		errno = error;
		return NULL;
	}
	later_add(later, &wanted->item);
	return wanted;
}

struct route_text *route_reads_get(const char *path, const char *where, struct errors *errors)
{
	struct wanted *wanted = find(errors->later, path);

	if (!errors->later)
		return route_text_read(path, where, NULL, errors);
	if (!wanted)
		wanted = ask(errors->later, path);
	if (!wanted)
		errors_add(errors, where, "cannot read %s: %s", path, strerror(errno));
	if (!wanted || wanted->read)
		return NULL;
	if (wanted->text)
		return route_text_ref(wanted->text);
	for (size_t i = 0; i < wanted->errors.n; i++)
		errors_add(errors, where, "%s", wanted->errors.list[i].text);
	errors->more += wanted->errors.more;
	return NULL;
}

struct route_text *route_reads_have(const char *path, const struct errors *errors)
{
	const struct wanted *wanted = find(errors->later, path);

	return wanted && wanted->text ? route_text_ref(wanted->text) : NULL;
}

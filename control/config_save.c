// SPDX-License-Identifier: BSD-3-Clause
#include "control/config_save.h"

#include <stdlib.h>
#include <string.h>

#include "control/config_file.h"
#include "control/helper.h"
#include "control/must.h"
#include "control/spine/later.h"
#include "control/spine/yaml.h"

/* What a request has had saved. */
struct saved {
	struct later_item item;
	struct saving *saving; /* NULL: it is done */
	struct errors errors;
};

struct saving {
	struct helper_job job;
	char *path, *text;
	struct errors errors;
	struct saved *saved; /* control's */
};

static const char kind; /* of our items: its address */

static void run(struct helper_job *job)
{
	struct saving *saving = (struct saving *)job;

	config_file_write(saving->path, saving->text, &saving->errors);
}

static void tell(struct helper_job *job)
{
	struct saving *saving = (struct saving *)job;
	struct saved *saved = saving->saved;

	saved->saving = NULL;
	for (size_t i = 0; i < saving->errors.n; i++)
		errors_add(&saved->errors, "", "%s", saving->errors.list[i].text);
	later_come(&saved->item);
}

static void drop_saving(struct helper_job *job)
{
	struct saving *saving = (struct saving *)job;

	errors_fini(&saving->errors);
	free(saving->path);
	free(saving->text);
	free(saving);
}

static void drop_saved(struct later_item *item)
{
	struct saved *saved = (struct saved *)item;

	if (saved->saving)
		helper_cancel(&saved->saving->job);
	errors_fini(&saved->errors);
	free(saved);
}

static struct saving *begin(struct saved *saved, const char *path, const json_t *tree)
{
	struct saving *saving = must(calloc(1, sizeof(*saving)));

	saving->job.run = run;
	saving->job.done = tell;
	saving->job.drop = drop_saving;
	saving->job.is_owed = true;
	saving->path = must(strdup(path));
	saving->text = must(yaml_dump(tree));
	saving->saved = saved;
	errors_init(&saving->errors);
	if (helper_do(&saving->job) == 0)
		return saving;
	drop_saving(&saving->job);
	return NULL;
}

static struct saved *find(const struct later *later)
{
	struct later_item *item = later->items;

	while (item && item->kind != &kind)
		item = item->next;
	return (struct saved *)item;
}

int config_save(const char *path, const json_t *tree, struct errors *errors)
{
	struct saved *saved = later_may_wait(errors->later) ? find(errors->later) : NULL;

	if (!saved && later_may_wait(errors->later)) {
		saved = must(calloc(1, sizeof(*saved)));
		errors_init(&saved->errors);
		saved->saving = begin(saved, path, tree);
		saved->item = (struct later_item){.kind = &kind,
						  .is_missing = saved->saving,
						  .drop = drop_saved};
		later_add(errors->later, &saved->item);
		if (saved->saving)
			return -1;
		saved = NULL; /* without a helper everybody waits */
	}
	if (!saved)
		return config_file_save(path, tree, errors);
	for (size_t i = 0; i < saved->errors.n; i++)
		errors_add(errors, "", "%s", saved->errors.list[i].text);
	return saved->errors.n > 0 ? -1 : 0;
}

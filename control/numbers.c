// SPDX-License-Identifier: BSD-3-Clause
#include "control/numbers.h"

#include <errno.h>
#include <stdlib.h>

#include "dataplane/grace.h"

/* All the room there will ever be, so that giving back cannot fail. */
static int make_room(struct numbers *numbers)
{
	if (numbers->free && numbers->waiting)
		return 0;
	if (!numbers->free)
		numbers->free = malloc(numbers->max * sizeof(*numbers->free));
	if (!numbers->waiting)
		numbers->waiting = malloc(numbers->max * sizeof(*numbers->waiting));
	return numbers->free && numbers->waiting ? 0 : -ENOMEM;
}

/* Those whose grace period is over. They wait in the order in which they came: the first that is
 * not over is followed by none that is. */
static void settle(struct numbers *numbers)
{
	while (numbers->n_waiting > 0 && grace_over(numbers->waiting[numbers->first].token)) {
		numbers->free[numbers->n_free++] = numbers->waiting[numbers->first].number;
		numbers->first = (numbers->first + 1) % numbers->max;
		numbers->n_waiting--;
	}
}

int64_t numbers_take(struct numbers *numbers)
{
	int r = make_room(numbers);

	if (r < 0)
		return r;
	if (numbers->n_free == 0)
		settle(numbers);
	if (numbers->n_free > 0)
		return numbers->free[--numbers->n_free];
	if (numbers->fresh + 1 < numbers->max)
		return ++numbers->fresh;
	if (numbers->n_waiting == 0)
		return -ENOSPC;
	/* Rather wait for a grace period than refuse. */
	grace_wait();
	settle(numbers);
	if (numbers->n_free == 0)
		return -ENOSPC;
	return numbers->free[--numbers->n_free];
}

void numbers_give(struct numbers *numbers, uint32_t number)
{
	uint32_t at = (numbers->first + numbers->n_waiting++) % numbers->max;

	numbers->waiting[at] = (struct numbers_waiting){number, grace_start()};
}

void numbers_fini(struct numbers *numbers)
{
	free(numbers->free);
	free(numbers->waiting);
	*numbers = (struct numbers){.max = numbers->max};
}

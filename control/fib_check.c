// SPDX-License-Identifier: BSD-3-Clause
/*
 * The slow pass: for the first and the last address of each prefix that is used
 * it compares what workers do with what the RIB says. It takes half a
 * millisecond ten times a second, however many routes there are. What else
 * workers' tables need from time to time is done on the way.
 */
#include <errno.h>
#include <string.h>
#include <time.h>

#include "control/daemon.h"
#include "control/engines.h"
#include "control/fib_own.h"
#include "control/loop.h"
#include "control/spine/log.h"
#include "control/vrfs.h"
#include "dataplane/l3.h"

#define SLICE_MS 100
#define SLICE_US 500
#define BATCH    16    /* rows from one look at the clock to the next */
#define REST_MS  10000 /* after a whole pass */

static struct {
	struct event *timer;
	struct rib_cursor cursor;
	int64_t rest_until_ms;
	uint64_t checked, passes, repaired;
	uint64_t wrong; /* in this pass, and still so */
} check;

static struct addr last_of(const struct prefix *prefix)
{
	struct addr addr = prefix->addr;

	for (unsigned bit = prefix->length; bit < addr_bits(&addr); bit++)
		addr.bytes[bit / 8] |= (uint8_t)(0x80 >> bit % 8);
	return addr;
}

static void check_address(uint16_t vrf, const struct addr *addr)
{
	struct prefix prefix;
	uint32_t wanted = fib_sync_group(vrf, addr, &prefix);
	uint32_t seen = l3_route_find(vrf, addr->family, addr->bytes);
	char text[PREFIX_TEXT_MAX];

	check.checked++;
	if (!wanted)
		check.wrong++; /* there was no room for its group */
	if (wanted == seen || !wanted)
		return;
	fib_put(vrf, &prefix, wanted);
	if (l3_route_find(vrf, addr->family, addr->bytes) != wanted) {
		check.wrong++;
		return;
	}
	check.repaired++;
	log_warning("the dataplane had %s of VRF %s wrong: group %u instead of %u",
		    prefix_print(&prefix, text), vrfs_name(vrf), seen, wanted);
}

static void check_row(const struct rib_row *row)
{
	struct addr last = last_of(&row->best.prefix);

	if (!row->selected || !row->best.hops)
		return;
	if (!fib_sync_group_of(row->best.hops) && fib_group_retry(row->best.hops))
		fib_put(row->best.vrf, &row->best.prefix, fib_sync_group_of(row->best.hops));
	check_address(row->best.vrf, &row->best.prefix.addr);
	check_address(row->best.vrf, &last);
}

/* Of this VRF, or the next; false: the pass is complete. */
static bool next_row(struct rib_row *row)
{
	while (!rib_next(engines_env()->rib, &check.cursor, row)) {
		int next = vrfs_next(check.cursor.vrf);

		check.cursor = (struct rib_cursor){.vrf = next < 0 ? 0 : (uint16_t)next};
		if (next < 0)
			return false;
	}
	return true;
}

static void end_pass(void)
{
	if (check.wrong == 0)
		fib_is_right();
	check.wrong = 0;
	check.passes++;
	check.rest_until_ms = daemon_now_ms() + REST_MS;
}

static void tell_time(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	l3_clock((uint32_t)(now.tv_sec % 86400 * 1000 + now.tv_nsec / 1000000));
}

static void slice(void *arg)
{
	int64_t end = engines_clock_us() + SLICE_US;
	struct rib_row row;

	l3_reclaim(); /* what changes have left behind */
	tell_time();
	/* What is not decided yet is not wrong; what changes often is looked at later. */
	if (!engines_rib_is_quiet() || daemon_now_ms() < check.rest_until_ms)
		return;
	do {
		for (int i = 0; i < BATCH; i++) {
			if (!next_row(&row)) {
				end_pass();
				return;
			}
			check_row(&row);
		}
	} while (engines_clock_us() < end);
}

int fib_check_start(void)
{
	memset(&check, 0, sizeof(check));
	check.timer = loop_timer(SLICE_MS, true, slice, NULL);
	return check.timer ? 0 : -ENOMEM;
}

void fib_check_stop(void)
{
	loop_cancel(check.timer);
	check.timer = NULL;
}

void fib_check_stats(struct fib_sync_stats *out)
{
	out->checked = check.checked;
	out->passes = check.passes;
	out->repaired = check.repaired;
}

// SPDX-License-Identifier: BSD-3-Clause
/* Where a device left off in a packed ring, against a driver and a device that play by the rules.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>
#include <linux/virtio_ring.h>

#include "vhost/vhost_port.h"

#define SIZE_MAX_HERE 300

static struct vring_packed_desc ring[SIZE_MAX_HERE];
static uint16_t size;
static unsigned driver_at, device_at; /* how many descriptors were made available, and used */

static void fresh_ring(uint16_t n)
{
	memset(ring, 0, sizeof(ring));
	size = n;
	driver_at = device_at = 0;
}

static void set_flags(unsigned at, bool avail, bool used)
{
	ring[at % size].flags =
		(uint16_t)(avail << VRING_PACKED_DESC_F_AVAIL | used << VRING_PACKED_DESC_F_USED);
}

/* Laps are counted from 1: the first one's bit is 1. */
static bool lap_bit(unsigned at)
{
	return (at / size + 1) & 1;
}

static void driver_fills(unsigned n)
{
	for (; n && driver_at < device_at + size; n--, driver_at++)
		set_flags(driver_at, lap_bit(driver_at), !lap_bit(driver_at));
}

static void device_uses(unsigned n)
{
	for (; n && device_at < driver_at; n--, device_at++)
		set_flags(device_at, lap_bit(device_at), lap_bit(device_at));
}

/* The last n - gap of n descriptors are marked, when weft is killed. */
static void device_is_cut_short(unsigned n, unsigned gap)
{
	for (unsigned i = gap; i < n; i++)
		set_flags(device_at + i, lap_bit(device_at + i), lap_bit(device_at + i));
}

static void assert_found(struct vhost_packed *found)
{
	assert_true(vhost_packed_find(ring, size, found));
	assert_int_equal(found->position & 0x7fff, device_at % size);
	assert_int_equal(found->position >> 15, lap_bit(device_at));
}

static void assert_position(void)
{
	struct vhost_packed found;

	assert_found(&found);
	assert_int_equal(found.n_gap, 0);
}

static void fresh_ring_begins_at_the_beginning(void **state)
{
	fresh_ring(8);
	assert_position();
	driver_fills(3);
	assert_position();
	driver_fills(5);
	assert_position();
}

static void position_is_found_at_every_step_of_any_history(void **state)
{
	unsigned seed = (unsigned)time(NULL);

	print_message("seed %u\n", seed);
	srand(seed);
	for (int run = 0; run < 200; run++) {
		fresh_ring((uint16_t)(1 + rand() % 64)); /* need not be a power of two */
		for (int step = 0; step < 200; step++) {
			driver_fills((unsigned)rand() % (size + 1u));
			assert_position();
			device_uses((unsigned)rand() % (size + 1u));
			assert_position();
		}
	}
}

static bool is_used(unsigned at)
{
	unsigned both = 1u << VRING_PACKED_DESC_F_AVAIL | 1u << VRING_PACKED_DESC_F_USED;

	return (ring[at % size].flags & both) == (lap_bit(at) ? both : 0);
}

/* Our own loop ends a burst with the ring, the library goes on at its beginning. */
static void burst_that_was_cut_short_is_found_and_its_gap_closed(void **state)
{
	unsigned seed = (unsigned)time(NULL);

	print_message("seed %u\n", seed);
	srand(seed);
	for (int run = 0; run < 20000; run++) {
		unsigned n, gap, from;
		struct vhost_packed found;

		if (run % 1000 == 0)
			fresh_ring((uint16_t)(128 + rand() % (SIZE_MAX_HERE - 128)));
		driver_fills((unsigned)rand() % (size + 1u));
		n = driver_at - device_at < VHOST_BURST ? driver_at - device_at : VHOST_BURST;
		if (n < 2)
			continue;
		n = 2 + (unsigned)rand() % (n - 1);
		gap = 1 + (unsigned)rand() % (n - 1);
		if (device_at % size + gap > size) /* the gap itself lies in one lap */
			continue;
		device_is_cut_short(n, gap);
		driver_fills((unsigned)rand() % (size + 1u)); /* it knows of nothing yet */
		from = device_at;
		device_at += n;
		assert_found(&found);
		assert_int_equal(found.n_gap, gap);
		assert_int_equal(found.gap, from % size);
		vhost_packed_close(ring, &found);
		for (unsigned i = from; i < device_at; i++)
			assert_true(is_used(i));
		assert_position();
	}
}

static void gap_of_buffers_to_write_stays_one_of_those(void **state)
{
	struct vhost_packed found = {.gap = 2, .n_gap = 1};

	fresh_ring(8);
	driver_fills(8);
	ring[2].flags |= VRING_DESC_F_WRITE | VRING_DESC_F_NEXT;
	vhost_packed_close(ring, &found);
	assert_true(is_used(2));
	assert_int_equal(ring[2].flags & (VRING_DESC_F_WRITE | VRING_DESC_F_NEXT),
			 VRING_DESC_F_WRITE);
}

static void chains_that_hide_the_position_are_not_guessed_at(void **state)
{
	struct vhost_packed found;

	fresh_ring(128);
	driver_fills(128);
	for (int i = 0; i < 2; i++) { /* of three each: the device marked the first alone */
		device_uses(1);
		device_at += 2;
	}
	device_uses(1);
	assert_false(vhost_packed_find(ring, size, &found));
}

static void gap_longer_than_a_burst_is_not_believed(void **state)
{
	struct vhost_packed found;

	fresh_ring(256);
	driver_fills(256);
	device_uses(100);
	device_is_cut_short(VHOST_BURST + 2, VHOST_BURST + 1);
	assert_false(vhost_packed_find(ring, size, &found));
}

static void ring_without_descriptors_has_no_position(void **state)
{
	struct vhost_packed found;

	assert_false(vhost_packed_find(ring, 0, &found));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fresh_ring_begins_at_the_beginning),
		cmocka_unit_test(position_is_found_at_every_step_of_any_history),
		cmocka_unit_test(burst_that_was_cut_short_is_found_and_its_gap_closed),
		cmocka_unit_test(gap_of_buffers_to_write_stays_one_of_those),
		cmocka_unit_test(chains_that_hide_the_position_are_not_guessed_at),
		cmocka_unit_test(gap_longer_than_a_burst_is_not_believed),
		cmocka_unit_test(ring_without_descriptors_has_no_position),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

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

#define SIZE_MAX_HERE 64

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

static void assert_position(void)
{
	uint16_t position;

	assert_true(vhost_packed_position(ring, size, &position));
	assert_int_equal(position & 0x7fff, device_at % size);
	assert_int_equal(position >> 15, lap_bit(device_at));
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
		fresh_ring((uint16_t)(1 + rand() % SIZE_MAX_HERE)); /* need not be a power of two */
		for (int step = 0; step < 200; step++) {
			driver_fills((unsigned)rand() % (size + 1u));
			assert_position();
			device_uses((unsigned)rand() % (size + 1u));
			assert_position();
		}
	}
}

static void chain_that_hides_the_position_is_not_guessed_at(void **state)
{
	uint16_t position;

	fresh_ring(8);
	driver_fills(8);
	device_uses(1);
	device_at = 3; /* one chain of three: the device marked the first alone */
	device_uses(1);
	assert_false(vhost_packed_position(ring, size, &position));
}

static void ring_without_descriptors_has_no_position(void **state)
{
	uint16_t position;

	assert_false(vhost_packed_position(ring, 0, &position));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fresh_ring_begins_at_the_beginning),
		cmocka_unit_test(position_is_found_at_every_step_of_any_history),
		cmocka_unit_test(chain_that_hides_the_position_is_not_guessed_at),
		cmocka_unit_test(ring_without_descriptors_has_no_position),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: BSD-3-Clause
/* What a guest's messages may be, by themselves and after one another. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>
#include <linux/vhost_types.h>
#include <linux/virtio_config.h>

#include "vhost/vhost_gate.h"

#define SIZE 65536

static struct vhost_gate gate;
static int memory, event;

static int setup(void **state)
{
	vhost_gate_reset(&gate, 2);
	memory = memfd_create("guest", 0);
	event = eventfd(0, 0);
	return memory < 0 || event < 0 || ftruncate(memory, SIZE) < 0 ? -1 : 0;
}

static int teardown(void **state)
{
	close(memory);
	close(event);
	return 0;
}

static bool passes(struct vhost_wire_message m, int fd, unsigned n_fds)
{
	m.flags = VHOST_WIRE_VERSION;
	if (vhost_gate_check(&gate, &m, &fd, n_fds))
		return false;
	vhost_gate_done(&gate, &m);
	return true;
}

static bool says(uint32_t request, uint64_t value)
{
	return passes((struct vhost_wire_message){.request = request, .size = 8, .u64 = value}, -1,
		      0);
}

static bool says_of(uint32_t request, uint32_t ring, uint32_t value)
{
	return says(request, (uint64_t)value << 32 | ring);
}

static bool kicks(uint32_t ring)
{
	return passes((struct vhost_wire_message){.request = VHOST_WIRE_SET_VRING_KICK,
						  .size = 8,
						  .u64 = ring},
		      event, 1);
}

static bool has_memory(uint64_t guest, uint64_t size, uint64_t offset)
{
	struct vhost_wire_message m = {.request = VHOST_WIRE_SET_MEM_TABLE, .size = 40};

	m.memory.n_regions = 1;
	m.memory.regions[0] = (struct vhost_wire_region){guest, size, 0, offset};
	return passes(m, memory, 1);
}

static void memory_is_as_large_as_it_says(void **state)
{
	assert_true(has_memory(0, SIZE, 0));
	assert_true(has_memory(0, SIZE - 4096, 4096));
	assert_false(has_memory(0, SIZE + 1, 0));
	assert_false(has_memory(0, SIZE, 4096));
	assert_false(has_memory(0, 0, 0));
	assert_false(has_memory(0, SIZE, -(uint64_t)SIZE));
	assert_false(has_memory(-(uint64_t)4096, SIZE, 0));
}

static void running_ring_keeps_its_size_until_it_is_stopped(void **state)
{
	assert_false(kicks(0));
	assert_true(says_of(VHOST_WIRE_SET_VRING_NUM, 0, 256));
	assert_true(kicks(0));
	assert_true(says_of(VHOST_WIRE_SET_VRING_NUM, 0, 256));
	assert_false(says_of(VHOST_WIRE_SET_VRING_NUM, 0, 512));
	assert_true(says_of(VHOST_WIRE_GET_VRING_BASE, 0, 0));
	assert_false(kicks(0));
	assert_true(says_of(VHOST_WIRE_SET_VRING_NUM, 0, 512));
	assert_true(kicks(0));
}

static void rings_change_their_kind_only_while_there_are_none(void **state)
{
	uint64_t packed = 1ull << VIRTIO_F_RING_PACKED;

	assert_true(says(VHOST_WIRE_SET_FEATURES, packed));
	assert_true(says_of(VHOST_WIRE_SET_VRING_NUM, 1, 100));
	assert_true(says_of(VHOST_WIRE_SET_VRING_BASE, 1, 100));
	assert_false(kicks(1)); /* begins beyond its end */
	assert_true(says_of(VHOST_WIRE_SET_VRING_BASE, 1, 0x8000 | 99));
	assert_true(kicks(1));
	assert_false(says(VHOST_WIRE_SET_FEATURES, 0));
	assert_true(says_of(VHOST_WIRE_GET_VRING_BASE, 1, 0));
	assert_true(says(VHOST_WIRE_SET_FEATURES, 0));
	assert_false(says_of(VHOST_WIRE_SET_VRING_NUM, 1, 100));
}

static bool lies_at(uint64_t desc, uint64_t avail, uint64_t used)
{
	struct vhost_wire_message m = {.request = VHOST_WIRE_SET_VRING_ADDR,
				       .size = sizeof(m.address)};

	m.address.desc = desc;
	m.address.avail = avail;
	m.address.used = used;
	return passes(m, -1, 0);
}

static void rings_lie_where_the_specification_allows_it(void **state)
{
	for (int is_packed = 0; is_packed < 2; is_packed++) {
		vhost_gate_reset(&gate, 2);
		assert_true(
			says(VHOST_WIRE_SET_FEATURES, (uint64_t)is_packed << VIRTIO_F_RING_PACKED));
		assert_false(lies_at(0, 0, 0)); /* it has no size yet */
		assert_true(says_of(VHOST_WIRE_SET_VRING_NUM, 0, 256));
		assert_true(lies_at(16, 4, 4));
		assert_false(lies_at(8, 4, 4));
		assert_false(lies_at(17, 4, 4));
		assert_int_equal(lies_at(16, 2, 4), !is_packed);
		assert_false(lies_at(16, 1, 4));
		assert_false(lies_at(16, 4, 2));
		assert_false(lies_at(16, 4, 1));
	}
}

static bool translates(uint64_t iova, uint64_t user_address, uint8_t type)
{
	struct vhost_wire_message m = {.request = VHOST_WIRE_IOTLB_MSG, .size = sizeof(m.iotlb)};

	m.iotlb = (struct vhost_wire_iotlb){iova, 4096, user_address, VHOST_ACCESS_RW, type};
	return passes(m, -1, 0);
}

static void translations_keep_what_is_aligned_so(void **state)
{
	assert_true(says(VHOST_WIRE_SET_FEATURES, 1ull << VIRTIO_F_IOMMU_PLATFORM));
	assert_true(translates(0x1000, 0x7000, VHOST_IOTLB_UPDATE));
	assert_true(translates(0x1010, 0x7020, VHOST_IOTLB_UPDATE));
	assert_true(translates(0x1001, 0x7011, VHOST_IOTLB_UPDATE));
	assert_false(translates(0x1000, 0x7008, VHOST_IOTLB_UPDATE));
	assert_false(translates(0x1001, 0x7000, VHOST_IOTLB_UPDATE));
	assert_true(translates(0x1001, 0, VHOST_IOTLB_INVALIDATE));
}

static bool logs(uint64_t size, uint64_t offset)
{
	struct vhost_wire_message m = {.request = VHOST_WIRE_SET_LOG_BASE, .size = sizeof(m.log)};

	m.log = (struct vhost_wire_log){size, offset};
	return passes(m, memory, 1);
}

static void log_begins_with_its_file(void **state)
{
	assert_true(logs(4096, 0));
	assert_true(logs(SIZE, 0));
	assert_false(logs(SIZE + 1, 0));
	assert_false(logs(0, 0));
	assert_false(logs(4096, 4096)); /* there, but the library would write behind it */
	assert_false(logs(4095, 1));
}

static void what_was_not_offered_is_refused(void **state)
{
	assert_false(says(VHOST_WIRE_GET_INFLIGHT_FD, 0));
	assert_false(says(VHOST_WIRE_POSTCOPY_ADVISE, 0));
	assert_false(says(VHOST_WIRE_IOTLB_MSG, 0));
	assert_false(says(1000, 0));
	assert_false(says_of(VHOST_WIRE_SET_VRING_NUM, 2, 256)); /* the port has one queue */
	assert_true(says(VHOST_WIRE_GET_FEATURES, 0));
}

static void calls_are_eventfds_that_never_wait(void **state)
{
	struct vhost_wire_message call = {.request = VHOST_WIRE_SET_VRING_CALL, .size = 8};

	assert_false(passes(call, memory, 1));
	assert_false(passes(call, -1, 0));
	eventfd_write(event, UINT64_MAX - 1);
	assert_true(passes(call, event, 1));
	assert_int_equal(eventfd_write(event, 1), -1);
}

#define GATE_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		GATE_TEST(memory_is_as_large_as_it_says),
		GATE_TEST(running_ring_keeps_its_size_until_it_is_stopped),
		GATE_TEST(rings_change_their_kind_only_while_there_are_none),
		GATE_TEST(rings_lie_where_the_specification_allows_it),
		GATE_TEST(translations_keep_what_is_aligned_so),
		GATE_TEST(log_begins_with_its_file),
		GATE_TEST(what_was_not_offered_is_refused),
		GATE_TEST(calls_are_eventfds_that_never_wait),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

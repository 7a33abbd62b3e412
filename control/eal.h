// SPDX-License-Identifier: BSD-3-Clause
/*
 * Starting DPDK without anything for the user to say: hugepages where enough
 * are free, ordinary memory otherwise, no device touched until a port asks for
 * it, several instances side by side. DPDK's own messages go to our log, from
 * warnings upward.
 *
 * Control thread.
 */
#ifndef WEFT_CONTROL_EAL_H
#define WEFT_CONTROL_EAL_H

#include <stdbool.h>
#include <stdint.h>

/* What one packet buffer costs, in bytes, with its headers and padding. */
#define EAL_MBUF 2560

struct eal_memory {
	bool hugepages;
	uint64_t bytes;   /* what DPDK may use */
	uint64_t wanted;  /* what was asked for; 0: whatever we choose */
	uint32_t n_mbufs; /* packet buffers to make of it */
};

/* Pure: what to do when `wanted` bytes are wished for (0: we choose), so many bytes of hugepages
 * are free, and so many bytes of memory are. */
struct eal_memory eal_memory_plan(uint64_t wanted, uint64_t huge_free, uint64_t available);

/* wanted: bytes, or 0. 0 or -errno; a failure has been logged with its reason. Once in a process.
 */
int eal_start(const char *instance, uint64_t wanted);
void eal_stop(void); /* nothing where it was not started */

const struct eal_memory *eal_memory(void);

#endif

// SPDX-License-Identifier: BSD-3-Clause
/*
 * For a guest without ethtool and a C library: eth0 uses so many pairs of queues.
 *
 *   channels N      0: it does
 */
#include <asm/unistd.h>
#include <linux/ethtool.h>
#include <linux/if.h>
#include <linux/sockios.h>

static long call(long number, long a, long b, long c)
{
	long result;

	asm volatile("syscall"
		     : "=a"(result)
		     : "a"(number), "D"(a), "S"(b), "d"(c)
		     : "rcx", "r11", "memory");
	return result;
}

/* stack: the number of arguments, then they. */
__attribute__((used, noinline)) static int run(char *const *stack)
{
	struct ethtool_channels channels = {.cmd = ETHTOOL_GCHANNELS};
	struct ifreq request = {.ifr_name = "eth0", .ifr_data = (void *)&channels};
	long socket = call(__NR_socket, AF_INET, SOCK_DGRAM, 0);

	if ((long)stack[0] != 2 || call(__NR_ioctl, socket, SIOCETHTOOL, (long)&request) < 0)
		return 1;
	channels.cmd = ETHTOOL_SCHANNELS;
	channels.combined_count = (unsigned)(stack[2][0] - '0');
	return call(__NR_ioctl, socket, SIOCETHTOOL, (long)&request) < 0;
}

__attribute__((naked, noreturn)) void _start(void)
{
	asm("mov %rsp, %rdi\n\t"
	    "and $-16, %rsp\n\t"
	    "call run\n\t"
	    "mov %eax, %edi\n\t"
	    "mov $60, %eax\n\t"
	    "syscall");
}

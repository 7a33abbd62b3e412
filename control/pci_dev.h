// SPDX-License-Identifier: BSD-3-Clause
/*
 * A PCI device as the kernel sees it: which driver has it, and whether the
 * host still uses it. Control thread.
 */
#ifndef WEFT_CONTROL_PCI_DEV_H
#define WEFT_CONTROL_PCI_DEV_H

#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>

#include "control/spine/error.h"

#define PCI_DEV_SYSFS "/sys/bus/pci/devices"

struct pci_dev {
	char address[16];
	uint32_t class;        /* 0x020000: Ethernet */
	char driver[32];       /* "" for none */
	char netdev[IFNAMSIZ]; /* the kernel's name for it, "" for none */
};

/* Is it written as 0000:8a:00.0, in lower case? */
bool pci_dev_is_address(const char *text);

/* 0 or -ENODEV. sysfs: PCI_DEV_SYSFS, but for tests. */
int pci_dev_read(const char *sysfs, const char *address, struct pci_dev *out);

/* Can DPDK take it? 0, or -1 with an error that tells the command that would help. name: of the
 * port. */
int pci_dev_check(const struct pci_dev *dev, const char *name, struct errors *errors);

#endif

// SPDX-License-Identifier: BSD-3-Clause
#include "control/pci_dev.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CLASS_NETWORK 0x02

bool pci_dev_is_address(const char *text)
{
	static const char form[] = "xxxx:xx:xx.x";

	if (strlen(text) != sizeof(form) - 1)
		return false;
	for (size_t i = 0; form[i]; i++)
		if (form[i] == 'x'
			    ? !isxdigit((unsigned char)text[i]) || isupper((unsigned char)text[i])
			    : text[i] != form[i])
			return false;
	return text[11] <= '7';
}

static void copy_text(char *out, size_t size, const char *text)
{
	size_t n = strnlen(text, size - 1);

	memcpy(out, text, n);
	out[n] = 0;
}

/* The first entry of a folder whose name begins with prefix; false: none. */
static bool first_entry(const char *folder, const char *prefix, char *out, size_t size)
{
	struct dirent *entry;
	DIR *dir = opendir(folder);
	bool found = false;

	if (!dir)
		return false;
	while (!found && (entry = readdir(dir)))
		if (entry->d_name[0] != '.' &&
		    strncmp(entry->d_name, prefix, strlen(prefix)) == 0) {
			copy_text(out, size, entry->d_name);
			found = true;
		}
	closedir(dir);
	return found;
}

static void read_netdev(const char *folder, struct pci_dev *out)
{
	char path[PATH_MAX], virtio[32];

	snprintf(path, sizeof(path), "%s/net", folder);
	if (first_entry(path, "", out->netdev, sizeof(out->netdev)))
		return;
	/* virtio puts a device of its own between. */
	if (!first_entry(folder, "virtio", virtio, sizeof(virtio)))
		return;
	snprintf(path, sizeof(path), "%s/%s/net", folder, virtio);
	first_entry(path, "", out->netdev, sizeof(out->netdev));
}

static uint32_t read_number(const char *folder, const char *name)
{
	char path[PATH_MAX], text[32] = "";
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "re");
	if (!file)
		return 0;
	if (!fgets(text, sizeof(text), file))
		text[0] = 0;
	fclose(file);
	return (uint32_t)strtoul(text, NULL, 0);
}

int pci_dev_read(const char *sysfs, const char *address, struct pci_dev *out)
{
	char folder[PATH_MAX - 64], path[PATH_MAX], target[PATH_MAX];
	const char *driver;
	ssize_t n;

	memset(out, 0, sizeof(*out));
	snprintf(out->address, sizeof(out->address), "%s", address);
	snprintf(folder, sizeof(folder), "%s/%s", sysfs, address);
	if (access(folder, F_OK) < 0)
		return -ENODEV;
	out->class = read_number(folder, "class");
	snprintf(path, sizeof(path), "%s/driver", folder);
	n = readlink(path, target, sizeof(target) - 1);
	if (n > 0) {
		target[n] = 0;
		driver = strrchr(target, '/');
		copy_text(out->driver, sizeof(out->driver), driver ? driver + 1 : target);
	}
	read_netdev(folder, out);
	return 0;
}

/* Drivers that leave the device to DPDK, or share it with DPDK. */
static bool is_usable(const char *driver)
{
	static const char *const usable[] = {"vfio-pci", "uio_pci_generic", "igb_uio", "mlx4_core",
					     "mlx5_core"};

	for (size_t i = 0; i < sizeof(usable) / sizeof(usable[0]); i++)
		if (strcmp(driver, usable[i]) == 0)
			return true;
	return false;
}

int pci_dev_check(const struct pci_dev *dev, const char *name, struct errors *errors)
{
	if (dev->class >> 16 != CLASS_NETWORK)
		return errors_add(
			errors, "",
			"%s: %s is no network card (its PCI class is %06x): lspci -Dnn shows "
			"which are",
			name, dev->address, dev->class);
	if (is_usable(dev->driver))
		return 0;
	return errors_add(errors, "",
			  "%s: %s is bound to %s%s%s%s: modprobe vfio-pci && dpdk-devbind.py "
			  "--bind=vfio-pci %s",
			  name, dev->address, *dev->driver ? dev->driver : "no driver",
			  *dev->netdev ? " (" : "", dev->netdev, *dev->netdev ? ")" : "",
			  dev->address);
}

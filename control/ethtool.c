// SPDX-License-Identifier: BSD-3-Clause
#include "control/ethtool.h"

#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/ethtool.h>
#include <linux/sockios.h>

struct request {
	const char *device;
	void *data;
};

static int run_ioctl(void *arg)
{
	const struct request *request = arg;
	struct ifreq ifr = {.ifr_data = request->data};
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0), rc;

	if (fd < 0)
		return -errno;
	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", request->device);
	rc = ioctl(fd, SIOCETHTOOL, &ifr) < 0 ? -errno : 0;
	close(fd);
	return rc;
}

static int call(struct netns *ns, const char *device, void *data)
{
	struct request request = {device, data};

	return netns_run(ns, run_ioctl, &request);
}

int ethtool_rx_single(struct netns *ns, const char *device, struct ethtool_rx *was)
{
	struct ethtool_value gro = {.cmd = ETHTOOL_GGRO};
	int rc = call(ns, device, &gro);

	if (rc == 0 && gro.data) {
		gro = (struct ethtool_value){.cmd = ETHTOOL_SGRO, .data = 0};
		rc = call(ns, device, &gro);
		was->gro |= rc == 0;
	}
	return rc == -EOPNOTSUPP ? 0 : rc;
}

int ethtool_rx_tagged(struct netns *ns, const char *device, struct ethtool_rx *was)
{
	const uint32_t off = ETH_FLAG_LRO | ETH_FLAG_RXVLAN;
	struct ethtool_value flags = {.cmd = ETHTOOL_GFLAGS};
	int rc = call(ns, device, &flags);
	uint32_t on = flags.data & off;

	if (rc == 0 && on) {
		flags.cmd = ETHTOOL_SFLAGS;
		flags.data &= ~off;
		rc = call(ns, device, &flags);
		was->flags |= rc == 0 ? on : 0;
	}
	return rc == -ENODEV ? rc : 0;
}

void ethtool_rx_restore(struct netns *ns, const char *device, const struct ethtool_rx *was)
{
	struct ethtool_value gro = {.cmd = ETHTOOL_SGRO, .data = 1};
	struct ethtool_value flags = {.cmd = ETHTOOL_GFLAGS};

	if (was->gro)
		call(ns, device, &gro);
	if (!was->flags || call(ns, device, &flags) < 0)
		return;
	flags.cmd = ETHTOOL_SFLAGS;
	flags.data |= was->flags;
	call(ns, device, &flags); /* a device that has gone has nothing to restore */
}

int ethtool_n_rx_queues(struct netns *ns, const char *device)
{
	struct ethtool_channels channels = {.cmd = ETHTOOL_GCHANNELS};
	int rc = call(ns, device, &channels);

	if (rc == -ENODEV)
		return rc;
	if (rc < 0 || channels.rx_count + channels.combined_count == 0)
		return 1;
	return (int)(channels.rx_count + channels.combined_count);
}

int64_t ethtool_speed_bps(struct netns *ns, const char *device)
{
	struct ethtool_cmd settings = {.cmd = ETHTOOL_GSET};
	uint32_t mbit;

	if (call(ns, device, &settings) < 0)
		return 0;
	mbit = ethtool_cmd_speed(&settings);
	return mbit == (uint32_t)SPEED_UNKNOWN || mbit == UINT16_MAX ? 0 : (int64_t)mbit * 1000000;
}

static int driver_info(struct netns *ns, const char *device, struct ethtool_drvinfo *info)
{
	memset(info, 0, sizeof(*info));
	info->cmd = ETHTOOL_GDRVINFO;
	return call(ns, device, info);
}

int ethtool_driver(struct netns *ns, const char *device, char out[32])
{
	struct ethtool_drvinfo info;
	int rc = driver_info(ns, device, &info);

	snprintf(out, 32, "%s", rc < 0 ? "" : info.driver);
	return rc;
}

int ethtool_bus(struct netns *ns, const char *device, char out[32])
{
	struct ethtool_drvinfo info;
	int rc = driver_info(ns, device, &info);

	snprintf(out, 32, "%s", rc < 0 ? "" : info.bus_info);
	return rc;
}

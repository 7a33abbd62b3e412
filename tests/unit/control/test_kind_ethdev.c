// SPDX-License-Identifier: BSD-3-Clause
/* The kinds pci and vdev: a virtual device of DPDK's that gives back what it is sent, and PCI
 * devices in a sysfs of the test's own. */
#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>
#include <jansson.h>
#include <rte_ethdev.h>

#include "control/loop.h"
#include "control/pci_dev.h"
#include "control/port_kind.h"
#include "dataplane/dp.h"
#include "dataplane/gso.h"
#include "tests/support/eal.h"

static struct errors errors;
static char sysfs[64]; /* a folder of the test's own; a socket lies beside it */

static json_t *conf_of(const char *key, const char *value, int queues, int mtu)
{
	return json_pack("{s:s, s:i, s:i}", key, value, "queues", queues, "mtu", mtu);
}

static struct port *open_kind(const char *type, json_t *conf)
{
	struct port *port;

	errors_fini(&errors);
	errors_init(&errors);
	port = port_kind_find(type)->open("p", conf, &errors);
	json_decref(conf);
	return port;
}

static struct port *open_vdev(const char *args, int queues, int mtu)
{
	return open_kind("vdev", conf_of("args", args, queues, mtu));
}

static void assert_error(const char *part)
{
	if (errors.n != 1 || !strstr(errors.list[0].text, part))
		fail_msg("\"%s\" is not in \"%s\"", part, errors.n ? errors.list[0].text : "");
}

static void virtual_device_carries_packets_and_is_gone_when_closed(void **state)
{
	const struct port_kind *kind = port_kind_find("vdev");

	for (int round = 0; round < 3; round++) {
		struct port *port = open_vdev("net_ring0", 2, 1500);
		struct port_status status;
		uint8_t bytes[300];
		assert_non_null(port);
		kind->status(port, &status);
		assert_true(status.up);
		assert_string_equal(status.reason, "");
		assert_string_equal(status.peer, "net_ring");
		for (uint16_t queue = 0; queue < 2; queue++) {
			struct rte_mbuf *m = gso_alloc(test_pool(), sizeof(bytes)), *got;
			memset(bytes, 17 + queue, sizeof(bytes));
			gso_write(m, 0, bytes, sizeof(bytes));
			assert_int_equal(port->ops->tx(port, queue, &m, 1), 1);
			assert_int_equal(port->ops->sleep(port, queue), -ENOTSUP);
			assert_int_equal(port->ops->rx(port, queue, &got, 1), 1);
			assert_memory_equal(rte_pktmbuf_mtod(got, void *), bytes, sizeof(bytes));
			rte_pktmbuf_free(got);
		}
		kind->close(port);
		assert_int_equal(rte_eth_dev_count_avail(), 0);
	}
}

/* Two devices of one process, back to back: a guest's end and a host's. They are left to the end
 * of the process: DPDK 22.11's virtio_user may be called back after it was freed. */
static void queue_with_an_interrupt_is_slept_on(void **state)
{
	char args[128];
	struct port *host, *guest;
	struct rte_mbuf *m = gso_alloc(test_pool(), 100), *got = NULL;
	struct pollfd p = {.events = POLLIN};

	snprintf(args, sizeof(args), "net_vhost0,iface=%s.sock", sysfs);
	host = open_vdev(args, 1, 1500);
	assert_non_null(host);
	snprintf(args, sizeof(args), "virtio_user0,path=%s.sock", sysfs);
	guest = open_vdev(args, 1, 1500);
	assert_non_null(guest);
	p.fd = guest->ops->sleep(guest, 0);
	assert_true(p.fd >= 0);
	assert_int_equal(poll(&p, 1, 0), 0);
	memset(rte_pktmbuf_mtod(m, void *), 5, 100);
	for (int i = 0; i < 1000 && host->ops->tx(host, 0, &m, 1) == 0; i++)
		usleep(1000); /* until its end has seen the guest */
	assert_int_equal(poll(&p, 1, 2000), 1);
	guest->ops->wake(guest, 0);
	assert_int_equal(poll(&p, 1, 0), 0); /* drained */
	assert_int_equal(guest->ops->rx(guest, 0, &got, 1), 1);
	assert_int_equal(got->pkt_len, 100);
	rte_pktmbuf_free(got);
}

static void impossible_virtual_devices_are_refused_and_leave_nothing(void **state)
{
	struct port *port;

	assert_null(open_vdev("net_nosuch0", 1, 1500));
	assert_error("DPDK has no driver for net_nosuch0");
	assert_null(open_vdev("net_null0,nosuch=1", 1, 1500));
	assert_error("net_null0");
	assert_null(open_vdev("net_pcap0,iface=nosuch0", 1, 1500));
	assert_error("net_pcap0");
	port = open_vdev("net_ring0", 1, 1500);
	assert_non_null(port);
	assert_null(open_vdev("net_ring0", 1, 1500));
	assert_error("net_ring0 is in use already");
	port_kind_find("vdev")->close(port);
	assert_int_equal(rte_eth_dev_count_avail(), 0);
}

static void devices_keep_no_more_buffers_than_leave_others_enough(void **state)
{
	const struct port_kind *kind = port_kind_find("vdev");
	struct port *first = open_vdev("net_ring0", 2, 1500), *second;

	assert_non_null(first);
	assert_null(open_vdev("net_ring1", 1, 1500));
	assert_error("its queues keep up to 2048 packet buffers, and 0 are left for that");
	kind->close(first);
	second = open_vdev("net_ring1", 1, 1500);
	assert_non_null(second);
	assert_null(open_vdev("net_ring2", 2, 1500));
	assert_error("up to 4096 packet buffers, and 2048 are left");
	kind->close(second);
}

static void mtu_of_a_virtual_device_changes(void **state)
{
	struct port *port = open_vdev("net_null0", 1, 1500);
	json_t *conf = conf_of("args", "net_null0", 1, 9000);

	assert_non_null(port);
	errors_fini(&errors);
	errors_init(&errors);
	assert_int_equal(port_kind_find("vdev")->change(port, conf, &errors), 0);
	assert_int_equal(atomic_load(&port->max_frame), 9014);
	port_kind_find("vdev")->close(port);
	json_decref(conf);
}

static int check(const char *type, const char *key, const char *value)
{
	json_t *conf = conf_of(key, value, 1, 1500);
	int rc;

	errors_fini(&errors);
	errors_init(&errors);
	rc = port_kind_find(type)->check(conf, "ports.p", &errors);
	json_decref(conf);
	return rc;
}

static void addresses_and_arguments_have_their_form(void **state)
{
	static const char *const bad[] = {"",
					  "8a:00.0",
					  "0000:8A:00.0",
					  "0000:8a:00.8",
					  "0000:8a:00.00",
					  "../../../etc",
					  "0000-8a:00.0"};

	for (size_t i = 0; i < RTE_DIM(bad); i++) {
		assert_int_equal(check("pci", "address", bad[i]), -1);
		assert_error("0000:8a:00.0");
		assert_string_equal(errors.list[0].path, "ports.p.address");
	}
	assert_int_equal(check("pci", "address", "0000:8a:00.1"), 0);
	assert_int_equal(check("vdev", "args", "net_null0,size=64"), 0);
	assert_int_equal(check("vdev", "args", "crypto_null0"), -1);
	assert_error("net_null0");
	assert_int_equal(check("vdev", "args", "0000:8a:00.0"), -1);
}

/* The device that is left to the end of the process is no leak of ours. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
	return "leak:librte_net_virtio";
}

/* Makes a sysfs with one device: its class, driver and network device ("" for none). */
static void make_device(const char *class, const char *driver, const char *netdev)
{
	char line[512];

	snprintf(line, sizeof(line),
		 "rm -rf %s; d=%s/0000:8a:00.0; mkdir -p $d && echo %s >$d/class; "
		 "test -z '%s' || ln -s ../../../drivers/%s $d/driver; "
		 "test -z '%s' || mkdir -p $d/%s",
		 sysfs, sysfs, class, driver, driver, netdev, netdev);
	assert_int_equal(system(line), 0);
}

static int check_device(struct pci_dev *dev)
{
	errors_fini(&errors);
	errors_init(&errors);
	assert_int_equal(pci_dev_read(sysfs, "0000:8a:00.0", dev), 0);
	return pci_dev_check(dev, "up0", &errors);
}

static void card_that_dpdk_cannot_take_is_refused_with_the_command_that_helps(void **state)
{
	struct pci_dev dev;

	make_device("0x020000", "ixgbe", "net/eth3");
	assert_int_equal(check_device(&dev), -1);
	assert_error(
		"up0: 0000:8a:00.0 is bound to ixgbe (eth3): modprobe vfio-pci && dpdk-devbind.py "
		"--bind=vfio-pci 0000:8a:00.0");
	assert_string_equal(dev.netdev, "eth3");
	make_device("0x020000", "virtio-pci", "virtio2/net/eth0");
	assert_int_equal(check_device(&dev), -1);
	assert_string_equal(dev.netdev, "eth0");
	make_device("0x020000", "", "");
	assert_int_equal(check_device(&dev), -1);
	assert_error("is bound to no driver:");
	make_device("0x010802", "nvme", "");
	assert_int_equal(check_device(&dev), -1);
	assert_error("no network card");
	make_device("0x020000", "vfio-pci", "");
	assert_int_equal(check_device(&dev), 0);
	make_device("0x020000", "mlx5_core", "net/eth4"); /* shared with the kernel */
	assert_int_equal(check_device(&dev), 0);
	assert_int_equal(pci_dev_read(sysfs, "0000:8b:00.0", &dev), -ENODEV);
	assert_null(open_kind("pci", conf_of("address", "ffff:ff:1f.7", 1, 1500)));
	assert_error("there is no PCI device ffff:ff:1f.7");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(virtual_device_carries_packets_and_is_gone_when_closed),
		cmocka_unit_test(impossible_virtual_devices_are_refused_and_leave_nothing),
		cmocka_unit_test(devices_keep_no_more_buffers_than_leave_others_enough),
		cmocka_unit_test(mtu_of_a_virtual_device_changes),
		cmocka_unit_test(addresses_and_arguments_have_their_form),
		cmocka_unit_test(card_that_dpdk_cannot_take_is_refused_with_the_command_that_helps),
		cmocka_unit_test(queue_with_an_interrupt_is_slept_on), /* the last one */
	};
	const struct dp_conf conf = {.n_mbufs = 8192};
	char line[192];
	int rc;

	snprintf(sysfs, sizeof(sysfs), "/tmp/weft-test-pci-%d", (int)getpid());
	test_eal_init();
	if (loop_init() < 0 || dp_start(&conf) < 0)
		return 1;
	rc = cmocka_run_group_tests(tests, NULL, NULL);
	errors_fini(&errors);
	snprintf(line, sizeof(line), "rm -rf %s %s.sock", sysfs, sysfs);
	return system(line) == 0 ? rc : 1;
}

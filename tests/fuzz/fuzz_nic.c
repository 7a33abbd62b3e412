// SPDX-License-Identifier: BSD-3-Clause
/*
 * A frame for a shared NIC: the XDP program, run by the kernel, and the model
 * of it say the same. That the program reads nothing beyond the frame, the kernel
 * has proved; that it decides as it should, only this shows. The first byte chooses
 * the table and, unless the frame is to stay as it is, its receiver. Needs root.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/bpf.h>

#include "dataplane/bridge.h"
#include "tests/support/nic_model.h"

#define SKIPPED 77

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv);

enum { NIC = 1, WEFT = 2, GUEST = 3 }; /* last bytes of MAC addresses */

static struct xdp_prog *progs[2];
static struct share_table tables[2];

static struct prefix prefix(const char *text)
{
	struct prefix out;

	if (prefix_parse(text, &out) < 0)
		abort();
	return out;
}

/* Table 0: weft has a MAC address of its own. Table 1: it has the NIC's. */
static void make(int i)
{
	static const struct share_proto protos[] = {{0x0800, 0, 89},
						    {0x0800, 520, 17},
						    {0x86dd, 521, 17},
						    {0x8809, 0, 0}};
	const struct prefix own[] = {prefix("10.0.0.2/24"), prefix("fd00::2/64")};
	const struct prefix behind[] = {prefix("10.1.0.0/16"), prefix("fd01::/16")};
	struct addr host[] = {prefix("10.0.0.1/24").addr, prefix("10.1.0.1/24").addr};
	struct member_conf member = {.untagged = 1, .tagged = {1 << 10}};
	fdb_key macs[] = {fdb_key_make((uint8_t[]){2, 0, 0, 0, 0, GUEST}, 1),
			  fdb_key_make((uint8_t[]){2, 0, 0, 0, 0, GUEST}, 10)};
	struct share_iface iface = {.mac = {2, 0, 0, 0, 0, i == 0 ? WEFT : NIC},
				    .addresses = own,
				    .n_addresses = 2,
				    .behind = behind,
				    .n_behind = 2,
				    .protos = protos,
				    .n_protos = 4};
	struct share_source source = {.nic_mac = {2, 0, 0, 0, 0, NIC},
				      .host = host,
				      .n_host = 2,
				      .member = &member,
				      .macs = macs,
				      .n_macs = 2,
				      .ifaces = &iface,
				      .n_ifaces = 1};

	progs[i] = nic_model_load();
	if (!progs[i]) {
		fprintf(stderr, "cannot load the program: %s\n", strerror(errno));
		exit(errno == EPERM ? SKIPPED : 1);
	}
	if (share_table_make(&source, &tables[i]) < 0)
		abort();
	nic_model_fill(progs[i], &tables[i]);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	make(0);
	make(1);
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t frame[1518];
	int class, action, wanted, i;

	if (size < 1 + 14 || size > sizeof(frame))
		return 0; /* what the kernel takes */
	i = data[0] & 1;
	size--;
	memcpy(frame, data + 1, size);
	if (data[0] & 2)
		memcpy(frame, (uint8_t[]){2, 0, 0, 0, 0, data[0] >> 2 & 3}, 6);
	action = nic_model_run(progs[i], frame, size, &class);
	wanted = nic_model(&tables[i], frame, size);
	if (class != wanted || action != (wanted <= NIC_PROTOCOL ? XDP_REDIRECT : XDP_PASS)) {
		fprintf(stderr, "the program says %d (action %d), the model %d\n", class, action,
			wanted);
		abort();
	}
	return 0;
}

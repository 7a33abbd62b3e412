#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Guests that say piece by piece which of their memory weft may touch (a virtual IOMMU). Linux's driver has a
# piece for each buffer, so that nearly each packet waits for a translation.
export WEFT_TOPOLOGY_SECONDS=${WEFT_TOPOLOGY_SECONDS:-240}
# shellcheck source=common.sh
. "$(dirname "$0")/common.sh"

cat >"$scratch/weft.yaml" <<END
ports:
  vm1: { type: vhost-user, socket: $scratch/vm1.sock, features: [mergeable, indirect, event-index, iommu] }
  vm2: { type: vhost-user, socket: $scratch/vm2.sock, role: server, queues: 2, features: [mergeable, iommu] }
bridges:
  br0: { ports: { vm1: {}, vm2: {} } }
END
behind=option=bus=port0,option=iommu_platform=on,option=ats=on

start_vm1() {
	guest_start vm1 "client:$scratch/vm1.sock,$guest1,$behind" iommu=
}

features_say() { # PORT WORD
	value w '.[0].features' port show "$1" | grep -w "$2"
}

# Twenty in a row, with none missing.
all_answered() { # FROM ADDRESS
	guest_exec "$1" 20 "ping -c 20 -i 0.1 $2" | tee "$scratch/pings" | grep ' 0% packet loss' || { cat "$scratch/pings"; false; }
}

start_weftd w "$scratch/weft.yaml"
start_vm1
guest_start vm2 "server:$scratch/vm2.sock,$guest2,queues=2,option=packed=on,$behind" \
	cpus=2 iommu=
expect 'a guest behind an IOMMU boots' guest_wait vm1 60
expect 'another with two queues too' guest_wait vm2 60
expect 'the one has agreed to it' features_say vm1 iommu
expect 'so has the other, which is given no packed rings with it' eval 'features_say vm2 iommu && fails features_say vm2 packed'
expect 'its driver translates' guest_exec vm1 10 'grep -w DMA-FQ /sys/kernel/iommu_groups/*/type'
expect 'they reach each other' reach_each_other vm1 vm2
expect 'every echo is answered' all_answered vm1 10.0.0.2
expect 'in both directions' all_answered vm2 10.0.0.1
expect 'packets of the MTU pass' guest_exec vm1 20 'ping -c 3 -s 1472 10.0.0.2'
expect 'a file passes over TCP' guest_sends_file vm1 vm2 10.0.0.2 1
expect 'and the other way' guest_sends_file vm2 vm1 10.0.0.1 1
expect 'no packet was malformed' nothing_malformed

guest_monitor vm1 system_reset >"$scratch/said"
expect 'a guest that reboots is down for that time' wait_for 10 port_is w vm1 down
expect 'it boots' guest_wait vm1 60
expect 'and is reached' reach_each_other vm1 vm2

kill_weftd
start_weftd w "$scratch/weft.yaml"
expect 'weftd killed and started: both ports come back' ports_up w vm1 vm2
expect 'and traffic with them' reach_each_other vm1 vm2
expect 'a file passes then' guest_sends_file vm2 vm1 10.0.0.1 1

guest_kill vm1
start_vm1
expect 'a guest that was killed comes back' guest_wait vm1 60
expect 'and is reached again' reach_each_other vm1 vm2
expect 'nothing is kept for guests that are gone' at_most 512 "$(value w '.[0].mbufs_used' system show)"

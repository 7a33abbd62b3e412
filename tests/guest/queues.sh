#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# A port of several queues follows those that its guest switches on and off, split and packed, while packets
# flow on all of them.
export WEFT_TOPOLOGY_SECONDS=${WEFT_TOPOLOGY_SECONDS:-120}
# shellcheck source=common.sh
. "$(dirname "$0")/common.sh"

[ "$(uname -m)" = x86_64 ] || { echo 'the guest has no ethtool, and channels.c is for x86-64'; exit 77; }
cc -Os -nostdlib -static -ffreestanding -fno-stack-protector -fno-pie -no-pie -Wl,-n,--build-id=none -s \
	-o "$scratch/channels" "$here/channels.c" || exit 1

cat >"$scratch/weft.yaml" <<END
ports:
  vm1: { type: vhost-user, socket: $scratch/vm1.sock, queues: 2 }
  vm2: { type: vhost-user, socket: $scratch/vm2.sock, queues: 2 }
bridges:
  br0: { ports: { vm1: {}, vm2: {} } }
END

give_channels() { # NAME
	guest_exec "$1" 10 "echo $(base64 -w 0 "$scratch/channels") | base64 -d >/tmp/channels; chmod +x /tmp/channels"
}
uses() { # NAME QUEUES
	guest_exec "$1" 10 "/tmp/channels $2"
}
rings_are() { # PORT RINGS
	value w '.[0].peer' port show "$1" | grep -F ", $2 rings, "
}
# From each processor, which has a queue of its own where there are two.
each_way() {
	local cpu
	for cpu in 1 2; do
		guest_exec vm1 20 "taskset $cpu ping -c 10 -i 0.02 10.0.0.2 | grep ' 0% packet loss'" &&
			guest_exec vm2 20 "taskset $cpu ping -c 10 -i 0.02 10.0.0.1 | grep ' 0% packet loss'" || return 1
	done
}

start_weftd w "$scratch/weft.yaml"
guest_start vm1 "client:$scratch/vm1.sock,ip=10.0.0.1/24,mac=02:00:00:00:00:01,queues=2" cpus=2
guest_start vm2 "client:$scratch/vm2.sock,ip=10.0.0.2/24,mac=02:00:00:00:00:02,queues=2,option=packed=on" cpus=2
expect 'two guests with two queues each boot' eval 'guest_wait vm1 60 && guest_wait vm2 60'
expect 'and reach each other' guest_pings vm1 10.0.0.2 10
expect 'from every processor' each_way
for name in vm1 vm2; do
	expect "$name has both queues on" rings_are $name 4
	expect 'and a tool' give_channels $name
	expect 'it uses one queue' uses $name 1
	expect 'its port has the rings of that one' wait_for 3 rings_are $name 2
	expect 'and is up' port_is w $name up
	expect 'no packet is lost' each_way
	expect 'it uses both' uses $name 2
	expect 'and so does the port' wait_for 3 rings_are $name 4
	expect 'no packet is lost then' each_way
done
guest_exec vm1 10 'ping -q -i 0.005 10.0.0.2 >/dev/null 2>&1 &'
for n in 1 2 1 2 1 2; do
	expect "both use $n under traffic" eval "uses vm1 $n && uses vm2 $n"
done
expect 'a file passes after that' guest_sends_file vm1 vm2 10.0.0.2 4
expect 'and the other way' guest_sends_file vm2 vm1 10.0.0.1 4

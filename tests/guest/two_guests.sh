#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Two guests in one bridge, one in each role of vhost-user, through the deaths and returns of
# everybody concerned.
export WEFT_TOPOLOGY_SECONDS=${WEFT_TOPOLOGY_SECONDS:-220}
# shellcheck source=common.sh
. "$(dirname "$0")/common.sh"

cat >"$scratch/weft.yaml" <<END
ports:
  vm1: { type: vhost-user, socket: $scratch/vm1.sock, mtu: 9000 }
  vm2: { type: vhost-user, socket: $scratch/vm2.sock, mtu: 9000, role: server }
bridges:
  br0: { ports: { vm1: {}, vm2: {} } }
END

start_vm1() {
	guest_start vm1 "client:$scratch/vm1.sock,$guest1" mtu=9000
}
# The packed ring, for the other of the two formats.
start_vm2() {
	guest_start vm2 "server:$scratch/vm2.sock,$guest2,option=packed=on" mtu=9000
}

start_weftd w "$scratch/weft.yaml"

expect 'a client without its socket says how to start the guest' says vm1 'server=on'
expect 'a server without a guest says how to start it' says vm2 'reconnect=1'

start_vm1
start_vm2
expect 'a guest boots on a client port' guest_wait vm1 60
expect 'a guest boots on a server port' guest_wait vm2 60
expect 'both ports are up' ports_up w vm1 vm2
expect 'guests ping each other' reach_each_other vm1 vm2 10
expect 'packets of 9000 bytes pass' guest_exec vm1 10 'ping -c 3 -s 8900 10.0.0.2'
expect 'a file passes over TCP' guest_sends_file vm1 vm2 10.0.0.2 16
expect 'a file passes over TCP the other way' guest_sends_file vm2 vm1 10.0.0.1 16

guest_kill vm1
expect 'a client whose guest was killed is down' wait_for 3 port_is w vm1 down
expect 'its neighbour is not' port_is w vm2 up
start_vm1
expect 'it boots again' guest_wait vm1 60
expect 'and pings again' reach_each_other vm1 vm2 10

guest_kill vm2
expect 'a server whose guest was killed is down' wait_for 3 port_is w vm2 down
start_vm2
expect 'it boots again too' guest_wait vm2 60
expect 'and pings again too' reach_each_other vm1 vm2 10

guest_exec vm1 5 'reboot -f &'
expect 'a guest that reboots is down for that time' wait_for 5 port_is w vm1 down
expect 'and boots' guest_wait vm1 60
expect 'and pings' reach_each_other vm1 vm2 10

kill_weftd
start_weftd w "$scratch/weft.yaml"
expect 'weftd killed and started: both ports come back' ports_up w vm1 vm2
expect 'and traffic with them' reach_each_other vm1 vm2 10

expect 'weftd stops cleanly under running guests' stop_weftd w
start_weftd w "$scratch/weft.yaml"
expect 'weftd stopped and started: both ports come back' ports_up w vm1 vm2
expect 'a file passes then' guest_sends_file vm1 vm2 10.0.0.2 4

expect 'a port is taken away from a running guest' weft w config apply /dev/stdin <<END
ports:
  vm1: { type: vhost-user, socket: $scratch/vm1.sock, mtu: 9000 }
bridges:
  br0: { ports: { vm1: {} } }
END
expect 'and given back' weft w config apply "$scratch/weft.yaml"
expect 'and traffic returns' reach_each_other vm1 vm2 10
expect 'no packet was malformed' nothing_malformed

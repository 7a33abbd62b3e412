#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Two guests in one bridge, one in each role of vhost-user, through the deaths and returns of
# everybody concerned.
export WEFT_TOPOLOGY_SECONDS=${WEFT_TOPOLOGY_SECONDS:-220}
# shellcheck source=../../topologies/lib.sh
. "$(dirname "$0")/../../topologies/lib.sh"
guest_run_dir=$scratch/guests
guest_cache=$build/guest
# shellcheck source=lib.sh
. "$here/lib.sh"

cat >"$scratch/weft.yaml" <<END
ports:
  vm1: { type: vhost-user, socket: $scratch/vm1.sock, mtu: 9000 }
  vm2: { type: vhost-user, socket: $scratch/vm2.sock, mtu: 9000, role: server }
bridges:
  br0: { ports: { vm1: {}, vm2: {} } }
END

start_vm1() {
	guest_start vm1 "client:$scratch/vm1.sock,ip=10.0.0.1/24,mac=02:00:00:00:00:01" mtu=9000
}
# The packed ring, for the other of the two formats.
start_vm2() {
	guest_start vm2 "server:$scratch/vm2.sock,ip=10.0.0.2/24,mac=02:00:00:00:00:02,option=packed=on" mtu=9000
}

reason_of() { # PORT TEXT
	value w ".[] | select(.name == \"$1\") | .reason" port show | grep -F -- "$2"
}

both_ways() {
	guest_pings vm1 10.0.0.2 "$1" && guest_pings vm2 10.0.0.1 "$1"
}

start_weftd w "$scratch/weft.yaml"

expect 'a client without its socket says how to start the guest' reason_of vm1 'server=on'
expect 'a server without a guest says how to start it' reason_of vm2 'reconnect=1'

start_vm1
start_vm2
expect 'a guest boots on a client port' guest_wait vm1 60
expect 'a guest boots on a server port' guest_wait vm2 60
expect 'both ports are up' ports_up w vm1 vm2
expect 'guests ping each other' both_ways 10
expect 'packets of 9000 bytes pass' guest_exec vm1 10 'ping -c 3 -s 8900 10.0.0.2'
expect 'a file passes over TCP' guest_sends_file vm1 vm2 10.0.0.2 16
expect 'a file passes over TCP the other way' guest_sends_file vm2 vm1 10.0.0.1 16

guest_kill vm1
expect 'a client whose guest was killed is down' wait_for 3 port_is w vm1 down
expect 'its neighbour is not' port_is w vm2 up
start_vm1
expect 'it boots again' guest_wait vm1 60
expect 'and pings again' both_ways 10

guest_kill vm2
expect 'a server whose guest was killed is down' wait_for 3 port_is w vm2 down
start_vm2
expect 'it boots again too' guest_wait vm2 60
expect 'and pings again too' both_ways 10

guest_exec vm1 5 'reboot -f &'
expect 'a guest that reboots is down for that time' wait_for 5 port_is w vm1 down
expect 'and boots' guest_wait vm1 60
expect 'and pings' both_ways 10

kill -KILL "${weftd_pid[w]}"
wait "${weftd_pid[w]}" 2>/dev/null
start_weftd w "$scratch/weft.yaml"
expect 'weftd killed and started: both ports come back' ports_up w vm1 vm2
expect 'and traffic with them' both_ways 10

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
expect 'and traffic returns' both_ways 10
expect 'no packet was malformed' equal 0 "$(value w '[.[] | select(.stage == "parse") | .packets] | add // 0' drops show)"

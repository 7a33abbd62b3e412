#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# What a port says of machines that were started in a wrong way, or stand still. See docs/port-reasons.md.
export WEFT_TOPOLOGY_SECONDS=${WEFT_TOPOLOGY_SECONDS:-150}
# shellcheck source=common.sh
. "$(dirname "$0")/common.sh"

configuration() { # FEATURES
	cat <<-END
		ports:
		  one: { type: vhost-user, socket: $scratch/one.sock, mtu: 9000 }
		  long: { type: tap, device: long0, netns: h1, mtu: 9000, addresses: [10.0.0.9/24] }
		  two: { type: vhost-user, socket: $scratch/two.sock, role: server, mtu: 9000 }
		  other: { type: vhost-user, socket: $scratch/other.sock$1 }
		bridges:
		  br0: { ports: { one: {}, two: {}, other: {}, long: {} } }
	END
}

is_well() { # PORT
	equal 'up ' "$(value w ".[] | select(.name == \"$1\") | .state + \" \" + .reason" port show)"
}
detail() { # PORT KEY TEXT
	value w ".[0].$2" port show "$1" | grep -F -- "$3"
}

ns h1
configuration '' >"$scratch/weft.yaml"
start_weftd w "$scratch/weft.yaml"
timeout 140 "$build/tools/weft" -n w monitor >"$scratch/events" 2>&1 &

guest_start one "client:$scratch/one.sock" memory=plain
guest_start two "server:$scratch/two.sock,ip=10.0.0.2/24,option=host_mtu=9000" memory=private
guest_start other "client:$scratch/other.sock,queues=2" cpus=2
expect 'more queues than the port has: QEMU hangs up, and why is told' wait_for 8 says other 'are its queues= more'
guest_kill other
expect 'memory of no file is told' wait_for 60 says one 'memory is not shared'
expect 'and memory that QEMU keeps for itself' wait_for 60 says two 'memory is not shared'
expect 'the MTU that the guest was told is shown' detail two peer 'host_mtu 9000'
guest_kill one
guest_kill two
expect 'a guest that was killed leaves a socket that nobody listens on' wait_for 5 says one 'nobody listens on'
expect 'a server says that none is there' wait_for 5 says two 'no guest on'

guest_start one "client:$scratch/one.sock,$guest1,option=mrg_rxbuf=off" memory=shared
expect 'while a guest boots its driver has not started' wait_for 10 says one 'driver has not started'
guest_start other "client:$scratch/other.sock,ip=10.0.0.3/24,mac=02:00:00:00:00:03,option=packed=on"
expect 'guests that share theirs boot' eval 'guest_wait one 60 && guest_wait other 60'
expect 'their ports have no reason' eval 'wait_for 5 is_well one && wait_for 5 is_well other'
expect 'and reach each other' guest_pings one 10.0.0.3 10
expect 'what was agreed on is shown' detail other features 'mergeable packed'

kill -STOP "$(guest_pid one)"
expect 'a stopped process is told' wait_for 5 says one 'stopped by a signal'
# A flood that nobody takes.
guest_exec other 5 'arp -s 10.0.0.1 02:00:00:00:00:aa; ping -q -i 0.002 -c 2000 10.0.0.1 >/dev/null &'
expect 'whatever is sent to it' wait_for 5 says one 'stopped by a signal'
kill -CONT "$(guest_pid one)"
expect 'until it goes on' wait_for 5 is_well one
guest_exec other 5 'arp -d 10.0.0.1'

expect 'a link that is cut' guest_monitor one set_link '{"name": "n0", "up": false}'
expect 'is told' wait_for 5 says one 'driver has stopped'
expect 'and goes on' guest_monitor one set_link '{"name": "n0", "up": true}'
expect 'as before' wait_for 5 is_well one
expect 'and packets pass again' guest_pings one 10.0.0.3 10

configuration ', features: [mergeable], offloads: { checksum: false }' >"$scratch/fewer.yaml"
expect 'a port that offers less than the guest has taken' weft w config apply "$scratch/fewer.yaml"
expect 'says so' wait_for 8 says other 'were its features others'
guest_kill other
guest_start other "client:$scratch/other.sock,ip=10.0.0.3/24,mac=02:00:00:00:00:03,option=packed=off"
expect 'a guest that starts anew' guest_wait other 60
expect 'has what is offered and no more' equal mergeable "$(value w '.[0].features' port show other)"
expect 'and is reached' guest_pings one 10.0.0.3 10
on h1 ping -q -c 3 -i 0.2 -s 4000 10.0.0.1 >/dev/null
expect 'packets longer than the buffers of a guest are told' wait_for 5 says one 'longer than the guest'
expect 'and shorter ones come' on h1 ping -q -c 3 -i 0.2 10.0.0.1
while IFS= read -r text; do
	expect "an event said: $text" grep -q "\"reason\":\"[^\"]*$text" "$scratch/events"
done <<'END'
nobody listens on
no guest on
are its queues= more
memory is not shared
driver has not started
stopped by a signal
driver has stopped
were its features others
longer than the guest
END

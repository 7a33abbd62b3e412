#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Guests of every make: machine, queues, form of the rings, mergeable buffers, who makes the socket. Two at a
# time, so that each also talks to one of another make. Every combination of any four of these is tried.
export WEFT_TOPOLOGY_SECONDS=${WEFT_TOPOLOGY_SECONDS:-230}
# shellcheck source=../../topologies/lib.sh
. "$(dirname "$0")/../../topologies/lib.sh"
guest_run_dir=$scratch/guests
guest_cache=$build/guest
# shellcheck source=lib.sh
. "$here/lib.sh"

# A guest a line, two lines a run:
#        MACHINE QUEUES RING   MERGEABLE ROLE
guests=(
	'q35     1      split  on        client'
	'pc      2      packed off       client'
	'q35     1      split  off       server'
	'pc      2      packed on        server'
	'q35     1      packed on        server'
	'pc      2      split  off       server'
	'q35     1      packed off       client'
	'pc      2      split  on        client'
	'q35     2      split  on        server'
	'pc      1      packed off       server'
	'q35     2      split  off       client'
	'pc      1      packed on        client'
	'q35     2      packed on        client'
	'pc      1      split  off       client'
	'q35     2      packed off       server'
	'pc      1      split  on        server'
)

say_port() { # NAME QUEUES ROLE
	echo "  $1: { type: vhost-user, socket: $scratch/$1.sock, queues: $2, role: $3 }"
}

start_guest() { # NAME NUMBER MACHINE QUEUES RING MERGEABLE ROLE
	local card=$7:$scratch/$1.sock,ip=10.0.0.$2/24,mac=02:00:00:00:00:0$2,queues=$4,option=mrg_rxbuf=$6
	[ "$5" = split ] || card+=,option=packed=on
	guest_start "$1" "$card" "machine=$3" "cpus=$4"
}

# The port says what was agreed on.
is_as_told() { # NAME MACHINE QUEUES RING MERGEABLE
	local wanted="$((2 * $3)) rings, $4" peer
	[ "$5" = off ] || wanted+=', merged buffers'
	peer=$(value m '.[0].peer' port show "$1")
	[[ $peer = *", $wanted" ]] || { echo "wanted $wanted, saw $peer"; false; }
}

reach_each_other() {
	guest_pings vm1 10.0.0.2 10 && guest_pings vm2 10.0.0.1 10
}

run() { # GUEST GUEST
	local one two
	read -r -a one <<<"$1"
	read -r -a two <<<"$2"
	expect "ports for: ${one[*]}, and: ${two[*]}" weft m config apply /dev/stdin <<-END
		ports:
		$(say_port vm1 "${one[1]}" "${one[4]}")
		$(say_port vm2 "${two[1]}" "${two[4]}")
		bridges: { br0: { ports: { vm1: {}, vm2: {} } } }
	END
	start_guest vm1 1 "${one[@]}"
	start_guest vm2 2 "${two[@]}"
	expect 'they boot' eval 'guest_wait vm1 60 && guest_wait vm2 60'
	expect 'the one is what it was told to be' wait_for 3 is_as_told vm1 "${one[@]:0:4}"
	expect 'the other too' wait_for 3 is_as_told vm2 "${two[@]:0:4}"
	expect 'they reach each other' reach_each_other
	expect 'a file passes over TCP' guest_sends_file vm1 vm2 10.0.0.2 2
	expect 'and another way' guest_sends_file vm2 vm1 10.0.0.1 2
	guest_kill vm1
	guest_kill vm2
}

echo 'ports: {}' >"$scratch/weft.yaml"
start_weftd m "$scratch/weft.yaml"
for ((i = 0; i < ${#guests[@]}; i += 2)); do
	run "${guests[i]}" "${guests[i + 1]}"
done
expect 'no packet was malformed' equal 0 "$(value m '[.[] | select(.stage == "parse") | .packets] | add // 0' drops show)"

#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Guests that take and give nothing back, while others send them as much as they can, with as few packet
# buffers as weft can have: what the other ports get is all that they got before.
export WEFT_TOPOLOGY_SECONDS=${WEFT_TOPOLOGY_SECONDS:-90}
# shellcheck source=common.sh
. "$(dirname "$0")/common.sh"
keeper=$build/tests/guest/hostile/keeper
rate=500 # packets a second between the good ports, each way
span=3   # seconds of it

cat >"$scratch/weft.yaml" <<END
system: { memory: 32MB }
ports:
  good1: { type: tap, device: eth0, netns: good1, addresses: [10.0.0.1/24] }
  good2: { type: tap, device: eth0, netns: good2, addresses: [10.0.0.2/24] }
  loud1: { type: vhost-user, socket: $scratch/loud1.sock }
  loud2: { type: vhost-user, socket: $scratch/loud2.sock }
  slow1: { type: vhost-user, socket: $scratch/slow1.sock }
  slow2: { type: vhost-user, socket: $scratch/slow2.sock }
bridges:
  br0: { ports: { good1: {}, good2: {}, loud1: {}, loud2: {}, slow1: {}, slow2: {} } }
END

declare -A keepers
keep() { # NAME KIND BYTES OWN PEER [FRAMES]
	nice "$keeper" "$scratch/$1.sock" "${@:2}" >"$scratch/$1.kept" 2>&1 &
	keepers[$1]=$!
}

# Numbered packets both ways for a while; says how many came of how many.
streams() {
	local sinks=() n status=0
	for n in 1 2; do
		on good$n /usr/bin/python3 "$root/topologies/stream.py" udp-sink 10.0.0.$n 20 >"$scratch/got$n" 2>&1 &
		sinks+=($!)
	done
	for n in 1 2; do
		wait_for 5 grep -q ready "$scratch/got$n" || return 1
	done
	stream good1 udp-send 10.0.0.2 $rate $span &
	stream good2 udp-send 10.0.0.1 $rate $span
	for n in 0 1; do
		wait "${sinks[n]}" || status=1
	done
	cat "$scratch/got1" "$scratch/got2"
	return $status
}

all_came() {
	streams && [ "$(awk '/^received/ { n += $2 == $4 + 0 && $2 == '$((rate * span + 1))' } END { print n }' \
		"$scratch/got1" "$scratch/got2")" = 2 ]
}

used() { value w '.[0].mbufs_used' system show; }

ns good1 && ns good2
start_weftd w "$scratch/weft.yaml"
expect 'the good ports are up' ports_up w good1 good2
expect 'and reach each other' ping_ok good1 10.0.0.2
expect 'the good ports have their packets while they are alone' all_came
alone=$(used)

keep slow1 split 2048 11 12 1
keep slow2 packed 2048 12 11 1
expect 'two slow guests are there' eval 'wait_for 5 is_behind 02:00:00:00:00:0b slow1 && wait_for 5 is_behind 02:00:00:00:00:0c slow2'
keep loud1 split 2048 1 11
keep loud2 packed 2048 2 12
expect 'a split one takes nothing more, and its port says so' wait_for 10 says slow1 'has taken no packets since'
expect 'so does a packed one, and its port' wait_for 10 says slow2 'has taken no packets since'
expect 'the good ports have all of their packets meanwhile' all_came
expect 'what the slow ones do not take is dropped, and counted' at_least 10000 "$(drops w tx_full slow1)"
expect 'the loud ones go on' at_least 10000 "$(field loud2 rx_packets)"
expect 'they are told nothing of it' equal '' "$(field loud1 reason)"
expect 'nothing is kept for the slow ones' at_most $((alone + 1024)) "$(used)"
kill -TERM "${keepers[slow1]}" "${keepers[slow2]}"
expect 'a slow guest that goes on has all of its buffers' wait "${keepers[slow1]}"
expect 'so has the other' wait "${keepers[slow2]}"
kill -TERM "${keepers[loud1]}" "${keepers[loud2]}"
wait "${keepers[loud1]}" "${keepers[loud2]}"
expect 'the good ports have theirs afterwards' all_came

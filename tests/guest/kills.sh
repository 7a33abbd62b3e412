#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# weftd is killed (-9) under full load, again and again, and started at once. Guests of our own
# (hostile/keeper.c) count every buffer: each comes back once, in order, with split and packed rings.
# What a kill amid the marking of a burst leaves, which is rare, they make up each time.
#
#   tests/guest/kills.sh
#   KILL_ROUNDS=1000     how often (30)
rounds=${KILL_ROUNDS:-30}
export WEFT_TOPOLOGY_SECONDS=${WEFT_TOPOLOGY_SECONDS:-$((60 + 4 * rounds))}
# shellcheck source=common.sh
. "$(dirname "$0")/common.sh"
keeper=$build/tests/guest/hostile/keeper

cat >"$scratch/weft.yaml" <<END
system: { memory: 64MB } # it starts the sooner
ports:
  s1: { type: vhost-user, socket: $scratch/s1.sock }
  s2: { type: vhost-user, socket: $scratch/s2.sock }
  p1: { type: vhost-user, socket: $scratch/p1.sock }
  p2: { type: vhost-user, socket: $scratch/p2.sock }
bridges:
  br0: { ports: { s1: {}, s2: {} } }
  br1: { ports: { p1: {}, p2: {} } }
END

declare -A keepers
# NAME KIND BYTES OWN PEER: of each pair the second has buffers that most frames need several of.
keep() {
	nice "$keeper" "$scratch/$1.sock" "${@:2}" >"$scratch/$1.kept" 2>&1 &
	keepers[$1]=$!
}

# All ports carry frames, both ways.
all_carry() {
	[ "$(value k '[.[] | select(.rx_packets > 1000 and .tx_packets > 1000)] | length' port show)" = 4 ]
}

# At another moment each time.
kill_weftd() {
	sleep "0.$((RANDOM % 3))$((RANDOM % 10))"
	kill -KILL "${weftd_pid[k]}"
	wait "${weftd_pid[k]}" 2>/dev/null
	start_weftd k "$scratch/weft.yaml"
}

all_kept() {
	local name
	for name in "${!keepers[@]}"; do
		kill -0 "${keepers[$name]}" 2>/dev/null || { cat "$scratch/$name.kept"; return 1; }
	done
}

round() {
	all_kept && wait_for 10 all_carry && kill_weftd
}

ended_well() { # NAME
	local status=0
	wait "${keepers[$1]}" || status=$?
	cat "$scratch/$1.kept"
	return $status
}

start_weftd k "$scratch/weft.yaml"
keep s1 split 2048 1 2
keep s2 split 500 2 1
keep p1 packed 2048 3 4
keep p2 packed 500 4 3
for ((i = 1; i <= rounds; i++)); do
	round || break
done
expect "weftd was killed $rounds times, and each time every port carried frames" equal "$rounds" $((i - 1))
expect 'and they do at the end' wait_for 10 all_carry
kill -TERM "${keepers[@]}"
for name in s1 s2 p1 p2; do
	expect "every buffer of $name came back once, in order" ended_well $name
	sed "s/^/# $name: /" "$scratch/$name.kept"
done

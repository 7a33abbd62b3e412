#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# A guest that means harm (hostile/), case by case: after each, weftd lives and has its descriptors,
# buffers and memory back; two good ports lose nothing all the while.
#
#   tests/guest/hostile.sh [CASE…]   all cases, or those whose names begin so
#   HOSTILE_ROUNDS=100               how often each is played (1)
#   HOSTILE_CHURN=1000               how often a guest comes and goes in a round (20)
rounds=${HOSTILE_ROUNDS:-1}
export WEFT_TOPOLOGY_SECONDS=${WEFT_TOPOLOGY_SECONDS:-$((150 * rounds + ${HOSTILE_CHURN:-20} / 5))}
# shellcheck source=common.sh
. "$(dirname "$0")/common.sh"
hostile=$build/tests/guest/hostile/hostile

rate=250 # packets a second, each way between the good ports

cat >"$scratch/weft.yaml" <<END
ports:
  good1: { type: tap, device: eth0, netns: good1, addresses: [10.0.0.1/24] }
  good2: { type: tap, device: eth0, netns: good2, addresses: [10.0.0.2/24] }
  loud: { type: tap, device: eth0, netns: loud, addresses: [10.0.0.3/24] }
  t1: { type: tap, device: eth0, netns: h1, addresses: [192.0.2.1/24] }
  t2: { type: tap, device: eth0, netns: h2, addresses: [192.0.2.2/24] }
  bad: { type: vhost-user, socket: $scratch/bad.sock, role: server }
  worse: { type: vhost-user, socket: $scratch/worse.sock }
  guarded: { type: vhost-user, socket: $scratch/guarded.sock, role: server, features: [mergeable, indirect, event-index, iommu] }
bridges:
  br0: { ports: { good1: {}, good2: {}, loud: {}, bad: {}, worse: {}, guarded: {} } }
  br1: { ports: { t1: {}, t2: {} } }
END

# --- what weftd holds ---

# The pool of buffers goes on growing for a moment after the start.
pool_is_whole() {
	local before
	before=$(value h '.[0].mbufs' system show)
	sleep 0.1
	[ "$(value h '.[0].mbufs' system show)" = "$before" ]
}

# Less than elsewhere: a drift of a few in a hundred rounds is to be seen.
slack_maps=4 slack_mbufs=64

# --- a case ---

play() { # NAME
	local socket=$scratch/bad.sock
	[[ $1 != *.listening ]] || socket=$scratch/worse.sock
	[[ $1 != *.translated ]] || socket=$scratch/guarded.sock
	timeout $((20 * rounds + ${HOSTILE_CHURN:-20} / 5)) "$hostile" "$1" "$socket" "$rounds" || return 1
	kill -0 "$weftd" || { echo 'weftd is dead'; return 1; }
	back_where_it_was 3
}

# --- the good ones, counted: two in the bridge of the hostile ones, two in another ---

# Without a shell between us and them, so that they can be told to end.
begin() { # HOST COMMAND…
	nsenter --net="/run/netns/$1" "${@:2}" &
}

start_streams() {
	local stream=(/usr/bin/python3 "$root/topologies/stream.py")
	begin good1 "${stream[@]}" udp-sink 10.0.0.1 99999 >"$scratch/got1" 2>&1
	sinks=($!)
	begin good2 "${stream[@]}" udp-sink 10.0.0.2 99999 >"$scratch/got2" 2>&1
	sinks+=($!)
	wait_for 5 grep -q ready "$scratch/got1" && wait_for 5 grep -q ready "$scratch/got2" || return 1
	begin good2 "${stream[@]}" udp-send 10.0.0.1 $rate 99999
	senders=($!)
	begin good1 "${stream[@]}" udp-send 10.0.0.2 $rate 99999
	senders+=($!)
	# Broadcasts, so that there is always something to be sent to the hostile guest.
	begin loud ping -n -q -b -i 0.01 10.0.0.255 >/dev/null 2>&1
	senders+=($!)
}

end_streams() {
	kill -TERM "${senders[@]}"
	kill -0 "$weftd" || kill -TERM "${sinks[@]}" # they would wait for the last packet
	wait "${senders[@]}" "${sinks[@]}"
	sed 's/^/# /' "$scratch/got1" "$scratch/got2"
}

lost_nothing() { # FILE
	awk '/^received/ { all = $2 + 0 == $4 + 0 && $2 > 0 } END { exit !all }' "$1" || { cat "$1"; false; }
}

# --- all of them ---

[ -x "$hostile" ] || { echo 'Bail out! the hostile guest is not built'; exit 1; }
ns good1 && ns good2 && ns loud && ns h1 && ns h2
start_weftd h "$scratch/weft.yaml"
weftd=${weftd_pid[h]}
expect 'the good ports are up' ports_up h good1 good2 loud t1 t2
expect 'and reach each other' ping_ok good1 10.0.0.2
# What is only set up once is set up before anything is counted.
expect 'a guest is served' "$hostile" guest_reboots "$scratch/bad.sock"
expect 'so is one that weft connects to' "$hostile" guest_reboots.listening "$scratch/worse.sock"
expect 'and one behind an IOMMU' "$hostile" guest_reboots.translated "$scratch/guarded.sock"
expect 'two streams are under way' start_streams
expect 'and one in another bridge' start_stream h
expect 'weftd has all of its buffers' wait_for 10 pool_is_whole
remember h

while IFS=$'\t' read -r name what <&3; do
	[ $# = 0 ] || [[ " $* " == *" ${name%%.*} "* || " $* " == *" $name "* ]] || continue
	expect "a guest that $what does no harm" play "$name" || kill -0 "$weftd" || break
done 3< <("$hostile" list)

expect 'weftd lives' kill -0 "$weftd"
end_streams
expect 'the good port lost nothing' lost_nothing "$scratch/got1"
expect 'nor did the other' lost_nothing "$scratch/got2"
expect 'what came in elsewhere went out elsewhere, and at once' end_stream
cat "$scratch/stream.told"
expect 'weftd holds what it held' wait_for 3 holds_no_more
expect 'a guest is served as before' "$hostile" guest_reboots "$scratch/bad.sock"

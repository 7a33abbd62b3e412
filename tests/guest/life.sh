#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# The life of machines: created, paused, resumed, rebooted, crashed, migrated there and back, deleted.
# All the while a stream between two other ports is counted; afterwards weftd holds what it held.
#
#   tests/guest/life.sh               once
#   GUEST_LIFE_SECONDS=3600           over and over; in any order: soak.sh
seconds=${GUEST_LIFE_SECONDS:-0}
export WEFT_TOPOLOGY_SECONDS=${WEFT_TOPOLOGY_SECONDS:-$((180 + seconds))}
# shellcheck source=../../topologies/lib.sh
. "$(dirname "$0")/../../topologies/lib.sh"
guest_run_dir=$scratch/guests
guest_cache=$build/guest
# shellcheck source=lib.sh
. "$here/lib.sh"

cat >"$scratch/weft.yaml" <<END
ports:
  vm1: { type: vhost-user, socket: $scratch/vm1.sock }
  vm2: { type: vhost-user, socket: $scratch/vm2.sock, role: server }
  vm3: { type: vhost-user, socket: $scratch/vm3.sock }
  t3: { type: tap, device: eth0, netns: h3 }
  t1: { type: tap, device: eth0, netns: h1, addresses: [192.0.2.1/24] }
  t2: { type: tap, device: eth0, netns: h2, addresses: [192.0.2.2/24] }
bridges:
  br0: { ports: { vm1: {}, vm2: {}, vm3: {}, t3: {} } }
  br1: { ports: { t1: {}, t2: {} } }
END

# The machine that moves between the ports vm1 and vm3 is called by the port it is on.
start_mover() { # PORT [incoming=URI] [halted=yes]
	guest_start "$1" "client:$scratch/$1.sock,ip=10.0.0.1/24,mac=02:00:00:00:00:01" "${@:2}"
}
start_vm2() {
	guest_start vm2 "server:$scratch/vm2.sock,ip=10.0.0.2/24,mac=02:00:00:00:00:02,option=packed=on"
}

both_ways() { guest_pings "$1" 10.0.0.2 10 && guest_pings vm2 10.0.0.1 10; }

reason_says() { # PORT TEXT
	value w ".[] | select(.name == \"$1\") | .reason" port show | grep -F -- "$2"
}
peer_says() { # PORT TEXT
	value w '.[0].peer' port show "$1" | grep -F -- "$2"
}
is_behind() { # PORT: where the machine that moves is
	equal "$1" "$(value w '.[] | select(.mac == "02:00:00:00:00:01") | .port' fdb show)"
}

# Moves the machine. The one at the old port ends as libvirt would end it.
migrates() { # FROM TO
	start_mover "$2" "incoming=unix:$scratch/move" && wait_for 5 test -S "$scratch/move" &&
		guest_monitor "$1" migrate-to "unix:$scratch/move" 30 && guest_stop "$1" && guest_wait "$2" 20
	local result=$?
	rm -f "$scratch/move"
	return $result
}

# Somebody else on the bridge sees the address move: Linux announces it (by ARP) where it can, QEMU has weft
# do so (by RARP) where the guest cannot, which is soak.sh's way.
watch_h3() {
	exec nsenter --net=/run/netns/h3 /usr/bin/python3 "$root/topologies/frames.py" watch eth0 seconds=40 \
		announces=02:00:00:00:00:01 until=1
}
begin_watch() {
	watch_h3 >"$scratch/announced" 2>&1 &
	watcher=$!
	wait_for 5 grep -q ready "$scratch/announced"
}
is_announced() {
	wait "$watcher"
	grep '"frames": 1' "$scratch/announced" || { cat "$scratch/announced"; false; }
}

# A file flows to the machine that moves: what weft writes into its memory meanwhile has to move as well.
begin_file() { # TO
	# shellcheck disable=SC2016 # the guest expands it
	guest_exec "$1" 5 'rm -f /tmp/got; sleep 90 | nc -l -p 5000 >/tmp/got 2>/dev/null & sleep 0.2' &&
		guest_exec vm2 20 'dd if=/dev/urandom of=/tmp/sent bs=1M count=8 2>/dev/null; i=0; (while [ $i -lt 128 ]; do dd if=/tmp/sent bs=64k count=1 skip=$i 2>/dev/null; i=$((i + 1)); sleep 0.02; done | nc 10.0.0.1 5000) &'
}
file_is_whole() { # WHERE
	local sent seen
	# shellcheck disable=SC2016
	seen=$(guest_exec "$1" 30 'n=0; while [ -n "$(pidof nc)" ] && [ $n -lt 100 ]; do n=$((n + 1)); sleep 0.1; done; sha256sum </tmp/got')
	sent=$(guest_exec vm2 10 'sha256sum </tmp/sent')
	equal "$sent" "$seen"
}

# --- what weftd holds ---

n_fds() { find "/proc/${weftd_pid[w]}/fd" -mindepth 1 | wc -l; }
n_maps() { wc -l <"/proc/${weftd_pid[w]}/maps"; }
n_mbufs() { value w '.[0].mbufs_used' system show; }
memory() { awk '$1 == "RssAnon:" { print $2 }' "/proc/${weftd_pid[w]}/status"; } # KiB
remember() { held=("$(n_fds)" "$(n_maps)" "$(n_mbufs)" "$(memory)"); }

# Buffers: what rings and workers hold for a moment. Memory: what the allocator gives back late.
holds_no_more() {
	[ "$(n_fds)" -le "${held[0]}" ] && [ "$(n_maps)" -le $((held[1] + 8)) ] &&
		[ "$(n_mbufs)" -le $((held[2] + 256)) ] && [ "$(memory)" -le $((held[3] + 4096)) ]
}
back_where_it_was() {
	wait_for 3 holds_no_more && return 0
	echo "descriptors, maps, buffers, KiB: then ${held[*]}, now $(n_fds) $(n_maps) $(n_mbufs) $(memory)"
	return 1
}

# --- the stream that is not to notice ---

# What is to be ended by its process id is started without a shell between.
counted() {
	exec nsenter --net="/run/netns/$1" /usr/bin/python3 "$root/topologies/stream.py" "${@:2}"
}
start_stream() {
	counted h2 udp-sink 192.0.2.2 $((seconds + 200)) >"$scratch/got" 2>&1 &
	sink=$!
	wait_for 5 grep -q ready "$scratch/got" || return 1
	counted h1 udp-send 192.0.2.2 250 99999 &
	sender=$!
}
end_stream() {
	kill -TERM "$sender"
	wait "$sender" "$sink"
	cat "$scratch/got"
	awk '/^received/ { all = $2 + 0 == $4 + 0 && $2 > 0 } END { exit !all }' "$scratch/got"
}

# --- a life ---

live() {
	expect 'a paused machine' guest_monitor vm1 stop
	expect 'is down for that' wait_for 8 reason_says vm1 'processors do not run'
	expect 'a resumed one' guest_monitor vm1 cont
	expect 'is up' wait_for 3 port_is w vm1 up
	expect 'and is reached' both_ways vm1

	guest_monitor vm1 system_reset >"$scratch/said"
	expect 'a machine that reboots is down for that time' wait_for 5 port_is w vm1 down
	guest_kill vm2
	expect 'a machine that crashed is down' wait_for 3 port_is w vm2 down
	start_vm2
	expect 'the one boots' guest_wait vm1 60
	expect 'the other boots' guest_wait vm2 60
	expect 'both reach each other' both_ways vm1

	expect 'a file flows to a machine' begin_file vm1
	expect 'somebody watches the bridge' begin_watch
	expect 'the machine migrates to another port' migrates vm1 vm3
	expect 'it is announced there' is_announced
	expect 'its address is behind that' wait_for 3 is_behind vm3
	expect 'the file that was on its way is whole' file_is_whole vm3
	expect 'it is reached there' both_ways vm3
	expect 'the machine migrates back' migrates vm3 vm1
	expect 'its address is back too' wait_for 3 is_behind vm1
	expect 'where it is reached again' both_ways vm1
	expect 'the port that it left waits for another' wait_for 3 port_is w vm3 down
}

ns h1 && ns h2 && ns h3
start_weftd w "$scratch/weft.yaml"
start_mover vm1 halted=yes
start_vm2
expect 'taps are up' ports_up w t1 t2
expect 'a stream begins' start_stream
expect 'a machine that is created and not started yet says so' wait_for 8 reason_says vm1 'processors do not run'
expect 'it is started' guest_monitor vm1 cont
expect 'a guest boots on a client port' guest_wait vm1 60
expect 'and on a server port' guest_wait vm2 60
expect 'the ports say which machines these are' peer_says vm1 'vm1, qemu-system-x86'
expect 'of either role' peer_says vm2 'vm2, qemu-system-x86'
expect 'they reach each other' both_ways vm1
remember
until=$((SECONDS + seconds)) round=0
while :; do
	live
	expect 'what weftd holds is what it held' back_where_it_was
	round=$((round + 1))
	if [ $SECONDS -ge "$until" ] || [ "$n_failed" != 0 ]; then break; fi
	echo "# round $round, $((until - SECONDS)) s to go: $(n_fds) descriptors, $(n_mbufs) buffers, $(memory) KiB"
done
guest_stop_all
expect 'deleted machines are gone' wait_for 5 reason_says vm1 'no socket'
expect 'and their memory with them' wait_for 3 fails grep memory-backend "/proc/${weftd_pid[w]}/maps"
expect 'the stream between other ports lost nothing' end_stream

#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# The life of machines: created, paused, resumed, rebooted, crashed, migrated there and back, deleted.
# All the while a stream between two other ports is counted; afterwards weftd holds what it held.
#
#   tests/guest/life.sh               once
#   GUEST_LIFE_SECONDS=3600           over and over; in any order: soak.sh
seconds=${GUEST_LIFE_SECONDS:-0}
export WEFT_TOPOLOGY_SECONDS=${WEFT_TOPOLOGY_SECONDS:-$((180 + seconds))}
# shellcheck source=common.sh
. "$(dirname "$0")/common.sh"

cat >"$scratch/weft.yaml" <<END
ports:
  vm1: { type: vhost-user, socket: $scratch/vm1.sock }
  vm2: { type: vhost-user, socket: $scratch/vm2.sock, role: server }
  vm3: { type: vhost-user, socket: $scratch/vm3.sock }
  vm4: { type: vhost-user, socket: $scratch/vm4.sock, role: server }
  t3: { type: tap, device: eth0, netns: h3 }
  t1: { type: tap, device: eth0, netns: h1, addresses: [192.0.2.1/24] }
  t2: { type: tap, device: eth0, netns: h2, addresses: [192.0.2.2/24] }
bridges:
  br0: { ports: { vm1: {}, vm2: {}, vm3: {}, vm4: {}, t3: {} } }
  br1: { ports: { t1: {}, t2: {} } }
END

# Both machines move: the first between the ports vm1 and vm3, to which weft connects, the second from vm2 to vm4,
# where QEMU does. Each is called by the port that it is at.
start_first() { # PORT [incoming=URI] [halted=yes]
	guest_start "$1" "client:$scratch/$1.sock,$guest1" "${@:2}"
}
# Linux announces the first (by ARP). This one it cannot: QEMU has weft do so (by RARP).
start_second() { # PORT [incoming=URI]
	guest_start "$1" "server:$scratch/$1.sock,$guest2,option=packed=on,option=guest_announce=off" "${@:2}" && second=$1
}

# The one at the old port ends as libvirt would end it.
migrates() { # FROM TO HOW-IT-STARTS
	"$3" "$2" "incoming=unix:$scratch/move" && wait_for 5 test -S "$scratch/move" &&
		guest_monitor "$1" migrate-to "unix:$scratch/move" 30 && guest_stop "$1" && guest_wait "$2" 20
	local result=$?
	rm -f "$scratch/move"
	return $result
}

# A file flows to the machine that moves: what weft writes into its memory meanwhile has to move as well.
begin_file() { # TO
	# shellcheck disable=SC2016 # the guest expands it
	guest_exec "$1" 5 'rm -f /tmp/got; sleep 90 | nc -l -p 5000 >/tmp/got 2>/dev/null & sleep 0.2' &&
		guest_exec "$second" 20 'dd if=/dev/urandom of=/tmp/sent bs=1M count=8 2>/dev/null; i=0; (while [ $i -lt 128 ]; do dd if=/tmp/sent bs=64k count=1 skip=$i 2>/dev/null; i=$((i + 1)); sleep 0.02; done | nc 10.0.0.1 5000) &'
}
file_is_whole() { # WHERE
	local sent seen
	# shellcheck disable=SC2016
	seen=$(guest_exec "$1" 30 'n=0; while [ -n "$(pidof nc)" ] && [ $n -lt 100 ]; do n=$((n + 1)); sleep 0.1; done; sha256sum </tmp/got')
	sent=$(guest_exec "$second" 10 'sha256sum </tmp/sent')
	equal "$sent" "$seen"
}

# --- a life ---

live() {
	expect 'a paused machine' guest_monitor vm1 stop
	expect 'is down for that' wait_for 8 says vm1 'processors do not run'
	expect 'a resumed one' guest_monitor vm1 cont
	expect 'is up' wait_for 3 port_is w vm1 up
	expect 'and is reached' reach_each_other vm1 "$second"

	guest_monitor vm1 system_reset >"$scratch/said"
	expect 'a machine that reboots is down for that time' wait_for 5 port_is w vm1 down
	guest_kill "$second"
	expect 'a machine that crashed is down' wait_for 3 port_is w "$second" down
	start_second vm2
	expect 'the one boots' guest_wait vm1 60
	expect 'the other boots' guest_wait vm2 60
	expect 'both reach each other' reach_each_other vm1 vm2

	expect 'a file flows to a machine' begin_file vm1
	expect 'somebody watches the bridge' begin_watch 02:00:00:00:00:01
	expect 'the machine migrates to another port' migrates vm1 vm3 start_first
	expect 'it is announced there' is_announced 10
	expect 'its address is behind that' wait_for 3 is_behind 02:00:00:00:00:01 vm3
	expect 'the file that was on its way is whole' file_is_whole vm3
	expect 'it is reached there' reach_each_other vm3 vm2
	expect 'the machine migrates back' migrates vm3 vm1 start_first
	expect 'its address is back too' wait_for 3 is_behind 02:00:00:00:00:01 vm1
	expect 'where it is reached again' reach_each_other vm1 vm2
	expect 'the port that it left waits for another' wait_for 3 port_is w vm3 down

	expect 'somebody watches the bridge again' begin_watch 02:00:00:00:00:02
	expect 'the other machine migrates' migrates vm2 vm4 start_second
	expect 'weft announces it' is_announced 10
	expect 'its address is behind the port that it moved to' wait_for 3 is_behind 02:00:00:00:00:02 vm4
	expect 'and it is reached' reach_each_other vm1 vm4
}

ns h1 && ns h2 && ns h3
start_weftd w "$scratch/weft.yaml"
start_first vm1 halted=yes
start_second vm2
expect 'taps are up' ports_up w t1 t2
expect 'a stream begins' start_stream w
expect 'a machine that is created and not started yet says so' wait_for 8 says vm1 'processors do not run'
expect 'it is started' guest_monitor vm1 cont
expect 'a guest boots on a client port' guest_wait vm1 60
expect 'and on a server port' guest_wait vm2 60
expect 'the ports say which machines these are' peer_says vm1 'vm1, qemu-system-x86'
expect 'of either role' peer_says vm2 'vm2, qemu-system-x86'
expect 'they reach each other' reach_each_other vm1 vm2
remember w
until=$((SECONDS + seconds)) round=0
while :; do
	live
	expect 'what weftd holds is what it held' back_where_it_was
	round=$((round + 1))
	if [ $SECONDS -ge "$until" ] || [ "$n_failed" != 0 ]; then break; fi
	echo "# round $round, $((until - SECONDS)) s to go; descriptors, maps, buffers, KiB: $(holds w)"
done
guest_stop_all
expect 'deleted machines are gone' wait_for 5 says vm1 'no socket'
expect 'and their memory with them' wait_for 3 fails grep memory-backend "/proc/${weftd_pid[w]}/maps"
expect 'the stream between other ports lost nothing' end_stream
cat "$scratch/stream.told"

#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# The life of machines in any order: paused, rebooted, crashed, migrated, hostile ones beside them, ports taken
# away, weftd started anew and killed. After each event whoever should reaches the other again, and weftd holds
# what it held; a stream between other ports loses nothing as long as weftd runs.
#
#   tests/guest/soak.sh                     for some seconds
#   SOAK_SECONDS=14400                      for hours; stops at the first failure
#   SOAK_TIMES=100 SOAK_EVENTS='crash'      so many events, and only these
#   SOAK_CASES=rings_                       of the hostile guest's cases those whose names have that in them
#   SOAK_SEED=N                             the same order again
seconds=${SOAK_SECONDS:-20} times=${SOAK_TIMES:-0}
export WEFT_TOPOLOGY_SECONDS=${WEFT_TOPOLOGY_SECONDS:-$((200 + seconds + 30 * times))}
# shellcheck source=common.sh
. "$(dirname "$0")/common.sh"
hostile=$build/tests/guest/hostile/hostile
seed=${SOAK_SEED:-$((SECONDS + $(date +%s) % 30000))}
read -r -a events <<<"${SOAK_EVENTS:-pause pause reboot crash crash_early migrate migrate harm harm harm port_again restart kill9}"

# The ports of vm1, vm3, t1 and t2 are always there, the others are taken away now and then.
configuration() { # all|fewer
	cat <<-END
		system: { memory: 64MB }
		ports:
		  vm1: { type: vhost-user, socket: $scratch/vm1.sock }
		  vm3: { type: vhost-user, socket: $scratch/vm3.sock }
		  t1: { type: tap, device: eth0, netns: h1, addresses: [192.0.2.1/24] }
		  t2: { type: tap, device: eth0, netns: h2, addresses: [192.0.2.2/24] }
		  t3: { type: tap, device: eth0, netns: h3, addresses: [10.0.0.3/24] }
	END
	[ "$1" = fewer ] || cat <<-END
		  vm2: { type: vhost-user, socket: $scratch/vm2.sock, role: server }
		  bad: { type: vhost-user, socket: $scratch/bad.sock, role: server }
		  worse: { type: vhost-user, socket: $scratch/worse.sock }
		  guarded: { type: vhost-user, socket: $scratch/guarded.sock, role: server, features: [mergeable, indirect, event-index, iommu] }
	END
	echo 'bridges:'
	echo '  br1: { ports: { t1: {}, t2: {} } }'
	if [ "$1" = fewer ]; then
		echo '  br0: { ports: { vm1: {}, vm3: {}, t3: {} } }'
	else
		echo '  br0: { ports: { vm1: {}, vm3: {}, t3: {}, vm2: {}, bad: {}, worse: {}, guarded: {} } }'
	fi
}

# --- machines ---

mover=vm1 # the port that the machine which moves is at, and its name
start_mover() { # PORT [incoming=URI]
	guest_start "$1" "client:$scratch/$1.sock,$guest1,option=guest_announce=off" "${@:2}"
}
start_vm2() {
	guest_start vm2 "server:$scratch/vm2.sock,$guest2,option=packed=on"
}
both_ways() { reach_each_other "$mover" vm2 15; }
either() { [ $((RANDOM % 2)) = 0 ] && echo "$mover" || echo vm2; }

# --- events ---

pause() {
	local name
	name=$(either)
	guest_monitor "$name" stop && wait_for 8 says "$name" 'processors do not run' &&
		guest_monitor "$name" cont && wait_for 5 port_is w "$name" up && both_ways
}
reboot() {
	local name
	name=$(either)
	guest_monitor "$name" system_reset && wait_for 8 port_is w "$name" down && guest_wait "$name" 60 && both_ways
}
crash() {
	guest_kill vm2
	wait_for 5 port_is w vm2 down && start_vm2 && guest_wait vm2 60 && both_ways
}
# While it boots, or its driver starts.
crash_early() {
	local n
	for n in 1 2 3; do
		guest_kill vm2
		start_vm2 && sleep "$((RANDOM % 4)).$((RANDOM % 10))"
	done
	crash
}
# Its address is announced by weft, with RARP: the guest does not do so itself.
migrate() {
	local from=$mover to status=0
	[ "$from" = vm1 ] && to=vm3 || to=vm1
	begin_watch 02:00:00:00:00:01 && start_mover "$to" "incoming=unix:$scratch/move" &&
		wait_for 5 test -S "$scratch/move" && guest_monitor "$from" migrate-to "unix:$scratch/move" 40 &&
		guest_stop "$from" && mover=$to && guest_wait "$to" 20 && wait_for 5 is_behind 02:00:00:00:00:01 "$to" || status=1
	if [ $status = 0 ]; then is_announced 5 && both_ways || status=1; else end_watch; fi
	rm -f "$scratch/move"
	return $status
}
# A few of the hostile guest's cases.
harm() {
	local names name socket
	mapfile -t names < <("$hostile" list | cut -f 1 | grep -E "${SOAK_CASES:-.}")
	for _ in 1 2 3 4 5; do
		name=${names[RANDOM % ${#names[@]}]} socket=$scratch/bad.sock
		[[ $name != *.listening ]] || socket=$scratch/worse.sock
		[[ $name != *.translated ]] || socket=$scratch/guarded.sock
		echo "$name"
		timeout 60 "$hostile" "$name" "$socket" || return 1
	done
}
port_again() {
	configuration fewer >"$scratch/fewer.yaml"
	weft w config apply "$scratch/fewer.yaml" && sleep "0.$((RANDOM % 10))" &&
		weft w config apply "$scratch/weft.yaml" && wait_for 10 port_is w vm2 up && both_ways
}
start_again() {
	start_weftd w "$scratch/weft.yaml"
	ports_up w "$mover" vm2 t1 t2 && both_ways && settle && start_stream w
}
restart() { stream_is_whole && stop_weftd w && start_again; }
kill9() { stream_is_whole && kill_weftd && start_again; }

# Each kind of port has had a guest, and the pool of buffers has grown up.
settle() {
	"$hostile" guest_reboots "$scratch/bad.sock" && "$hostile" guest_reboots.listening "$scratch/worse.sock" &&
		"$hostile" guest_reboots.translated "$scratch/guarded.sock" || return 1
	weft w port set t3 mtu=1400 && weft w port set t3 mtu=1500 || return 1 # who writes history has been started
	sleep 1
	remember w
	[ -n "${first:-}" ] || first=${held[*]}
}
# One ends with each weftd, and the next begins.
stream_is_whole() {
	local status=0
	end_stream || status=1
	cat "$scratch/stream.told" >>"$scratch/streams"
	return $status
}

# So that there is always something to be sent to the hostile guest.
broadcast() {
	exec nsenter --net=/run/netns/h3 ping -n -q -b -i 0.02 10.0.0.255
}

# --- all of it ---

RANDOM=$seed
ns h1 && ns h2 && ns h3
configuration all >"$scratch/weft.yaml"
start_weftd w "$scratch/weft.yaml"
broadcast >/dev/null 2>&1 &
start_mover vm1
start_vm2
expect "machines boot (seed $seed)" eval 'guest_wait vm1 60 && guest_wait vm2 60'
expect 'and reach each other' both_ways
expect 'every kind of port has had a guest' settle
expect 'a stream begins' start_stream w
declare -A n
until=$((SECONDS + seconds)) round=0 broken='' began=$SECONDS
while [ $n_failed = 0 ]; do
	if [ "$times" -gt 0 ]; then [ $round -lt "$times" ] || break; else [ $SECONDS -lt $until ] || break; fi
	round=$((round + 1)) event=${events[RANDOM % ${#events[@]}]}
	n[$event]=$((${n[$event]:-0} + 1))
	expect "$round: $event" "$event" || broken=$event
	expect "$round: weftd holds what it held" back_where_it_was || broken=$event
	echo "# $SECONDS s: descriptors, maps, buffers, KiB: $(holds w)"
done
took=$((SECONDS - began))
expect 'the stream between other ports lost nothing' stream_is_whole
guest_stop_all
expect 'deleted machines are gone' wait_for 5 says "$mover" 'no socket'
expect 'and their memory with them' wait_for 3 fails grep memory-backend "/proc/${weftd_pid[w]}/maps"

echo "# descriptors, maps, buffers, KiB: first $first, with this weftd ${held[*]}, without machines $(holds w)"
cat "$scratch/streams"
for event in "${!n[@]}"; do
	failed=0
	[ "$event" != "$broken" ] || failed=1
	echo "# verdict: $event: $((n[$event] - failed)) of ${n[$event]} went well"
done
awk -v seed="$seed" -v events=$round -v seconds=$took -v failed=$n_failed '
	/^# stream:/ { got += $4; sent += $6; if ($14 + 0 > slowest) slowest = $14 + 0 }
	END { printf "# total: %d events in %d s, seed %s; %d of %d counted packets, the slowest took %d ms; %d tests failed: %s\n",
		events, seconds, seed, got, sent, slowest, failed, failed ? "FAILED" : "all went well" }' "$scratch/streams"

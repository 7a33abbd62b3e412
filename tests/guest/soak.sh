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
# shellcheck source=../../topologies/lib.sh
. "$(dirname "$0")/../../topologies/lib.sh"
guest_run_dir=$scratch/guests
guest_cache=$build/guest
# shellcheck source=lib.sh
. "$here/lib.sh"
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
	guest_start "$1" "client:$scratch/$1.sock,ip=10.0.0.1/24,mac=02:00:00:00:00:01,option=guest_announce=off" "${@:2}"
}
start_vm2() {
	guest_start vm2 "server:$scratch/vm2.sock,ip=10.0.0.2/24,mac=02:00:00:00:00:02,option=packed=on"
}
both_ways() { guest_pings "$mover" 10.0.0.2 15 && guest_pings vm2 10.0.0.1 15; }
reason_says() { # PORT TEXT
	value w ".[] | select(.name == \"$1\") | .reason" port show | grep -F -- "$2"
}
is_behind() { equal "$1" "$(value w '.[] | select(.mac == "02:00:00:00:00:01") | .port' fdb show)"; }
either() { [ $((RANDOM % 2)) = 0 ] && echo "$mover" || echo vm2; }

# --- events ---

pause() {
	local name
	name=$(either)
	guest_monitor "$name" stop && wait_for 8 reason_says "$name" 'processors do not run' &&
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
	local from=$mover to status=0 watcher
	[ "$from" = vm1 ] && to=vm3 || to=vm1
	watch_h3 eth0 seconds=60 announces=02:00:00:00:00:01 until=1 >"$scratch/announced" 2>&1 &
	watcher=$!
	wait_for 5 grep -q ready "$scratch/announced" && start_mover "$to" "incoming=unix:$scratch/move" &&
		wait_for 5 test -S "$scratch/move" && guest_monitor "$from" migrate-to "unix:$scratch/move" 40 &&
		guest_stop "$from" && mover=$to && guest_wait "$to" 20 && wait_for 5 is_behind "$to" &&
		wait_for 5 grep '"frames": 1' "$scratch/announced" && both_ways || status=1
	[ $status = 0 ] || { cat "$scratch/announced"; kill "$watcher"; }
	wait "$watcher"
	rm -f "$scratch/move"
	return $status
}
# Without a shell between us and it.
watch_h3() {
	exec nsenter --net=/run/netns/h3 /usr/bin/python3 "$root/topologies/frames.py" watch "$@"
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
	ports_up w "$mover" vm2 t1 t2 && both_ways && settle && start_stream
}
restart() { end_stream && stop_weftd w && start_again; }
kill9() {
	end_stream || return 1
	kill -KILL "${weftd_pid[w]}"
	wait "${weftd_pid[w]}" 2>/dev/null
	start_again
}

# --- what weftd holds, and the stream that is not to notice ---

holds() {
	local pid=${weftd_pid[w]}
	echo "$(find "/proc/$pid/fd" -mindepth 1 | wc -l) $(wc -l <"/proc/$pid/maps")" \
		"$(value w '.[0].mbufs_used' system show) $(awk '$1 == "VmRSS:" { print $2 }' "/proc/$pid/status")"
}
# Each kind of port has had a guest, and the pool of buffers has grown up.
settle() {
	"$hostile" guest_reboots "$scratch/bad.sock" && "$hostile" guest_reboots.listening "$scratch/worse.sock" &&
		"$hostile" guest_reboots.translated "$scratch/guarded.sock" || return 1
	sleep 1
	read -r -a held < <(holds)
	[ -n "${first:-}" ] || first=${held[*]}
}
holds_no_more() {
	local now
	read -r -a now < <(holds)
	[ "${now[0]}" -le "${held[0]}" ] && [ "${now[1]}" -le $((held[1] + 12)) ] &&
		[ "${now[2]}" -le $((held[2] + 256)) ] && [ "${now[3]}" -le $((held[3] + 8192)) ]
}
back_where_it_was() {
	wait_for 4 holds_no_more || { echo "then ${held[*]}, now $(holds)"; false; }
}

counted() {
	exec nsenter --net="/run/netns/$1" /usr/bin/python3 "$root/topologies/stream.py" "${@:2}"
}
start_stream() {
	counted h2 udp-sink 192.0.2.2 99999 >"$scratch/got" 2>&1 &
	sink=$!
	wait_for 5 grep -q ready "$scratch/got" || return 1
	counted h1 udp-send 192.0.2.2 250 99999 &
	sender=$!
	before=$(came)
	wait_for 5 flows # it can be told to end from then on
}
came() { value w '.[] | select(.name == "t1") | .rx_packets' port show; }
flows() { [ "$(came)" -gt $((before + 50)) ]; }
end_stream() {
	kill -TERM "$sender"
	wait "$sender" "$sink"
	cat "$scratch/got" >>"$scratch/streams"
	awk '/^received/ { all = $2 + 0 == $4 + 0 && $2 > 0 } END { exit !all }' "$scratch/got" || { cat "$scratch/got"; false; }
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
expect 'a stream begins' start_stream
declare -A n
until=$((SECONDS + seconds)) round=0
while [ $n_failed = 0 ]; do
	if [ "$times" -gt 0 ]; then [ $round -lt "$times" ] || break; else [ $SECONDS -lt $until ] || break; fi
	round=$((round + 1)) event=${events[RANDOM % ${#events[@]}]}
	n[$event]=$((${n[$event]:-0} + 1))
	expect "$round: $event" "$event"
	expect "$round: weftd holds what it held" back_where_it_was
	echo "# $SECONDS s: descriptors, maps, buffers, KiB: $(holds)"
done
expect 'the stream between other ports lost nothing' end_stream
guest_stop_all
expect 'deleted machines are gone' wait_for 5 reason_says "$mover" 'no socket'
expect 'and their memory with them' wait_for 3 fails grep memory-backend "/proc/${weftd_pid[w]}/maps"
echo "# seed $seed, $round events:$(for event in "${!n[@]}"; do printf ' %s %s' "$event" "${n[$event]}"; done)"
echo "# descriptors, maps, buffers, KiB: first $first, with this weftd ${held[*]}, without machines $(holds)"
sed 's/^/# stream: /' "$scratch/streams" | grep received

# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=bash
# What the scripts of this folder begin with: namespaces and weftd, guests, witnesses; and what several of them ask of
# the instance w.

guest_tests=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=../../topologies/lib.sh
. "$guest_tests/../../topologies/lib.sh"
# shellcheck disable=SC2034 # lib.sh reads them
guest_run_dir=$scratch/guests guest_cache=$build/guest
# shellcheck source=lib.sh
. "$guest_tests/lib.sh"
# shellcheck source=../support/witness.sh
. "$guest_tests/../support/witness.sh"

field() { value w ".[] | select(.name == \"$1\") | .$2" port show; }                                # PORT FIELD
says() { field "$1" reason | grep -F -- "$2"; }                                                     # PORT TEXT
peer_says() { value w '.[0].peer' port show "$1" | grep -F -- "$2"; }                               # PORT TEXT
is_behind() { equal "$2" "$(value w ".[] | select(.mac == \"$1\") | .port" fdb show)"; }            # ADDRESS PORT
reach_each_other() { guest_pings "$1" 10.0.0.2 "${3:-20}" && guest_pings "$2" 10.0.0.1 "${3:-20}"; } # FIRST SECOND [SECONDS]
nothing_malformed() {
	equal 0 "$(value w '[.[] | select(.stage == "parse") | .packets] | add // 0' drops show)"
}
kill_weftd() {
	kill -KILL "${weftd_pid[w]}"
	wait "${weftd_pid[w]}" 2>/dev/null
	return 0
}

# Addresses of machines, for guest_start.
# shellcheck disable=SC2034
guest1='ip=10.0.0.1/24,mac=02:00:00:00:00:01' guest2='ip=10.0.0.2/24,mac=02:00:00:00:00:02'

# Somebody else on the bridge, at eth0 of host h3, sees an address announced (by ARP or RARP).
begin_watch() { # ADDRESS
	watch_h3 "$1" >"$scratch/announced" 2>&1 &
	watcher=$!
	wait_for 5 grep -q ready "$scratch/announced"
}
watch_h3() { # without a shell between: it is ended by its process id
	exec nsenter --net=/run/netns/h3 /usr/bin/python3 "$root/topologies/frames.py" watch eth0 seconds=60 announces="$1" until=1
}
end_watch() {
	kill "$watcher" 2>/dev/null
	wait "$watcher"
}
is_announced() { # SECONDS
	wait_for "$1" grep -q '"frames": 1' "$scratch/announced"
	local status=$?
	cat "$scratch/announced"
	end_watch
	return $status
}

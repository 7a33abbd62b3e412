#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# tools/bench works: one quick round, what it writes, what it refuses, how it is stopped,
# and killed. Its figures are not looked at.
# shellcheck disable=SC2317 # ok() calls the other functions
set -u
root=$(cd "$(dirname "$0")/../.." && pwd)
export WEFT_BUILD=${WEFT_BUILD:-$root/build}
pages=/sys/kernel/mm/hugepages/hugepages-2048kB
bench=$root/tools/bench
# shellcheck source=../support/tap.sh
. "$root/tests/support/tap.sh"

persistent() { echo $(($(cat $pages/nr_hugepages) - $(cat $pages/surplus_hugepages))); }
has() { jq -e "$1" "$out/${json:-l2}.json"; }

skip() {
	echo "$*"
	exit 77
}
[ "$(id -u)" = 0 ] || skip 'needs root'
[ "$(nproc)" -ge 2 ] || skip 'needs two cores'
[ -w $pages/nr_hugepages ] || skip 'hugepages cannot be had here'
flock -w 60 /run/weft-bench.lock true || skip 'another bench runs on this machine'

ok 'an unknown case is refused, with those there are' says 2 'nosuch; there are: 64-1' "$bench" l2 --case nosuch
ok 'an unknown bench is usage' says 2 'usage' "$bench" l9
ok 'so is an unknown device' says 2 "choose from 'weft', 'ovs'" "$bench" l2 --device nosuch
ok 'a case of another bench is none of this' says 2 'no case is called 64-1' "$bench" l3 --case 64-1
ok 'no rounds at all are refused' says 2 'expected 1 to' "$bench" l2 --rounds 0

before=$(persistent)
status=0
timeout 55 "$bench" l2 --quick --rounds 1 --case 64-1 1518 --seconds 0.5 --out "$out" >"$out/run" 2>&1 </dev/null || status=$?
[ "$status" != 3 ] || skip "$(tail -n 1 "$out/run")"
ok 'a quick round ends well' says 0 '' sh -c "cat '$out/run'; exit $status"
ok 'weft switched in both cases' has '[.trials[] | select(.device == "weft" and .problem == "" and .figures.received > 0)] | length == 2'
ok 'and so did testpmd' has '[.trials[] | select(.device == "testpmd" and .problem == "")] | length == 2'
ok 'a trial has windows, each with its class' has '.trials[0].windows | length > 0 and all(.[1] | . == "twin" or . == "near" or . == "far" or . == "moved" or . == "slow" or . == "shared")'
ok 'it judges nothing' has '[.rows[] | select(.verdict == "better" or .verdict == "worse")] == []'
ok 'it writes a page' grep -q '1,518 B' "$out/l2.md"
ok 'and a chart' /usr/bin/python3 -c 'import sys, xml.etree.ElementTree as t; t.parse(sys.argv[1])' "$out/l2.svg"
ok 'hugepages are as before' [ "$(persistent)" = "$before" ]

status=0
timeout 90 "$bench" l3 --quick --rounds 1 --case v4-10k changes-10k --seconds 0.5 --out "$out" >"$out/run" 2>&1 </dev/null || status=$?
json=l3
ok 'a quick round of routing ends well' says 0 '' sh -c "cat '$out/run'; exit $status"
ok 'weft routed, each packet to its next hop' has '[.trials[] | select(.case == "v4-10k" and .device == "weft" and .problem == "" and .figures.received > 0)] | length == 1'
ok 'and so did Linux' has '[.trials[] | select(.device == "linux" and .problem == "" and .figures.received > 0)] | length == 1'
ok 'ten thousand routes changed meanwhile' has '.trials[] | select(.case == "changes-10k") | .problem == "" and .figures.changes > 0 and .figures.load_s > 0'
ok 'and no packet went astray, or was lost on the way' has '.trials[] | select(.case == "changes-10k") | .figures | .misrouted == 0 and .sent > 0 and ([.drops | to_entries[] | select(.key | . == "no_route" or . == "nexthop_down" or . == "blackhole") | .value] | add // 0) < 100'
ok 'the page of it tells what is compared' grep -q 'veth pairs' "$out/l3.md"
ok 'and its chart is one' /usr/bin/python3 -c 'import sys, xml.etree.ElementTree as t; t.parse(sys.argv[1])' "$out/l3.svg"
ok 'hugepages are as before again' [ "$(persistent)" = "$before" ]
json=l2

begin() { # a long run, which has measured something when this returns; pid: of it
	"$bench" l2 --rounds 9 --case 64-1 --out "$out/stopped" "$@" >"$out/stop" 2>&1 </dev/null &
	pid=$!
	for _ in {1..400}; do
		grep -q '^\[1/' "$out/stop" && break
		sleep 0.1
	done
}
begin
ok 'a second bench is refused meanwhile' says 1 'another bench runs' "$bench" l2 --quick
kill -TERM $pid
status=0
wait $pid || status=$?
ok 'a run that is stopped reports what it has' grep -q 'STOPPED EARLY' "$out/stop"
ok 'says so in its status' [ "$status" = 130 ]
ok 'and gives back the hugepages' [ "$(persistent)" = "$before" ]
no_process() { ! pgrep -af "$root/tests/bench/[m]ain.py"; }
ok 'no process of it is left' no_process

# Killed where no handler runs: what was in its namespaces is gone with them.
inner_of() { # PID of tools/bench: the first process inside
	local outer
	outer=$(pgrep -P "$1" -x unshare) && pgrep -P "$outer"
}
spaces_of() { readlink /proc/"$1"/ns/{pid,mnt,net}; }
nothing_left() {
	local left
	for _ in {1..100}; do
		left=$(readlink /proc/[0-9]*/ns/{pid,mnt,net} 2>/dev/null | grep -xF "$spaces" | sort | uniq -c)
		[ -z "$left" ] && [ "$(persistent)" = "$before" ] && flock -n /run/weft-bench.lock true && return 0
		sleep 0.1
	done
	echo "still in its namespaces: ${left:-nobody}; pages: $(persistent), before: $before"
	return 1
}
mounts=$(sort /proc/self/mountinfo)
for whom in tools/bench 'its program inside'; do
	begin --seconds 0.5 --device weft testpmd
	inner=$(inner_of $pid)
	spaces=$(spaces_of "$inner")
	ok "$whom runs in namespaces of its own, with hugepages" [ "$(wc -l <<<"$spaces")" = 3 ]
	if [ "$whom" = tools/bench ]; then kill -KILL $pid; else kill -KILL "$inner"; fi
	status=0
	wait $pid 2>/dev/null || status=$?
	ok "killed amid a run, $whom ends as a failure" [ $status != 0 ]
	ok 'no process, namespace, lock or hugepage of it is left' nothing_left
	ok 'nor a mount' [ "$mounts" = "$(sort /proc/self/mountinfo)" ]
done
echo "1..$n"
exit $failed

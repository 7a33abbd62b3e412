#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# RIP, RIPng and BFD on the command line, between two weftds: what is shown, what is refused, what a change does and
# what it leaves alone, who stops, who is killed.
# shellcheck source=../../topologies/lib.sh
. "$(dirname "$0")/../../topologies/lib.sh"
cd "$scratch" || exit 1

said() { grep -q -- "$2" "$1" || { echo "no '$2' in:"; cat "$1"; return 1; }; }
a() { weft a "$@" >out 2>err; }
code() { # CODE WORDS…
	local wanted=$1 seen=0
	a "${@:2}" || seen=$?
	[ "$seen" = "$wanted" ] || { echo "ended with $seen, wanted $wanted"; cat out err; return 1; }
}
refused() { code 1 "${@:2}" && said err "$1"; }
keys() { # WANTED WORDS…: what -j shows has at least these keys
	local row
	row=$(weft a -j "${@:2}" | jq -c '.[0] | keys') || return 1
	jq -e --argjson row "$row" 'split(" ") - $row == []' <<<"\"$1\"" >/dev/null || { echo "$row lacks some of $1"; false; }
}
is() { # WANTED INSTANCE FILTER WORDS…
	local seen
	seen=$(value "$2" "$3" "${@:4}") && equal "$1" "$seen"
}
knows() { # INSTANCE PREFIX: by RIP, and uses it
	is true "$1" "[.[] | select(.protocol == \"rip\" and .selected)] | length == 1" route show "$2"
}
both_know() { knows a 192.0.2.2/32 && knows a 2001:db8:b::/48 && knows b 192.0.2.1/32; }
session_is() { is "$1" a '[.[].state] | unique | join(" ")' bfd show; }

config() { # NUMBER LETTER
	cat <<-END
		ports: { w: { type: af_packet, device: w$1 } }
		interfaces:
		  wire: { port: w, addresses: [10.1.0.$1/24, "2001:db8:1::$1/64"], dad: false }
		  self: { loopback: true, addresses: [192.0.2.$1/32] }
		routes: [{ prefix: "2001:db8:$2::/48", type: blackhole, tag: 7 }, { prefix: 198.51.$1.0/24, type: blackhole, tag: 7 }]
		rip:
		  interfaces: { wire: { bfd: true, auth: { key: s3cret } } }
		  redistribute: [connected, { protocol: static, set-metric: 3 }]
		  update: 1s
		  timeout: 6s
		  garbage: 3s
		  triggered: 50ms
		ripng: { interfaces: { wire: {} }, redistribute: [static], update: 1s, timeout: 6s, triggered: 50ms }
		bfd: { interval: 100ms }
	END
}

ip link add w1 type veth peer name w2
ip link set w1 up
ip link set w2 up
config 1 a >a.yaml
config 2 b >b.yaml
start_weftd a a.yaml
start_weftd b b.yaml
timeout 100 "$build/tools/weft" -n a monitor bfd >bfd_events 2>&1 &
monitor=$!

# --- shown ---
expect 'each learns what the other tells' wait_for 10 both_know
expect 'BFD is up between them' wait_for 10 session_is up
expect 'rip has its keys' keys 'vrf interfaces neighbors routes learned update timeout garbage refused' rip show
expect 'ripng, too' keys 'vrf interfaces neighbors routes learned update timeout garbage refused' ripng show
expect 'in seconds' is '1 6 3' a '.[0] | "\(.update) \(.timeout) \(.garbage)"' rip show
expect 'neighbours have theirs' keys 'address interface last_seen bad_packets bad_routes' rip neighbor show
expect 'there is one of each protocol' is '10.1.0.2 true' a \
	'[.[].address] | "\(.[0]) \(.[1] | startswith("fe80"))"' rip neighbor show
expect 'routes have theirs' keys 'prefix metric next_hop tag timeout' rip route show 198.51.2.0/24
expect 'with metric, gateway and mark' is '4 10.1.0.2 7' a '.[0] | "\(.metric) \(.next_hop) \(.tag)"' rip route show 198.51.2.0/24
expect 'sessions have theirs' keys 'peer interface state detect_us transitions' bfd show
expect 'and three times the interval' is 300000 a '.[0].detect_us' bfd show
expect 'events have theirs' keys 'event at_us steps' convergence show
expect 'whose steps have a name and a time' is 'name us' a '[.[].steps[]][0] | keys | join(" ")' convergence show
expect 'the address of a route shows it' is 192.0.2.2/32 a '.[0].prefix' rip route show 192.0.2.2
expect 'all within a prefix' is '198.51.1.0/24 198.51.2.0/24' a '[.[].prefix] | join(" ")' rip route show 198.51.0.0/16 --longer
expect 'one neighbour' is 1 a length rip neighbor show 10.1.0.2
expect 'those of an interface' is 2 a length rip neighbor show interface=wire
expect 'of an address that nobody has none' is 0 a length rip neighbor show 10.1.0.9
expect 'people read tables' code 0 rip route show
expect 'of the same' said out '192.0.2.2/32 '
expect 'and of BFD' code 0 bfd show
expect 'with the peer' said out '^peer: *10.1.0.2'
expect 'refusals of BFD are counted' is 0 a '[.[].count] | add' bfd counters

# --- refused ---
expect 'too many rows are refused, not cut' refused 'more than 1' rip route show limit=1
expect 'what is no prefix' refused 'expected a prefix' rip route show 10.0.0.0/33
expect 'an interface that is not there' refused 'no interface nowhere' rip neighbor show interface=nowhere
expect 'to speak on one' refused "no interface 'nowhere'" rip set 'interfaces.nowhere={}'
expect 'or on a loopback' refused 'self is a loopback' rip set 'interfaces.self={}'
expect 'a timeout below the interval' refused 'longer than update' rip set timeout=1s
expect 'a metric of 16' refused '16 is out of range' rip set interfaces.wire.metric=16
expect 'an algorithm that there is not' refused 'expected one of password' rip set interfaces.wire.auth.algorithm=md4
expect 'a neighbour of the other family' refused 'an IPv4 address is wanted' rip set \
	'neighbors=[{interface: wire, address: "fe80::9"}]'
expect 'a key where there is none' refused 'unknown key' ripng set interfaces.wire.auth.key=x
expect 'BFD faster than it can be' refused 'expected a duration from 10ms' bfd set interval=1ms
expect 'an interface that RIP speaks on cannot go' refused 'is in use here' interface del wire
expect 'an object where there is one only is wrong usage' code 2 rip add x
expect 'none of which changed anything' eval 'both_know && session_is up'
expect 'what runs applies again' code 0 config show
cp out shown.yaml
expect 'without change' code 0 config apply shown.yaml
expect 'as it says' said out '^unchanged$'

# --- changed while it runs ---
transitions() { value a '[.[].transitions] | add' bfd show; }
age_of() { value a '.[0].age' route show "$1"; }
wait_for 3 eval "[ \"\$(age_of 192.0.2.2/32)\" -ge 2 ]"
expect 'another bridge' code 0 bridge add br9
expect 'another timeout' code 0 rip set timeout=8s
expect 'another interval of BFD' code 0 bfd set interval=80ms
expect 'and a route that is redistributed' code 0 route add 198.51.100.0/24 type=unreachable
expect 'leave the routes that were learned as they were' at_least 2 "$(age_of 192.0.2.2/32)"
expect 'and sessions' equal 0 "$(transitions)"
expect 'the route is told' wait_for 3 knows b 198.51.100.0/24
expect 'what it costs to come in' code 0 rip set interfaces.wire.metric=3
expect 'is added from then on' wait_for 4 is 6 a '.[0].metric' rip route show 198.51.2.0/24
expect 'a filter' code 0 rip set 'redistribute=[{protocol: connected}]'
expect 'is followed' wait_for 3 fails knows b 198.51.100.0/24
expect 'by what it leaves out alone' knows b 192.0.2.1/32
expect 'a wrong key' code 0 rip set interfaces.wire.auth.key=other
expect 'is told of by the neighbour who has another' wait_for 4 is 'bad authentication' a '.[0].last_refused' rip neighbor show 10.1.0.2
expect 'and the protocol counts it' at_least 1 "$(value a '.[0].refused["bad authentication"] // 0' rip show)"
expect 'the right one' code 0 rip set interfaces.wire.auth.key=s3cret
expect 'brings everything back' wait_for 6 both_know
expect 'the file from before' code 0 config apply a.yaml
expect 'too' wait_for 6 eval 'both_know && is 4 a ".[0].metric" rip route show 198.51.2.0/24'

# --- in a VRF ---
sed 's/port: w,/port: w, vrf: blue,/; s/^rip:/vrfs: { blue: {} }\nrip:\n  vrf: blue/; s/^ripng: {/ripng: { vrf: blue,/; s/loopback: true/&, vrf: blue/' a.yaml >blue.yaml
in_blue() { is blue a '[.[] | select(.protocol == "rip") | .vrf] | unique | join(" ")' route show "$1"; }
expect 'all of it in a VRF' code 0 config apply blue.yaml
expect 'learns there' wait_for 8 eval 'in_blue 192.0.2.2/32 && in_blue 2001:db8:b::/48'
expect 'tells of there' wait_for 4 knows b 192.0.2.1/32
expect 'and of nothing in another VRF' wait_for 4 fails knows b 2001:db8:a::/48
expect 'with BFD' wait_for 6 session_is up
expect 'and says so' is blue a '.[0].vrf' rip show
expect 'and back' code 0 config apply a.yaml
expect 'again' wait_for 8 both_know

# --- who stops, who is killed ---
expect 'RIP is switched off' code 0 rip del
expect 'which the neighbour hears at once' wait_for 2 fails knows b 192.0.2.1/32
expect 'nothing of it is shown' is 0 a length rip show
expect 'RIPng goes on' knows a 2001:db8:b::/48
expect 'and RIP is switched on' code 0 config apply a.yaml
expect 'once more' wait_for 6 both_know
expect 'the session is up' wait_for 6 session_is up
kill -KILL "${weftd_pid[b]}"
wait "${weftd_pid[b]}" 2>/dev/null
expect 'a neighbour that is killed is noticed' wait_for 2 session_is down
expect 'and lost long before its timeout' wait_for 1 fails knows a 192.0.2.2/32
expect 'who listens hears of it' wait_for 1 said bfd_events '"name":"10.1.0.2","action":"down","interface":"wire"'
expect 'with the event that says so' is true a 'any(.event | test("bfd 10.1.0.2 down"))' convergence show
expect 'RIPng, without BFD, waits' knows a 2001:db8:b::/48
start_weftd b b.yaml
expect 'it comes again, and is believed' wait_for 10 both_know
expect 'a weftd that stops' stop_weftd b
expect 'says so' wait_for 2 fails knows a 2001:db8:b::/48
expect 'the FIB is what the routes say' wait_for 5 is true a '.[0].in_sync' system show
kill $monitor 2>/dev/null

#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# The router on the command line: adding, showing, refusing; what prints applies again; events; exit codes.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
instance=r

keys() { # WANTED WORDS…: what -j shows has at least these keys
	local row
	row=$(weft r -j "${@:2}" | jq -c '.[0] | keys') || return 1
	jq -e --argjson row "$row" 'split(" ") - $row == []' <<<"\"$1\"" >/dev/null || { echo "$row lacks some of $1"; false; }
}
row_is() { equal "$3" "$(row "$1" "$2")"; }
file_is() { equal "$1" "$(value r '.[0] | "\(.routes) \(.loaded) \(.state)"' route file show f)"; }
row() { value r ".[] | select(.prefix == \"$1\") | $2" route show; }

ns h1
start_weftd r /dev/null
timeout 50 "$build/tools/weft" -n r monitor interface >interface_events 2>&1 &
timeout 50 "$build/tools/weft" -n r monitor route >route_events 2>&1 &

# --- adding ---
expect 'a port' code 0 port add t1 type=tap device=eth0 netns=h1 addresses=10.0.0.2/24
expect 'an interface on it' code 0 interface add lan port=t1 addresses=10.0.0.1/24,2001:db8::1/64
expect 'is shown with its keys' keys 'name state vrf mac mtu addresses bound_to' interface show
expect 'and up' equal up "$(value r '.[0].state' interface show lan)"
expect 'a route by a gateway alone' code 0 route add 10.1.0.0/16 via=10.0.0.2
expect 'is said as it stands in the file' said out '^+ route 0 prefix=10.1.0.0/16 via={gateway: 10.0.0.2}$'
expect 'by two' code 0 route add 10.2.0.0/16 via=10.0.0.2,10.0.0.3 metric=7
expect 'by an interface' code 0 route add 10.3.0.0/16 via=lan
expect 'by a link-local gateway' code 0 route add 2001:db8:1::/48 via=fe80::1%lan
expect 'by gateways with weights' code 0 route add 10.4.0.0/16 'via=[{gateway: 10.0.0.2, weight: 3}, {gateway: 10.0.0.3}]'
expect 'nowhere' code 0 route add 10.5.0.0/16 type=blackhole
expect 'a second one with a greater distance' code 0 route add 10.1.0.0/16 via=10.0.0.9 distance=50
expect 'a VRF' code 0 vrf add blue
expect 'a route there' code 0 route add 10.1.0.0/16 vrf=blue type=unreachable

# --- showing ---
expect 'routes have their keys' keys 'prefix vrf protocol distance metric selected age nexthops' route show
expect 'and next hops theirs' equal 'active gateway interface weight' "$(row 10.4.0.0/16 '.nexthops[0] | keys | join(" ")')"
expect 'the weights are there' equal '3 1' "$(row 10.4.0.0/16 '[.nexthops[].weight] | join(" ")')"
expect 'the nearer of two is selected' equal 'true false' \
	"$(value r '[.[] | .selected] | join(" ")' route show 10.1.0.0/16 vrf=default)"
expect 'an address shows what is used for it' equal 10.2.0.0/16 "$(value r '.[0].prefix' route show 10.2.3.4)"
expect '--longer shows all within' equal '10.4.0.0/16 10.5.0.0/16' "$(value r '[.[].prefix] | join(" ")' route show 10.4.0.0/15 --longer protocol=static)"
expect 'one protocol' equal connected "$(value r '[.[].protocol] | unique | join(" ")' route show protocol=connected)"
expect 'people read next hops as text' code 0 route show 10.3.0.0/16
expect 'such as this' said out 'on lan'
expect 'fib has its keys' keys 'prefix vrf group nexthops' fib show 10.5.1.1
expect 'neighbours have theirs' keys 'interface address mac state' neighbor show
expect 'an address may be asked for alone' equal 10.0.0.2 "$(value r '[.[].address] | join(" ")' neighbor show 10.0.0.2)"
expect 'the longest of them, too' equal 0 "$(value r length neighbor show 2001:db8:1111:2222:3333:4444:5555:6666)"
expect 'a neighbour on no interface' refused 'there is no interface nowhere' neighbor show nowhere
expect 'too many rows are refused, not cut' refused 'more than 2' route show limit=2
expect 'drops and punts are shown' code 0 punt show
expect 'with every class' equal 6 "$(value r length punt show)"
expect 'whose rate may be another' code 0 punt set protocol=500
expect 'and is kept to from then on' equal 500 "$(value r '.[] | select(.class == "protocol") | .rate' punt show)"
expect 'beside those that are not set' equal 20000 "$(value r '.[] | select(.class == "bfd") | .rate' punt show)"
expect 'a rate below nothing makes no sense' refused 'from 0 to 1000000' punt set bfd=-1
expect 'without any, all are as they were' code 0 punt del
expect 'at once' equal 10000 "$(value r '.[] | select(.class == "protocol") | .rate' punt show)"

expect 'an MTU beyond that of the port' refused 'more than the 1500 of port t1' interface set lan mtu=9000
expect 'a trace where nothing leads' refused 'nothing answered' traceroute 192.0.2.1
expect 'ends with its first hop' equal 1 "$(wc -l <out)"

# --- refusing ---
expect 'host bits' refused 'expected 10.0.0.0/8' route add 10.1.2.3/8 via=10.0.0.2
expect "weft's own address as a gateway" refused "weft's own address, on interface lan" route add 11.0.0.0/8 via=10.0.0.1
expect 'a default route by that name' refused 'expected 0.0.0.0/0 or ::/0' route add default via=10.0.0.2
expect 'another family' refused 'is of IPv4, the prefix of IPv6' route add 2001:db8:9::/48 via=10.0.0.2
expect 'the same route twice' refused 'is there at routes\[0\] already' route add 10.1.0.0/16 via=10.0.0.3
expect 'a route to nowhere' refused 'leads nowhere' route add 11.0.0.0/8
expect 'an unknown interface' refused "no interface 'lna', did you mean 'lan'" route add 11.0.0.0/8 via=lna
expect 'a prefix that two routes have' refused 'expected one of the positions 0, 6, 7' route del 10.1.0.0/16
expect 'one that none has' refused 'no route in the configuration has prefix' route del 12.0.0.0/8
expect 'overlapping addresses' refused 'overlaps 10.0.0.1/24 of interface lan' interface add x port=t1 vlan=5 addresses=10.0.0.77/25
expect 'a place that is taken' refused 'port t1 without a VLAN has interface lan already' interface add x port=t1
expect 'an interface that is in use' refused 'is in use here' interface del lan
expect 'a VRF that is in use' refused 'is in use here' vrf del blue
expect 'the default VRF' refused 'is always there' vrf del default
expect 'a port with an interface into a bridge' refused 'port t1 is in bridge br0' bridge add br0 'ports={t1: {}}'
expect 'ping without an address is wrong usage' code 2 ping
expect 'ping of nothing that answers' refused 'none of 1 was answered' ping 10.0.0.77 count=1 timeout=100ms
expect 'a VRF that is not there' refused 'there is no VRF red' ping 10.0.0.2 vrf=red
expect 'a link-local address without its interface' refused 'expected %INTERFACE behind it' ping fe80::1
expect 'with one that is not there' refused 'there is no interface wan' ping fe80::1%wan
expect 'with two' refused 'are two interfaces' ping fe80::1%lan interface=lo
expect 'another address with one is wrong usage' code 2 ping 10.0.0.2%lan
expect 'traceroute too' refused 'there is no interface wan' traceroute 10.0.0.2 interface=wan

# --- changing ---
expect 'by position' code 0 route del 7
expect 'then by position again' code 0 route del 6
expect 'then by prefix' code 0 route set 10.1.0.0/16 via=10.0.0.3 tag=5
expect 'which is used' equal 10.0.0.3 "$(row 10.1.0.0/16 '.nexthops[0].gateway')"
expect 'ping prints as it goes' code 0 ping 10.0.0.2 count=2 interval=10ms
expect 'a line for each' equal 2 "$(grep -c '^56 bytes from 10.0.0.2: seq=' out)"
expect 'and what it comes to' said out '^2 sent, 2 answered, 0 % lost'
linked() { ip -n h1 -j -6 address show dev eth0 scope link | jq -r '.[0].addr_info[0].local'; }
usable() { [ "$(value r '.[0].address_states | all(.state == "usable")' interface show lan)" = true ]; }
expect 'IPv6 addresses can be used a while later' wait_for 5 usable
expect 'a link-local address with its interface is asked there' code 0 ping "$(linked)%lan" count=1
expect 'traced, too' code 0 traceroute "$(linked)%lan" probes=1
expect 'what weft could not send is counted' equal 0 "$(value r '.[0].inject_lost' system show)"
expect 'beside what waited' equal number "$(value r '.[] | select(.counter == "held") | .count | type' punt answers)"
expect '-j: a JSON object a line' code 0 -j ping 10.0.0.2 count=2 interval=10ms
expect 'all of them' equal 3 "$(jq -c 'type' out | grep -c object)"
expect 'what config show prints' code 0 config show
cp out shown.yaml
expect 'applies again' code 0 config apply shown.yaml
expect 'without change' said out '^unchanged$'
expect 'and checks' "$build/control/weftd" --check -c shown.yaml
expect 'a wrong file leaves all as it was' code 1 config apply - <<<'interfaces: { lan: { port: t9 } }'
expect 'really' equal up "$(value r '.[0].state' interface show lan)"

# --- routes from a file ---
printf '10.64.0.0/16 10.0.0.2\n10.65.0.0/16 10.0.0.2*2,10.0.0.3\n10.66.0.0/16 blackhole\n' >routes
expect 'a file of routes' code 0 route file add f "file=$scratch/routes" distance=5
expect 'is loaded' wait_for 5 file_is '3 3 loaded'
expect 'its routes are static ones' wait_for 5 row_is 10.65.0.0/16 '"\(.protocol) \(.distance)"' 'static 5'
printf '10.64.0.0/16 10.0.0.3\n\n10.65.0.0/16 nowhere\n' >routes
expect 'a bad one is refused by its line' refused "/routes:3: there is no interface nowhere" route file reload f
expect 'and all stays' row_is 10.64.0.0/16 '.nexthops[0].gateway' 10.0.0.2
printf '10.64.0.0/16 10.0.0.3\n' >routes
expect 'read again' code 0 route file reload f
expect 'it changes what differs' wait_for 5 row_is 10.64.0.0/16 '.nexthops[0].gateway' 10.0.0.3
expect 'an unknown one' refused 'there is no route file g' route file reload g
expect 'and it can go' code 0 route file del f
expect 'with its routes' wait_for 5 row_is 10.64.0.0/16 .prefix ''

# --- events ---
ip -n h1 link set eth0 down
expect 'an interface that goes down is told' wait_for 5 said interface_events '"name":"lan","action":"state","state":"down"'
expect 'and its routes' wait_for 5 said route_events '"name":"10.0.0.0/24","action":"unused"'
expect 'a route without its interface says why' equal 'its interface is down or gone' "$(row 10.3.0.0/16 .inactive)"
ip -n h1 link set eth0 up
expect 'and back' wait_for 5 said route_events '"name":"10.0.0.0/24","action":"used".*"protocol":"connected"'
expect 'no turn of the loop was long' never_long
kill %1 %2 %3 2>/dev/null

#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Routes that lead nowhere: each is there and not used, and says why; what refuses to go while routes lead by it.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
instance=r

# why PREFIX [WORDS…]: what the route says of itself. It is selected unless there is a reason.
why() { value r '.[0] | if .inactive == "" and .selected then "used" else .inactive end' route show "$@"; }
is_why() { equal "$1" "$(why "${@:2}")"; }
says() { # SENTENCE REASON PREFIX [WORDS…]
	expect "$1" wait_for 5 is_why "${@:2}"
}
add() { weft r -q route add "$@"; }

DOWN='its interface is down or gone'
NOTHING='nothing leads to its gateway'
LOOP='its gateway is reached by way of itself'
DEEP='its gateway is reached by way of too many others'
ENDS='what leads to its gateway ends here or in another VRF'

ns h1
start_weftd r /dev/null
weft r -q vrf add blue
weft r -q port add t1 type=tap device=eth0 netns=h1 addresses=10.0.0.2/24
weft r -q port add t2 type=tap device=eth1 netns=h1
weft r -q interface add lan port=t1 addresses=10.0.0.1/24,2001:db8::1/64
weft r -q interface add cust port=t2 vrf=blue addresses=10.9.0.1/24
weft r -q interface add lo loopback=true addresses=192.0.2.1/24
ports_up r

# --- gateways ---
add 20.0.0.0/8 via=10.0.0.2
says 'a gateway in a subnet is used' used 20.0.0.0/8
add 21.0.0.0/8 via=172.16.0.1
says 'one in no subnet leads nowhere' "$NOTHING" 21.0.0.0/8
add 22.0.0.0/8 via=22.0.0.1
says 'one within its own prefix is reached by way of itself' "$LOOP" 22.0.0.0/8
add 23.0.0.0/8 via=24.0.0.1
add 24.0.0.0/8 via=25.0.0.1
add 25.0.0.0/8 via=23.0.0.1
says 'three that lead to one another' "$LOOP" 23.0.0.0/8
says 'none of them is used' "$LOOP" 25.0.0.0/8
add 2001:db8:22::/48 via=2001:db8:22::1
says 'over IPv6, too' "$LOOP" 2001:db8:22::/48
add 26.0.0.0/8 type=blackhole
add 27.0.0.0/8 via=26.0.0.1
says 'a gateway behind a blackhole' "$ENDS" 27.0.0.0/8
add 28.0.0.0/8 via=192.0.2.9
says "one in a loopback's subnet" "$ENDS" 28.0.0.0/8
add 29.0.0.0/8 'via={vrf: blue}'
add 30.0.0.0/8 via=29.0.0.1
says 'one that is looked up in another VRF' "$ENDS" 30.0.0.0/8
for n in 1 2 3 4 5 6 7 8 9 10; do
	if [ "$n" = 1 ]; then via=10.0.0.2; else via=31.$((n - 1)).0.1; fi
	add "31.$n.0.0/16" via="$via"
done
says 'a chain of nine gateways' "$DEEP" 31.10.0.0/16
says 'eight are followed' used 31.9.0.0/16

# --- by way of the default route ---
add 0.0.0.0/0 via=10.0.0.2
says 'what the default route leads to is a gateway, too' used 21.0.0.0/8
weft r -q route set 0.0.0.0/0 via=198.18.0.1
says 'a default route whose gateway only it leads to' "$LOOP" 0.0.0.0/0
says 'leads nobody else' "$NOTHING" 21.0.0.0/8
weft r -q route set 0.0.0.0/0 via=10.0.0.2
says 'until it is set right' used 21.0.0.0/8
weft r -q route del 0.0.0.0/0

# --- several ---
add 32.0.0.0/8 via=10.0.0.2,172.16.0.1
says 'one sound gateway of two is enough' used 32.0.0.0/8
active() { value r '.[0].nexthops | map(.active) | join(" ")' route show "$1"; }
expect 'and the other is marked' equal 'true false' "$(active 32.0.0.0/8)"
add 33.0.0.0/8 via=10.0.0.2 distance=20
add 33.0.0.0/8 via=172.16.0.1
expect 'a better route that leads nowhere leaves it to a worse one' equal "1 false $NOTHING|20 true " \
	"$(value r '[.[] | "\(.distance) \(.selected) \(.inactive)"] | join("|")' route show 33.0.0.0/8)"

# --- VRFs that lead to one another ---
add 34.0.0.0/8 'via={vrf: blue}'
says 'a route into a VRF that has none for it is used' used 34.0.0.0/8 vrf=default
add 34.0.0.0/8 vrf=blue 'via={vrf: default}'
says 'two VRFs that send packets to one another' 'VRF blue leads back to it' 34.0.0.0/8 vrf=default
says 'each says so' 'VRF default leads back to it' 34.0.0.0/8 vrf=blue
ip -n h1 route add 34.0.0.0/8 via 10.0.0.1
on h1 ping -n -c 1 -W 1 34.0.0.1 >/dev/null
expect 'what is sent there is dropped with that reason' at_least 1 "$(drops r vrf_loop)"
add 35.0.0.0/8 'via={vrf: blue}'
add 0.0.0.0/0 vrf=blue 'via={vrf: default}'
says 'also by way of a shorter prefix' 'VRF blue leads back to it' 35.0.0.0/8

# --- through one VRF after the other: default, v1, v2… ---
into() { # PREFIX N: it is led on as far as vN
	local n
	add "$1" 'via={vrf: v1}'
	for ((n = 1; n < $2; n++)); do add "$1" vrf="v$n" "via={vrf: v$((n + 1))}"; done
}
for n in 1 2 3 4 5; do weft r -q vrf add "v$n"; done
into 37.0.0.0/8 4
add 37.0.0.0/8 vrf=v4 type=blackhole
says 'a route through four other VRFs is used' used 37.0.0.0/8 vrf=default
into 38.0.0.0/8 5
add 38.0.0.0/8 vrf=v5 type=blackhole
says 'five are too many' 'it leads through more than 4 other VRFs' 38.0.0.0/8 vrf=default
says 'but not for who is one further on' used 38.0.0.0/8 vrf=v1
into 39.0.0.0/8 5
says 'nor does it matter that the fifth knows nothing' 'it leads through more than 4 other VRFs' 39.0.0.0/8 vrf=default
for n in 37 38; do
	ip -n h1 route add "$n.0.0.0/8" via 10.0.0.1
	dropped["$n"]=$(drops r vrf_loop)
	on h1 ping -n -c 1 -W 1 "$n.0.0.1" >/dev/null
	dropped["$n"]=$(($(drops r vrf_loop) - dropped["$n"]))
done
expect 'workers follow four and not five' equal '0 1' "${dropped[*]}"

# --- interfaces and VRFs that go ---
add 36.0.0.0/8 vrf=blue via=cust
expect 'an interface that a route names cannot go' refused 'is in use here' interface del cust
expect 'nor can a VRF that a route is in' refused 'is in use here' vrf del blue
ip -n h1 link set eth0 down
says 'a route whose interface goes down' "$DOWN" 20.0.0.0/8
ip -n h1 link set eth0 up
says 'is used again when it is back' used 20.0.0.0/8
weft r -q interface set lan addresses=10.1.0.1/24
says 'a gateway whose subnet is gone' "$NOTHING" 20.0.0.0/8
weft r -q interface set lan addresses=10.0.0.1/24
says 'and back' used 20.0.0.0/8
weft r -q interface del lan
says 'a gateway whose interface is gone' "$NOTHING" 20.0.0.0/8
weft r -q interface add lan port=t1 addresses=10.0.0.1/24
says 'and made anew' used 20.0.0.0/8

# --- from a file ---
printf '40.0.0.0/8 10.0.0.2\n41.0.0.0/8 172.16.0.1\n42.0.0.0/8 42.0.0.1\n43.0.0.0/8 26.0.0.1\n20.0.0.0/8 172.16.0.1\n' >routes
weft r -q route file add f "file=$scratch/routes"
says 'the same of a file: used' used 40.0.0.0/8
says 'nowhere' "$NOTHING" 41.0.0.0/8
says 'by way of itself' "$LOOP" 42.0.0.0/8
says 'behind a blackhole' "$ENDS" 43.0.0.0/8
expect 'of two for a prefix at one distance one is used' equal 1 "$(value r '[.[] | select(.selected)] | length' route show 20.0.0.0/8)"
bad() { # REASON LINE
	printf '%s\n' "$2" >routes
	refused "/routes[:0-9]*: $1" route file reload f
}
expect 'a broadcast address is refused there' bad '10.0.0.255 is the broadcast address of 10.0.0.0/24' '40.0.0.0/8 10.0.0.255'
expect 'an address of weft' bad "10.0.0.1 is weft's own address" '40.0.0.0/8 10.0.0.1'
expect 'a gateway twice' bad '.* has a next hop twice' '40.0.0.0/8 10.0.0.2,10.0.0.2'
expect 'a weight beyond 255' bad '.* is no next hop' '40.0.0.0/8 10.0.0.2*256'
expect 'and a weight of 0' bad '.* is no next hop' '40.0.0.0/8 10.0.0.2*0'
expect '65 gateways' bad '.* has more than 64 next hops' "40.0.0.0/8 $(seq -s, -f '10.0.0.%g' 3 67)"
expect 'another family' bad '.* has a gateway of another family' '40.0.0.0/8 2001:db8::9'
expect 'a prefix twice' bad '40.0.0.0/8 is there twice' "$(printf '40.0.0.0/8 10.0.0.2\n40.0.0.0/8 10.0.0.3')"
expect 'and what was there stays' is_why used 40.0.0.0/8
expect 'the FIB is what the routes say' equal true "$(value r '.[0].in_sync' system show)"

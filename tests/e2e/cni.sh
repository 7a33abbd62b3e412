#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# The CNI plugin, driven as a container runtime does it: by the specification, with Debian's
# plugins host-local and static for addresses. Containers are namespaces.
export WEFT_TOPOLOGY_SECONDS=${WEFT_TOPOLOGY_SECONDS:-100}
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

plugin=$build/tools/cni/weft-cni
ipam=/usr/lib/cni
[ -x $ipam/host-local ] || { echo "no $ipam/host-local: apt-get install containernetworking-plugins"; exit 77; }

# cni COMMAND CONTAINER CONFIG [VARIABLE=VALUE…]: its words are in out; for ADD kept for CHECK.
cni() {
	env CNI_COMMAND="$1" CNI_CONTAINERID="$2" CNI_NETNS="/run/netns/$2" CNI_IFNAME=eth0 CNI_PATH="/nowhere:$ipam" \
		"${@:4}" timeout 20 "$plugin" <"$3" >"out.$2" 2>"err.$2"
	local status=$?
	cp "out.$2" out
	[ "$status" = 0 ] || { cat out "err.$2"; return "$status"; }
	[ "$1${4:-}" != ADD ] || cp "out.$2" "result.$2"
}
check() { # CONTAINER CONFIG: with what ADD said
	jq --slurpfile r "result.$1" '.prevResult = $r[0]' "$2" >"check.$1" && cni CHECK "$1" "check.$1" "${@:3}"
}
says() { jq -e "$1" out >/dev/null || { cat out; false; }; }
# refused CODE TEXT COMMAND…: the error object has the code, and the text in its message.
refused() {
	if "${@:3}"; then echo 'it was done'; return 1; fi
	jq -e --argjson code "$1" --arg text "$2" '.code == $code and (.msg | contains($text)) and .cniVersion' out >/dev/null || { cat out; false; }
}
ports() { value one 'length' port show; }
members() { value one '.[] | select(.name == "br0") | .ports | length' bridge show; }
leases() { find leases -name '10.*' 2>/dev/null | wc -l; }
nothing_left() {
	equal 0 "$(ports)" && equal 0 "$(members)" && equal 0 "$(leases)" && for_all "$@"
}
for_all() {
	local host
	for host; do
		fails ip -n "$host" link show eth0 2>/dev/null || { echo "$host has its eth0 still"; return 1; }
	done
}
conf() { jq -n "{cniVersion: \"1.0.0\", name: \"net\", type: \"weft-cni\", instance: \"one\", bridge: \"br0\"} + $1"; }
bridges() { echo 'bridges: { br0: {}, br1: {} }'; }

conf '{mtu: 1400, dns: {nameservers: ["10.7.0.53"]}, ipam: {type: "host-local", dataDir: "'"$scratch"'/leases",
	ranges: [[{subnet: "10.7.0.0/24", gateway: "10.7.0.1"}], [{subnet: "fd07::/64"}]],
	routes: [{dst: "0.0.0.0/0"}, {dst: "10.9.0.0/16", gw: "10.7.0.9"}, {dst: "::/0"}]}}' >net.json
jq '.cniVersion = "0.4.0"' net.json >old.json
conf '{vlan: 10, runtimeConfig: {ips: ["10.8.0.5/24"], mac: "02:00:00:00:00:05"}}' >given.json
conf '{vlan: 10, args: {cni: {ips: ["10.8.0.6/24"]}}}' >args.json
conf '{ipam: {type: "static", addresses: [{address: "10.6.0.2/24", gateway: "10.6.0.1"}], routes: [{dst: "10.5.0.0/16"}], dns: {domain: "x.example"}}}' >static.json
for c in c1 c2 c3 c4; do ns $c; done

# --- without weftd ---
echo '{"cniVersion": "0.4.0"}' >version.json
expect 'VERSION is answered' cni VERSION '' version.json
expect 'with what it speaks' says '.cniVersion == "0.4.0" and .supportedVersions == ["0.4.0", "1.0.0"]'
expect 'ADD without weftd is to be tried later' refused 11 'weftd is not running as instance one' cni ADD c1 net.json
expect 'so is DEL: who knows what weftd will start with' refused 11 'start it with' cni DEL c1 net.json
expect 'no address was taken' equal 0 "$(leases)"

bridges >one.yaml
start_weftd one one.yaml

# --- two containers ---
expect 'a container is added' cni ADD c1 net.json
expect 'the result names its interface' says '.interfaces[0] | .name == "eth0" and .sandbox == "/run/netns/c1" and (.mac | length == 17)'
expect 'its addresses' says '[.ips[] | .address, .interface] == ["10.7.0.2/24", 0, "fd07::2/64", 0] and .ips[0].gateway == "10.7.0.1"'
expect 'without a key of older versions' says 'all(.ips[]; has("version") | not)'
expect 'its routes' says '.routes | length == 3'
expect 'and name servers' says '.dns.nameservers == ["10.7.0.53"] and .cniVersion == "1.0.0"'
expect 'the MAC address is the one it has' equal "$(jq -r '.interfaces[0].mac' result.c1)" "$(ip -j -n c1 link show eth0 | jq -r '.[0].address')"
expect 'so is the MTU' equal 1400 "$(ip -j -n c1 link show eth0 | jq -r '.[0].mtu')"
expect 'a default route goes by the gateway' grep -q 'via 10.7.0.1 dev eth0' <(ip -n c1 route show default)
expect 'another by its own' grep -q 'via 10.7.0.9 dev eth0' <(ip -n c1 route show 10.9.0.0/16)
expect 'IPv6 has one too' grep -q 'via fd07::1 dev eth0' <(ip -n c1 -6 route show default)
expect 'another is added in the older version' cni ADD c2 old.json
expect 'whose result says so' says '.cniVersion == "0.4.0" and .ips[0].version == "4" and .ips[1].version == "6"'
expect 'they reach each other' ping_ok c1 10.7.0.3
expect 'by IPv6 too' wait_for 5 on c1 ping -n -c 1 -W 1 fd07::3
expect 'the same container again is refused' refused 100 'is there already' cni ADD c1 net.json
expect 'and has what it had' ping_ok c1 10.7.0.3
expect 'a second interface of it is not' cni ADD c1 given.json CNI_IFNAME=eth1
expect 'and goes' cni DEL c1 given.json CNI_IFNAME=eth1
expect 'alone' equal 2 "$(ports)"

# --- CHECK ---
expect 'CHECK finds them well' check c1 net.json
expect 'in the older version too' check c2 old.json
expect 'without prevResult it cannot' refused 7 prevResult cni CHECK c1 net.json
ip -n c1 route del default
expect 'CHECK finds a route gone' refused 101 'route to 0.0.0.0/0' check c1 net.json
ip -n c1 route add default via 10.7.0.1
ip -n c1 -6 route del default
expect 'of IPv6 too' refused 101 'route to ::/0' check c1 net.json
ip -n c1 -6 route add default via fd07::1
expect 'and put back' check c1 net.json
ip -n c1 addr del fd07::2/64 dev eth0
expect 'an address gone' refused 101 'fd07::2/64' check c1 net.json
ip -n c1 link set eth0 down
expect 'an interface that is down' refused 101 'is down' check c1 net.json
port=$(value one '.[] | select(.peer | test("c2")) | .name' port show "$(value one '.[1].name' port show)")
weft one bridge set br0 "ports.$port=none" >/dev/null
expect 'a port that is out of its bridge' refused 101 'is not in bridge br0' check c2 old.json
ip -n c2 link del eth0
expect 'an interface gone' refused 101 'eth0' check c2 old.json
ip netns del c2
expect 'a container gone' refused 3 '/run/netns/c2' check c2 old.json

# --- DEL ---
expect 'DEL of a container that is gone' cni DEL c2 old.json CNI_NETNS=
expect 'says nothing' test ! -s out
expect 'DEL' cni DEL c1 net.json
expect 'leaves nothing' nothing_left c1
expect 'DEL again is well' cni DEL c1 net.json
expect 'and of one that never was' cni DEL never net.json CNI_NETNS=/run/netns/never
ns c2

# --- addresses from elsewhere ---
expect 'addresses that the runtime gives' cni ADD c1 given.json
expect 'are there' says '.ips[0].address == "10.8.0.5/24" and .interfaces[0].mac == "02:00:00:00:00:05" and .routes == []'
expect 'by the other convention' cni ADD c2 args.json
expect 'the same' ping_ok c2 10.8.0.5
expect 'the VLAN is the one asked for' equal 10 "$(value one '.bridges.br0.ports | .[].vlan' config show | sort -u)"
expect 'the plugin static' cni ADD c3 static.json
expect 'gives its own' says '.ips[0].address == "10.6.0.2/24" and .dns.domain == "x.example"'
expect 'in another VLAN nobody hears' no_ping c3 10.8.0.5
expect 'CHECK with static' check c3 static.json
for c in c1 c2 c3; do expect "$c goes" cni DEL $c given.json; done
expect 'none is left' nothing_left c1 c2 c3

# --- errors: each says what, and leaves nothing ---
error() { # SENTENCE CODE TEXT FILTER [VARIABLE=VALUE…]
	jq "$4" net.json >wrong.json
	expect "$1" refused "$2" "$3" cni ADD c1 wrong.json "${@:5}"
}
error 'a bridge that is not there' 7 'br9' '.bridge = "br9"'
error 'no bridge' 7 'bridge is missing' 'del(.bridge)'
error 'no name' 7 'name is missing' 'del(.name)'
error 'a VLAN that is none' 7 'vlan has to be a number from 1 to 4094' '.vlan = 4095'
error 'an MTU as text' 7 'mtu has to be' '.mtu = "1400"'
error 'an instance that cannot be' 7 'instance' '.instance = "../x"'
error 'a version that is not ours' 1 'cniVersion is 0.2.0: expected 0.4.0 or 1.0.0' '.cniVersion = "0.2.0"'
error 'a newer one' 1 '1.1.0' '.cniVersion = "1.1.0"'
error 'no version' 1 'missing' 'del(.cniVersion)'
error 'an IPAM plugin that is not there' 7 'no plugin nowhere' '.ipam.type = "nowhere"'
error 'one with a path' 7 'ipam.type' '.ipam.type = "/bin/sh"'
error 'one that refuses, in its words' 999 'static: ' '.ipam = {type: "static", addresses: [{address: "10.0.0.300/24"}]}'
error 'no command' 4 'CNI_COMMAND' . CNI_COMMAND=LIST
error 'no container' 4 'CNI_CONTAINERID' . CNI_CONTAINERID=
error 'a container that is a path' 4 'CNI_CONTAINERID' . CNI_CONTAINERID=../x
error 'an interface that is a path' 4 'CNI_IFNAME' . CNI_IFNAME=../x
error 'no namespace' 4 'CNI_NETNS' . CNI_NETNS=
error 'a namespace that is not there' 3 '/run/netns/none' . CNI_NETNS=/run/netns/none
error 'a namespace that is a file' 100 'one.yaml' . CNI_NETNS="$scratch/one.yaml"
error 'a route by a gateway out of reach' 100 '10.77.0.1' '.ipam.routes += [{dst: "10.10.0.0/16", gw: "10.77.0.1"}]'
error 'lo is there' 100 'lo' . CNI_IFNAME=lo
echo '{"cniVersion": "1.0.0",' >wrong.json
expect 'what is no JSON' refused 6 'no JSON' cni ADD c1 wrong.json
echo '[]' >wrong.json
expect 'or no object' refused 6 'no JSON object' cni ADD c1 wrong.json
# shellcheck disable=SC2016 # the inner shell expands it
expect 'a result that cannot be written' fails bash -c 'CNI_COMMAND=ADD CNI_CONTAINERID=c1 CNI_NETNS=/run/netns/c1 CNI_IFNAME=eth0 CNI_PATH=$1 $2 <net.json >/dev/full' - "$ipam" "$plugin"
expect 'nothing is left of any' nothing_left c1

# --- many at once ---
all() { # COMMAND: for twelve containers at once
	local pids='' i pid status=0
	for i in {1..12}; do
		cni "$1" "m$i" net.json &
		pids+=" $!"
	done
	for pid in $pids; do wait "$pid" || status=1; done
	return $status
}
for i in {1..12}; do ns "m$i"; done
expect 'twelve are added at once' all ADD
expect 'each with an address of its own' equal 12 "$(jq -s '[.[].ips[0].address] | unique | length' result.m*)"
expect 'all are in the bridge' equal 12 "$(members)"
expect 'and reach each other' ping_ok m1 "$(jq -r '.ips[0].address | rtrimstr("/24")' result.m12)"
expect 'twelve go at once' all DEL
expect 'without a trace' nothing_left m1 m12

# --- weftd starts anew in between ---
expect 'a container' cni ADD c1 net.json
stop_weftd one
start_weftd one one.yaml
expect 'that weftd knows no more after a new start' refused 101 'no port is named' check c1 net.json
expect 'goes all the same' cni DEL c1 net.json
expect 'and all of it' nothing_left c1
jq '.save = true' net.json >save.json
expect 'with save' cni ADD c1 save.json
expect 'for two' cni ADD c2 save.json
cp result.c1 before
kill -KILL "${weftd_pid[one]}"
wait "${weftd_pid[one]}" 2>/dev/null
start_weftd one one.yaml
expect 'weftd knows them after a new start' ports_up one
expect 'they reach each other again' ping_ok c1 "$(jq -r '.ips[0].address | rtrimstr("/24")' result.c2)"
expect 'and have all that they had' check c1 save.json
expect 'one goes' cni DEL c1 save.json
expect 'and the other' cni DEL c2 save.json
expect 'nothing is left' nothing_left c1 c2
expect 'nor in the file' fails grep -q cni- one.yaml
